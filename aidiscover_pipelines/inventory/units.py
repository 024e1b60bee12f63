"""Numbers as people write them, and the units they are in, brought to the canonical unit of a field.

Sizes count in steps of 1024 throughout, and MB is read as MiB: inventory tools write "MB" for what they measured in
MiB, and reading one source in thousands and the other in 1024s would show a false conflict of 5 to 10 %.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aidiscover_pipelines.domain.canonical import BY_NAME, Field

# Shares written 0 to 1. Such columns are often mixed, so numbers above 1 in them are read as percent.
FRACTION_UNITS = ("fraction", "ratio", "0-1", "0..1")
# Unit text in lower case -> (dimension, factor to the dimension's base unit).
# Bases: size MB, rate MB/s, share %, time hours, count 1. French "octets" and single letters are common in exports.
UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("b", "byte", "bytes", "octet", "octets"), ("size", 1 / 1024**2)),
    **dict.fromkeys(("kb", "kib", "ko", "kio", "kbyte", "kbytes", "kilobytes"), ("size", 1 / 1024)),
    **dict.fromkeys(("mb", "mib", "mo", "mio", "meg", "mbyte", "mbytes", "megabytes"), ("size", 1.0)),
    **dict.fromkeys(("gb", "gib", "go", "gio", "gig", "gbyte", "gbytes", "gigabytes"), ("size", 1024.0)),
    **dict.fromkeys(("tb", "tib", "to", "tio", "tbyte", "terabytes"), ("size", 1024.0**2)),
    **dict.fromkeys(("pb", "pib", "po", "petabytes"), ("size", 1024.0**3)),
    **dict.fromkeys(("b/s", "bytes/s", "bytes per second", "byte/s"), ("rate", 1 / 1024**2)),
    **dict.fromkeys(("kb/s", "kib/s", "ko/s", "kb per second"), ("rate", 1 / 1024)),
    **dict.fromkeys(("mb/s", "mib/s", "mo/s", "mb per second", "mb/sec"), ("rate", 1.0)),
    **dict.fromkeys(("gb/s", "gib/s", "go/s", "gb per second"), ("rate", 1024.0)),
    **dict.fromkeys(("mbit/s", "mbits/s", "mb(it)/s", "mbit"), ("rate", 1 / 8)),
    **dict.fromkeys(("kbit/s", "kbits/s", "kbit"), ("rate", 1 / 8192)),
    **dict.fromkeys(("gbit/s", "gbits/s", "gbit"), ("rate", 128.0)),
    **dict.fromkeys(("%", "percent", "pct", "prozent", "pour cent", "por ciento", "percentage"), ("share", 1.0)),
    **dict.fromkeys(FRACTION_UNITS, ("share", 1.0)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "std.", "stunde", "stunden"), ("time", 1.0)),
    **dict.fromkeys(("heure", "heures", "hora", "horas", "ora", "ore", "uur"), ("time", 1.0)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten", "minutos", "minuti"), ("time", 1 / 60)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sekunden"), ("time", 1 / 3600)),
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "jour", "jours", "dia", "dias", "giorni"), ("time", 24.0)),
    **dict.fromkeys(("w", "week", "weeks", "woche", "wochen", "semaine", "semaines"), ("time", 168.0)),
    **dict.fromkeys(("mhz", "ghz", "hz"), ("frequency", 1.0)),
    **dict.fromkeys(("", "count", "cores", "core", "vcpu", "vcpus", "cpu", "cpus", "users", "user"), ("count", 1.0)),
    **dict.fromkeys(("iops", "io/s", "ops/s", "ops", "benutzer", "utilisateurs", "usuarios", "+"), ("count", 1.0)),
    **dict.fromkeys(("eur", "€", "usd", "$", "us$", "gbp", "£", "chf", "currency"), ("count", 1.0)),
    **dict.fromkeys(("k", "tsd", "tsd.", "thousand"), ("count", 1000.0)),
    **dict.fromkeys(("mio", "mio.", "million", "millions", "millionen"), ("count", 1000000.0)),
}
# Where the letter case tells bytes from bits.
CASED_UNITS: dict[str, tuple[str, float]] = {
    "MBps": ("rate", 1.0),
    "KBps": ("rate", 1 / 1024),
    "kBps": ("rate", 1 / 1024),
    "GBps": ("rate", 1024.0),
    "Mbps": ("rate", 1 / 8),
    "Kbps": ("rate", 1 / 8192),
    "kbps": ("rate", 1 / 8192),
    "Gbps": ("rate", 128.0),
    "Bps": ("rate", 1 / 1024**2),
    "M": ("count", 1e6),
}
# A single letter after a number means a unit of the field's own dimension: 16G of memory, 5k users.
SIZE_LETTERS: dict[str, float] = {"k": 1 / 1024, "m": 1.0, "g": 1024.0, "t": 1024.0**2}
# Canonical unit -> (dimension, base units in one of it).
CANONICAL: dict[str, tuple[str, float]] = {
    "MB": ("size", 1.0),
    "GB": ("size", 1024.0),
    "%": ("share", 1.0),
    "hours": ("time", 1.0),
    "MB/s": ("rate", 1.0),
    "count": ("count", 1.0),
    "ops/s": ("count", 1.0),
    "currency": ("count", 1.0),
}
# A field read in another dimension that the row's own total makes comparable: 80 % used of 500 GB.
RELATIVE_TO: dict[tuple[str, str], str] = {
    ("storage_used_gb", "share"): "storage_total_gb",
    ("memory_util_pct", "size"): "memory_mb",
}
NOT_A_NUMBER = "not a number"

_GROUPED_DOT = re.compile(r"[-+]?[1-9]\d{0,2}(\.\d{3})+")
_GROUPED_COMMA = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")
_QUANTITY = re.compile(
    r"(?:[~≈<>]|ca\.?|approx\.?)?\s*([€$£])?\s*([-+]?(?:\d[\d.,'\u2019\s]*|[.,]\d+))\s*(\D.*)?", re.DOTALL
)
_TIMES = re.compile(r"(\d+)\s*[x\u00d7*]\s*(\d.*)", re.DOTALL)
_RANGE = re.compile(r"(\d[\d.,]*)\s*(?:-|\u2013|to|bis)\s*(\d[\d.,]*)\s*(\D.*)?", re.DOTALL)
_DECIMAL_HEADER = re.compile(r"pctdec|\bdec\b|decimal|fraction|0\s*-\s*1\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One cell text as a number in its field's unit. `relative` names its dimension where a total is still needed."""

    number: float
    transform: str
    relative: str = ""


def decimal_mark(texts: Iterable[str], whole: bool) -> str:
    """The decimal mark of a column, '.' or ',', by what its values can only mean.

    "16.384" alone can mean both; it is sixteen thousand where the field counts whole things (`whole`).
    """
    dots = commas = grouped_dots = 0
    for text in texts:
        dot, comma = text.rfind("."), text.rfind(",")
        if dot >= 0 and comma >= 0:
            commas, dots = commas + (comma > dot), dots + (dot > comma)
        elif comma >= 0:
            commas += not _GROUPED_COMMA.fullmatch(text)
        elif dot >= 0 and not _GROUPED_DOT.fullmatch(text):
            dots += 1
        elif dot >= 0:
            grouped_dots += 1
            commas += text.count(".") > 1
    if dots or commas:
        return "," if commas > dots else "."
    return "," if grouped_dots and whole else "."


def read_column(texts: Sequence[str], field_name: str, unit: str | None, header: str) -> list[Reading]:
    """Each text of one column as a number in the canonical unit; texts are distinct and not empty.

    A unit in the cell wins over the column's. Shares written 0 to 1 under a percent header become percent.
    """
    field = BY_NAME[field_name]
    split = [_split(text) for text in texts]
    mark = decimal_mark((parts[1] for parts in split if parts), _counts_whole(field, unit))
    readings = [_read(parts, field, unit, mark) for parts in split]
    if field.unit == "%" or _dimension(unit, field) == "share":
        declared = (unit or "").lower() in FRACTION_UNITS or _DECIMAL_HEADER.search(header) is not None
        return _fractions_as_percent(readings, split, declared)
    return readings


def number_text(number: float) -> str:
    """A number as stored text: no trailing zeros, at most ten digits."""
    return format(number, ".10g")


def _split(text: str) -> tuple[float, str, str, str] | None:
    """(multiplier, numeral, unit in the cell, upper end of a range) or None where there is no number."""
    times = _TIMES.fullmatch(text)
    multiplier, rest = (float(times[1]), times[2]) if times else (1.0, text)
    spread = _RANGE.fullmatch(rest)
    if spread:
        return multiplier, spread[1], (spread[3] or "").strip(), spread[2]
    found = _QUANTITY.fullmatch(rest)
    if not found:
        return None
    numeral = re.sub(r"['\u2019\s]", "", found[2]).rstrip(".,")
    return multiplier, numeral, (found[3] or found[1] or "").strip(), ""


def _read(parts: tuple[float, str, str, str] | None, field: Field, unit: str | None, mark: str) -> Reading:
    if parts is None:
        return Reading(math.nan, NOT_A_NUMBER)
    multiplier, numeral, own_unit, upper = parts
    source = own_unit or unit or ""
    known = _unit(source or field.unit or "", field)
    try:
        value, note = _parse(numeral, mark)
        value = (value + _parse(upper, mark)[0]) / 2 if upper else value
    except ValueError:
        return Reading(math.nan, NOT_A_NUMBER)
    dimension, base = CANONICAL.get(field.unit or "count", ("count", 1.0))
    if known is not None and known[0] == dimension:
        renamed = source and source.lower() != (field.unit or "").lower()
        notes = [note, f"times {multiplier:g}" if multiplier != 1 else "", "middle of a range" if upper else ""]
        notes.append(f"{source} to {field.unit or 'number'}" if renamed else "")
        return Reading(multiplier * value * known[1] / base, "; ".join(part for part in notes if part))
    if known is not None and (field.name, known[0]) in RELATIVE_TO:
        return Reading(value * known[1], f"{numeral} {source}", relative=known[0])
    return Reading(math.nan, f"{NOT_A_NUMBER} in {field.unit or 'its unit'}" if known else NOT_A_NUMBER)


def _parse(numeral: str, mark: str) -> tuple[float, str]:
    """Value and what was done. A numeral that the column's mark does not fit is read by its own."""
    if mark == "." and "," in numeral and "." not in numeral and not _GROUPED_COMMA.fullmatch(numeral):
        mark = ","
    elif mark == "," and "." in numeral and "," not in numeral and not _GROUPED_DOT.fullmatch(numeral):
        mark = "."
    thousands = "," if mark == "." else "."
    notes = ["thousands separators removed"] if thousands in numeral else []
    notes += ["decimal comma"] if mark == "," and "," in numeral else []
    return float(numeral.replace(thousands, "").replace(",", ".")), "; ".join(notes)


def _unit(text: str, field: Field) -> tuple[str, float] | None:
    text = text.strip().strip("()[]").strip()
    dimension = CANONICAL.get(field.unit or "count", ("count", 1.0))[0]
    lowered = text.lower()
    if dimension == "size" and lowered in SIZE_LETTERS:
        return "size", SIZE_LETTERS[lowered]
    if dimension == "count" and lowered in ("mio", "mio."):
        return "count", 1e6
    if dimension == "rate" and UNITS.get(lowered, ("",))[0] == "size":
        return "rate", UNITS[lowered][1]
    return CASED_UNITS.get(text) or UNITS.get(lowered)


def _dimension(unit: str | None, field: Field) -> str:
    known = _unit(unit or field.unit or "", field)
    return known[0] if known else ""


def _counts_whole(field: Field, unit: str | None) -> bool:
    """Whether three digits after a dot are more likely thousands than decimals: counts, small units, money."""
    if field.kind.startswith("int") or field.unit == "currency":
        return True
    known = _unit(unit or field.unit or "", field)
    return known is not None and known[0] == "size" and known[1] <= 1.0


def _fractions_as_percent(
    readings: list[Reading], split: list[tuple[float, str, str, str] | None], declared: bool
) -> list[Reading]:
    bare = [
        reading.number
        for reading, parts in zip(readings, split, strict=True)
        if parts and not parts[2] and not math.isnan(reading.number)
    ]
    scattered = bool(bare) and max(bare) <= 1 and any(0 < number < 1 for number in bare)
    if not (declared or scattered):
        return readings
    return [
        Reading(reading.number * 100, "fraction to %", reading.relative)
        if parts and not parts[2] and 0 <= reading.number <= 1
        else reading
        for reading, parts in zip(readings, split, strict=True)
    ]
