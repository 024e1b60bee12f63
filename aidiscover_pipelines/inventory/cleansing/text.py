"""What is done to every cell text before it is read: invisible characters, widths, spaces, words for nothing."""

import re

from aidiscover_pipelines.inventory.cleansing.rules import Rule, Step
from aidiscover_pipelines.inventory.cleansing.vocabularies import NULL_WORDS

# Zero-width spaces and joints of words, soft hyphens, byte order marks, and marks of writing direction.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_WIDE = re.compile("[\uff01-\uff5e]")
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = re.compile(r"\s+")


def tidy(text: str) -> tuple[str, tuple[Step, ...]]:
    """The text without what nobody sees, and what was done; spaces inside it stay, for they may part a list."""
    if text.isascii():
        stripped = text.strip()
        return stripped, () if stripped == text else (Step(Rule.SPACES, "spaces trimmed"),)
    steps = []
    seen = _INVISIBLE.sub("", text)
    if seen != text:
        steps.append(Step(Rule.INVISIBLE, "invisible characters removed"))
    narrow = seen.translate(_NARROW) if _WIDE.search(seen) else seen
    if narrow != seen:
        steps.append(Step(Rule.FULL_WIDTH, "full-width characters to ASCII"))
    stripped = narrow.strip()
    if stripped != narrow:
        steps.append(Step(Rule.SPACES, "spaces trimmed"))
    return stripped, tuple(steps)


def collapsed(text: str) -> str:
    """Every run of spaces and line breaks as one space."""
    return _SPACES.sub(" ", text)


def is_null(text: str) -> bool:
    """Whether a text stands for nothing."""
    return text.casefold() in NULL_WORDS
