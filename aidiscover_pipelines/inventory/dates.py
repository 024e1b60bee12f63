"""Dates as exports write them, to ISO 8601."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

NOT_A_DATE = "not a date"

# First letters of month names without accents: English, German, French, Spanish, Italian, Portuguese, Dutch.
MONTHS: dict[str, int] = {
    prefix: number
    for number, prefixes in enumerate(
        (
            "jan ene gen janv",
            "feb fev fevr",
            "mar mrz mae maa mars marz",
            "apr avr abr",
            "may mai mag mei",
            "jun jui giu juin",
            "jul lug juil",
            "aug aou ago",
            "sep set sept",
            "oct okt ott out",
            "nov",
            "dec dez dic",
        ),
        start=1,
    )
    for prefix in prefixes.split()
}
_TIME = r"(?:[T\s,]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + _TIME)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})" + _TIME)
_COMPACT = re.compile(r"(20\d{2}|19\d{2})(\d{2})(\d{2})")
_NAMED = re.compile(r"(?:(\d{1,2})[.\s-]+)?([^\W\d]{3,})[.\s-]+(?:(\d{1,2})(?:st|nd|rd|th)?,\s*)?(\d{4})")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")
# Day 0 of spreadsheet serial dates, which count the day 29 February 1900 that never was.
_SPREADSHEET_ZERO = date(1899, 12, 30)


def read_dates(texts: Sequence[str], with_time: bool) -> list[tuple[str, str]]:
    """(ISO text, transform) of each distinct text of one column; a text that is no date is kept.

    Day or month first is decided per column by numbers above 12. Where no value tells, dots mean day first and
    slashes month first (exports in English), and the transform says that it was a guess.
    """
    found = [_YEAR_LAST.fullmatch(text) for text in texts]
    day_first = any(match and int(match[1]) > 12 for match in found)
    month_first = any(match and int(match[3]) > 12 for match in found)
    return [_read(text, day_first, month_first, with_time) for text in texts]


def _read(text: str, day_first: bool, month_first: bool, with_time: bool) -> tuple[str, str]:
    try:
        moment, note = _moment(text, day_first, month_first)
    except (ValueError, OverflowError):
        return text, NOT_A_DATE
    if moment is None:
        return text, note
    iso = moment.isoformat() if with_time and (moment.hour or moment.minute) else moment.date().isoformat()
    return iso, "" if iso == text else note


def _moment(text: str, day_first: bool, month_first: bool) -> tuple[datetime | None, str]:
    """The moment and what was done; None where the text stays as it is."""
    if match := _YEAR_FIRST.fullmatch(text):
        return _at(int(match[1]), int(match[2]), int(match[3]), match.groups()[3:]), "date to ISO"
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(match, day_first, month_first)
    if match := _COMPACT.fullmatch(text):
        return datetime(int(match[1]), int(match[2]), int(match[3])), "date to ISO"  # noqa: DTZ001 exports give no zone
    if _YEAR.fullmatch(text):
        return None, "year only"
    if match := _SERIAL.fullmatch(text):
        day = _SPREADSHEET_ZERO + timedelta(days=int(match[1]))
        return datetime(day.year, day.month, day.day), "spreadsheet serial to ISO"  # noqa: DTZ001
    if match := _NAMED.fullmatch(text):
        month = _month(match[2])
        return datetime(int(match[4]), month, int(match[1] or match[3] or 1)), "date to ISO"  # noqa: DTZ001
    return None, NOT_A_DATE


def _year_last(match: re.Match[str], day_first: bool, month_first: bool) -> tuple[datetime, str]:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if year < 70 else 1900 if year < 100 else 0
    guessed = day_first == month_first
    is_day_first = (match[2] == "." or first > 12) if guessed else day_first
    day, month = (first, second) if is_day_first and second <= 12 else (second, first)
    note = "date to ISO"
    if guessed and first <= 12 and second <= 12 and match[2] != "." and first != second:
        note = "date to ISO, month first assumed"
    return _at(year, month, day, match.groups()[4:]), note


def _at(year: int, month: int, day: int, time: tuple[str | None, ...]) -> datetime:
    hour, minute, second = (int(part or 0) for part in time[:3])
    half = (time[3] or "").lower().replace(".", "")
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 exports give no zone


def _month(name: str) -> int:
    from_accents = name.lower().translate(str.maketrans("éèûôäç", "eeuoac"))
    for length in (4, 3):
        if from_accents[:length] in MONTHS:
            return MONTHS[from_accents[:length]]
    raise ValueError(name)
