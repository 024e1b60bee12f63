"""What binds applications to each other in time, each with the words in which a person would say it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

# Longer chains of reasons are told by their ends.
_STEPS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Links:
    """source[i] moves at least lag[i] waves after target[i]; all are positions of movers.

    `why[i]` says so in words where a person declared it, else it is empty and the source simply needs the target.
    """

    source: np.ndarray
    target: np.ndarray
    lag: np.ndarray
    why: list[str]

    def and_also(self, more: Iterable[tuple[int, int, int, str]]) -> "Links":
        """These and more, each (source, target, lag, why)."""
        added = list(more)
        columns = np.array([each[:3] for each in added], dtype=np.int64).reshape(-1, 3)
        return Links(
            np.concatenate([self.source, columns[:, 0]]),
            np.concatenate([self.target, columns[:, 1]]),
            np.concatenate([self.lag, columns[:, 2]]),
            [*self.why, *(each[3] for each in added)],
        )


def circles(links: Links, count: int) -> np.ndarray:
    """Label of the circle of each mover: what reaches each other through links moves in the same wave."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(links.source), dtype=np.int8)
    matrix = coo_array((ones, (links.source, links.target)), shape=(count, count)).tocsr()
    _, label = connected_components(matrix, directed=True, connection="strong")
    return np.asarray(label)


def path(links: Links, start: int, end: int, names: list[str]) -> str:
    """Why `end` moves no later than `start`: the shortest chain of links from one to the other, in words."""
    leaving: dict[int, list[int]] = {}
    for edge, source in enumerate(links.source.tolist()):
        leaving.setdefault(source, []).append(edge)
    came: dict[int, int] = {start: -1}
    waiting = deque([start])
    while waiting and end not in came:
        for edge in leaving.get(here := waiting.popleft(), []):
            there = int(links.target[edge])
            if there not in came:
                came[there] = edge
                waiting.append(there)
    steps = []
    here = end
    while came.get(here, -1) >= 0:
        edge = came[here]
        steps.append(step(links, edge, names))
        here = int(links.source[edge])
    return chain(steps[::-1])


def step(links: Links, edge: int, names: list[str]) -> str:
    """One link in words."""
    return links.why[edge] or f"{names[int(links.source[edge])]} needs {names[int(links.target[edge])]}"


def chain(steps: list[str]) -> str:
    """Steps one after the other; of many the first and the last."""
    if len(steps) <= _STEPS_SHOWN:
        return ", ".join(steps)
    return f"{', '.join(steps[:2])}, and so on over {len(steps) - 3} more, until {steps[-1]}"
