"""Typed cell values as text: the value, never its display, so that a locale cannot change it."""

import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

EXACT_INTEGER = 1e15  # above it a float no longer shows every digit of an integer


def number_text(number: float) -> str:
    """A number's shortest exact text; empty for what is no number."""
    if number.is_integer() and abs(number) < EXACT_INTEGER:
        return str(int(number))
    return repr(number) if math.isfinite(number) else ""


def moment_text(moment: datetime) -> str:
    """ISO 8601; midnight is left out, because spreadsheets store dates as moments."""
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat()


def flag_text(flag: bool) -> str:
    """TRUE or FALSE as a spreadsheet shows it."""
    return "TRUE" if flag else "FALSE"


def _duration(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


TEXTS: dict[type, Callable[[Any], str]] = {
    str: str,
    float: number_text,
    int: str,
    bool: flag_text,
    datetime: moment_text,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
}
