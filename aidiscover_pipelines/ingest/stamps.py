"""Dates, times and versions in file names: what two uploads of one source differ in when somebody exports again.

A year alone is no stamp (`windows_2016.csv` and `windows_2019.csv` are two lists), nor is a bare number: parts, sites
and domains are counted with those.
"""

import re
from typing import NamedTuple

_YEAR, _MONTH, _DAY = r"(?P<y{0}>20\d\d)", r"(?P<m{0}>0[1-9]|1[0-2])", r"(?P<d{0}>0[1-9]|[12]\d|3[01])"
_GAP = r"[-_. ]?"
_NAMED = r"(?P<n{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_TIME = r"(?:[-_. t](?P<h{0}>[01]\d|2[0-3])[-_.:h]?(?P<i{0}>[0-5]\d)(?:[-_.:m]?(?P<s{0}>[0-5]\d))?z?)?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FORMS = (
    _YEAR + _GAP + _MONTH + _GAP + _DAY + _TIME,
    r"(?P<a{0}>\d{{1,2}})[-_.](?P<b{0}>\d{{1,2}})[-_.]" + _YEAR + _TIME,  # day or month first: nobody can tell
    r"(?:(?P<d{0}>\d{{1,2}})" + _GAP + ")?" + _NAMED + _GAP + _YEAR + _TIME,
    _YEAR + _GAP + _NAMED,
    _YEAR + _GAP + r"(?:q|w|kw|cw)(?P<q{0}>\d{{1,2}})",
    r"q(?P<q{0}>[1-4])" + _GAP + _YEAR,
    _YEAR + _GAP + _MONTH,
    r"(?:version|ver|rev|v)" + _GAP + r"(?P<v{0}>\d+(?:\.\d+)*)",
)
_STAMP = re.compile(
    r"(?<![a-z0-9])(?:" + "|".join(form.format(number) for number, form in enumerate(_FORMS)) + r")(?![a-z0-9])"
)
_PARTS = ("y", "m", "n", "q", "d", "h", "i", "s", "v")


class Stamped(NamedTuple):
    """A file name without its stamps, and the stamps as numbers that grow with time; empty where they do not tell."""

    base: str
    order: tuple[int, ...]


def stamped(name: str) -> Stamped:
    """`RVTools_export_all_2026-05-01_10.12.33.xlsx` -> ("rvtools export all.xlsx", (2026, 5, 1, 10, 12, 33))."""
    stem, dot, suffix = name.casefold().rpartition(".")
    stem, suffix = (stem, dot + suffix) if stem else (suffix, "")
    order: list[int] = []
    tells = True
    for found in _STAMP.finditer(stem):
        told = {key[0]: text for key, text in found.groupdict().items() if text is not None}
        tells = tells and "a" not in told
        for part in _PARTS:
            if part in told:
                order += _numbers(part, told[part])
    base = " ".join(re.split(r"[-_. ]+", _STAMP.sub(" ", stem))).strip()
    return Stamped(base + suffix, tuple(order) if tells else ())


def _numbers(part: str, text: str) -> list[int]:
    if part == "n":
        return [_MONTHS.index(text) + 1]
    return [int(number) for number in text.split(".")]
