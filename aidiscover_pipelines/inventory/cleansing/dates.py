"""Dates as exports write them, to ISO 8601."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from aidiscover_pipelines.inventory.cleansing.rules import Rule, Step
from aidiscover_pipelines.inventory.cleansing.value import Value

NOT_A_DATE = "not a date"

# Names of months without accents: English, German, French, Spanish, Italian, Portuguese, Dutch.
MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janner janvier janv enero ene gennaio gen janeiro januari",
            "feb february februar fevrier fevr fev febrero febbraio fevereiro februari",
            "mar march marz mrz mars marzo marco maart mrt",
            "apr april avril avr abril abr aprile",
            "may mai mayo maggio mag maio mei",
            "jun june juni juin junio giugno giu junho",
            "jul july juli juillet juil julio luglio lug julho",
            "aug august aout agosto ago augustus",
            "sep sept september septembre septiembre settembre set setembro",
            "oct october oktober okt octobre octubre ottobre ott outubro out",
            "nov november novembre noviembre novembro",
            "dec december dezember dez decembre diciembre dic dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = (
    r"(?:[T\s,_]+(?:um |à |at )?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:[.,]\d+)?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?\s*(?:Uhr)?\s*(?P<zone>Z|UTC|GMT|CES?T|E[SD]T|P[SD]T|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})" + _TIME)
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<s>[-/.])\s?(?P<b>\d{1,2})(?P=s)\s?(?P<y>\d{4}|\d{2})" + _TIME)
_EAST_ASIAN = re.compile(
    r"(?P<era>令和|平成|昭和)?(?P<y>\d{1,4}|元)年\s*(?P<m>\d{1,2})月(?:\s*(?P<d>\d{1,2})[日号])?(?:\s*\(.\))?" + _TIME
)
_DAY_NAMED = re.compile(
    r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|ª)?[.\s-]+(?P<m>[a-z]{3,})[.,\s-]+(?P<y>\d{4}|\d{2})" + _TIME, re.I
)
_MONTH_NAMED = re.compile(r"(?P<m>[a-z]{3,})\.?[\s-]+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + _TIME, re.I)
_YEAR_NAMED = re.compile(r"(?P<y>\d{4})[.\s-]+(?P<m>[a-z]{3,})[.\s-]+(?P<d>\d{1,2})" + _TIME, re.I)
_MONTH_YEAR = re.compile(r"(?P<m>[a-z]{3,})[.,\s'\u2019-]+(?P<y>\d{4}|\d{2})")
_MONTH_ONLY = re.compile(r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})|(?P<y2>\d{4})[-/.](?P<m2>\d{1,2})")
_COMPACT = re.compile(
    r"(?P<y>20\d{2}|19\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2}))?"
)
_YEAR = re.compile(r"(?:19|20)\d{2}")
_SERIAL = re.compile(r"([2-6]\d{4})(?:[.,]\d+)?")
_EPOCH = re.compile(r"(1\d{9})(\d{3})?")
# Names of weekdays before a date, and the small words of dates written out: "lundi 3 de mayo de 2024".
_WEEKDAY = re.compile(
    r"^[^\W\d]{2,10}\.?,\s*|^(?:[^\W\d]+day|[^\W\d]+tag|(?:lun|mar|mercre|jeu|vendre|same)di)\s+", re.I
)
_SMALL_WORDS = re.compile(r"\s(?:de|del|do|of|den)\s", re.I)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
# Hours ahead of UTC. CST is left out: it is Chicago's time and China's.
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "CET": 1, "CEST": 2, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7}
# Day 0 of spreadsheet serial dates, which count the day 29 February 1900 that never was.
_SPREADSHEET_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 exports give no zone
_UNIX_ZERO = datetime(1970, 1, 1)  # noqa: DTZ001 as UTC
# Where databases, spreadsheets and Unix begin to count.
_PLACEHOLDERS = frozenset((date(1, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(1899, 12, 31)))
_PLACEHOLDERS |= {date(1900, 1, 1), date(1970, 1, 1)}
_ZERO = re.compile(r"0{4}-0{2}-0{2}(?:[T ]00:00(?::00)?)?|0{1,2}[./]0{1,2}[./]0{2,4}")
# Words in headers of languages whose dates begin with the day.
_DAY_FIRST_HEADER = re.compile(
    r"datum|fecha|\bdata\b|\bdate (?:d|de|du|fin)\b|date d['\u2019]|ende?\b.*garantie|garantie|kauf|erstell|geändert|"
    r"achat|scadenza|vencim|início|inicio|inizio|fin de|mise en|mise à|dernière|última|ultimo|aanmaak|laatst",
    re.IGNORECASE,
)
_ISO = Step(Rule.ISO_DATE, "date to ISO")
_MIXED = Step(Rule.DAY_MONTH, "not a date in a column that has both day and month first")


class _Moment(NamedTuple):
    """A date or time without zone, and what reading it took."""

    at: datetime
    steps: tuple[Step, ...] = (_ISO,)
    zone: str = ""


class _Order(NamedTuple):
    """Which of day and month comes first in a column; None where nothing tells. `mixed` where both do."""

    day_first: bool | None
    mixed: bool = False


def read_dates(
    texts: Sequence[str], with_time: bool, header: str = "", sheet_day_first: bool | None = None
) -> list[Value]:
    """ISO date of each distinct, tidied text of one column; a text that is no date is kept, unread.

    Day or month first is decided for the column by its numbers above 12, then by the sheet's other dates, then by dots
    (day first) and the header's language. Where nothing tells, month first is assumed, and the transform says so.
    """
    order = column_order(texts)
    if order.day_first is None and not order.mixed:
        hint = sheet_day_first if sheet_day_first is not None else True if _DAY_FIRST_HEADER.search(header) else None
        order = _Order(hint)
    return [_value(text, order, with_time) for text in texts]


def column_order(texts: Sequence[str]) -> _Order:
    """Which of day and month comes first, as far as numbers above 12 tell."""
    found = [match for text in texts if (match := _YEAR_LAST.fullmatch(text))]
    day_first = any(int(match["a"]) > 12 for match in found)
    month_first = any(int(match["b"]) > 12 for match in found)
    return _Order(None, True) if day_first and month_first else _Order(day_first if day_first != month_first else None)


def _value(text: str, order: _Order, with_time: bool) -> Value:
    if _ZERO.fullmatch(text):
        return Value(None, steps=(Step(Rule.PLACEHOLDER_DATE, "placeholder date"),))
    try:
        moment = _moment(text, order)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        note = "year only" if _YEAR.fullmatch(text) else NOT_A_DATE
        return Value(text, steps=(Step(Rule.ISO_DATE, note),), unread=True)
    if moment.steps == (_MIXED,):
        return Value(text, steps=(_MIXED,), unread=True)
    if moment.at.date() in _PLACEHOLDERS:
        return Value(None, steps=(Step(Rule.PLACEHOLDER_DATE, "placeholder date"),))
    at, steps = moment.at, moment.steps
    if with_time and moment.zone:
        at -= timedelta(minutes=_minutes_ahead(moment.zone))
        steps = (*steps, Step(Rule.TIME_ZONE, "to UTC"))
    has_time = with_time and (at.hour or at.minute or at.second)
    iso = at.isoformat() if has_time else at.date().isoformat()
    return Value(iso, steps=() if iso == text else steps)


def _moment(text: str, order: _Order) -> _Moment | None:
    """The moment, or None where the text is no date. Raises: ValueError for a day that never was."""
    for pattern in (_YEAR_FIRST, _EAST_ASIAN):
        if match := pattern.fullmatch(text):
            return _at(_year(match), int(match["m"]), int(match["d"] or 1), match)
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(match, order)
    if match := _COMPACT.fullmatch(text):
        return _at(int(match["y"]), int(match["m"]), int(match["d"]), match)
    if match := _SERIAL.fullmatch(text):
        step = Step(Rule.SERIAL_DATE, "spreadsheet serial to ISO")
        return _Moment(_SPREADSHEET_ZERO + timedelta(days=int(match[1])), (step,))
    if match := _EPOCH.fullmatch(text):
        step = Step(Rule.SERIAL_DATE, "milliseconds since 1970 to ISO" if match[2] else "seconds since 1970 to ISO")
        return _Moment(_UNIX_ZERO + timedelta(seconds=int(match[1])), (step,))
    if match := _MONTH_ONLY.fullmatch(text):
        return _first_of_month(int(match["y"] or match["y2"]), int(match["m"] or match["m2"]))
    return _named(_plain(text))


def _named(text: str) -> _Moment | None:
    """Dates with the name of a month; text in lower case without accents."""
    for pattern in (_DAY_NAMED, _MONTH_NAMED, _YEAR_NAMED):
        match = pattern.fullmatch(text)
        if match and match["m"] in MONTHS:
            return _at(_year(match), MONTHS[match["m"]], int(match["d"]), match)
    match = _MONTH_YEAR.fullmatch(text)
    return _first_of_month(_year(match), MONTHS[match["m"]]) if match and match["m"] in MONTHS else None


def _plain(text: str) -> str:
    """Lower case without accents, the weekday and small words."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    weekday = _WEEKDAY.match(letters)
    if weekday and weekday[0].strip(" .,") not in MONTHS:
        letters = letters[weekday.end() :]
    return _SMALL_WORDS.sub(" ", letters)


def _year_last(match: re.Match[str], order: _Order) -> _Moment:
    first, second = int(match["a"]), int(match["b"])
    if first > 31 and len(match["y"]) == 2:  # 99/12/31, as Japanese lists have it
        return _at(_century(first), second, int(match["y"]), match)
    unclear = first <= 12 and second <= 12 and first != second
    dotted = match["s"] == "."
    if unclear and order.mixed and not dotted:
        return _Moment(_UNIX_ZERO, (_MIXED,))
    is_day_first = first > 12 or (second <= 12 and (order.day_first if order.day_first is not None else dotted))
    day, month = (first, second) if is_day_first else (second, first)
    read = _at(_year(match), month, day, match)
    if unclear and order.day_first is None and not dotted:
        return read._replace(steps=(_ISO, Step(Rule.DAY_MONTH, "month first assumed")))
    return read


def _at(year: int, month: int, day: int, match: re.Match[str]) -> _Moment:
    parts = match.groupdict()
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = re.sub(r"[.\s]", "", parts.get("half") or "").lower()
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    moment = datetime(year, month, day, hour % 24, minute, second)  # noqa: DTZ001 exports give no zone
    return _Moment(moment, zone=(parts.get("zone") or "").upper())


def _first_of_month(year: int, month: int) -> _Moment:
    first = datetime(year, month, 1)  # noqa: DTZ001 exports give no zone
    return _Moment(first, (Step(Rule.ISO_DATE, "month to its first day"),))


def _year(match: re.Match[str]) -> int:
    era = match.groupdict().get("era")
    year = 1 if match["y"] == "元" else int(match["y"])
    return year + _ERAS[era] if era else _century(year) if len(match["y"]) == 2 else year


def _century(year: int) -> int:
    return year + (2000 if year < 70 else 1900)


def _minutes_ahead(zone: str) -> int:
    if zone in _ZONES:
        return _ZONES[zone] * 60
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return -minutes if zone[0] == "-" else minutes
