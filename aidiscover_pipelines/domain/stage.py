"""What a stage tells about itself: counts, reasons, a preview and figures, ready for a person or a script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A grid of shares, 0 to 1; None where there is nothing to show. `cells` has one row for each of `rows`."""

    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class StageResult:
    """Outcome of one stage for one partition.

    `skipped` maps a reason to a count; rows_in counts what was read, rows_out what was written. `preview` holds at most
    ten rows as plain dicts. `figures` are single numbers or short texts. `charts` maps a title to
    the bars of a chart, `heat_maps` to a grid. `links` maps a label to a file on this machine. `tables` maps a title to
    at most ten rows of something else worth seeing.
    """

    rows_in: int
    rows_out: int
    skipped: Mapping[str, int] = field(default_factory=dict)
    preview: Sequence[Mapping[str, Any]] = ()
    figures: Mapping[str, float | int | str] = field(default_factory=dict)
    charts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    heat_maps: Mapping[str, HeatMap] = field(default_factory=dict)
