"""Conditions over signals as values: rules and criteria are tables, so what they ask must be readable and countable."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class Condition:
    """A question with a yes for each application. `signals` are what it looks at; unknown signals never say yes."""

    signals: tuple[str, ...]
    holds: Callable[[pd.DataFrame], pd.Series]

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(self.signals + other.signals, lambda frame: self.holds(frame) & other.holds(frame))

    def __or__(self, other: "Condition") -> "Condition":
        return Condition(self.signals + other.signals, lambda frame: self.holds(frame) | other.holds(frame))


def yes(signal: str) -> Condition:
    """The signal is known and says yes."""
    return Condition((signal,), lambda frame: frame[signal] == 1.0)


def any_of(*names: str) -> Condition:
    """At least one of the signals says yes."""
    return Condition(names, lambda frame: (frame[list(names)] == 1.0).any(axis=1))


def unless(*names: str) -> Condition:
    """None of the signals says yes; unknown counts as no. Cites nothing, because an absence has no cell."""
    return Condition((), lambda frame: (frame[list(names)] != 1.0).all(axis=1))


def at_least(signal: str, bound: float) -> Condition:
    """The signal is known and not below the bound."""
    return Condition((signal,), lambda frame: frame[signal] >= bound)


def at_most(signal: str, bound: float) -> Condition:
    """The signal is known and not above the bound."""
    return Condition((signal,), lambda frame: frame[signal] <= bound)


def below(signal: str, bound: float) -> Condition:
    """Not known to reach the bound; unknown counts as below. Cites nothing."""
    return Condition((), lambda frame: ~(frame[signal] >= bound))


def nothing_known(*names: str) -> Condition:
    """None of the signals says yes and none is a number: there is nothing to go by."""
    return Condition((), lambda frame: (frame[list(names)].fillna(0.0) == 0.0).all(axis=1))
