"""When waves are, and in which of them an application may not move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from aidiscover_pipelines.strategy.waves.document import Blackout, Period, Planning, Scope
from aidiscover_pipelines.strategy.waves.movers import Movers

Dates = list[tuple[date, date]]


def wave_dates(planning: Planning, count: int) -> Dates:
    """First and last day of waves 1 to `count`; empty where no dates are planned, and none after the year 9999.

    A wave that would meet a blackout of everybody begins on the day after it.
    """
    if planning.start is None or planning.wave_days is None:
        return []
    shut = sorted((each.first, each.last) for each in planning.blackouts if each.is_everybody)
    length, day, dates = timedelta(days=planning.wave_days - 1), planning.start, []
    for _ in range(count):
        for first, last in shut:  # in order of their first day, so one pass moves past all of them
            if first <= day + length and last >= day:
                day = last + timedelta(days=1)
        dates.append((day, day + length))
        step = length + timedelta(days=planning.gap_days + 1)
        if date.max - day < step + length:
            break
        day += step
    return dates


def dated_waves(planning: Planning) -> int:
    """Waves until the last day that a scoped blackout or a window names; what holds then, holds ever after."""
    ends = planning.scoped_ends()
    if not ends or planning.start is None or planning.wave_days is None:
        return 0
    # No wave begins later than if each one came right after the other and all blackouts were over.
    most = max(0, (max(ends) - planning.start).days) // (planning.wave_days + planning.gap_days) + 2
    return sum(first <= max(ends) for first, _ in wave_dates(planning, most)) + 1


@dataclass(frozen=True, slots=True)
class Closure:
    """A declared blackout or all the windows of an application: in which waves who may not move.

    `movers` are positions; `closed[w]` tells of wave w (index 0 is no wave), the last one of all later waves as well.
    """

    rule: str
    what: str
    movers: np.ndarray
    closed: np.ndarray


def closures(planning: Planning, movers: Movers) -> list[Closure]:
    """What keeps applications out of waves: one closure for each scoped blackout and each set of windows."""
    dates = wave_dates(planning, dated_waves(planning))
    if not dates:
        return []
    found = []
    for blackout in planning.blackouts:
        scope = in_scope(blackout, movers)
        if not blackout.is_everybody and len(scope):
            closed = [False, *(_meet(blackout, wave) for wave in dates)]
            found.append(Closure("blackout", _blackout_text(blackout), scope, np.array(closed)))
    return found + _windows(planning, movers, dates)


def _windows(planning: Planning, movers: Movers, dates: Dates) -> list[Closure]:
    """Several windows of one application add up: it may move in any of their periods."""
    mine: dict[int, tuple[int, ...]] = {}
    for number, window in enumerate(planning.windows):
        for mover in in_scope(window, movers).tolist():
            mine[mover] = (*mine.get(mover, ()), number)
    found = []
    for numbers in sorted(set(mine.values())):
        periods = [period for number in numbers for period in planning.windows[number].open]
        closed = [False, *(not any(_meet(period, wave) for period in periods) for wave in dates)]
        scope = np.array([mover for mover in sorted(mine) if mine[mover] == numbers])
        who = ", ".join(dict.fromkeys(_who(planning.windows[number]) for number in numbers))
        text = f"the change window of {who} ({', '.join(_days(period) for period in periods)})"
        found.append(Closure("window", text, scope, np.array(closed)))
    return found


def in_scope(scope: Scope, movers: Movers) -> np.ndarray:
    """Positions of the movers that the scope names, in order."""
    units = {unit.casefold() for unit in scope.units}
    told = [text.casefold() for text in scope.told]
    known = {movers.position(name) for name in scope.applications} - {None}
    chosen = [
        place
        for place in range(len(movers.ids))
        if place in known
        or (units and any(unit.casefold() in units for unit in movers.units[place]))
        or (told and any(text in movers.tolerance[place].casefold() for text in told))
    ]
    return np.array(chosen, dtype=np.int64)


def _meet(period: Period, wave: tuple[date, date]) -> bool:
    return period.first <= wave[1] and period.last >= wave[0]


def _blackout_text(blackout: Blackout) -> str:
    why = f", {blackout.why}" if blackout.why else ""
    return f"the blackout of {_who(blackout)} ({_days(blackout)}{why})"


def _who(scope: Scope) -> str:
    names: Sequence[str] = [*scope.units, *scope.applications, *(f"all told {text!r}" for text in scope.told)]
    return ", ".join(names)


def _days(period: Period) -> str:
    return f"{period.first} to {period.last}"
