"""The quality of the 22 attributes over the portfolio, as a grid of colours: groups or applications by attribute."""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from aidiscover_pipelines.domain.critical_attributes import CRITICAL_ATTRIBUTES, WEIGHTS
from aidiscover_pipelines.domain.stage import HeatMap
from aidiscover_pipelines.reporting import svg

# Applications up to which each has a row of its own; beyond them patterns have, and the weakest of the rest.
ROWS_ALONE = 40
_NO_PATTERN = "in no pattern"

# From nothing to everything known and believed. One hue, light to dark, so that it reads in print and without colour
# vision. Pictures have these; the page has the same in its style sheet, and others for a dark screen.
SHADES = ("#f4f1ea", "#dbe7f1", "#b6d0e6", "#86b1d6", "#4f8cc0", "#0b5394")
NOTHING = "#e3e7ec"


def application_confidence(quality: pd.DataFrame) -> "pd.Series[float]":
    """Quality of each application's attributes averaged by their weights, 0 to 1; `AttributeGrid.quality`."""
    weights = pd.Series(WEIGHTS).reindex(quality.columns, fill_value=0.0)
    return (quality * weights).sum(axis=1) / sum(WEIGHTS.values())


def portfolio_heat_map(quality: pd.DataFrame, applications: pd.DataFrame) -> HeatMap:
    """Mean quality by attribute (columns) and application, the least confident first; `AttributeGrid.quality`.

    More than ROWS_ALONE applications are shown by pattern, the largest first. `applications` has application_id, name
    and cluster (its pattern's name, or empty). Attributes and applications of which nothing is stored are left out.
    """
    shown = [attribute for attribute in CRITICAL_ATTRIBUTES if attribute.key in quality.columns]
    wide = quality.dropna(how="all")[[attribute.key for attribute in shown]]
    named = applications.set_index("application_id")
    if len(wide) <= ROWS_ALONE:
        wide = wide.loc[application_confidence(wide).sort_index().sort_values(kind="stable").index]
        rows = [str(named["name"].get(application, application)) for application in wide.index]
    else:
        groups = named["cluster"].reindex(wide.index).fillna("").replace("", _NO_PATTERN)
        sizes = groups.value_counts()
        wide = (
            wide.groupby(groups.to_numpy())
            .mean()
            .reindex(sizes.sort_index().sort_values(ascending=False, kind="stable").index)
        )
        rows = [f"{name} ({sizes[name]})" for name in wide.index]
    cells = [[None if cell != cell else round(cell, 3) for cell in row] for row in wide.to_numpy().tolist()]
    return HeatMap(rows, [attribute.label for attribute in shown], cells)


def heat_map_svg(grid: HeatMap, title: str) -> Markup:
    """The grid as inline SVG: column names upright, one square for each cell with its figure in percent."""
    side, label_width, head = 26, 310, 200
    parts: list[Markup] = []
    for place, column in enumerate(grid.columns):
        x = label_width + place * side + side / 2 + 4
        parts.append(
            Markup('<text transform="translate({} {}) rotate(-60)" font-size="11" class="f-soft">{}</text>').format(
                f"{x:.0f}", head - 6, column
            )
        )
    for line, (row, cells) in enumerate(zip(grid.rows, grid.cells, strict=True)):
        y = head + line * side
        parts.append(svg.text(label_width - 8, y + 17, svg.short(row, 46), 12, "f-ink", "end"))
        for place, (column, cell) in enumerate(zip(grid.columns, cells, strict=True)):
            parts += _cell(label_width + place * side, y, side, cell, f"{row}: {column}")
    width, height = label_width + side * len(grid.columns) + 110, head + side * len(grid.rows) + 8
    return svg.svg(width, height, title, parts, "heat")


def legend(count: int = len(SHADES)) -> Sequence[tuple[str, str]]:
    """Class of each colour with the shares it stands for."""
    bounds = [round(100 * place / count) for place in range(count + 1)]
    return [(f"f-h{place}", f"{bounds[place]}-{bounds[place + 1]} %") for place in range(count)]


def _cell(x: float, y: float, side: float, share: float | None, name: str) -> list[Markup]:
    if share is None:
        return [svg.rect(x, y, side - 2, side - 2, "f-none", f"{name}: nothing stored")]
    step, percent = _step(share), f"{100 * share:.0f}"
    return [
        svg.rect(x, y, side - 2, side - 2, f"f-h{step}", f"{name}: {percent} %"),
        svg.text(x + (side - 2) / 2, y + 16, percent, 10, f"t-h{step}", "middle"),
    ]


def _step(share: float) -> int:
    return min(int(share * len(SHADES)), len(SHADES) - 1)
