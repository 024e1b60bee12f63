"""What moto leaves out and a scan asks for: percentiles of metrics, and flow logs summed up by Logs Insights."""

import math
from collections import Counter
from typing import Any

# Places in a flow log record of the default format.
_SOURCE, _TARGET, _TARGET_PORT, _BYTES, _ACTION = 3, 4, 6, 9, 12


def fill_gaps() -> None:
    """Teach moto's classes in this process."""
    from moto.cloudwatch.models import Statistics
    from moto.logs.models import LogQuery

    plain = Statistics.get_statistics_for_type
    summed = LogQuery.to_result_json

    def with_percentiles(self: Any, stat: str) -> Any:
        if not stat.startswith("p"):
            return plain(self, stat)
        values = sorted(self.metric_single_values_list)
        return values[math.ceil(float(stat[1:]) / 100 * len(values)) - 1] if values else None

    def with_stats(self: Any) -> Any:
        if "stats sum(bytes)" not in self.query:
            return summed(self)
        return {"status": "Complete", "results": conversations([each["@message"] for each in self.results])}

    def started(self: Any, query_id: str, start_time: int, end_time: int, query: str, log_groups: Any) -> None:
        create(self, query_id, start_time, end_time, f"fields @message | {query}", log_groups)

    create = LogQuery.__init__
    for owner, name, replacement in (
        (LogQuery, "__init__", started),
        (LogQuery, "to_result_json", with_stats),
        (Statistics, "get_statistics_for_type", with_percentiles),
    ):
        setattr(owner, name, replacement)


def conversations(records: list[str]) -> list[list[dict[str, str]]]:
    """Rows as Insights gives them: bytes by source, target and port, the busiest first."""
    traffic: Counter[tuple[str, str, str]] = Counter()
    for parts in map(str.split, records):
        if parts[_ACTION] == "ACCEPT":
            traffic[parts[_SOURCE], parts[_TARGET], parts[_TARGET_PORT]] += int(parts[_BYTES])
    return [
        [
            {"field": "srcAddr", "value": source},
            {"field": "dstAddr", "value": target},
            {"field": "dstPort", "value": port},
            {"field": "traffic", "value": str(amount)},
        ]
        for (source, target, port), amount in traffic.most_common()
    ]
