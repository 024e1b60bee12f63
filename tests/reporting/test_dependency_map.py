"""Places on the dependency map: lanes by wave, nobody on another, linked applications near each other."""

import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.reporting import dependency_map
from aidiscover_pipelines.reporting.dependency_map import map_layout


def portfolio(waves: list[float | None], edges: list[tuple[int, int]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    applications = pd.DataFrame({"application_id": [f"a{n}" for n in range(len(waves))], "wave": waves}, dtype=object)
    ends = pd.DataFrame([(f"a{one}", f"a{other}") for one, other in edges], columns=["source_id", "target_id"])
    return applications, ends.astype("str").assign(resolved=True)


def test_applications_stand_in_the_lane_of_their_wave_and_those_without_neighbours_are_left_out():
    layout = map_layout(*portfolio([1, 2, 0, None, 3], [(1, 0), (2, 1), (3, 1)]))
    assert layout.nodes["row"].tolist() == [0, 1, 2, 3]
    assert [lane.label for lane in layout.lanes] == ["Wave 1", "Wave 2", "Does not move", "Not planned"]
    assert layout.nodes["x"].is_monotonic_increasing


def test_no_two_applications_stand_on_the_same_place():
    rng = np.random.default_rng(7)
    waves = [float(wave) for wave in rng.integers(0, 6, 900)]
    layout = map_layout(*portfolio(waves, [(int(a), int(b)) for a, b in rng.integers(0, 900, (2000, 2))]))
    assert len(layout.nodes) > 800
    assert not layout.nodes.duplicated(["x", "y"]).any()
    assert layout.nodes["y"].between(0, layout.height).all()
    assert len(layout.lanes) == 6


def test_neighbours_are_brought_to_the_same_height():
    count = 60
    pairs = [(count + place, (place * 37) % count) for place in range(count)]
    applications, edges = portfolio([1.0] * count + [2.0] * count, pairs)
    y = map_layout(applications, edges).nodes.set_index("row")["y"]
    apart = np.mean([abs(y[one] - y[other]) for one, other in pairs])
    assert apart < 3, "in the order of the list they stand about 20 apart"


@pytest.mark.parametrize("edges", [[], [(0, 0)]])
def test_without_dependencies_between_applications_the_map_is_empty(edges):
    layout = map_layout(*portfolio([1.0, 2.0], edges))
    assert layout.nodes.empty
    assert list(layout.lanes) == []


def test_of_too_many_the_most_connected_are_drawn(monkeypatch):
    monkeypatch.setattr(dependency_map, "MOST_NODES", 3)
    layout = map_layout(*portfolio([1.0] * 6, [(0, 1), (0, 2), (0, 3), (1, 2), (4, 5)]))
    assert layout.nodes["row"].tolist() == [0, 1, 2]


def test_the_order_of_the_edges_does_not_move_anything():
    applications, edges = portfolio([1.0, 2.0, 2.0, 3.0], [(1, 0), (2, 0), (3, 1), (3, 2)])
    assert map_layout(applications, edges).nodes.equals(map_layout(applications, edges.iloc[::-1]).nodes)
