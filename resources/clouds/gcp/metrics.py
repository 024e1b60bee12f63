"""How busy instances and databases are: hourly means of 14 days, by one list call for each metric of a project.

Monitoring aligns percentiles of distributions only (Aggregation.Aligner), and use of a CPU is a plain number: so hourly
means come over, and average and 95th percentile are taken here, of 336 hours at most. Page sizes are the largest.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from resources.clouds.account import GLOBAL, Measured, Page, Read, Resource
from resources.clouds.gcp.assets import DATABASE, INSTANCE
from resources.clouds.gcp.role import LIST_TIME_SERIES

if TYPE_CHECKING:
    from google.cloud.monitoring_v3 import ListTimeSeriesRequest, MetricServiceClient

HOURS = 14 * 24
HOUR_S = 3_600
POINTS_OF_PAGE = 100_000  # what Monitoring gives at most
CALL_S = 60.0
SERVICE = "monitoring"

_SUMMED = "compute.googleapis.com/instance/"


@dataclass(frozen=True, slots=True)
class Metric:
    """What becomes one field: the sum of `types`, times `scale`. `label` is what Monitoring calls the resource."""

    field: str
    kind: str
    types: tuple[str, ...]
    scale: float = 1.0
    is_rate: bool = False
    only: str = ""

    @property
    def label(self) -> str:
        """The resource label that names one instance or database."""
        return "instance_id" if self.kind == INSTANCE else "database_id"

    @property
    def resource_type(self) -> str:
        """Monitoring's word for the kind."""
        return "gce_instance" if self.kind == INSTANCE else "cloudsql_database"


METRICS = (
    Metric("cpu_util_pct", INSTANCE, (f"{_SUMMED}cpu/utilization",), 100),
    # Known where the Ops Agent runs in the instance; Compute Engine does not see inside.
    Metric(
        "memory_util_pct",
        INSTANCE,
        ("agent.googleapis.com/memory/percent_used",),
        only=' AND metric.labels.state = "used"',
    ),
    Metric(
        "network_throughput_mbps",
        INSTANCE,
        (f"{_SUMMED}network/received_bytes_count", f"{_SUMMED}network/sent_bytes_count"),
        1e-6,
        is_rate=True,
    ),
    Metric("disk_iops", INSTANCE, (f"{_SUMMED}disk/read_ops_count", f"{_SUMMED}disk/write_ops_count"), is_rate=True),
    Metric(
        "disk_throughput_mbps",
        INSTANCE,
        (f"{_SUMMED}disk/read_bytes_count", f"{_SUMMED}disk/write_bytes_count"),
        1e-6,
        is_rate=True,
    ),
    Metric("cpu_util_pct", DATABASE, ("cloudsql.googleapis.com/database/cpu/utilization",), 100),
    Metric("memory_util_pct", DATABASE, ("cloudsql.googleapis.com/database/memory/utilization",), 100),
)


def metric_reads(client: "MetricServiceClient", found: Sequence[Resource]) -> Iterator[Read]:
    """A read for each metric of each project that has something to measure."""
    measured: dict[tuple[str, str], dict[str, str]] = {}
    for resource in found:
        for name in resource.links.get("measured_as", ()):
            project, _, label = name.partition("/")
            measured.setdefault((project, resource.kind), {})[label] = resource.id
    until = int(time.time()) // HOUR_S * HOUR_S
    for (project, kind), ids in sorted(measured.items()):
        for metric in METRICS:
            if metric.kind == kind:
                fetch = _Series(client, project, metric, ids, until)
                yield Read(GLOBAL, SERVICE, f"ListTimeSeries {metric.field}", LIST_TIME_SERIES, fetch)


def first_series(client: "MetricServiceClient", project: str) -> Callable[[str | None], Page]:
    """The cheapest call: one time series of the last hour, without points."""

    def fetch(_token: str | None) -> Page:
        until = int(time.time()) // HOUR_S * HOUR_S
        asked = _request(project, METRICS[0], METRICS[0].types[0], until, "")
        headers = type(asked).TimeSeriesView.HEADERS
        client.list_time_series(type(asked)(asked, view=headers, page_size=1), retry=None, timeout=CALL_S)
        return Page()

    return fetch


@dataclass(slots=True)
class _Series:
    """The pages of one metric, type after type. A series may be parted by a page, so that all is told on the last."""

    client: "MetricServiceClient"
    project: str
    metric: Metric
    ids: Mapping[str, str]
    until: int
    hours: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)

    def __call__(self, token: str | None) -> Page:
        """One call. The token is the number of the metric type and Monitoring's own, parted by a blank."""
        at, _, inner = (token or "0 ").partition(" ")
        request = _request(self.project, self.metric, self.metric.types[int(at)], self.until, inner)
        answer = next(iter(self.client.list_time_series(request, retry=None, timeout=CALL_S).pages))
        self._take(type(answer).pb(answer))
        if answer.next_page_token:
            return Page(token=f"{at} {answer.next_page_token}")
        if int(at) + 1 < len(self.metric.types):
            return Page(token=f"{int(at) + 1} ")
        return Page(resources=[*self._told()])

    def _take(self, answer: Any) -> None:
        for series in answer.time_series:
            identifier = self.ids.get(series.resource.labels[self.metric.label])
            if identifier is None:  # deleted since, or made after the inventory was read
                continue
            hours = self.hours.setdefault(identifier, np.full(HOURS, np.nan))
            ends = np.array([point.interval.end_time.seconds for point in series.points], dtype=np.int64)
            values = np.array([point.value.double_value for point in series.points])
            ago = (self.until - ends) // HOUR_S
            asked = (ago >= 0) & (ago < HOURS)
            hours[ago[asked]] = np.nan_to_num(hours[ago[asked]]) + values[asked]

    def _told(self) -> Iterator[Resource]:
        for identifier, hours in sorted(self.hours.items()):
            values = hours[~np.isnan(hours)] * self.metric.scale
            if len(values):
                average = Measured(self.metric.field, "avg", round(float(values.mean()), 4))
                peak = Measured(self.metric.field, "p95", round(float(np.percentile(values, 95)), 4))
                yield Resource(identifier, {}, measured=(average, peak))


def _request(project: str, metric: Metric, type_: str, until: int, token: str) -> "ListTimeSeriesRequest":
    from google.cloud.monitoring_v3 import Aggregation, ListTimeSeriesRequest

    aligner = Aggregation.Aligner.ALIGN_RATE if metric.is_rate else Aggregation.Aligner.ALIGN_MEAN
    return ListTimeSeriesRequest(
        name=f"projects/{project}",
        filter=f'metric.type = "{type_}" AND resource.type = "{metric.resource_type}"{metric.only}',
        interval={"start_time": {"seconds": until - HOURS * HOUR_S}, "end_time": {"seconds": until}},
        aggregation={
            "alignment_period": {"seconds": HOUR_S},
            "per_series_aligner": aligner,
            # An instance has a series for each of its disks and network cards.
            "cross_series_reducer": Aggregation.Reducer.REDUCE_SUM
            if metric.is_rate
            else Aggregation.Reducer.REDUCE_MEAN,
            "group_by_fields": [f"resource.labels.{metric.label}"],
        },
        page_size=POINTS_OF_PAGE,
        page_token=token,
    )
