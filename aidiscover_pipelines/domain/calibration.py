"""How far stated confidences are from what came true."""

from collections.abc import Sequence


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int) -> float:
    """Expected calibration error: distance between mean confidence and share right, over equal bins, by their size.

    0 to 1, four decimals; 0 where there is nothing to compare.
    """
    held: dict[int, list[tuple[float, bool]]] = {}
    for sure, is_right in zip(confidences, right, strict=True):
        held.setdefault(min(int(sure * bins), bins - 1), []).append((sure, is_right))
    gap = sum(abs(sum(sure - is_right for sure, is_right in rows)) for rows in held.values())
    return round(gap / len(confidences), 4) if len(confidences) else 0.0
