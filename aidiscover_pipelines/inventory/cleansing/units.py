"""Numbers as people write them, with their units, brought to the canonical unit of a field."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from aidiscover_pipelines.domain.canonical import BY_NAME, Field
from aidiscover_pipelines.inventory.cleansing.numerals import NUMERAL, decimal_mark, read_numeral
from aidiscover_pipelines.inventory.cleansing.rules import BY_RULE, Rule, Step
from aidiscover_pipelines.inventory.cleansing.unit_words import (
    CANONICAL,
    FRACTION_UNITS,
    RELATIVE_TO,
    Unit,
    find_unit,
    split_money,
)
from aidiscover_pipelines.inventory.cleansing.value import Value, number_text

NOT_A_NUMBER = "not a number"

_APPROXIMATE = r"(?:[~≈<>≤≥±]|ca\.?|approx\.?|about|env\.?|circa|etwa|约|約)?"
_TIMES = re.compile(r"(\d{1,4})\s*[x\u00d7*]\s*(\d.*)", re.DOTALL | re.IGNORECASE)
_RANGE = re.compile(rf"({NUMERAL})\s*(?:-|\u2013|~|to|bis|à|hasta|até|tot)\s*({NUMERAL})\s*(\D.*)?", re.DOTALL)
_QUANTITY = re.compile(rf"{_APPROXIMATE}\s*([^\W\d]{{0,4}}[€$£¥₹]?)\s*({NUMERAL})[.,]?\s*(.*)", re.DOTALL)
# The dash that stands for no cents, as in 1.200,- and 1'200.- with any dash
_NO_CENTS = re.compile(r"(?<=\d)[.,][-\u2013\u2014]{1,2}(?!\d)")
_REMARK = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")
# How ServiceNow and vSphere write unknown and unlimited; any other negative number is somebody's mistake.
_UNKNOWN_NUMBER = re.compile(r"[-\u2212]\s*1(?:[.,]0+)?(?!\d)\s*[^\d]*")
_PARTS = re.compile(r"\s*(?:\+|;|&|\n)\s*|,\s+(?=\d)")
_TIME_PARTS = re.compile(r"(?<=[^\W\d])\s*(?=\d)")
_OF_TOTAL = re.compile(
    rf"({NUMERAL})\s*([^\W\d]{{0,8}}|%)\s*(?:/|\|| of | out of | von | sur | de | di | van )"
    rf"\s*({NUMERAL})\s*([^\W\d]*)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::[0-5]\d)?|(\d{1,3})h([0-5]\d)", re.IGNORECASE)
_DECIMAL_HEADER = re.compile(r"pctdec|\bdec\b|decimal|fraction|0\s*-\s*1\b", re.IGNORECASE)
# Fields that take the first, the second, and the quotient of "used / total" in one cell.
_FIRST = frozenset(("storage_used_gb", "data_volume_gb"))
_SECOND = frozenset(("storage_total_gb", "memory_mb", "disk_size_gb"))
_QUOTIENT = frozenset(("memory_util_pct",))
_SUMMED = frozenset(BY_RULE[Rule.SUM].serves)
_UNREAD = Step(Rule.PLAIN_NUMBER, NOT_A_NUMBER)


class _Asked(NamedTuple):
    """What the numbers of one column are read for."""

    field: Field
    unit: str
    mark: str
    whole: bool


class _Reading(NamedTuple):
    """A number in the field's unit; `bare` where the cell itself named no unit."""

    number: float
    steps: tuple[Step, ...]
    relative: str = ""
    bare: bool = False


def read_column(
    texts: Sequence[str], field_name: str, unit: str | None, header: str, sheet_mark: str = ""
) -> list[Value]:
    """Each tidied, non-empty text of one column as a number in the canonical unit.

    A unit in the cell wins over the column's. Shares written 0 to 1 under a percent header become percent. A column
    whose numerals may be read in two ways takes the sheet's decimal mark. What is no number is kept, unread.
    """
    field = BY_NAME[field_name]
    mark = column_mark(texts) or sheet_mark
    asked = _Asked(field, unit or "", mark, _counts_whole(field, unit))
    readings = [_read(text, asked) for text in texts]
    if field.unit == "%" or _dimension(unit, field) == "share":
        declared = (unit or "").lower() in FRACTION_UNITS or _DECIMAL_HEADER.search(header) is not None
        readings = _fractions_as_percent(readings, declared)
    return [_value(text, reading) for text, reading in zip(texts, readings, strict=True)]


def column_mark(texts: Sequence[str]) -> str:
    """Decimal mark of a column, "." or ",", as far as its amounts tell; else empty. Other texts tell nothing."""
    amounts = [text for text in texts if ("." in text or "," in text) and _QUANTITY.fullmatch(text)]
    return decimal_mark(numeral for text in amounts for numeral in _NUMERALS.findall(text))


def _value(text: str, reading: _Reading | str) -> Value:
    if isinstance(reading, str):
        return Value(text, steps=(Step(Rule.PLAIN_NUMBER, reading),), unread=True)
    if reading.number < 0 and _UNKNOWN_NUMBER.fullmatch(text.strip()):
        return Value(None, steps=(Step(Rule.NEGATIVE, "negative number"),))
    if not math.isfinite(reading.number):
        return Value(text, steps=(_UNREAD,), unread=True)
    shown = number_text(reading.number)
    steps = reading.steps
    if shown != text and not steps:
        steps = (Step(Rule.PLAIN_NUMBER, "plain number"),)
    return Value(shown, float(shown), steps, reading.relative)


def _read(text: str, asked: _Asked) -> _Reading | str:
    """One cell; a text says why it is no number."""
    field = asked.field
    if text.isascii() and text.isdecimal():
        return _convert(text, "", asked)
    plain = _NO_CENTS.sub("", _REMARK.sub("", text)).strip() or text
    if clock := _CLOCK.fullmatch(plain):
        if field.unit != "hours":
            return NOT_A_NUMBER
        hours = int(clock[1] or clock[3]) + int(clock[2] or clock[4]) / 60
        return _Reading(hours, (Step(Rule.CLOCK, "clock time to hours"),))
    if field.name in _FIRST | _SECOND | _QUOTIENT and (pair := _OF_TOTAL.fullmatch(plain)):
        return _read_pair(pair, asked)
    # "1d 4h" is one time; "4h; 8h" are two, which nobody may add.
    parts = (_TIME_PARTS if field.unit == "hours" else _PARTS).split(plain) if field.name in _SUMMED else [plain]
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return _read_quantity(plain, asked)
    readings = [_read_quantity(part, asked) for part in parts]
    read = [reading for reading in readings if isinstance(reading, _Reading) and not reading.relative]
    if len(read) < len(parts) or len({reading.bare for reading in read}) > 1:
        return NOT_A_NUMBER
    steps = tuple(step for reading in read for step in reading.steps)
    return _Reading(sum(reading.number for reading in read), (*steps, Step(Rule.SUM, f"sum of {len(read)} parts")))


def _read_quantity(text: str, asked: _Asked) -> _Reading | str:
    """A numeral with its unit, several of it, or a range of it."""
    times = _TIMES.fullmatch(text)
    if times:
        inner = _read_quantity(times[2], asked)
        if isinstance(inner, str) or inner.relative:
            return NOT_A_NUMBER
        step = Step(Rule.MULTIPLIER, f"times {int(times[1])}")
        return inner._replace(number=int(times[1]) * inner.number, steps=(*inner.steps, step))
    spread = _RANGE.fullmatch(text)
    if spread:
        ends = [_convert(spread[place], spread[3] or "", asked) for place in (1, 2)]
        low, high = ends
        if isinstance(low, str) or isinstance(high, str) or low.relative or low.number > high.number:
            return NOT_A_NUMBER
        steps = (*dict.fromkeys((*low.steps, *high.steps)), Step(Rule.RANGE, "middle of a range"))
        return low._replace(number=(low.number + high.number) / 2, steps=steps)
    found = _QUANTITY.fullmatch(text)
    return _convert(found[2], f"{found[1]} {found[3]}", asked) if found else NOT_A_NUMBER


def _read_pair(pair: re.Match[str], asked: _Asked) -> _Reading | str:
    """The part of "used / total" that the field means; a first without a unit has the second's."""
    name = asked.field.name
    step = Step(Rule.USED_OF_TOTAL, "used of used / total" if name in _FIRST else "total of used / total")
    if name not in _QUOTIENT:
        numeral, unit = (pair[1], pair[2] or pair[4]) if name in _FIRST else (pair[3], pair[4] or pair[2])
        reading = _convert(numeral, unit, asked)
        return reading if isinstance(reading, str) else reading._replace(steps=(*reading.steps, step))
    amounts = asked._replace(field=BY_NAME["memory_mb"])
    used, total = _convert(pair[1], pair[2] or pair[4], amounts), _convert(pair[3], pair[4] or pair[2], amounts)
    if isinstance(used, str) or isinstance(total, str) or not 0 <= used.number <= total.number or not total.number:
        return NOT_A_NUMBER
    return _Reading(100 * used.number / total.number, (Step(Rule.USED_OF_TOTAL, "used / total to %"),))


def _convert(numeral: str, own_unit: str, asked: _Asked) -> _Reading | str:
    """A numeral in the field's unit. What follows it is a unit, or it is no number of this field."""
    field = asked.field
    own_unit, scale = own_unit.strip(), 1.0
    steps: list[Step] = []
    if field.unit == "currency":
        money = split_money(own_unit or asked.unit)
        if money is None:
            return NOT_A_NUMBER
        scale = money.factor
        # A column's currency is said by its mapping; only what the cell itself says is news.
        steps = [step for step in money.steps if own_unit or step.rule is not Rule.CURRENCY]
        own_unit, unit = money.unit, ""
    else:
        unit = asked.unit
    try:
        value, how = read_numeral(numeral, asked.mark, asked.whole)
    except (ValueError, OverflowError):
        return NOT_A_NUMBER
    source = own_unit or unit
    known = find_unit(source or field.unit or "", field)
    dimension, base = CANONICAL.get(field.unit or "count", Unit("count", 1.0))
    if known is not None and known.dimension == dimension:
        if source and source.lower() != (field.unit or "").lower():
            steps.append(Step(Rule.UNIT, f"{source} to {field.unit or 'number'}"))
        return _Reading(value * scale * known.factor / base, (*how, *steps), bare=not own_unit)
    if known is not None and (field.name, known.dimension) in RELATIVE_TO:
        return _Reading(value * known.factor, how, relative=known.dimension, bare=not own_unit)
    return f"{NOT_A_NUMBER} in {field.unit or 'its unit'}" if known else NOT_A_NUMBER


def _dimension(unit: str | None, field: Field) -> str:
    known = find_unit(unit or field.unit or "", field)
    return known.dimension if known else ""


def _counts_whole(field: Field, unit: str | None) -> bool:
    """Whether three digits after a dot are more likely thousands than decimals: counts, small units, money."""
    if field.kind.startswith("int") or field.unit == "currency":
        return True
    known = find_unit(unit or field.unit or "", field)
    return known is not None and known.dimension == "size" and known.factor <= 1.0


def _fractions_as_percent(readings: list[_Reading | str], declared: bool) -> list[_Reading | str]:
    """A column that says so, or whose numbers all lie from 0 to 1 and not all at the ends, holds fractions.

    Numbers up to 0.01 alone are taken for small percentages: they would still be fractions after the change.
    """
    bare = [
        reading.number
        for reading in readings
        if isinstance(reading, _Reading) and reading.bare and not math.isnan(reading.number)
    ]
    scattered = bool(bare) and 0.01 < max(bare) <= 1 and any(0 < number < 1 for number in bare)
    if not (declared or scattered):
        return readings
    step = Step(Rule.FRACTION, "fraction to %")
    return [
        reading._replace(number=reading.number * 100, steps=(*reading.steps, step))
        if isinstance(reading, _Reading) and reading.bare and 0 < reading.number <= 1
        else reading
        for reading in readings
    ]


_NUMERALS = re.compile(NUMERAL)
