"""CloudWatch: average and 95th percentile of the last two weeks, up to 500 statistics in a call.

One value covers the whole window, so a percentile is that of all samples. Where a field adds two metrics (in and out,
read and write) its p95 adds theirs, which is no less than the true one. Memory is known where CloudWatch's agent runs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from resources.clouds.account import Measured, Resource
from resources.clouds.aws.compute import INSTANCE
from resources.clouds.aws.databases import CACHE, DATABASE
from resources.clouds.aws.listing import Listing, Scope, Told, chunks

WINDOW = timedelta(days=14)
AT_ONCE = 500  # queries of one GetMetricData
_BYTES_PER_MB = 1_000_000
_STATISTICS = {"avg": "Average", "p95": "p95"}
_AGENT = "CWAgent"
# What the agent calls memory on Linux and on Windows.
_AGENT_MEMORY = ("mem_used_percent", "Memory % Committed Bytes In Use")


@dataclass(frozen=True, slots=True)
class Metric:
    """A field and the metrics that add up to it. `scale` turns their unit into the field's.

    `is_amount`: the metric counts what a sample saw, to be divided by the seconds that a sample lasts.
    """

    field: str
    names: tuple[str, ...]
    scale: float = 1.0
    is_amount: bool = False


@dataclass(frozen=True, slots=True)
class Measurements:
    """What CloudWatch measures of one kind of resource, and the dimension that tells one from another."""

    kind: str
    namespace: str
    dimension: str
    metrics: tuple[Metric, ...]


MEASURED = (
    Measurements(
        INSTANCE,
        "AWS/EC2",
        "InstanceId",
        (
            Metric("cpu_util_pct", ("CPUUtilization",)),
            Metric("network_throughput_mbps", ("NetworkIn", "NetworkOut"), 1 / _BYTES_PER_MB, is_amount=True),
            Metric("disk_throughput_mbps", ("EBSReadBytes", "EBSWriteBytes"), 1 / _BYTES_PER_MB, is_amount=True),
            Metric("disk_iops", ("EBSReadOps", "EBSWriteOps"), is_amount=True),
        ),
    ),
    Measurements(
        DATABASE,
        "AWS/RDS",
        "DBInstanceIdentifier",
        (
            Metric("cpu_util_pct", ("CPUUtilization",)),
            Metric(
                "network_throughput_mbps", ("NetworkReceiveThroughput", "NetworkTransmitThroughput"), 1 / _BYTES_PER_MB
            ),
            Metric("disk_throughput_mbps", ("ReadThroughput", "WriteThroughput"), 1 / _BYTES_PER_MB),
            Metric("disk_iops", ("ReadIOPS", "WriteIOPS")),
        ),
    ),
    Measurements(
        CACHE,
        "AWS/ElastiCache",
        "CacheClusterId",
        (
            Metric("cpu_util_pct", ("CPUUtilization",)),
            Metric("memory_util_pct", ("DatabaseMemoryUsagePercentage",)),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Query:
    """One statistic of one metric of one resource, and the factor that makes it the field's.

    An account has tens of thousands: what CloudWatch is told of one is made when it is asked.
    """

    resource: str
    field: str
    statistic: str
    namespace: str
    name: str
    dimensions: Sequence[Mapping[str, str]]
    factor: float

    def asked(self, id: str) -> dict[str, Any]:
        """A query of GetMetricData."""
        metric = {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": self.dimensions}
        period = int(WINDOW.total_seconds())
        return {"Id": id, "MetricStat": {"Metric": metric, "Period": period, "Stat": _STATISTICS[self.statistic]}}


def metric_listings(found: Sequence[Resource], region: str, now: datetime | None = None) -> Iterator[Listing]:
    """Calls for what was found in the region. Resources without a region in their ARN are not measured."""
    here = [resource for resource in found if resource.arn.split(":")[3:4] == [region]]
    queries = [
        query for measured in MEASURED for each in here if each.kind == measured.kind for query in _of(each, measured)
    ]
    yield from _data(queries, now or datetime.now(UTC))
    instances = frozenset(resource.id for resource in here if resource.kind == INSTANCE)
    for name in _AGENT_MEMORY if instances else ():
        yield Listing(
            "cloudwatch",
            "cloudwatch",
            "ListMetrics",
            "Metrics",
            _agent_memory(instances),
            arguments={"Namespace": _AGENT, "MetricName": name},
        )


def _of(resource: Resource, measured: Measurements) -> Iterator[Query]:
    # The ARN ends in the name: ...:instance/i-1, ...:db:orders, ...:cluster:sessions
    name = resource.arn.rpartition(":")[2].rpartition("/")[2]
    dimensions = [{"Name": measured.dimension, "Value": name}]
    sample_s = float(next(iter(resource.links.get("sample_s", ())), "1"))
    for metric in measured.metrics:
        factor = metric.scale / sample_s if metric.is_amount else metric.scale
        for metric_name in metric.names:
            for statistic in _STATISTICS:
                yield Query(resource.id, metric.field, statistic, measured.namespace, metric_name, dimensions, factor)


def _agent_memory(instances: frozenset[str]) -> Callable[[Sequence[Any], Scope], Iterator[Told]]:
    """The agent's metrics have dimensions that its configuration chooses: listed first, then asked for as listed."""

    def tell(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
        by_instance: dict[str, Any] = {}
        for item in items:
            named = {each["Name"]: each["Value"] for each in item.get("Dimensions", [])}
            if named.get("InstanceId") in instances:
                by_instance.setdefault(named["InstanceId"], item)
        queries = [
            Query(
                instance, "memory_util_pct", statistic, item["Namespace"], item["MetricName"], item["Dimensions"], 1.0
            )
            for instance, item in sorted(by_instance.items())
            for statistic in _STATISTICS
        ]
        yield from _data(queries, datetime.now(UTC))

    return tell


def _data(queries: Sequence[Query], now: datetime) -> Iterator[Listing]:
    end = now.replace(second=0, microsecond=0)
    for part in chunks(queries, AT_ONCE):
        yield Listing(
            "cloudwatch",
            "cloudwatch",
            "GetMetricData",
            "MetricDataResults",
            _measured(part),
            arguments=partial(_asked, part, end),
        )


def _asked(queries: Sequence[Query], end: datetime) -> dict[str, Any]:
    asked = [query.asked(f"q{number}") for number, query in enumerate(queries)]
    return {"MetricDataQueries": asked, "StartTime": end - WINDOW, "EndTime": end}


def _measured(queries: Sequence[Query]) -> Callable[[Sequence[Any], Scope], Iterator[Told]]:
    def tell(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
        sums: dict[str, dict[tuple[str, str], float]] = {}
        for item in items:
            if item.get("Values"):
                query = queries[int(item["Id"].removeprefix("q"))]
                of_resource = sums.setdefault(query.resource, {})
                key = (query.field, query.statistic)
                of_resource[key] = of_resource.get(key, 0.0) + float(item["Values"][0]) * query.factor
        for resource, values in sums.items():
            measured = [Measured(field, statistic, value) for (field, statistic), value in values.items()]
            yield Resource(resource, {}, measured=measured)

    return tell
