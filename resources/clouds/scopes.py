"""What an account tells, gathered service by service: cells and coverage of each service of each region."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import CloudCell, CloudCoverage
from aidiscover_pipelines.ports import CloudScope
from resources.clouds.account import Resource
from resources.clouds.cells import Cell, file_id, record_id, relation_cells, resource_cells
from resources.clouds.reader import Ended, Event, Part, Quiet
from resources.frames import conform, decode_json

# What several reads of one operation come to: any gap is told before what went well.
_GRAVEST = ("denied", "throttled", "failed", "skipped", "called", "empty")
_REASONS = 3  # of one operation; more are the same over and over


@dataclass(slots=True)
class _Tally:
    """Reads of one operation: how many of each outcome, and what they gave."""

    outcomes: dict[str, int] = field(default_factory=dict)
    resources: int = 0
    calls: int = 0
    missing: dict[str, None] = field(default_factory=dict)
    reasons: dict[str, None] = field(default_factory=dict)

    def add(self, ended: Ended) -> None:
        self.outcomes[ended.outcome] = self.outcomes.get(ended.outcome, 0) + 1
        self.resources += ended.resources
        self.calls += ended.calls
        if ended.reason:
            self.reasons[ended.reason] = None
        if ended.outcome == "denied" and ended.read.permission:
            self.missing[ended.read.permission] = None

    def columns(self) -> dict[str, Any]:
        """What the operation's coverage row says of it."""
        outcome = next(each for each in _GRAVEST if each in self.outcomes)
        reads, missing = sum(self.outcomes.values()), ", ".join(self.missing)
        told = "; ".join(sorted(self.reasons)[:_REASONS])
        part = f"{self.outcomes[outcome]} of {reads} reads: " if told and self.outcomes[outcome] < reads else ""
        return {
            "outcome": outcome,
            "resources": self.resources,
            "calls": self.calls,
            "permission": missing,
            "reason": f"{part}{told}{f'; allow {missing}' if missing else ''}",
        }


@dataclass(slots=True)
class _Service:
    """What a service of a region has told since it was handed on last."""

    parts: list[Part] = field(default_factory=list)
    tallies: dict[str, _Tally] = field(default_factory=dict)
    has_news: bool = False


class Gathering:
    """Events of one account in, scopes out: each as soon as its service is quiet and all that it tells has a place."""

    def __init__(self, cloud: str, account: str) -> None:
        self._cloud = cloud
        self._account = account
        self._services: dict[tuple[str, str], _Service] = {}
        self._records: dict[str, str] = {}  # id or arn of what is listed -> its record; empty where it is no asset
        self._now = datetime.now(UTC)

    def scopes(self, events: Iterable[Event]) -> Iterator[CloudScope]:
        """The scopes of all events. What tells more of a resource that nobody has listed yet waits for who does."""
        for event in events:
            if isinstance(event, Quiet):
                if self._all_placed(event.region, event.service):
                    yield self._handed_on(event.region, event.service)
                continue
            service = self._services.setdefault((event.read.region, event.read.service), _Service())
            service.has_news = True
            if isinstance(event, Part):
                service.parts.append(event)
                self._place(event)
            else:
                service.tallies.setdefault(event.read.operation, _Tally()).add(event)
        for (region, name), service in self._services.items():
            if service.has_news:
                yield self._handed_on(region, name)

    def _place(self, part: Part) -> None:
        file = file_id(self._cloud, self._account, part.read.region)
        for resource in part.page.resources:
            if resource.kind:
                record = record_id(file, part.read.service, resource.id) if resource.texts else ""
                for name in (resource.id, resource.arn):
                    if name:
                        self._records[name] = record

    def _all_placed(self, region: str, name: str) -> bool:
        parts = self._services[region, name].parts
        return all(resource.id in self._records for part in parts for resource in part.page.resources)

    def _handed_on(self, region: str, name: str) -> CloudScope:
        service = self._services[region, name]
        place = {"cloud": self._cloud, "account": self._account, "region": region, "service": name}
        cells = [(*cell, part.read.operation) for part in service.parts for cell in self._cells(part, region, name)]
        service.parts, service.has_news = [], False
        coverage = [
            coverage_row(place, operation, tally.columns(), self._now)
            for operation, tally in sorted(service.tallies.items())
        ]
        return CloudScope(_cell_frame(cells, place), coverage_frame(coverage))

    def _cells(self, part: Part, region: str, name: str) -> Iterator[Cell]:
        file = file_id(self._cloud, self._account, region)
        for resource in part.page.resources:
            yield from self._resource_cells(resource, record_id(file, name, resource.id), name)
        for relation in part.page.relations:
            yield from relation_cells(relation, file, name)

    def _resource_cells(self, resource: Resource, own: str, name: str) -> Iterator[Cell]:
        listed = own if resource.texts else ""
        record = listed if resource.kind else self._records.get(resource.id, own)
        if record:
            is_own = record == own
            yield from resource_cells(resource, record, is_listed=is_own, told_by="" if is_own else name)


def coverage_row(
    place: Mapping[str, Any], operation: str, columns: Mapping[str, Any], scanned_at: datetime
) -> dict[str, Any]:
    """A CloudCoverage row of which nothing is stored yet; `place` is cloud, account, region and service."""
    return {**place, "operation": operation, **columns, "scanned_at": scanned_at, "read_at": None, "digest": ""}


def coverage_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame of CloudCoverage columns."""
    return decode_json(conform(pd.DataFrame(rows, columns=CloudCoverage.columns()), CloudCoverage), CloudCoverage)


def _cell_frame(cells: list[tuple[Any, ...]], place: Mapping[str, str]) -> pd.DataFrame:
    """In the order of their addresses, one cell of each: of two that tell the same the first operation's stands.

    `cells` are those of `Cell`, each with its operation; they are sorted here. Tuples take a fourth of the memory of
    dicts or of a frame of objects, and a subscription of Azure has 170,000 of them in one service.
    """
    names = [*Cell._fields, "operation"]
    address, operation, original = map(names.index, ("evidence_id", "operation", "original"))
    cells.sort(key=itemgetter(address, operation, original))
    first = [next(alike) for _, alike in groupby(cells, itemgetter(address))]
    told = {
        name: pd.Series(column, dtype="float64" if name == "number" else "str")
        for name, column in zip(names, zip(*first, strict=True) if first else [()] * len(names), strict=True)
    }
    records, ids = pd.factorize(told["record_id"])
    files = pd.Series([record.partition(".")[0] for record in ids], dtype="str")
    frame = pd.DataFrame({**told, "file_id": files.array.take(records), **place})
    return decode_json(conform(frame, CloudCell), CloudCell)
