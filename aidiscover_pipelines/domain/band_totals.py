"""The sum of rough bands: what is said of a portfolio where each application has a range."""

import math
from collections.abc import Iterable
from typing import TypeGuard

# Ranges err together where they share their sources, their team and their prices, and apart where applications differ.
# How much of each nobody has measured; a half is assumed, and said wherever a total is shown.
COMMON_SHARE = 0.5
ASSUMED = "half of the variance is assumed to be common to all, half to be each application's own"


def total_band(lows: Iterable[float | None], highs: Iterable[float | None]) -> dict[str, float | int | str]:
    """{"low", "high", "counted", "uncounted", "basis"}: the range of a sum of ranges.

    Middles add up; half widths add up to sqrt(c * (sum h)^2 + (1 - c) * sum h^2) with c = COMMON_SHARE, which is
    narrower than all low ends against all high ends and wider than independent errors. Ranges without a number are
    uncounted, not zero. No ranges: zeros.
    """
    pairs = list(zip(lows, highs, strict=True))
    known = [(low, high) for low, high in pairs if _is_number(low) and _is_number(high)]
    halves = [(high - low) / 2.0 for low, high in known]
    middle = sum(low + half for (low, _), half in zip(known, halves, strict=True))
    width = math.sqrt(COMMON_SHARE * sum(halves) ** 2 + (1.0 - COMMON_SHARE) * sum(half**2 for half in halves))
    return {
        "low": round(middle - width, 1),
        "high": round(middle + width, 1),
        "counted": len(known),
        "uncounted": len(pairs) - len(known),
        "basis": ASSUMED,
    }


def _is_number(end: float | None) -> TypeGuard[float]:
    return end is not None and not math.isnan(end)
