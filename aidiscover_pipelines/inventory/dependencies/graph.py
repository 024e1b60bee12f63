"""The graph between applications on integer codes: what needs what, in circles, how far, and who stands alone.

Sparse matrices rather than objects per edge: a million edges are built and searched in about a second
(docs/dependencies.md has the figures), and a circle of any length needs no recursion.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.int64]
Direction = Literal["needs", "needed-by", "both"]
# Directed edges are needs; undirected ones only say that two go together and are walked in `both` alone.
DIRECTIONS: tuple[Direction, ...] = ("needs", "needed-by", "both")


class Graph(NamedTuple):
    """Applications by code, and matrices (row code, column code): row needs column, and row goes with column."""

    ids: npt.NDArray[np.object_]
    needs: Any
    together: Any

    def code(self, application_id: str) -> int | None:
        """Code of an application, None where it is not in the graph."""
        place = int(np.searchsorted(self.ids, application_id))
        return place if place < len(self.ids) and self.ids[place] == application_id else None


def application_graph(dependencies: pd.DataFrame, applications: Sequence[str] | pd.Series = ()) -> Graph:
    """Graph of the edges between two different known applications; `applications` adds those without edges."""
    ends = dependencies[["source_application", "target_application", "directed"]].dropna()
    ends = ends[ends["source_application"] != ends["target_application"]]
    listed = pd.Series(list(applications), dtype="str")
    every = pd.concat([ends["source_application"].astype("str"), ends["target_application"].astype("str"), listed])
    codes, ids = pd.factorize(every, sort=True)
    source, target = codes[: len(ends)], codes[len(ends) : 2 * len(ends)]
    directed = ends["directed"].to_numpy(dtype=bool)
    together = _matrix(source[~directed], target[~directed], len(ids))
    return Graph(np.asarray(ids, dtype=object), _matrix(source[directed], target[directed], len(ids)), together)


def _matrix(source: Codes, target: Codes, count: int) -> Any:
    from scipy.sparse import csr_array

    matrix = csr_array((np.ones(len(source), dtype=np.int32), (source, target)), shape=(count, count))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def cycles(graph: Graph) -> list[list[str]]:
    """Applications that need each other in a circle, directly or through others; the largest first, ids in order."""
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components(graph.needs, directed=True, connection="strong")
    several = np.flatnonzero(np.bincount(label)[label] > 1)
    return _members(graph.ids[several], label[several])


def islands(graph: Graph) -> list[list[str]]:
    """Parts of the portfolio that no edge of any kind connects, the largest first; a single one stands alone."""
    return _members(graph.ids, _island_of(graph))


def _island_of(graph: Graph) -> Codes:
    from scipy.sparse.csgraph import connected_components

    return np.asarray(connected_components(graph.needs + graph.together, directed=False)[1], dtype=np.int64)


def _members(ids: npt.NDArray[np.object_], label: Codes) -> list[list[str]]:
    order = np.argsort(label, kind="stable")
    groups = np.split(ids[order], np.flatnonzero(np.diff(label[order])) + 1) if len(order) else []
    return sorted((group.tolist() for group in groups), key=lambda group: (-len(group), group[0]))


def hubs(graph: Graph, count: int = 10) -> list[tuple[str, int]]:
    """The most needed applications, with how many need each."""
    needed = np.bincount(graph.needs.indices, minlength=len(graph.ids))
    best = np.lexsort((np.arange(len(needed)), -needed))[:count]
    return [(str(graph.ids[place]), int(needed[place])) for place in best if needed[place]]


def reach(graph: Graph, application_id: str, direction: Direction = "needs", depth: int | None = None) -> pd.DataFrame:
    """Applications within `depth` steps (all where None): application_id, depth, via (the one a step before).

    By depth, then id. Of several ways to one the shortest counts. Empty for an application outside the graph.
    """
    start = graph.code(application_id)
    if start is None:
        return pd.DataFrame({"application_id": [], "depth": [], "via": []})
    matrix = _walked(graph, direction)
    via = np.full(len(graph.ids), -1, dtype=np.int64)
    steps = np.full(len(graph.ids), -1, dtype=np.int64)
    steps[start], front, done = 0, np.asarray([start], dtype=np.int64), 0
    while len(front) and (depth is None or done < depth):
        done += 1
        sizes = matrix.indptr[front + 1] - matrix.indptr[front]
        first = np.repeat(matrix.indptr[front] - np.r_[0, np.cumsum(sizes)[:-1]], sizes)
        found = matrix.indices[first + np.arange(int(sizes.sum()))].astype(np.int64)
        sources = np.repeat(front, sizes)
        fresh = steps[found] < 0
        front, place = np.unique(found[fresh], return_index=True)
        steps[front], via[front] = done, sources[fresh][place]
    hit = np.flatnonzero(steps > 0)
    hit = hit[np.lexsort((hit, steps[hit]))]
    return pd.DataFrame({"application_id": graph.ids[hit], "depth": steps[hit], "via": graph.ids[via[hit]]})


def _walked(graph: Graph, direction: Direction) -> Any:
    if direction == "needs":
        return graph.needs
    if direction == "needed-by":
        return graph.needs.T.tocsr()
    any_way = graph.needs + graph.together
    return (any_way + any_way.T).tocsr()


def graph_figures(graph: Graph) -> dict[str, float]:
    """Counts: edges by direction, applications in them, circles and the applications in them, islands, alone."""
    circles, sizes = cycles(graph), np.bincount(_island_of(graph))
    alone = int((sizes == 1).sum())
    return {
        "application_edges": int(graph.needs.nnz),
        "undirected_edges": int(graph.together.nnz),
        "connected_applications": len(graph.ids) - alone,
        "cycles": len(circles),
        "applications_in_cycles": sum(len(circle) for circle in circles),
        "largest_cycle": max((len(circle) for circle in circles), default=0),
        "islands": len(sizes) - alone,
        "applications_without_edges": alone,
    }
