"""The graph on integer codes, against networkx where both can answer, and where only one of them is fast."""

import time

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Dependency
from aidiscover_pipelines.inventory.dependencies.flags import dependency_flags
from aidiscover_pipelines.inventory.dependencies.graph import (
    application_graph,
    cycles,
    graph_figures,
    hubs,
    islands,
    reach,
)


def edges_of(pairs: list[tuple[str, str]], directed: bool = True) -> pd.DataFrame:
    frame = pd.DataFrame(pairs, columns=["source_application", "target_application"], dtype="str")
    return frame.assign(directed=directed)


def ring(size: int) -> pd.DataFrame:
    names = [f"a{number:06d}" for number in range(size)]
    return edges_of(list(zip(names, [*names[1:], names[0]], strict=True)))


@pytest.mark.parametrize("seed", range(8))
def test_circles_islands_hubs_and_reach_are_those_that_networkx_finds(seed):
    rng = np.random.default_rng(seed)
    names = [f"a{number:03d}" for number in range(80)]
    pairs = [(names[one], names[other]) for one, other in rng.integers(0, 80, (30 * (seed + 1), 2)) if one != other]
    graph, known = application_graph(edges_of(pairs), names), nx.DiGraph(pairs)
    known.add_nodes_from(names)
    strong = [sorted(group) for group in nx.strongly_connected_components(known) if len(group) > 1]
    assert sorted(cycles(graph)) == sorted(strong)
    assert sorted(islands(graph)) == sorted(sorted(group) for group in nx.weakly_connected_components(known))
    assert dict(hubs(graph, 80)) == {name: count for name, count in known.in_degree() if count}
    for depth in (1, 2, None):
        found = reach(graph, "a000", "needs", depth)
        wanted = nx.single_source_shortest_path_length(known, "a000", cutoff=depth)
        assert dict(zip(found["application_id"], found["depth"], strict=True)) == {
            name: steps for name, steps in wanted.items() if steps
        }
        assert all(known.has_edge(via, name) for name, via in zip(found["application_id"], found["via"], strict=True))


def test_needed_by_walks_against_the_edges_and_undirected_edges_count_in_both_alone():
    pairs = pd.concat([edges_of([("web", "db")]), edges_of([("db", "archive")], directed=False)], ignore_index=True)
    graph = application_graph(pairs)
    assert reach(graph, "db", "needed-by")["application_id"].tolist() == ["web"]
    assert reach(graph, "web", "needs")["application_id"].tolist() == ["db"]
    assert reach(graph, "web", "both")["application_id"].tolist() == ["db", "archive"]
    assert reach(graph, "nobody", "both").empty
    assert graph_figures(graph)["undirected_edges"] == 1


def test_undirected_edges_close_no_circle_and_make_no_hub():
    both_ways = pd.concat([edges_of([("a", "b")]), edges_of([("b", "a")], directed=False)], ignore_index=True)
    graph = application_graph(both_ways)
    assert cycles(graph) == []
    assert hubs(graph) == [("b", 1)]


@pytest.mark.parametrize("size", [1_000, 50_000])
def test_a_circle_of_thousands_is_found_without_recursion(size):
    graph = application_graph(ring(size))
    assert [len(circle) for circle in cycles(graph)] == [size]
    assert len(reach(graph, "a000000", "needs", 3)) == 3


def test_an_application_without_edges_is_an_island_and_an_empty_graph_is_none():
    assert islands(application_graph(edges_of([("a", "b")]), ["a", "b", "alone"])) == [["a", "b"], ["alone"]]
    empty = application_graph(edges_of([]))
    assert (cycles(empty), islands(empty), hubs(empty)) == ([], [], [])
    assert set(graph_figures(empty).values()) == {0}


def test_a_large_circle_is_flagged_once_with_its_weakest_edges():
    frame = ring(1_000)
    frame["strength"] = np.where(np.arange(len(frame)) == 7, 0.1, 0.8)
    frame["dependency_id"] = [f"d{number}" for number in range(len(frame))]
    frame["evidence_id"] = [f"f.1.{number}.1" for number in range(len(frame))]
    frame["evidence"] = [[cell] for cell in frame["evidence_id"]]
    frame = frame.reindex(columns=Dependency.columns())
    nothing = pd.DataFrame(columns=["entity_id", "text", "evidence_id"])
    no_cells = pd.DataFrame(columns=["record_id", "field", "value", "evidence_id"], dtype="str")
    flags = dependency_flags(frame, nothing, cycles(application_graph(frame)), no_cells)
    assert flags["problem"].tolist() == ["large circle of dependencies"]
    assert flags["value"].iloc[0].startswith("1000 applications: a000000")
    assert flags["evidence"].iloc[0][0] == "f.1.7.1"


@pytest.mark.slow
def test_a_million_edges_are_searched_in_seconds():
    rng = np.random.default_rng(0)
    names = np.array([f"app-{number:06d}" for number in range(100_000)], dtype=object)
    ends = rng.integers(0, len(names), (1_000_000, 2))
    frame = edges_of([]).reindex(range(len(ends))).assign(directed=True)
    frame["source_application"] = pd.Series(names[ends[:, 0]], dtype="str")
    frame["target_application"] = pd.Series(names[ends[:, 1]], dtype="str")
    start = time.process_time()
    graph = application_graph(frame)
    assert cycles(graph) and islands(graph) and hubs(graph)
    assert len(reach(graph, "app-000000", "both", 3)) > 1_000
    assert time.process_time() - start < 10
