"""When vendors support the release that a version falls into. What is not published is unknown, never guessed."""

import csv
import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from aidiscover_pipelines.technology.versions import Version

EOL, EOL_12, EOL_24, SUPPORTED, UNKNOWN = "eol", "eol_12", "eol_24", "supported", "unknown"
STATUSES = (EOL, EOL_12, EOL_24, SUPPORTED, UNKNOWN)
PUBLISHED = "endoflife.date @a70eca3 of 2026-08-22"

_NONE, _ENDED = "none", "ended"
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Cycle:
    """A published release cycle. Dates are ISO 8601 and empty where not published.

    `end_of_life` is the last day of fixes without a paid extension, "none" where no end is announced, "ended" where
    it is over and the day is not told, empty where nothing is told.
    """

    name: str
    released: str
    support_ends: str
    end_of_life: str
    extended_ends: str
    source: str

    def status(self, today: date) -> str:
        """One of STATUSES; a cycle of which no end is told is unknown."""
        if not self.end_of_life:
            return UNKNOWN
        if self.end_of_life in (_NONE, _ENDED):
            return SUPPORTED if self.end_of_life == _NONE else EOL
        if self.end_of_life < today.isoformat():
            return EOL
        soon = ((EOL_12, 12), (EOL_24, 24))
        return next((name for name, months in soon if self.end_of_life <= _later(today, months)), SUPPORTED)

    @property
    def ends_on(self) -> str | None:
        """The day its fixes end, where one is published."""
        return self.end_of_life if self.end_of_life not in ("", _NONE, _ENDED) else None


@lru_cache(maxsize=10_000)
def look_up(product: str, version: Version, today: date) -> tuple[Cycle | None, str]:
    """The cycle that a version falls into and its status at `today`.

    A version less exact than the published cycles ("Oracle 11", "5.5-5.7") gets a status where all cycles that it may
    be agree, and then the cycle that ends last: nothing is called older than it may be. One that is open upwards
    ("2016 or later") may be a release that is not published yet, so it stays unknown.
    """
    cycles = _cycles().get(product, {})
    if not cycles or version.open_upwards or not version.numbers:
        return None, UNKNOWN
    candidates = (
        _between(cycles, *version.numbers) if version.is_range else [_matching(cycles, one) for one in version.numbers]
    )
    if not all(candidates) or not candidates:
        return None, UNKNOWN
    found = [cycle for some in candidates for cycle in some]
    statuses = {cycle.status(today) for cycle in found}
    if len(statuses) != 1 or UNKNOWN in statuses:
        return None, UNKNOWN
    exact = found[0] if len(found) == 1 else _spanned(version.text, found)
    return exact, statuses.pop()


def _matching(cycles: Mapping[str, Cycle], version: str) -> list[Cycle]:
    """The cycle of that name, else the longest that the version is a patch of, else all finer ones."""
    parts = version.split(".")
    for length in range(len(parts), 0, -1):
        exact = cycles.get(".".join(parts[:length]))
        if exact:
            return [exact]
    return [cycle for name, cycle in cycles.items() if name.startswith((f"{version}.", f"{version}-"))]


def _between(cycles: Mapping[str, Cycle], low: str, high: str) -> list[list[Cycle]]:
    """Cycles from `low` to `high` where both ends are published."""
    ends = [_matching(cycles, one) for one in (low, high)]
    first, last = (_order(one) for one in (low, high))
    inside = [cycle for name, cycle in cycles.items() if first <= _order(name)[: len(first)] and _order(name) <= last]
    return [*ends, inside] if all(ends) else []


def _order(name: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBERS.findall(name))


def _spanned(text: str, cycles: Sequence[Cycle]) -> Cycle:
    """Several cycles as one, under the version as it was told."""
    last = max(cycles, key=lambda cycle: (cycle.end_of_life == _NONE, cycle.ends_on or "", cycle.name))
    released = min((cycle.released for cycle in cycles if cycle.released), default="")
    return Cycle(text, released, last.support_ends, last.end_of_life, last.extended_ends, last.source)


def _later(day: date, months: int) -> str:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if year > date.max.year:
        return date.max.isoformat()
    return date(year, month, min(day.day, monthrange(year, month)[1])).isoformat()


@cache
def _cycles() -> Mapping[str, Mapping[str, Cycle]]:
    """Product -> cycle in lower case -> cycle; rows added by hand win."""
    table: dict[str, dict[str, Cycle]] = {}
    folder = Path(__file__).parent
    for name, source in (("lifecycles.csv", PUBLISHED), ("lifecycles_added.csv", "")):
        with (folder / name).open(encoding="utf-8", newline="") as lines:
            rows = csv.reader(line for line in lines if not line.startswith("#"))
            next(rows)
            for product, cycle, *told in rows:
                values = (*told[:4], source or told[4])
                table.setdefault(product, {})[cycle.lower()] = Cycle(cycle, *values)
    return table
