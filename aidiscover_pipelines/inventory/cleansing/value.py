"""What cleansing makes of one cell text, and the rules that people have undone."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.vocabulary import CleansingOutcome
from aidiscover_pipelines.inventory.cleansing.rules import Rule, Step

UNDONE = "rule undone, left as read"
NO_PLAIN_NUMBER = "exempted: no plain number without the rule"

_PLAIN_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)(?![\d.,'\u2019])\s*[^\d/]*")


@dataclass(frozen=True, slots=True)
class Value:
    """A normalised cell. Text None drops it; `steps` say which rules did what, or could not (`unread`).

    `relative` names the dimension of a number that still needs the total of its row.
    """

    text: str | None
    number: float = math.nan
    steps: tuple[Step, ...] = ()
    relative: str = ""
    unread: bool = False
    undone: bool = False

    @property
    def transform(self) -> str:
        """What was done, in words."""
        return "; ".join(dict.fromkeys(step.note for step in self.steps if step.note))

    @property
    def rule(self) -> str:
        """Names of the rules that did it."""
        return "; ".join(dict.fromkeys(str(step.rule) for step in self.steps))

    @property
    def outcome(self) -> str:
        """A CleansingOutcome; empty where the text stayed as it was."""
        if self.undone:
            return CleansingOutcome.UNDONE
        if self.text is None:
            return CleansingOutcome.DROPPED
        if self.unread:
            return CleansingOutcome.UNREAD
        return CleansingOutcome.CHANGED if self.steps else ""

    def columns(self) -> dict[str, Any]:
        """What a cell of it holds in the columns of CleansedCell, and its outcome."""
        return {
            "value": self.text,
            "number": self.number,
            "transform": self.transform,
            "rule": self.rule,
            "outcome": self.outcome,
        }

    def after(self, earlier: tuple[Step, ...]) -> "Value":
        """The same value with steps that were taken before it was read."""
        return replace(self, steps=(*earlier, *self.steps)) if earlier else self


class Exemptions:
    """Rules that a tenant's people have undone: (rule, field, text), the last two empty where they mean any."""

    def __init__(self, undone: Iterable[tuple[str, str, str]] = ()) -> None:
        self._undone = frozenset(undone)
        self._rules = frozenset(rule for rule, _, _ in self._undone)

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "Exemptions":
        """From CleansingExemption rows."""
        return cls(zip(rows["rule"], rows["field"], rows["original"], strict=True))

    def names(self, rule: str) -> bool:
        """Whether anything of the rule is undone."""
        return rule in self._rules

    def cover(self, rule: str, field: str, original: str) -> bool:
        """Whether the rule is undone for this text of this field."""
        if rule not in self._rules:
            return False
        text = original.strip()
        return any((rule, *scope) in self._undone for scope in (("", ""), (field, ""), (field, text), ("", text)))

    def applied(self, value: Value, original: str, field: str) -> Value:
        """The value, or the text as read where any rule that made it is undone."""
        if not self._rules:
            return value
        undone = [step.rule for step in value.steps if self.cover(step.rule, field, original)]
        return as_read(original, field, undone) if undone and not value.unread else value


def as_read(original: str, field: str, rules: Iterable[Rule]) -> Value:
    """A cell without the rules that a person has undone: its text; a number's plain digits, or nothing."""
    text: str | None = original
    number, note = math.nan, UNDONE
    if BY_NAME[field].kind in ("int", "float"):
        found = _PLAIN_NUMBER.fullmatch(original)
        number = float(found[1]) if found else math.nan
        text, note = (number_text(number), UNDONE) if found else (None, NO_PLAIN_NUMBER)
    return Value(text, number, tuple(Step(rule, note) for rule in rules), undone=True)


def number_text(number: float) -> str:
    """A number as stored text: no exponent, no trailing zeros, ten digits or all those before the point."""
    if number and abs(number) < 1e-6:
        return format(number, ".10f").rstrip("0").rstrip(".")
    return format(number, ".10g") if abs(number) < 1e10 else format(number, ".2f").rstrip("0").rstrip(".")
