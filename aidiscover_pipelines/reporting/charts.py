"""Small charts as PNG: bars, and a grid of colours, for the metadata of a materialisation in the Dagster UI."""

import io
from collections.abc import Mapping

from aidiscover_pipelines.domain.stage import HeatMap
from aidiscover_pipelines.reporting.heatmap import shade

_BAR_LIMIT = 20  # beyond this the labels of a 6-inch picture can no longer be read
_LABEL_LIMIT = 36
_INK = "#1f2d3d"
_BAR = "#2f6db5"


def bar_chart_png(title: str, bars: Mapping[str, float]) -> bytes:
    """Horizontal bars in the given order, with the number beside each; PNG bytes.

    Beyond 20 bars the rest is summed into one that says how many it stands for. No bars: a picture that says "no data".
    matplotlib is imported here because it takes a second that no definition load should pay.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    labels, values = _shown(bars)
    height = 0.6 + 0.28 * max(len(labels), 1)
    figure = Figure(figsize=(6.4, height), dpi=110)
    # Margins by hand: a layout engine measures every text first and takes as long again as the drawing.
    longest = max((len(label) for label in labels), default=0)
    axes = figure.add_axes((0.03 + 0.0095 * longest, 0.1 / height, 0.95 - 0.0095 * longest, 1 - 0.5 / height))
    axes.set_title(_plain(title), loc="left", fontsize=11, color=_INK)
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)
    axes.set_xticks([])
    if not labels:
        axes.set_yticks([])
        axes.text(0.0, 0.5, "no data", transform=axes.transAxes, color=_INK, fontsize=9)
    else:
        drawn = axes.barh(range(len(labels)), values, color=_BAR, height=0.68)
        axes.set_yticks(range(len(labels)), labels, fontsize=8, color=_INK)
        axes.tick_params(axis="y", length=0)
        axes.invert_yaxis()
        axes.bar_label(drawn, labels=[f"{value:,.10g}" for value in values], padding=3, fontsize=8, color=_INK)
        axes.margins(x=0.12)
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]  # matplotlib leaves it untyped
    return buffer.getvalue()


def heat_map_png(title: str, grid: HeatMap) -> bytes:
    """The grid with a row's name at the left, a column's name above, each cell coloured by its share; PNG bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import to_rgb
    from matplotlib.figure import Figure

    height = 2.4 + 0.2 * len(grid.rows)
    figure = Figure(figsize=(8.4, height), dpi=110)
    axes = figure.add_axes((0.3, 0.1 / height, 0.6, 1 - 2.3 / height))
    axes.imshow([[to_rgb(shade(cell)) for cell in row] for row in grid.cells], aspect="auto")
    axes.set_yticks(range(len(grid.rows)), [_plain(row)[:_LABEL_LIMIT] for row in grid.rows], fontsize=7, color=_INK)
    axes.set_xticks(range(len(grid.columns)), [_plain(name) for name in grid.columns], fontsize=7, color=_INK)
    axes.tick_params(axis="x", rotation=60, top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    axes.tick_params(axis="y", length=0)
    for label in axes.get_xticklabels():
        label.set(ha="left", rotation_mode="anchor")
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)
    figure.text(0.01, 1 - 0.2 / height, _plain(title), fontsize=11, color=_INK, va="top")
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]  # matplotlib leaves it untyped
    return buffer.getvalue()


def _shown(bars: Mapping[str, float]) -> tuple[list[str], list[float]]:
    items = [(str(label), float(value)) for label, value in bars.items()]
    if len(items) > _BAR_LIMIT:
        rest = items[_BAR_LIMIT - 1 :]
        items = [*items[: _BAR_LIMIT - 1], (f"{len(rest)} others", sum(value for _, value in rest))]
    return [_plain(label)[:_LABEL_LIMIT] for label, _ in items], [value for _, value in items]


def _plain(text: str) -> str:
    """Labels are a client's data: a dollar sign would start math mode, and control characters have no glyph."""
    return "".join(character if character.isprintable() else " " for character in text).replace("$", r"\$")
