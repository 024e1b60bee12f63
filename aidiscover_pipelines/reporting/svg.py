"""Charts of the report as inline SVG: text that prints sharply and fetches nothing.

Every text goes through `escape`. Colours are classes of the page's style sheet, because its policy forbids inline
styles and because a dark screen has others; no colour stands without a figure or a name beside it.
"""

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from aidiscover_pipelines.domain.vocabulary import OPEN_STATES

_COLOURED = frozenset({
    "rehost", "replatform", "refactor", "repurchase", "retire", "retain", "low", "medium", "high",
    "present", "inferred", "not applicable", "asked", "missing",
})  # fmt: skip


def fill(name: str) -> str:
    """Class of the colour that stands for a strategy, a risk or a state; one colour for everything else."""
    return "f-" + name.replace(" ", "-") if name in _COLOURED else "f-bar"


def columns(counts: Sequence[tuple[str, int]], title: str) -> Markup:
    """Vertical bars with a label below and the number above each."""
    peak = max([count for _, count in counts], default=0) or 1
    step, height = 52, 120
    parts: list[Markup] = []
    for place, (label, count) in enumerate(counts):
        tall = height * count / peak
        x = 8 + place * step
        parts.append(rect(x, 20 + height - tall, step - 12, tall, fill(label), f"{label}: {count}"))
        parts.append(text(x + (step - 12) / 2, 14 + height - tall, f"{count:,}", 11, "f-ink", "middle"))
        parts.append(text(x + (step - 12) / 2, 36 + height, label, 11, "f-soft", "middle"))
    return svg(16 + step * max(len(counts), 1), height + 44, title, parts)


def stacked_bars(rows: Sequence[tuple[str, Mapping[str, int]]], title: str) -> Markup:
    """One full-width horizontal bar per row, split by share; the share that is known stands at the end."""
    label_width, width, step = 210, 330, 22
    parts: list[Markup] = []
    for place, (label, counts) in enumerate(rows):
        y = 4 + place * step
        total = sum(counts.values()) or 1
        parts.append(text(label_width - 8, y + 13, short(label, 34), 12, "f-ink", "end"))
        x = float(label_width)
        for name, count in counts.items():
            wide = width * count / total
            if wide:
                parts.append(rect(x, y, wide, 16, fill(name), f"{label}: {name} {count}"))
            x += wide
        known = 100 * (total - sum(counts.get(state, 0) for state in OPEN_STATES)) / total
        parts.append(text(label_width + width + 8, y + 13, f"{known:.0f} %", 12, "f-soft"))
    return svg(label_width + width + 56, 8 + step * max(len(rows), 1), title, parts)


def wave_timeline(waves: Sequence[Mapping[str, object]], strategies: Sequence[str]) -> Markup:
    """Columns in wave order, stacked by strategy; wave 0 (does not move) stands apart at the right."""
    moving = [wave for wave in waves if wave["wave"]] + [wave for wave in waves if not wave["wave"]]
    peak = max([int(str(wave["applications"])) for wave in moving], default=0) or 1
    step, height = max(26, min(84, 900 // max(len(moving), 1))), 170
    parts: list[Markup] = [line(0, 20 + height, 16 + step * len(moving) + 24, 20 + height)]
    for place, wave in enumerate(moving):
        x = 8 + place * step + (24 if not wave["wave"] else 0)
        y = 20.0 + height
        counts = wave["strategies"]
        assert isinstance(counts, Mapping)  # noqa: S101  narrows the type of a row made by `wave_rows`
        for name in strategies:
            tall = height * counts.get(name, 0) / peak
            if tall:
                y -= tall
                parts.append(rect(x, y, step - 10, tall, fill(name), f"{name}: {counts[name]}"))
        middle = x + (step - 10) / 2
        parts.append(text(middle, y - 6, f"{wave['applications']}", 12, "f-ink", "middle"))
        wide = step >= 50  # narrower columns have room for the number only
        label = (
            (f"Wave {wave['wave']}" if wide else f"{wave['wave']}") if wave["wave"] else ("no move" if wide else "-")
        )
        parts.append(text(middle, 38 + height, label, 11, "f-soft", "middle"))
    return svg(16 + step * max(len(moving), 1) + 28, height + 48, "Applications by wave", parts)


def mix_bar(counts: Mapping[str, int], whole: int = 0) -> Markup:
    """A thin bar of shares for a table cell, of their sum or of a larger whole."""
    total = max(whole, sum(counts.values())) or 1
    parts: list[Markup] = []
    x = 0.0
    for name, count in counts.items():
        wide = 160 * count / total
        if wide:
            parts.append(rect(x, 0, wide, 12, fill(name), f"{name}: {count}"))
        x += wide
    told = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return svg(160, 12, told or "nothing", parts, "mix")


def rect(x: float, y: float, width: float, height: float, name: str, title: str = "") -> Markup:
    """A filled rectangle of a class, with a tip."""
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}"><title>{}</title></rect>').format(
        f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{height:.1f}", name, title
    )


def text(x: float, y: float, words: str, size: int, name: str, anchor: str = "start") -> Markup:
    """A line of text of a class."""
    return Markup('<text x="{}" y="{}" font-size="{}" class="{}" text-anchor="{}">{}</text>').format(
        f"{x:.1f}", f"{y:.1f}", size, name, anchor, words
    )


def circle(x: float, y: float, radius: float, name: str, title: str) -> Markup:
    """A filled circle of classes, with a tip."""
    return Markup('<circle cx="{}" cy="{}" r="{}" class="{}"><title>{}</title></circle>').format(
        f"{x:.1f}", f"{y:.1f}", f"{radius:.1f}", name, title
    )


def svg(width: float, height: float, title: str, parts: Sequence[Markup], name: str = "chart") -> Markup:
    """A picture that scales down with the page, with what it shows for those who do not see it."""
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" class="{}"><title>{}</title>{}</svg>'
    ).format(
        f"{width:.0f}", f"{height:.0f}", f"{width:.0f}", f"{height:.0f}", name, escape(title), Markup("").join(parts)
    )


def short(words: str, limit: int) -> str:
    """Words cut to what has room."""
    return words if len(words) <= limit else words[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def line(x1: float, y1: float, x2: float, y2: float, name: str = "s-line") -> Markup:
    """A straight line of a class of strokes."""
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"></line>').format(
        *(f"{place:g}" for place in (x1, y1, x2, y2)), name
    )
