import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.strategy.waves.calendar import closures
from aidiscover_pipelines.strategy.waves.construct import Filling
from aidiscover_pipelines.strategy.waves.document import as_planning
from aidiscover_pipelines.strategy.waves.groups import build
from aidiscover_pipelines.strategy.waves.movers import read_movers
from aidiscover_pipelines.strategy.waves.moves import FAR, NEXT, _added_by_all, _held, settle_down
from aidiscover_pipelines.strategy.waves.near import Neighbours
from aidiscover_pipelines.strategy.waves.problem import HIGH_RISK, parts
from aidiscover_pipelines.strategy.waves.structure import settle

NAMES = [f"a{number}" for number in range(6)]


def numbers_of(tables, planning):
    movers = read_movers(tables)
    return build(movers, settle(tables.dependencies, movers, planning), planning, closures(planning, movers),
                 tables.dependencies)[0]  # fmt: skip


@settings(max_examples=50)
@given(
    told=st.tuples(*[st.tuples(st.integers(1, 5), st.sampled_from(["low", "high"]))] * len(NAMES)),
    edges=st.lists(st.tuples(*[st.sampled_from(NAMES)] * 2).filter(lambda pair: pair[0] < pair[1]), max_size=8),
    waves=st.lists(st.integers(1, 4), min_size=len(NAMES), max_size=len(NAMES)),
    wave=st.integers(1, 4),
)
def test_what_a_move_adds_for_many_at_once_is_what_the_whole_plan_would_cost_more(inputs_of, told, edges, waves, wave):
    applications = {name: {"priority": each[0], "risk": each[1]} for name, each in zip(NAMES, told, strict=True)}
    numbers = numbers_of(inputs_of(applications, edges), as_planning({"capacity": {"applications": 3}}, "test"))
    now = np.array(waves)
    groups = np.arange(numbers.count)
    counted = ("early", "close", "risk_balance", "steady")
    before = parts(numbers, now)
    filling = Filling.of(numbers, now)
    filling.last = max(filling.last, wave)
    added = _added_by_all(numbers, Neighbours(numbers), now, _held(filling, HIGH_RISK), groups, wave)
    for group in groups.tolist():
        moved = now.copy()
        moved[group] = wave
        after = parts(numbers, moved)
        assert added[group] == sum(after[goal] - before[goal] for goal in counted)


def test_groups_change_places_over_a_wave_that_is_locked(inputs):
    urgent = {"a4", "a5"}
    applications = {name: {"priority": 1 if name in urgent else 5} for name in NAMES}
    locked = [{"application": name, "wave": 2} for name in ("a2", "a3")]
    document = {"capacity": {"applications": 2}, "pilots": {"least": 0, "most": 0}, "locked": locked}
    numbers = numbers_of(inputs(applications), as_planning(document, "test"))
    late = np.array([1, 1, 2, 2, 3, 3])
    around = Neighbours(numbers)
    assert settle_down(numbers, late, around, NEXT).tolist() == late.tolist()
    assert settle_down(numbers, late, around, FAR).tolist() == [3, 3, 2, 2, 1, 1]
