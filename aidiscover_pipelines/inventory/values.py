"""One column of cell texts to normalised values: numbers, dates, addresses, lists, closed vocabularies.

Every reader takes the distinct texts of one column, so its cost follows the number of different values.
"""

import ipaddress
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.inventory.dates import read_dates
from aidiscover_pipelines.inventory.units import number_text, read_column
from aidiscover_pipelines.inventory.vocabularies import CLOSED, FALSE_WORDS, NULL_WORDS, TRUE_WORDS, word_key

LIST_FIELDS = (
    "technology_stack",
    "integration_dependencies",
    "compliance_requirements",
    "ip_address",
    "mac_address",
)
# Scores may be numbers or words; words are no error there.
_SCORE_KINDS = ("score", "enum|score", "int|score", "string|%")
# A yes or no under one of these means nothing without its header: "Data Encryption: yes".
_NEEDS_HEADER = (
    "security_requirements",
    "availability_target",
    "change_tolerance",
    "configuration_complexity",
    "vulnerability_count",
    "documentation_quality",
    "stakeholder_impact",
    "description",
    "architecture_pattern",
    "application_type",
    "compliance_requirements",
    "database_engine",
    "technology_stack",
)
_UUID = re.compile(r"\{?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})\}?", re.IGNORECASE)
_LIST_SEPARATOR = re.compile(r"[;|\n\u3001\uff0c\uff1b]+|,(?![^()]*\))")
_NO_INSTALLED_MAC = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")


@dataclass(frozen=True, slots=True)
class Value:
    """A normalised cell. Text None drops it, for the reason in `transform`; `relative` as in units.Reading."""

    text: str | None
    number: float = math.nan
    transform: str = ""
    relative: str = ""


def read_values(texts: Sequence[str], field: str, unit: str | None, header: str) -> list[Value]:
    """Value of each distinct, trimmed, non-empty text of one column."""
    kind = BY_NAME[field].kind
    if kind in ("int", "float"):
        return _numbers(texts, field, unit, header)
    if kind in ("date", "datetime"):
        return [Value(iso, transform=note) for iso, note in read_dates(texts, with_time=kind == "datetime")]
    reader = _READERS.get(field)
    values = [reader(text) for text in texts] if reader else [_listed(text, field) for text in texts]
    if field == "tags":
        return [_tag(text, header) for text in texts]
    return [_answered(text, value, field, header) for text, value in zip(texts, values, strict=True)]


def is_null(text: str) -> bool:
    """Whether a text stands for nothing."""
    return text.casefold() in NULL_WORDS


def canonical_uuid(text: str) -> str | None:
    """Lower-case UUID with dashes, or None where the text is no UUID."""
    found = _UUID.fullmatch(text.strip())
    if not found:
        return None
    digits = found[1].replace("-", "").lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _numbers(texts: Sequence[str], field: str, unit: str | None, header: str) -> list[Value]:
    values = []
    for text, reading in zip(texts, read_column(texts, field, unit, header), strict=True):
        if reading.number < 0:
            # -1 is how ServiceNow and vSphere write "unknown" and "unlimited"; none of these fields can be negative.
            values.append(Value(None, transform="negative number"))
        elif math.isnan(reading.number):
            values.append(Value(text, transform=reading.transform))
        else:
            shown = number_text(reading.number)
            values.append(Value(shown, float(shown), reading.transform, reading.relative))
    return values


def _listed(text: str, field: str) -> Value:
    """Text of a field without a reader of its own: a list, a word of a closed vocabulary, a score, or plain text."""
    if field in LIST_FIELDS:
        return _items(text)
    closed = CLOSED.get(field)
    if closed is not None:
        meaning = closed.get(word_key(text))
        if meaning is not None:
            return Value(meaning, transform="" if meaning == text else "to vocabulary")
    if BY_NAME[field].kind in _SCORE_KINDS:
        number = _score(text)
        return Value(text if math.isnan(number) else number_text(number), number)
    collapsed = re.sub(r"\s+", " ", text)
    return Value(collapsed, transform="" if collapsed == text else "spaces collapsed")


def _score(text: str) -> float:
    try:
        return float(text.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        return math.nan


def _items(text: str) -> Value:
    parts = [part.strip() for part in _LIST_SEPARATOR.split(text)]
    kept = list(dict.fromkeys(part for part in parts if part and not is_null(part)))
    if not kept:
        return Value(None, transform="no value")
    joined = "; ".join(kept)
    return Value(joined, transform="" if joined == text else "list split")


def _answered(text: str, value: Value, field: str, header: str) -> Value:
    """A yes or no, put into words with its header; other values pass."""
    lowered = text.casefold()
    label = re.sub(r"\s*[\[(][^\])]*[\])]|[?*]", "", header).strip()
    if field == "asset_type" and lowered in TRUE_WORDS | FALSE_WORDS:
        return _yes_or_no_type(lowered in TRUE_WORDS, label)
    if field not in _NEEDS_HEADER or not label:
        return value
    if lowered in TRUE_WORDS:
        return Value(label if field in LIST_FIELDS else f"{label}: yes", transform="yes under its header")
    if lowered in FALSE_WORDS:
        if field in LIST_FIELDS:
            return Value(None, transform="no value")
        return Value(f"{label}: no", transform="no under its header")
    return value


def _yes_or_no_type(is_true: bool, label: str) -> Value:
    """Columns such as IsPhysical and Virtual: the header says what a yes means."""
    lowered = label.lower()
    if "phys" in lowered or "fisic" in lowered:
        return Value("physical" if is_true else "virtual", transform=f"{label}: yes or no")
    if "virt" in lowered or lowered in ("vm", "is vm", "is_vm", "isvm"):
        return Value("virtual" if is_true else "physical", transform=f"{label}: yes or no")
    return Value(None, transform="yes or no without a kind")


def _tag(text: str, header: str) -> Value:
    """Key=value. A bare value of a custom column gets its header as key."""
    if re.search(r"[=:{]", text) or header.strip().casefold() in ("tag", "tags", "labels", "label", ""):
        return Value(text)
    return Value(f"{header.strip()}={text}", transform="header as key")


def _addresses(text: str) -> Value:
    parts = [part for part in re.split(r"[;,|\s]+", text) if part]
    valid = [address for address in (_ip(part) for part in parts) if address]
    kept = list(dict.fromkeys(valid))
    dropped = len(parts) - len(valid)
    if not kept:
        return Value(None, transform="impossible IP address")
    note = f"{dropped} impossible IP address dropped" if dropped else ""
    joined = "; ".join(kept)
    return Value(joined, transform=note or ("" if joined == text else "list split"))


def _ip(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.split("/")[0].split("%")[0])
    except ValueError:
        return None
    return None if address.is_unspecified else str(address)


def _macs(text: str) -> Value:
    kept = []
    for part in re.split(r"[;,|\s]+", text):
        digits = re.sub(r"[:.-]", "", part).lower()
        if re.fullmatch(r"[0-9a-f]{12}", digits):
            mac = ":".join(digits[place : place + 2] for place in range(0, 12, 2))
            if mac not in _NO_INSTALLED_MAC:
                kept.append(mac)
    joined = "; ".join(dict.fromkeys(kept))
    if not joined:
        return Value(None, transform="impossible MAC address")
    return Value(joined, transform="" if joined == text else "MAC normalised")


def _host(text: str) -> Value:
    name = text.rstrip(".").lower()
    return Value(name, transform="" if name == text else "lower case")


def _identifier(text: str) -> Value:
    uuid = canonical_uuid(text)
    plain = uuid or re.sub(r"^(\d+)\.0$", r"\1", text)
    return Value(plain, transform="" if plain == text else "identifier normalised")


_READERS: dict[str, Callable[[str], Value]] = {
    "ip_address": _addresses,
    "mac_address": _macs,
    "hostname": _host,
    "asset_id": _identifier,
    "serial_number": _identifier,
    "application_id": _identifier,
}
