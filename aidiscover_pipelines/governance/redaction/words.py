"""The word lists of redaction, which are data: words.yaml."""

from functools import cache
from pathlib import Path

import yaml


@cache
def _lists() -> dict[str, list[str] | str]:
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    lists: dict[str, list[str] | str] = yaml.safe_load(text)
    return lists


def plain_words(name: str) -> tuple[str, ...]:
    """The words of a paragraph."""
    paragraph = _lists()[name]
    return tuple(paragraph.split()) if isinstance(paragraph, str) else tuple(paragraph)


def any_of(name: str) -> str:
    """A regular expression for any entry of a list."""
    return "|".join(plain_words(name))
