"""Numerals as people write them. Which mark is the decimal one is a matter of the column, never of one cell."""

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from aidiscover_pipelines.inventory.cleansing.rules import Rule, Step

# A numeral with any separators; what they mean is decided by `read_numeral`. Spaces of all kinds and apostrophes part
# thousands (France, Switzerland); a comma behind which nothing but a dash stands is how Germans write whole amounts.
NUMERAL = r"[-+\u2212]?(?:\d+(?:[.,'\u2019\s]\d+)*(?:[eE][-+]?\d+)?|[.,]\d+)"

_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")
_SPACED = re.compile(r"\d{1,3}(?:[ '\u2019]\d{3})+(?:[.,]\d+)?")
# Thousands by three; India parts by two after the first three.
_GROUPED = {
    ".": re.compile(r"\d{1,3}(?:\.\d{3})+"),
    ",": re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}"),
}
_REMOVED = Step(Rule.THOUSANDS, "thousands separators removed")
_COMMA = Step(Rule.DECIMAL_COMMA, "decimal comma")


class Numeral(NamedTuple):
    """A number and what reading it took."""

    number: float
    steps: tuple[Step, ...] = ()


def decimal_mark(numerals: Iterable[str]) -> str:
    """The decimal mark of a column, '.' or ',', by the numerals that can be read in one way only; else empty."""
    votes = {".": 0, ",": 0}
    for numeral in numerals:
        mark = _own_mark(numeral.lstrip("-+\u2212"))
        if mark:
            votes[mark] += 1
    if votes["."] == votes[","]:
        return "." if votes["."] else ""
    return max(votes, key=lambda mark: votes[mark])


def read_numeral(numeral: str, mark: str, whole: bool) -> Numeral:
    """The number of a numeral. One that has but one reading is read so; others by the column's mark.

    Without a mark, "16.384" is sixteen thousand where the field counts whole things (`whole`) and a fraction elsewhere,
    "16,384" always sixteen thousand. Raises: ValueError for what is no numeral.
    """
    if numeral.isascii() and numeral.isdecimal() and math.isfinite(float(numeral)):
        return Numeral(float(numeral))
    text = re.sub(r"\s", " ", numeral).replace("\u2212", "-")
    sign = -1.0 if text.startswith("-") else 1.0
    digits, _, power = text.lstrip("-+").lower().partition("e")
    scale = float(f"1e{power}") if power else 1.0
    steps: list[Step] = []
    if re.search(r"[ '\u2019]", digits):
        if not _SPACED.fullmatch(digits):
            raise ValueError(numeral)
        digits = re.sub(r"[ '\u2019]", "", digits)
        steps.append(_REMOVED)
        point = "," if "," in digits else "."
    else:
        point = _own_mark(digits) or _column_mark(digits, mark, whole)
    thousands = "," if point == "." else "."
    whole_part, found, fraction = digits.partition(point)
    if found and not fraction.isdecimal():
        raise ValueError(numeral)
    if thousands in whole_part:
        if not _GROUPED[thousands].fullmatch(whole_part):
            raise ValueError(numeral)
        whole_part = whole_part.replace(thousands, "")
        steps.append(_REMOVED)
    if found and point == ",":
        steps.append(_COMMA)
    number = sign * float(f"{whole_part or 0}.{fraction or 0}") * scale
    if not math.isfinite(number):
        raise ValueError(numeral)
    return Numeral(number, tuple(steps))


def _own_mark(numeral: str) -> str:
    """The decimal mark that a numeral itself gives away; empty where it may be either, or has none."""
    if re.search(r"[ '\u2019\s]", numeral):
        tail = re.split(r"[ '\u2019\s]", numeral)[-1]
        return next((mark for mark in ".," if mark in tail), "")
    dot, comma = numeral.rfind("."), numeral.rfind(",")
    if dot >= 0 and comma >= 0:
        return "." if dot > comma else ","
    if (dot < 0 and comma < 0) or _AMBIGUOUS.fullmatch(numeral):
        return ""
    mark = "." if dot >= 0 else ","
    if numeral.count(mark) > 1:  # thousands: the decimal mark is the other one
        return "," if mark == "." else "."
    return mark


def _column_mark(digits: str, mark: str, whole: bool) -> str:
    """How to read a numeral that may be either, such as 16.384."""
    if mark or "," in digits:
        return mark or "."
    return "," if whole else "."
