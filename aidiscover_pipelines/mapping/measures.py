"""Units and statistics of measured columns, read from the header, from units inside the values, or from magnitudes.

Units are written as a person would ("MiB", "%", "0-1", "KB/s", "minutes"); None where nothing tells, and then the
canonical unit of the field stands.
"""

import re
from collections.abc import Sequence

import numpy as np

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.mapping import normalise

# Word of a header -> the size unit it names. French bytes are octets; two-letter ones count only beside a number.
SIZE_WORDS: dict[str, str] = {
    **dict.fromkeys(("byte", "bytes", "octet", "octets", "bytess"), "bytes"),
    **dict.fromkeys(("kb", "kilobyte", "kilobytes", "kbytes", "ko"), "KB"),
    **dict.fromkeys(("mb", "megabyte", "megabytes", "mbytes", "megs"), "MB"),
    **dict.fromkeys(("gb", "gigabyte", "gigabytes", "gbytes", "gig"), "GB"),
    **dict.fromkeys(("tb", "terabyte", "terabytes", "tbytes"), "TB"),
    "kib": "KiB", "mib": "MiB", "gib": "GiB", "tib": "TiB",
}  # fmt: skip
# In brackets only: 'Mémoire (Go)'. Elsewhere 'to' and 'go' are words.
BRACKETED_UNITS: dict[str, str] = {
    "go": "GB", "mo": "MB", "to": "TB", "ko": "KB", "g": "GB", "m": "MB", "t": "TB",
    "h": "hours", "hr": "hours", "hrs": "hours", "hour": "hours", "hours": "hours", "std": "hours", "stunden": "hours",
    "heures": "hours", "horas": "hours", "ore": "hours", "uren": "hours", "uur": "hours",
    "min": "minutes", "mins": "minutes", "minute": "minutes", "minutes": "minutes", "minuten": "minutes",
    "minutos": "minutes", "minuti": "minutes",
    "d": "days", "day": "days", "days": "days", "tage": "days", "jours": "days", "dias": "days",
    "giorni": "days", "dagen": "days", "s": "seconds", "sec": "seconds", "seconds": "seconds",
}  # fmt: skip
TIME_WORDS: dict[str, str] = {
    word: unit
    for word, unit in BRACKETED_UNITS.items()
    if unit in {"hours", "minutes", "days", "seconds"} and len(word) > 2 and word != "min"
}
FREQUENCY_WORDS: dict[str, str] = {"hz": "Hz", "mhz": "MHz", "ghz": "GHz"}
PERCENT_WORDS = frozenset(
    {"percent", "pct", "percentage", "prozent", "pourcentage", "porcentaje", "porcentagem", "percentuale", "percentual"}
)
BIT_RATE = re.compile(r"\b([kmg])(?:bit|b(?=ps))(?:s)?(?:/s|ps)?\b", re.IGNORECASE)

# Word of a header -> the statistic it names, in the languages of the lexicon.
STATISTIC_WORDS: dict[str, str] = {
    **dict.fromkeys(("avg", "average", "mean", "durchschnitt", "durchschnittlich", "mittel", "mittelwert"), "avg"),
    **dict.fromkeys(("moyenne", "moyen", "promedio", "media", "medio", "gemiddeld", "gemiddelde"), "avg"),
    **dict.fromkeys(("max", "maximum", "maximal", "maximale", "peak", "spitze", "spitzenwert", "pico", "picco", "piek",
                     "maximo", "massimo", "pointe"), "max"),
    **dict.fromkeys(("min", "minimum", "minimal", "minimo", "minimale"), "min"),
    **dict.fromkeys(("median", "p50", "mediana", "mediane"), "p50"),
    "p90": "p90", "p95": "p95", "p99": "p99", "percentile": "p95", "perzentil": "p95",
    **dict.fromkeys(("current", "aktuell", "actuel", "actual", "attuale", "huidig"), "current"),
}  # fmt: skip
FREE_WORDS = frozenset(
    {"free", "available", "frei", "freier", "libre", "libero", "livre", "vrij", "disponible", "disponivel"}
)
# Words of a header that measure rather than name; a phrase is compared with and without them.
MEASURE_WORDS = frozenset(
    {
        *SIZE_WORDS,
        *FREQUENCY_WORDS,
        *PERCENT_WORDS,
        *STATISTIC_WORDS,
        "per",
        "second",
        "sec",
        "persec",
        "ps",
        "dec",
        "hours",
        "minute",
        "day",
    }
)

MEASURED = frozenset(field.name for field in BY_NAME.values() if field.unit in {"%", "ops/s", "MB/s"}) | {
    "storage_used_gb"
}
_BRACKET = re.compile(r"[\(\[]\s*(?:in\s+)?([^)\]]{1,12})\s*[\)\]]", re.IGNORECASE)
_VALUE_UNIT = re.compile(
    r"\d\s*([kmgtp]i?[bo]|bytes|octets|%|hours?|hrs?|h|minutes?|mins?|days?|d|j|stunden|tage|jours|[kmgt])\b\.?\s*$",
    re.IGNORECASE,
)
# Units as products' documentation spells them where SIZE_WORDS and BRACKETED_UNITS do not; letter case tells bits.
_DOCUMENTED_UNITS: dict[str, str] = {
    "B": "bytes", "Mio": "MiB", "KBps": "KB/s", "Mbps": "Mbit/s", "Mb/s": "Mbit/s", "bps": "bit/s",
    **dict.fromkeys(("B/s", "byte/s", "Bps"), "bytes/s"),
}  # fmt: skip
_DOCUMENTED_STATISTICS: dict[str, str | None] = {"peak": "max", "total": None, "limit": None, "reserved": None}
_CANONICAL_VALUE_UNIT = {
    "b": "bytes",
    "%": "%",
    "k": "KB",
    "m": "MB",
    "g": "GB",
    "t": "TB",
    "h": "hours",
    "d": "days",
    "j": "days",
}
# Memory without a unit: nobody lists servers of less than 0.5 GB or more than 4 TB, so magnitudes tell the unit apart.
MEMORY_MAGNITUDES: tuple[tuple[float, str], ...] = ((4e9, "bytes"), (4_194_304, "KB"), (512, "MB"), (0, "GB"))
# Storage without a unit: a typical server has between 20 GB and 20 TB; medians above that are MB, then KB, then bytes.
STORAGE_MAGNITUDES: tuple[tuple[float, str], ...] = ((2e10, "bytes"), (2e7, "KB"), (20_000, "MB"), (0, "GB"))
# Shares above this are amounts, not percentages: RVTools lists memory in MiB and CPU in MHz as 'Active' and 'Overall'.
HIGHEST_PERCENT = 150
ABSOLUTE_USE = {"memory_util_pct": "MB", "cpu_util_pct": "MHz"}
_STORAGE = frozenset({"storage_total_gb", "storage_used_gb", "disk_size_gb", "data_volume_gb"})


def statistic(header: str, field: str) -> str | None:
    """avg, max, min, p50, p90, p95, p99, current, free (complement of used); None for a field that measures nothing."""
    if field not in MEASURED:
        return None
    if "\u00d8" in header or "\u2300" in header:  # the sign of the mean in German
        return "avg"
    found = normalise.words(header)
    named = next((STATISTIC_WORDS[word] for word in found if word in STATISTIC_WORDS), None)
    percentile = re.search(
        r"(?<!\d)(9[0-9]|50)\s*(?:th|\.|%)?\s*(?:-?\s*p|percentile|perzentil|centile|pctl)", header, re.IGNORECASE
    )
    if percentile:
        return f"p{percentile[1]}"
    return named or ("free" if FREE_WORDS & set(found) else None)


def documented_unit(text: str | None, field: str) -> str | None:
    """A unit that a template names, spelt as `unit` spells it; money as it is. None where the field has no unit."""
    canonical = BY_NAME[field].unit if field in BY_NAME else None
    # A share is no count and no rate, but to say so keeps its numbers from being read as one.
    if not text or canonical is None or (canonical in {"count", "ops/s"} and text != "%"):
        return None
    if canonical == "currency":
        return text
    plain = text.lower()
    return _DOCUMENTED_UNITS.get(text) or SIZE_WORDS.get(plain) or BRACKETED_UNITS.get(plain) or text


def documented_statistic(text: str | None) -> str | None:
    """A statistic that a template names, as `statistic` names it; None for what says how, not which, was measured."""
    return _DOCUMENTED_STATISTICS.get(text, text) if text else None


def unit(header: str, field: str, values: Sequence[str], documented: str | None = None) -> str | None:
    """The unit of a column's numbers; `values` are its non-empty cell texts. None for fields that have no unit.

    What the product documents counts less than what header and cells say, and more than the size of the numbers.
    """
    canonical = BY_NAME[field].unit
    if canonical in {None, "currency", "count", "ops/s"}:
        return documented
    return (
        _from_header(header, canonical)
        or _from_values(values, canonical)
        or documented
        or _from_magnitude(field, canonical, values)
    )


def _from_header(header: str, canonical: str) -> str | None:
    found = normalise.words(header)
    bracketed = [BRACKETED_UNITS.get(text.strip().lower()) for text in _BRACKET.findall(normalise.fold(header))]
    size = next((SIZE_WORDS[word] for word in found if word in SIZE_WORDS), None) or next(
        (name for name in bracketed if name in {"KB", "MB", "GB", "TB"}), None
    )
    if canonical == "MB/s":
        bits = BIT_RATE.search(header)
        return (
            f"{bits[1].upper().replace('K', 'k')}bit/s"
            if bits and _writes_bits(bits[0])
            else f"{size}/s"
            if size
            else None
        )
    if canonical == "hours":
        return next((name for name in bracketed if name in TIME_WORDS.values()), None) or next(
            (TIME_WORDS[word] for word in found if word in TIME_WORDS), None
        )
    if canonical == "%" and "dec" in found:
        return "0-1"
    frequency = next((FREQUENCY_WORDS[word] for word in found if word in FREQUENCY_WORDS), None)
    return size or frequency or ("%" if PERCENT_WORDS & set(found) else None)


def _writes_bits(text: str) -> bool:
    return "bit" in text.lower() or text[1:2] == "b"


def _from_values(values: Sequence[str], canonical: str) -> str | None:
    found = [match[1].lower() for text in values if (match := _VALUE_UNIT.search(normalise.fold(text)))]
    if len(found) * 2 <= len(values) or not found:
        return None
    commonest = max(sorted(set(found)), key=found.count)
    if canonical == "MB/s":
        return None
    if commonest in _CANONICAL_VALUE_UNIT:
        return _CANONICAL_VALUE_UNIT[commonest]
    if commonest in SIZE_WORDS:
        return SIZE_WORDS[commonest]
    return BRACKETED_UNITS.get(commonest)


def _from_magnitude(field: str, canonical: str, values: Sequence[str]) -> str | None:
    numbers = numeric(values)
    if not len(numbers):
        return None
    if canonical == "%" and numbers.max() > HIGHEST_PERCENT:
        return ABSOLUTE_USE.get(field, "%")
    if canonical == "%":
        return (
            "0-1"
            if numbers.max() <= 1 and len(set(numbers.tolist())) > 1 and not np.all(numbers == numbers.astype(int))
            else "%"
        )
    middle = float(np.median(numbers[numbers > 0])) if (numbers > 0).any() else 0.0
    if field == "memory_mb":
        return next(name for least, name in MEMORY_MAGNITUDES if middle >= least)
    if field in _STORAGE:
        return next(name for least, name in STORAGE_MAGNITUDES if middle >= least)
    return None


def numeric(values: Sequence[str]) -> np.ndarray:
    """The plain numbers among the texts; '8,192' and '0,5' are read by the digits after the comma."""
    out = []
    for text in values:
        plain = text.strip().rstrip("%").replace(" ", "")
        plain = re.sub(r",(?=\d{3}(?:\D|$))", "", plain).replace(",", ".")
        try:
            out.append(float(plain))
        except ValueError:
            continue
    return np.asarray(out, dtype=float)
