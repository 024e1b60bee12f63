"""Charts of the report as inline SVG: text that prints sharply and fetches nothing.

Every text goes through `escape`; colours are presentation attributes because the page's policy forbids inline styles.
"""

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from aidiscover_pipelines.domain.vocabulary import OPEN_STATES

# One colour per R throughout the report: what moves is coloured, what does not is grey. Green, amber and red mean risk.
COLOURS: dict[str, str] = {
    "rehost": "#0b5394",
    "replatform": "#2f86bd",
    "refactor": "#6a4c93",
    "repurchase": "#c2679a",
    "retire": "#98a2ae",
    "retain": "#4a5768",
    "low": "#00876c",
    "medium": "#d98200",
    "high": "#b5482f",
    "present": "#0b5394",
    "inferred": "#8fb7dc",
    "not applicable": "#c9d6c3",
    "asked": "#f0dfb8",
    "missing": "#e3e7ec",
}
_INK = "#1f2d3d"
_SOFT = "#5b6b7c"
_BAR = "#0b5394"


def donut(counts: Mapping[str, int], centre: str) -> Markup:
    """Ring with one arc per entry and a figure in the middle. All zero: a grey ring."""
    total = sum(counts.values())
    radius, width = 70, 30
    length = 2 * math.pi * radius
    arcs = [_circle(radius, width, "#e3e7ec", length, 0.0, length)] if not total else []
    start = 0.0
    for name, count in counts.items():
        share = length * count / total if total else 0.0
        if share:
            arcs.append(_circle(radius, width, COLOURS.get(name, _BAR), share, start, length, f"{name}: {count}"))
        start += share
    return Markup(
        '<svg viewBox="0 0 200 200" role="img" class="donut"><title>{}</title>{}'
        '<text x="100" y="98" text-anchor="middle" font-size="34" font-weight="600" fill="{}">{}</text>'
        '<text x="100" y="120" text-anchor="middle" font-size="13" fill="{}">{}</text></svg>'
    ).format("Recommendations by strategy", Markup("").join(arcs), _INK, f"{total:,}", _SOFT, centre)


def _circle(radius: int, width: int, colour: str, share: float, start: float, length: float, title: str = "") -> Markup:
    return Markup(
        '<circle cx="100" cy="100" r="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{} {}" '
        'stroke-dashoffset="{}" transform="rotate(-90 100 100)"><title>{}</title></circle>'
    ).format(radius, colour, width, f"{share:.2f}", f"{length - share:.2f}", f"{-start:.2f}", title)


def columns(counts: Sequence[tuple[str, int]], title: str) -> Markup:
    """Vertical bars with a label below and the number above each."""
    peak = max([count for _, count in counts], default=0) or 1
    step, height = 44, 120
    parts: list[Markup] = []
    for place, (label, count) in enumerate(counts):
        tall = height * count / peak
        x = 8 + place * step
        parts.append(_rect(x, 20 + height - tall, step - 10, tall, COLOURS.get(label, _BAR), f"{label}: {count}"))
        parts.append(_text(x + (step - 10) / 2, 14 + height - tall, f"{count:,}", 11, _INK, "middle"))
        parts.append(_text(x + (step - 10) / 2, 36 + height, label, 10, _SOFT, "middle"))
    return _svg(16 + step * max(len(counts), 1), height + 44, title, parts)


def stacked_bars(rows: Sequence[tuple[str, Mapping[str, int]]], title: str) -> Markup:
    """One full-width horizontal bar per row, split by share; the share of the first entry stands at the end."""
    label_width, width, step = 210, 330, 22
    parts: list[Markup] = []
    for place, (label, counts) in enumerate(rows):
        y = 4 + place * step
        total = sum(counts.values()) or 1
        parts.append(_text(label_width - 8, y + 13, _short(label, 34), 12, _INK, "end"))
        x = float(label_width)
        for name, count in counts.items():
            wide = width * count / total
            if wide:
                parts.append(_rect(x, y, wide, 16, COLOURS.get(name, _BAR), f"{label}: {name} {count}"))
            x += wide
        known = 100 * (total - sum(counts.get(state, 0) for state in OPEN_STATES)) / total
        parts.append(_text(label_width + width + 8, y + 13, f"{known:.0f} %", 12, _SOFT))
    return _svg(label_width + width + 56, 8 + step * max(len(rows), 1), title, parts)


def wave_timeline(waves: Sequence[Mapping[str, object]], strategies: Sequence[str]) -> Markup:
    """Columns in wave order, stacked by strategy; wave 0 (does not move) stands apart at the right."""
    moving = [wave for wave in waves if wave["wave"]] + [wave for wave in waves if not wave["wave"]]
    peak = max([int(str(wave["applications"])) for wave in moving], default=0) or 1
    step, height = max(26, min(84, 900 // max(len(moving), 1))), 170
    parts: list[Markup] = [_line(0, 20 + height, 16 + step * len(moving) + 24, 20 + height)]
    for place, wave in enumerate(moving):
        x = 8 + place * step + (24 if not wave["wave"] else 0)
        y = 20.0 + height
        counts = wave["strategies"]
        assert isinstance(counts, Mapping)  # noqa: S101  narrows the type of a row made by `wave_rows`
        for name in strategies:
            tall = height * counts.get(name, 0) / peak
            if tall:
                y -= tall
                parts.append(_rect(x, y, step - 10, tall, COLOURS[name], f"{name}: {counts[name]}"))
        middle = x + (step - 10) / 2
        parts.append(_text(middle, y - 6, f"{wave['applications']}", 12, _INK, "middle"))
        wide = step >= 50  # narrower columns have room for the number only
        label = (f"Wave {wave['wave']}" if wide else f"{wave['wave']}") if wave["wave"] else ("stays" if wide else "-")
        parts.append(_text(middle, 38 + height, label, 11, _SOFT, "middle"))
    return _svg(16 + step * max(len(moving), 1) + 28, height + 48, "Applications by wave", parts)


def mix_bar(counts: Mapping[str, int]) -> Markup:
    """A thin bar of shares for a table cell."""
    total = sum(counts.values()) or 1
    parts: list[Markup] = []
    x = 0.0
    for name, count in counts.items():
        wide = 160 * count / total
        if wide:
            parts.append(_rect(x, 0, wide, 12, COLOURS.get(name, _BAR), f"{name}: {count}"))
        x += wide
    return _svg(160, 12, "Share of strategies", parts, "mix")


def _rect(x: float, y: float, width: float, height: float, colour: str, title: str) -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}</title></rect>').format(
        f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{height:.1f}", colour, title
    )


def _text(x: float, y: float, text: str, size: int, colour: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{}" y="{}" font-size="{}" fill="{}" text-anchor="{}">{}</text>').format(
        f"{x:.1f}", f"{y:.1f}", size, colour, anchor, text
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> Markup:
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="#c6ced8"></line>').format(x1, y1, x2, y2)


def _svg(width: float, height: float, title: str, parts: Sequence[Markup], name: str = "chart") -> Markup:
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" class="{}"><title>{}</title>{}</svg>'
    ).format(
        f"{width:.0f}", f"{height:.0f}", f"{width:.0f}", f"{height:.0f}", name, escape(title), Markup("").join(parts)
    )


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"
