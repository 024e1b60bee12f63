"""A discrete-event simulation of many discoveries on workers that share cores and one database.

Each worker takes the next tenant of the queue and goes through the stages of its discovery: seconds on the worker's
node, then seconds on the database. Whoever computes at a place shares its cores fairly, one core at most each
(processor sharing), so the next event is the end of the shortest of the pieces of work at hand. Costs are CPU seconds
as measured (cli/stage_costs.py); between two measured sizes they are interpolated, above the largest its last slope
goes on. Not modelled: models that take their time, disks, networks, a database that waits for locks.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

DATABASE = -1
_GOLDEN = 0.6180339887  # its multiples spread evenly, however many there are
_DONE_S = 1e-9  # what rounding leaves of a piece of work that has ended


@dataclass(frozen=True, slots=True)
class Cluster:
    """Workers, one discovery each at a time, spread evenly over nodes of `cores`.

    Without cores of its own the database runs on the first node.
    """

    workers: int
    nodes: int = 1
    cores: int = 2
    database_cores: int = 0

    def place(self, where: int) -> int:
        """The place whose cores a worker's node, or DATABASE, uses."""
        return 0 if where == DATABASE and not self.database_cores else where

    def cores_of(self, place: int) -> int:
        return self.database_cores if place == DATABASE else self.cores


@dataclass(slots=True)
class Outcome:
    """Seconds until the last tenant is done, when each was, and the core seconds used at each place."""

    seconds: float = 0.0
    finished: list[float] = field(default_factory=list)
    used: dict[int, float] = field(default_factory=lambda: defaultdict(float))


def discovery_seconds(costs: Mapping[str, Any], applications: float) -> list[tuple[float, float]]:
    """Core seconds (worker, database) of each stage for a portfolio of this size."""
    measured = [[[stage["worker"], stage["database"]] for stage in size["stages"]] for size in costs["sizes"]]
    found = _at_size(costs, np.array(measured), applications)
    return [(float(worker), float(database)) for worker, database in found.clip(min=0)]


def peak_mib(costs: Mapping[str, Any], applications: float) -> float:
    """Most memory of the process that discovers a portfolio of this size."""
    return float(_at_size(costs, np.array([size["peak_mib"] for size in costs["sizes"]]), applications))


def _at_size(costs: Mapping[str, Any], measured: Any, applications: float) -> Any:
    """What was measured by sizes (first axis), between the two nearest ones; beyond the ends their slope goes on."""
    counts = [size["applications"] for size in costs["sizes"]]
    above = int(np.clip(np.searchsorted(counts, applications), 1, len(counts) - 1))
    share = (applications - counts[above - 1]) / (counts[above] - counts[above - 1])
    return measured[above - 1] + share * (measured[above] - measured[above - 1])


def portfolio_sizes(tenants: int, applications: int) -> list[float]:
    """Sizes spread from half to one and a half times the mean; equal tenants would all reach the database at once."""
    return [applications * (0.5 + (0.5 + number * _GOLDEN) % 1) for number in range(tenants)]


def simulate(tenants: Sequence[Sequence[tuple[float, float]]], cluster: Cluster) -> Outcome:
    """Run all tenants' discoveries, in the order given, each a list of stages."""
    queue = [_pieces(stages) for stages in reversed(tenants)]
    work: dict[int, list[tuple[int, float]]] = {}  # worker -> its pieces ahead, the present one last
    outcome, now = Outcome(), 0.0
    while True:
        for worker in range(cluster.workers):
            if worker not in work and queue:
                work[worker] = queue.pop()
        if not work:
            outcome.seconds = now
            return outcome
        places = {worker: _place(cluster, worker, pieces[-1][0]) for worker, pieces in work.items()}
        busy = Counter(places.values())
        speed = {place: min(1.0, cluster.cores_of(place) / count) for place, count in busy.items()}
        step = min(pieces[-1][1] / speed[places[worker]] for worker, pieces in work.items())
        now += step
        for worker, pieces in list(work.items()):
            where, ahead = pieces.pop()
            done = step * speed[places[worker]]
            outcome.used[places[worker]] += done
            if ahead - done > _DONE_S:
                pieces.append((where, ahead - done))
            elif not pieces:
                del work[worker]
                outcome.finished.append(now)


def _pieces(stages: Sequence[tuple[float, float]]) -> list[tuple[int, float]]:
    """(place, core seconds) of a discovery, the first last; a place of 0 stands for the worker's node."""
    ahead = [(where, seconds) for stage in stages for where, seconds in zip((0, DATABASE), stage, strict=True)]
    return [piece for piece in reversed(ahead) if piece[1] > _DONE_S]


def _place(cluster: Cluster, worker: int, where: int) -> int:
    return cluster.place(DATABASE if where == DATABASE else worker % cluster.nodes)
