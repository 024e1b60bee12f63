"""VPC flow logs where they go to CloudWatch Logs: who called whom on which port, counted by Logs Insights.

A query runs at AWS over a day and answers with its busiest conversations; the log itself is not fetched. Logs that go
to S3 or Firehose are not read.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from resources.clouds.account import Fault, Refused, Relation
from resources.clouds.aws.dependencies import Found
from resources.clouds.aws.listing import Listing, Scope, Size, Told

WINDOW = timedelta(days=1)
MOST_CONVERSATIONS = 10_000  # rows that an Insights query answers with at most
# Answers go back to a high port: of the two directions of a conversation this one has the listener at its end.
HIGHEST_LISTENER = 32_767
QUERY = (
    f"filter action = 'ACCEPT' and dstPort <= {HIGHEST_LISTENER} "
    "| stats sum(bytes) as traffic by srcAddr, dstAddr, dstPort "
    f"| sort traffic desc | limit {MOST_CONVERSATIONS}"
)
MOST_POLLS = 120
_POLLS_PER_S = 1.0
_RUNNING = frozenset({"Scheduled", "Running", "Unknown"})


def flow_log_listing(found: Found) -> Listing:
    """The flow logs of a region, and from there a query on each log group."""
    return Listing("flow-log", "ec2", "DescribeFlowLogs", "FlowLogs", _log_groups(found), Size("MaxResults", 5, 1000))


def _log_groups(found: Found) -> Callable[[Sequence[Any], Scope], Iterator[Told]]:
    def tell(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
        end = datetime.now(UTC).replace(microsecond=0)
        for group in sorted({item["LogGroupName"] for item in items if item.get("LogGroupName")}):
            asked = {
                "logGroupName": group,
                "startTime": int((end - WINDOW).timestamp()),
                "endTime": int(end.timestamp()),
                "queryString": QUERY,
            }
            yield Listing(
                "flow-log-query", "logs", "StartQuery", "queryId", _started(found), arguments=asked, calls_per_s=5
            )

    return tell


def _started(found: Found) -> Callable[[Sequence[Any], Scope], Iterator[Told]]:
    def tell(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
        return (_answer(found, query, polls=1) for query in items)

    return tell


def _answer(found: Found, query: str, polls: int) -> Listing:
    """The answer of a query; one that still runs is asked again, at the pace of its service here."""

    def tell(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
        for answer in items:
            status = str(answer.get("status", ""))
            if status in _RUNNING and polls < MOST_POLLS:
                yield _answer(found, query, polls + 1)
            elif status != "Complete":
                code = re.sub(r"\W", "", status)
                raise Refused(Fault("failed", code, f"a query of flow logs did not complete ({code}); scan again"))
            else:
                yield from _conversations(found, answer.get("results", []))

    return Listing(
        "flow-log-answer",
        "logs",
        "GetQueryResults",
        "",
        tell,
        arguments={"queryId": query},
        calls_per_s=_POLLS_PER_S,
    )


def _conversations(found: Found, rows: Sequence[Any]) -> Iterator[Relation]:
    """Pairs of which an end is known; the other may be a server of other sources, and stays as its address."""
    for row in rows:
        told = {cell["field"]: cell.get("value", "") for cell in row}
        source, target = told.get("srcAddr", ""), told.get("dstAddr", "")
        if {source, target} & found.ids.keys():
            port = told.get("dstPort", "")
            yield Relation(
                found.ids.get(source, source),
                found.ids.get(target, target),
                "flow log",
                int(port) if port.isdigit() else None,
            )
