"""One rule of inference, and the words that rules are made of."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aidiscover_pipelines.attributes.wide import Flags, Texts, WideFacts
from aidiscover_pipelines.domain.vocabulary import AttributeState

# Presence of a conclusion, of 1 for a record. One that follows from what was measured or recorded about the same thing
# is worth half; one that rests on what usually goes together keeps its question. That an attribute does not apply
# follows from what the application is.
FIRM, WEAK, FOLLOWS = 0.5, 0.3, 0.8


@dataclass(frozen=True, slots=True)
class Inference:
    """One rule. `reads` are the facts it rests on, whose evidence it cites.

    `conclude` gives a text for each application, empty where the rule does not apply. Nothing is concluded from the
    absence of a fact.
    """

    attribute: str
    reads: tuple[str, ...]
    conclude: Callable[[WideFacts], Texts]
    quality: float
    reason: str
    state: AttributeState = AttributeState.INFERRED


def where(*cases: tuple[Flags, Texts | str]) -> Texts:
    """The text of the first case that holds; empty where none does."""
    out: Texts = np.full(len(cases[0][0]), "", dtype=object)
    for holds, text in reversed(cases):
        out[holds] = text if isinstance(text, str) else text[holds]
    return out


def said(before: str, texts: Texts, after: str = "") -> Texts:
    """Each text between two others."""
    return np.array([f"{before}{text}{after}" for text in texts.tolist()], dtype=object)


def words(listed: str) -> str:
    """A pattern that finds any of the listed words, parted by commas; words of Chinese and Japanese anywhere."""
    each = [word.strip() for word in listed.split(",")]
    spaced = [word for word in each if word.isascii() or not any(ord(letter) > 0x2E7F for letter in word)]
    joined = "|".join(word for word in each if word not in spaced)
    bounded = rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)" if spaced else ""
    return "|".join(part for part in (bounded, joined) if part)


def any_matches(facts: WideFacts, fields: tuple[str, ...], pattern: str) -> Flags:
    """Where a pattern is found in any of the fields."""
    flags: Flags = np.zeros(len(facts), dtype=bool)
    for field in fields:
        flags |= facts.matches(field, pattern)
    return flags
