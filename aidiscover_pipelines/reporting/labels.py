"""Names of columns, attributes and strategies as people write them."""

from collections.abc import Mapping

from aidiscover_pipelines.domain.critical_attributes import CRITICAL_ATTRIBUTES

_ACRONYMS = {"os": "OS", "cpu": "CPU", "ip": "IP", "eol": "EOL", "id": "ID", "gb": "GB", "mb": "MB"}

ATTRIBUTE_LABELS: Mapping[str, str] = {each.key: each.label for each in CRITICAL_ATTRIBUTES}
STRATEGY_MEANING: Mapping[str, str] = {
    "rehost": "move as it is",
    "replatform": "move with managed or newer platform parts",
    "refactor": "redesign for the cloud",
    "repurchase": "replace by a product or service",
    "retire": "switch off",
    "retain": "keep where it is, look again later",
}


def label(key: str) -> str:
    """Attribute or field key as a heading."""
    words = [_ACRONYMS.get(word, word) for word in key.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def counted(count: int, noun: str, several: str = "") -> str:
    """A number with its noun: `1 server`, `1,200 servers`."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"


def work(minutes: float) -> str:
    """Minutes up to two hours, hours above."""
    return f"{minutes:,.0f} minutes" if minutes < 120 else f"{minutes / 60:,.0f} hours"
