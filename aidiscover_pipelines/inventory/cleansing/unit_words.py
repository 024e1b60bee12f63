"""Units in the cells and headers of nine languages, with their factors; and money, with its signs and periods.

Sizes count in steps of 1024 throughout, and MB is read as MiB: inventory tools write "MB" for what they measured in
MiB, and reading one source in thousands and the other in 1024s would show a false conflict of 5 to 10 %.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from aidiscover_pipelines.domain.canonical import Field
from aidiscover_pipelines.inventory.cleansing.rules import Rule, Step


class Unit(NamedTuple):
    """A dimension, and how many of its base unit one is. Bases: size MB, rate MB/s, share %, time hours, count 1."""

    dimension: str
    factor: float


class Money(NamedTuple):
    """What stands beside an amount of money: a factor to a year's single units, and what is left as its unit."""

    factor: float
    unit: str
    steps: tuple[Step, ...]


def _units(dimension: str, factors: dict[str, float]) -> dict[str, Unit]:
    return {name: Unit(dimension, factor) for names, factor in factors.items() for name in names.split("|")}


# Shares written 0 to 1. Such columns are often mixed, so numbers above 1 in them are read as percent.
FRACTION_UNITS = ("fraction", "ratio", "0-1", "0..1")
_COUNTED = (
    "count|core|cores|kern|kerne|coeur|coeurs|cœur|cœurs|núcleo|núcleos|nucleos|kernen|コア|核|vcpu|vcpus|cpu|cpus|proc|"
    "socket|sockets|sockel|user|users|benutzer|nutzer|anwender|utilisateur|utilisateurs|usuario|usuarios|usuários|"
    "utenti|gebruikers|ユーザー|用户|人|名|台|個|个|iops|io/s|ops/s|ops|eur|usd|gbp|chf|currency|+"
)
# Unit in lower case -> meaning. French "octets" and single letters are common in exports.
UNITS: dict[str, Unit] = {
    **_units("size", {
        "b|byte|bytes|octet|octets|バイト|字节": 1 / 1024**2,
        "kb|kib|ko|kio|kbyte|kbytes|kilobyte|kilobytes": 1 / 1024,
        "mb|mib|mo|mio|meg|mbyte|mbytes|megabyte|megabytes|メガバイト": 1.0,
        "gb|gib|go|gio|gig|gigs|gbyte|gbytes|gigabyte|gigabytes|gigaoctets|ギガバイト": 1024.0,
        "tb|tib|to|tio|tbyte|tbytes|terabyte|terabytes|テラバイト": 1024.0**2,
        "pb|pib|po|petabyte|petabytes": 1024.0**3,
    }),
    **_units("rate", {
        "b/s|bytes/s|bytes per second|byte/s": 1 / 1024**2,
        "kb/s|kib/s|ko/s|kb per second|kb/sec": 1 / 1024,
        "mb/s|mib/s|mo/s|mb per second|mb/sec": 1.0,
        "gb/s|gib/s|go/s|gb per second": 1024.0,
        "bit/s|bits/s": 1 / 8 / 1024**2,
        "mbit/s|mbits/s|mb(it)/s|mbit": 1 / 8,
        "kbit/s|kbits/s|kbit": 1 / 8192,
        "gbit/s|gbits/s|gbit": 128.0,
    }),
    **_units("share", {
        "%|percent|pct|prozent|pour cent|por ciento|per cento|por cento|procent|パーセント|percentage": 1.0,
        "fraction|ratio|0-1|0..1": 1.0,
    }),
    **_units("time", {
        "h|hr|hrs|hour|hours|std|std.|stunde|stunden|heure|heures|hora|horas|ora|ore|uur|uren|時間|小时|小時": 1.0,
        "m|min|min.|mins|minute|minutes|minuten|minuto|minutos|minuti|minuut|分|分钟|分鐘": 1 / 60,
        "s|sec|secs|second|seconds|sek|sekunden|secondes|segundos|secondi|秒": 1 / 3600,
        "d|day|days|tag|tage|jour|jours|día|días|dia|dias|giorno|giorni|dag|dagen|日|天": 24.0,
        "w|week|weeks|woche|wochen|semaine|semaines|semana|semanas|settimana|settimane|weken|週間|周": 168.0,
    }),
    **_units("frequency", {"hz|mhz|ghz": 1.0}),
    **_units("count", {
        _COUNTED: 1.0,
        "k|tsd|tsd.|thousand|tausend|mille|mil|duizend|千": 1e3,
        "万|萬": 1e4,
        "mio.|mn|mln|million|millions|millionen|millón|millones|milioni|milhão|milhões|miljoen|百万": 1e6,
        "億|亿": 1e8,
        "bn|mrd|mrd.|billion|milliarde|milliarden|milliard|milliards|miljard": 1e9,
    }),
    "": Unit("count", 1.0),
}  # fmt: skip
# Where the letter case tells bytes from bits.
CASED_UNITS: dict[str, Unit] = {
    **_units("rate", {"MBps": 1.0, "KBps|kBps": 1 / 1024, "GBps": 1024.0, "Bps": 1 / 1024**2}),
    **_units("rate", {"Mbps": 1 / 8, "Kbps|kbps": 1 / 8192, "Gbps": 128.0}),
}
# What a few letters mean in one dimension only: 16G of memory, 2 Mio. users, 5 m of anything countable.
_LETTERS: dict[str, dict[str, float]] = {
    "size": {"k": 1 / 1024, "m": 1.0, "g": 1024.0, "t": 1024.0**2},
    "count": {"m": 1e6, "mio": 1e6, "b": 1e9},
}
# Canonical unit -> meaning.
CANONICAL: dict[str, Unit] = {
    "MB": Unit("size", 1.0),
    "GB": Unit("size", 1024.0),
    "%": Unit("share", 1.0),
    "hours": Unit("time", 1.0),
    "MB/s": Unit("rate", 1.0),
    "count": Unit("count", 1.0),
    "ops/s": Unit("count", 1.0),
    "currency": Unit("count", 1.0),
}
# A field read in another dimension that the row's own total makes comparable: 80 % used of 500 GB.
RELATIVE_TO: dict[tuple[str, str], str] = {
    ("storage_used_gb", "share"): "storage_total_gb",
    ("memory_util_pct", "size"): "memory_mb",
}

# Sign or word -> code where it is clear which currency is meant; $ and ¥ are written in several countries.
CURRENCIES: dict[str, str] = {
    **dict.fromkeys(("€", "eur", "euro", "euros"), "EUR"),
    **dict.fromkeys(("us$", "usd", "dollar", "dollars"), "USD"),
    **dict.fromkeys(("£", "gbp"), "GBP"),
    **dict.fromkeys(("chf", "sfr", "sfr.", "fr."), "CHF"),
    **dict.fromkeys(("r$", "brl"), "BRL"),
    **dict.fromkeys(("jpy", "円", "yen"), "JPY"),
    **dict.fromkeys(("cny", "rmb", "元", "人民币"), "CNY"),
    **dict.fromkeys(("₹", "inr", "rs."), "INR"),
    **{code: code.upper() for code in ("cad", "aud", "sek", "nok", "dkk", "pln", "mxn", "cop")},
    "$": "$",
    "¥": "¥",
}
_CURRENCY = re.compile(
    "|".join(
        re.escape(sign) if not sign.isalpha() or ord(sign[0]) > 0x2E7F else rf"(?<![^\W\d]){sign}(?![^\W\d])"
        for sign in sorted(CURRENCIES, key=len, reverse=True)
    )
)
# T€ and k€, TEUR and KEUR: thousands, as German and Dutch controllers write them.
_THOUSANDS = re.compile(r"\b[tk](?=€|eur\b|usd\b|\$|chf\b|£|gbp\b)")
_MILLIONS = re.compile(r"\bm(?=€|eur\b|usd\b|\$|chf\b)")
_EACH = r"(?:/|\bper\b|\bpro\b|\bpar\b|\bpor\b|\bal\b|\bje\b|\ba\b|毎|每)"
_PERIODS: tuple[tuple[re.Pattern[str], str, float], ...] = tuple(
    (re.compile(rf"(?:{_EACH}\s*|(?<![^\W\d]))(?:{words})\.?$"), name, factor)
    for words, name, factor in (
        ("months?|mth|mo|monthly|monat|monatlich|mtl|mois|mensuel|mes|mensual|mese|mensile|mês|mensal|maand|月|か月|ヶ月",
         "month", 12.0),
        ("weeks?|wk|weekly|woche|wöchentlich|semaine|semana|settimana|week|週|周", "week", 52.0),
        ("quarters?|quarterly|quartal|trimestre|kwartaal|四半期|季度", "quarter", 4.0),
        ("years?|yr|y|annum|annually|annual|p\\.? ?a|jahr|jährlich|an|année|año|anno|ano|jaar|年", "", 1.0),
    )
)  # fmt: skip
# Words behind a unit that do not change it; with a digit they would be another amount.
_BEFORE_WORDS = re.compile(r"(?<=\S)[\s(,][^\d/]*$")


@lru_cache(maxsize=4096)
def find_unit(text: str, field: Field) -> Unit | None:
    """What a unit means for a field, or None. Words behind it do not matter: "GB SSD" is GB."""
    text = text.strip().strip("()[].").strip() or text.strip()
    dimension = CANONICAL.get(field.unit or "count", Unit("count", 1.0)).dimension
    for candidate in dict.fromkeys((text, _BEFORE_WORDS.sub("", text) or text)):
        lowered = candidate.lower()
        letter = _LETTERS.get(dimension, {}).get(lowered)
        if letter is not None:
            return Unit(dimension, letter)
        if dimension == "rate" and UNITS.get(lowered, Unit("", 0)).dimension == "size":
            return Unit("rate", UNITS[lowered].factor)
        known = CASED_UNITS.get(candidate) or UNITS.get(lowered)
        if known is not None:
            return known
    return None


@lru_cache(maxsize=4096)
def split_money(text: str) -> Money | None:
    """Take currency and period off what stands beside an amount; None where two currencies are named."""
    rest = text.strip().lower()
    steps: list[Step] = []
    factor = 1.0
    for pattern, name, per_year in _PERIODS:
        shorter = pattern.sub("", rest)
        if shorter != rest:
            rest, factor = shorter.strip(" /"), per_year
            if name:
                steps.append(Step(Rule.PER_YEAR, f"per {name} to per year"))
            break
    for pattern, thousands in ((_THOUSANDS, 1e3), (_MILLIONS, 1e6)):
        if pattern.search(rest):
            rest, factor = pattern.sub("", rest), factor * thousands
            steps.append(Step(Rule.UNIT, f"times {thousands:g}"))
    named = {CURRENCIES[sign] for sign in _CURRENCY.findall(rest)}
    if len(named) > 1:
        return None
    steps = [*(Step(Rule.CURRENCY, f"in {code}") for code in sorted(named)), *steps]
    return Money(factor, _CURRENCY.sub("", rest).strip(), tuple(steps))
