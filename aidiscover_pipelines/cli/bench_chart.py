"""What a bench measured, drawn: seconds over applications on logarithmic axes, and where the CPU seconds went."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from aidiscover_pipelines.cli.bench_clock import cpu
from aidiscover_pipelines.reporting.charts import picture
from aidiscover_pipelines.reporting.svg import circle, line, rect, short, svg, text

_LEFT, _TOP, _WIDE, _HIGH = 60, 40, 330, 300  # of the left panel
_BARS_LEFT, _BAR_WIDE, _BAR_STEP = 640, 200, 20
_WHOLE_S = 10  # from here on no decimals
_SERIES = (("full run", "full"), ("1 % of a file changed", "incremental"), ("physical floor", "floor"))


def chart(document: Mapping[str, Any]) -> bytes:
    """An SVG file of a bench's document, see `bench`."""
    sizes = document["sizes"]
    largest = sizes[-1]
    parts = [*_growth(sizes), *_stages(largest["full"]["stages"], f"CPU seconds of {largest['applications']:,}")]
    high = max(_TOP + _HIGH + 40, _TOP + _BAR_STEP * (len(largest["full"]["stages"]) + 1))
    drawn = svg(_BARS_LEFT + _BAR_WIDE + 60, high, "Seconds from upload to report, and where they go", parts)
    # A file that stands alone has its own lines; the report's style sheet has none for this picture.
    return picture(drawn).replace(
        b"</style>", b".s-line{stroke:#dde3e9}.s-run{stroke:#2f6db5;stroke-width:1.5}</style>", 1
    )


def _growth(sizes: Sequence[Mapping[str, Any]]) -> list[Markup]:
    found = {
        name: [(size["applications"], _seconds(size, key)) for size in sizes if key in size] for name, key in _SERIES
    }
    values = [seconds for points in found.values() for _, seconds in points]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(sizes[0]["applications"]), math.log10(sizes[-1]["applications"])

    def x(count: float) -> float:
        return _LEFT + _WIDE * (math.log10(count) - first) / ((last - first) or 1)

    def y(seconds: float) -> float:
        return _TOP + _HIGH * (high - math.log10(seconds)) / ((high - low) or 1)

    parts = [text(_LEFT, 18, "Wall seconds by number of applications", 13, "f-ink")]
    for power in range(low, high + 1):
        parts += [line(_LEFT, y(10**power), _LEFT + _WIDE, y(10**power)),
                  text(_LEFT - 6, y(10**power) + 4, f"{10.0**power:g} s", 11, "f-soft", "end")]  # fmt: skip
    parts += [
        text(x(size["applications"]), _TOP + _HIGH + 18, f"{size['applications']:,}", 11, "f-soft", "middle")
        for size in sizes
    ]
    for name, points in found.items():
        places = [(x(count), y(seconds)) for count, seconds in points]
        parts += [line(*one, *other, "s-run") for one, other in pairwise(places)]
        for (across, down), (_, seconds) in zip(places, points, strict=True):
            told = f"{seconds:,.0f}" if seconds >= _WHOLE_S else f"{seconds:.2g}"
            parts.append(circle(across, down, 4, "f-bar", f"{name}: {seconds:,.2f} s"))
            parts.append(text(across + 7, down - 6, told, 11, "f-ink"))
        if places:
            parts.append(text(places[-1][0] + 48, places[-1][1] + 4, name, 11, "f-soft"))
    return parts


def _seconds(size: Mapping[str, Any], key: str) -> float:
    return float(size["floor"]["all"]["wall"] if key == "floor" else size[key]["wall"])


def _stages(stages: Sequence[Mapping[str, Any]], title: str) -> list[Markup]:
    used = [(stage["stage"].replace("_", " "), cpu(stage)) for stage in stages]
    peak = max(seconds for _, seconds in used) or 1
    parts = [text(_BARS_LEFT, 18, title, 13, "f-ink")]
    for place, (name, seconds) in enumerate(used):
        y, wide = _TOP + place * _BAR_STEP, _BAR_WIDE * seconds / peak
        parts += [text(_BARS_LEFT - 8, y + 12, short(name, 24), 11, "f-ink", "end"),
                  rect(_BARS_LEFT, y, wide, 14, "f-bar", f"{name}: {seconds:.2f} s"),
                  text(_BARS_LEFT + wide + 6, y + 12, f"{seconds:.1f}", 11, "f-ink")]  # fmt: skip
    return parts
