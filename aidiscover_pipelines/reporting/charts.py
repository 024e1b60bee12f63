"""Charts as pictures that stand alone, for the metadata of a materialisation in the Dagster UI."""

from collections.abc import Mapping

from markupsafe import Markup

from aidiscover_pipelines.reporting import svg
from aidiscover_pipelines.reporting.heatmap import NOTHING, SHADES

_BAR_LIMIT = 24  # room for the critical attributes; longer lists nobody reads among metadata
_LABEL_LIMIT = 36
_LABEL_WIDTH, _BAR_WIDTH, _NUMBER_WIDTH, _STEP = 250, 340, 110, 22

_LIGHT_STEPS = 3  # shades on which dark figures are read; white ones on the others
# What the report's page says in its style sheet. White behind, because the UI has a dark theme.
_STYLE = (
    "svg{background:#fff;font-family:sans-serif}.f-ink{fill:#1f2d3d}.f-soft{fill:#5b6b7b}.f-bar{fill:#2f6db5}"
    + f".f-none{{fill:{NOTHING}}}"
    + "".join(
        f".f-h{step}{{fill:{shade}}}.t-h{step}{{fill:{'#1f2d3d' if step < _LIGHT_STEPS else '#fff'}}}"
        for step, shade in enumerate(SHADES)
    )
)


def bar_chart(title: str, bars: Mapping[str, float]) -> Markup:
    """Horizontal bars in the given order, with the number beside each; one that says "no data" where there are none.

    Beyond 24 bars the rest is summed into one that says how many it stands for.
    """
    shown = _shown(bars)
    peak = max((abs(value) for _, value in shown), default=0.0) or 1.0
    parts = [] if shown else [svg.text(8, _STEP - 6, "no data", 12, "f-ink")]
    for place, (label, value) in enumerate(shown):
        y, wide = 4 + place * _STEP, _BAR_WIDTH * abs(value) / peak
        parts.append(svg.text(_LABEL_WIDTH - 8, y + 13, svg.short(label, _LABEL_LIMIT), 12, "f-ink", "end"))
        parts.append(svg.rect(_LABEL_WIDTH, y, wide, 16, "f-bar", f"{label}: {value:,.10g}"))
        parts.append(svg.text(_LABEL_WIDTH + wide + 6, y + 13, f"{value:,.10g}", 12, "f-ink"))
    return svg.svg(_LABEL_WIDTH + _BAR_WIDTH + _NUMBER_WIDTH, 8 + _STEP * max(len(shown), 1), title, parts)


def picture(chart: Markup) -> bytes:
    """A chart of the report as an SVG file, which has no page around it whose style sheet it could use."""
    # Names in it are a client's data, and a control character makes a file no XML.
    text = "".join(character if character.isprintable() else " " for character in chart)
    text = text.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return text.replace("<title>", f"<style>{_STYLE}</style><title>", 1).encode()


def _shown(bars: Mapping[str, float]) -> list[tuple[str, float]]:
    items = [(str(label), float(value)) for label, value in bars.items()]
    if len(items) > _BAR_LIMIT:
        rest = items[_BAR_LIMIT - 1 :]
        items = [*items[: _BAR_LIMIT - 1], (f"{len(rest)} others", sum(value for _, value in rest))]
    return items
