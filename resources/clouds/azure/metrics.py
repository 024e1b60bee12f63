"""How busy resources were: hourly values of the last week, of up to 50 resources of one region and type in one call.

`avg` is the mean of the hourly values and `p95` their 95th percentile (interpolated). An hour's value is the mean that
Azure Monitor computed over its minutes, of byte counts their total over 3,600 seconds: short peaks are flattened. Hours
without a value (machine stopped) do not count, a resource without any hour is not measured.
Source: learn.microsoft.com, Supported metrics with Azure Monitor, and Metrics Batch (2024-02-01).
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic_core import from_json

from resources.clouds.account import Measured, Page, Read, Resource
from resources.clouds.azure.clients import AzureClients

PERMISSION = "Microsoft.Insights/metrics/read"
BATCH = 50
# A batch of machines is 5 MB of text and several times that when parsed; parsing two at a time would be no faster.
_PARSING = threading.Lock()
DAYS = 7

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """Metrics whose hourly values add up to one field, after `convert`."""

    field: str
    metrics: tuple[str, ...]
    aggregation: str
    convert: Callable[[Values], Values]


def _as_is(values: Values) -> Values:
    return values


def _used(free: Values) -> Values:
    return 100 - free


def _mb_per_s(bytes_per_hour: Values) -> Values:
    return bytes_per_hour / 3600 / 1e6


def _gb(size: Values) -> Values:
    return size / 1e9


_MACHINE = (
    Series("cpu_util_pct", ("Percentage CPU",), "average", _as_is),
    Series("memory_util_pct", ("Available Memory Percentage",), "average", _used),
    Series("disk_iops", ("Disk Read Operations/Sec", "Disk Write Operations/Sec"), "average", _as_is),
    Series("disk_throughput_mbps", ("Disk Read Bytes", "Disk Write Bytes"), "total", _mb_per_s),
    Series("network_throughput_mbps", ("Network In Total", "Network Out Total"), "total", _mb_per_s),
)
_DATABASE_SERVER = (
    Series("cpu_util_pct", ("cpu_percent",), "average", _as_is),
    Series("memory_util_pct", ("memory_percent",), "average", _as_is),
)
SERIES: Mapping[str, tuple[Series, ...]] = {
    "microsoft.compute/virtualmachines": _MACHINE,
    "microsoft.compute/virtualmachinescalesets": _MACHINE,
    "microsoft.sql/servers/databases": (Series("cpu_util_pct", ("cpu_percent",), "average", _as_is),),
    "microsoft.sql/managedinstances": (Series("cpu_util_pct", ("avg_cpu_percent",), "average", _as_is),),
    "microsoft.dbforpostgresql/flexibleservers": _DATABASE_SERVER,
    "microsoft.dbformysql/flexibleservers": _DATABASE_SERVER,
    "microsoft.storage/storageaccounts": (Series("storage_used_gb", ("UsedCapacity",), "average", _gb),),
}


def reads(clients: AzureClients, subscription: str, found: Sequence[Resource]) -> Iterator[Read]:
    """A read for every 50 resources of a region and type that have metrics."""
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for resource in found:
        kind = resource_type(resource.id)
        if kind in SERIES and "location" in resource.texts:
            alike[resource.texts["location"], kind].append(resource.id)
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for (region, kind), ids in sorted(alike.items()):
        ids.sort()
        for first in range(0, len(ids), BATCH):
            yield _read(clients, subscription, region, kind, ids[first : first + BATCH], end)


def resource_type(resource_id: str) -> str:
    """Type of a resource id, in lower case: /subscriptions/s/.../providers/namespace/type/name[/type/name ...]."""
    _, _, path = resource_id.lower().rpartition("/providers/")
    parts = path.split("/")
    return "/".join([parts[0], *parts[1::2]])


def _read(clients: AzureClients, subscription: str, region: str, kind: str, ids: Sequence[str], end: datetime) -> Read:
    series = SERIES[kind]
    parameters = {
        "metricnamespace": kind,
        "metricnames": ",".join(name for each in series for name in each.metrics),
        "aggregation": ",".join(sorted({each.aggregation for each in series})),
        "interval": "PT1H",
        "starttime": _utc(end - timedelta(days=DAYS)),
        "endtime": _utc(end),
    }

    def fetch(_token: str | None) -> Page:
        body = clients.metrics(region, subscription, parameters, ids)
        with _PARSING:
            answers = from_json(body)["values"]
            return Page([Resource(one["resourceid"].lower(), {}, measured=_measured(one, series)) for one in answers])

    return Read(region, "monitor", "get metrics batch", PERMISSION, fetch)


def _measured(answer: Mapping[str, Any], series: Iterable[Series]) -> list[Measured]:
    told = {each["name"]["value"]: each for each in answer.get("value") or []}
    measured = []
    for each in series:
        hours = [_hours(told.get(name) or {}, each.aggregation) for name in each.metrics]
        first, *others = hours
        added = [sum((one[hour] for one in others), value) for hour, value in first.items() if _in_all(hour, others)]
        if added:
            values = each.convert(np.array(added))
            measured.append(Measured(each.field, "avg", round(float(values.mean()), 3)))
            measured.append(Measured(each.field, "p95", round(float(np.percentile(values, 95)), 3)))
    return measured


def _in_all(hour: str, others: Sequence[Mapping[str, float]]) -> bool:
    return all(hour in one for one in others)


def _hours(metric: Mapping[str, Any], aggregation: str) -> dict[str, float]:
    """Hour -> value; a metric without dimensions has one series."""
    return {
        point["timeStamp"]: float(point[aggregation])
        for series in metric.get("timeseries") or []
        for point in series.get("data") or []
        if point.get(aggregation) is not None
    }


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
