"""Conditions over signals as data: what a constraint, a criterion or a risk asks must be readable and countable."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from aidiscover_pipelines.strategy.signals import SIGNALS

# What a condition may ask for: what facts tell, and what is derived from that.
KNOWN_SIGNALS = (*SIGNALS, "zombie", "idle")


def _known(name: str) -> str:
    if name in KNOWN_SIGNALS:
        return name
    near = difflib.get_close_matches(name, KNOWN_SIGNALS, n=1)
    raise ValueError(f"no signal is called {name!r}" + (f", did you mean {near[0]!r}" if near else ""))


Signal = Annotated[str, AfterValidator(_known)]
# Signals by name: a frame, or some of its columns.
Frame = pd.DataFrame | Mapping[str, np.ndarray]
Bound = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Condition(BaseModel):
    """A question with a yes for each application: all its parts must hold. An unknown signal never says yes.

    A signal's name alone is short for {yes: name}.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    yes: Signal | None = Field(default=None, description="This signal says yes")
    all: "tuple[Condition, ...]" = Field(default=(), description="Each of these holds")
    any: "tuple[Condition, ...]" = Field(default=(), description="At least one of these holds")
    at_most: Mapping[Signal, Bound] = Field(default={}, description="These are known and not above the bound")
    at_least: Mapping[Signal, Bound] = Field(default={}, description="These are known and not below the bound")
    below: Mapping[Signal, Bound] = Field(default={}, description="These are not known to reach the bound")
    unless: tuple[Signal, ...] = Field(default=(), description="None of these says yes; unknown counts as no")
    nothing_known: tuple[Signal, ...] = Field(default=(), description="None of these says yes or is a number above 0")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return {"yes": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not any(getattr(self, part) for part in type(self).model_fields):
            raise ValueError("it asks nothing")
        return self

    @property
    def signals(self) -> tuple[str, ...]:
        """The signals that it can cite. An absence (unless, below, nothing_known) has no cell."""
        said = (self.yes,) if self.yes else ()
        nested = (signal for part in (*self.all, *self.any) for signal in part.signals)
        return (*said, *nested, *self.at_most, *self.at_least)

    @property
    def asked(self) -> frozenset[str]:
        """All signals that it looks at, those whose absence it asks for too."""
        own = (*self.signals, *self.below, *self.unless, *self.nothing_known)
        return frozenset(own).union(*(part.asked for part in (*self.all, *self.any)))

    def holds(self, frame: Frame) -> np.ndarray:
        """For each row of a signal frame whether all parts hold."""
        return np.asarray(np.logical_and.reduce(list(self._parts(frame))))

    def _parts(self, frame: Frame) -> Iterator[np.ndarray]:
        if self.yes:
            yield _values(frame, self.yes) == 1.0
        for part in self.all:
            yield part.holds(frame)
        if self.any:
            yield np.logical_or.reduce([part.holds(frame) for part in self.any])
        for signal, bound in self.at_most.items():
            yield _values(frame, signal) <= bound
        for signal, bound in self.at_least.items():
            yield _values(frame, signal) >= bound
        for signal, bound in self.below.items():
            yield ~(_values(frame, signal) >= bound)
        for signal in self.unless:
            yield _values(frame, signal) != 1.0
        for signal in self.nothing_known:
            values = _values(frame, signal)
            yield np.isnan(values) | (values == 0.0)

    def __str__(self) -> str:
        """In words: packaged and (erp or debt at least 2), unless custom."""
        words = [self.yes] if self.yes else []
        words += [str(part) for part in self.all]
        words += [f"({' or '.join(str(part) for part in self.any)})"] if self.any else []
        words += [f"{signal} at most {bound:g}" for signal, bound in self.at_most.items()]
        words += [f"{signal} at least {bound:g}" for signal, bound in self.at_least.items()]
        words += [f"{signal} not known to reach {bound:g}" for signal, bound in self.below.items()]
        words += [f"nothing known of {', '.join(self.nothing_known)}"] if self.nothing_known else []
        unless = [f"unless {' or '.join(self.unless)}"] if self.unless else []
        return ", ".join([" and ".join(words), *unless] if words else unless)

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(all=(self, other))

    def __or__(self, other: "Condition") -> "Condition":
        return Condition(any=(self, other))


def _values(frame: Frame, signal: str) -> np.ndarray:
    return np.asarray(frame[signal], dtype="float64")


# Short forms for tables that are written in Python, such as risks.


def yes(signal: str) -> Condition:
    """The signal is known and says yes."""
    return Condition(yes=signal)


def any_of(*names: str) -> Condition:
    """At least one of the signals says yes."""
    return Condition(any=tuple(yes(name) for name in names))


def unless(*names: str) -> Condition:
    """None of the signals says yes; unknown counts as no. Cites nothing, because an absence has no cell."""
    return Condition(unless=names)


def at_least(signal: str, bound: float) -> Condition:
    """The signal is known and not below the bound."""
    return Condition(at_least={signal: bound})


def at_most(signal: str, bound: float) -> Condition:
    """The signal is known and not above the bound."""
    return Condition(at_most={signal: bound})
