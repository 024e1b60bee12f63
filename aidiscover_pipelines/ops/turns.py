"""Fair turns between tenants: a tick looks at as many as its time allows, the next tick goes on after them."""

import time
from collections.abc import Iterator, Sequence

LOOK_S = 0.5  # one tick; the sensors of a code location share its server and the daemon's threads


def tick_end() -> float:
    """When a tick that begins now stops looking, as time.monotonic() tells it."""
    return time.monotonic() + LOOK_S


def in_turn(names: Sequence[str], last: str, ends: float) -> Iterator[str]:
    """Sorted names from the one after `last` on, each at most once, until the time `ends`; never none of them."""
    ordered = sorted(names)
    for name in [name for name in ordered if name > last] + [name for name in ordered if name <= last]:
        yield name
        if time.monotonic() >= ends:
            return


def rotated(names: Sequence[str], turn: int) -> list[str]:
    """Names in order, beginning with another one at each turn: nobody is first, or last, every time."""
    start = turn % max(len(names), 1)
    return [*names[start:], *names[:start]]
