from dataclasses import replace

import pytest

from aidiscover_pipelines.strategy.waves.document import as_planning
from aidiscover_pipelines.strategy.waves.plan import plan_waves

HARD = {"risk": "high"}
DATED = {"start": "2027-01-04", "wave_days": 14}
JANUARY = {"from": "2027-01-18", "to": "2027-01-30"}


def of(count, **told):
    return {f"a{number}": {**HARD, **told} for number in range(count)}


def test_declared_constraints_hold(plan, waves):
    document = {
        "together": [["a0", "A1"]],
        "before": [{"first": "a2", "then": "a0"}, {"first": "a3", "then": "a2"}],
        "apart": [["a4", "a5", "a6"]],
        "locked": [{"application": "a7", "wave": 2}],
    }
    made = plan(of(8), document=document)
    wave = waves(made)
    assert wave["a3"] < wave["a2"] < wave["a0"] == wave["a1"]
    assert len({wave["a4"], wave["a5"], wave["a6"]}) == 3 and wave["a7"] == 2
    assert made.problems.empty
    told = made.assignments.set_index("application_id")["reason"]
    assert told["a0"] == "a0 and a1 are declared together; a2 is declared before a0"
    assert told["a7"] == "locked in this wave"


def test_strong_edges_bind_where_the_document_says_from_when(plan):
    edges = [("a0", "a1", False, 0.95), ("a1", "a2", True, 0.5)]
    made = plan(of(3), edges, {"together_from": 0.9})
    assert made.assignments.set_index("application_id")["moves_with"].to_dict() == {
        "a0": ["a1"],
        "a1": ["a0"],
        "a2": [],
    }


CONTRADICTIONS = {
    "apart in a circle": (
        [("a0", "a1"), ("a1", "a0")],
        {"apart": [["a0", "a1"]]},
        "a0 and a1 are declared apart, but must move together: a0 needs a1, a1 needs a0",
        "remove them from apart[0]",
    ),
    "apart and together": (
        [],
        {"apart": [["a0", "a1"]], "together": [["a0", "a1"]]},
        "a0 and a1 are declared apart, but must move together: a0 and a1 are declared together",
        "remove them from apart[0]",
    ),
    "before against needs": (
        [("a0", "a1"), ("a1", "a2")],
        {"before": [{"first": "a0", "then": "a2"}]},
        "a0 is declared before a2, but a0 needs a1, a1 needs a2",
        "remove or turn before[0]",
    ),
    "a ring of before": (
        [],
        {"before": [{"first": "a0", "then": "a1"}, {"first": "a1", "then": "a0"}]},
        "a1 is declared before a0, but a0 is declared before a1",
        "remove or turn before[1]",
    ),
    "locks against needs": (
        [("a0", "a1")],
        {"locked": [{"application": "a0", "wave": 1}, {"application": "a1", "wave": 3}]},
        "a0 is locked in wave 1, but a0 needs a1, and a1 is locked in wave 3",
        "change locked[1]",
    ),
    "two locks": (
        [],
        {"locked": [{"application": "a0", "wave": 1}, {"application": "a0", "wave": 3}]},
        "a0 is locked in wave 3, but it is locked in wave 1 as well",
        "change locked[1]",
    ),
    "a lock with no room before it": (
        [],
        {"locked": [{"application": "a0", "wave": 1}], "before": [{"first": "a1", "then": "a0"}]},
        "a0 is locked in wave 1, but a1 is declared before a0, and wave 1 is the first to plan",
        "remove or turn before[0]",
    ),
    "apart in one locked wave": (
        [],
        {
            "locked": [{"application": "a0", "wave": 1}, {"application": "a1", "wave": 1}],
            "apart": [["a0", "a1"]],
        },
        "a0 and a1 are declared apart, but both are to move in wave 1",
        "remove them from apart[0]",
    ),
    "a window that is over": (
        [],
        {**DATED, "windows": [{"applications": ["a0"], "open": [{"from": "2026-01-01", "to": "2026-02-01"}]}]},
        "a0 moves in wave 1 (2027-01-04 to 2027-01-17) against the change window of a0 (2026-01-01 to 2026-02-01): "
        "no wave meets it",
        "move or remove the change window of a0 (2026-01-01 to 2026-02-01), or relax one of the others named",
    ),
    "an unknown name": (
        [],
        {"apart": [["a0", "aa1"]]},
        "the document names the application 'aa1', which the inventory does not know; it is passed over",
        "did you mean 'a1'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_told_in_the_users_terms_and_the_plan_goes_on(name, plan):
    edges, document, what, relax = CONTRADICTIONS[name]
    made = plan(of(3), edges, document)
    [problem] = made.problems.to_dict("records")
    assert (problem["what"], problem["relax"], problem["dropped"]) == (what, relax, True)
    assert (made.assignments["wave"] > 0).all()


def test_of_many_declarations_only_the_impossible_ones_are_dropped(plan, waves):
    before = [{"first": f"a{number}", "then": f"a{number + 1}"} for number in range(9)]
    made = plan(of(10), document={"before": [*before, {"first": "a9", "then": "a0"}, {"first": "a0", "then": "a9"}]})
    assert made.problems["relax"].tolist() == ["remove or turn before[9]"]
    assert [waves(made)[f"a{number}"] for number in range(10)] == list(range(1, 11))


def test_a_name_of_several_applications_is_told_with_their_ids(inputs):
    tables = inputs(of(3))
    called = replace(tables, applications=tables.applications.assign(name=["Shop", "Shop", "Billing"]))
    made = plan_waves(called, as_planning({"apart": [["shop", "billing"], ["a1", "a2"]]}, "test"))
    [problem] = made.problems.to_dict("records")
    assert problem["what"] == "2 applications are called 'shop'; the first that moves is taken"
    assert problem["relax"] == "write the id that is meant: a0, a1" and not problem["dropped"]


def test_capacity_counts_servers_and_work(plan, waves):
    applications = {f"a{number}": {**HARD, "servers": [f"s{number}"], "days": 10} for number in range(4)}
    servers = waves(plan(applications, document={"capacity": {"servers": 2}}))
    days = waves(plan(applications, document={"capacity": {"effort_days": 10}}))
    assert sorted(servers.values()) == [1, 1, 2, 2] and sorted(days.values()) == [1, 2, 3, 4]


def test_what_alone_is_larger_than_a_wave_gets_one_of_its_own(plan, waves):
    applications = {"billing": {**HARD, "servers": list("abcdefghi")}, "b": {**HARD, "servers": ["x"]}}
    made = plan(applications, document={"capacity": {"servers": 5}})
    assert len(set(waves(made).values())) == 2
    assert made.problems["what"].tolist() == ["a wave holds 5 servers but billing alone has 9"]
    assert made.problems["relax"].tolist() == ["raise capacity.servers to 9, or split what moves"]


def test_a_window_goes_before_capacity_and_the_smallest_conflict_is_told(plan, waves):
    document = {**DATED, "capacity": {"applications": 4}, "windows": [{"units": ["finance"], "open": [JANUARY]}]}
    made = plan({**of(6, unit="Finance"), "z": HARD}, document=document)
    assert [waves(made)[f"a{number}"] for number in range(6)] == [2] * 6 and waves(made)["z"] == 1
    [problem] = made.problems.to_dict("records")
    assert problem["rule"] == "capacity" and problem["applications"] == [f"a{number}" for number in range(6)]
    assert problem["what"] == (
        "wave 2 (2027-01-18 to 2027-01-31) has 6 applications and may hold 4: a wave holds 4 applications; "
        "the change window of finance (2027-01-18 to 2027-01-30)"
    )


def test_windows_against_dependencies_name_the_chain(plan):
    windows = [
        {"applications": ["a0"], "open": [{"from": "2027-01-05", "to": "2027-01-08"}]},
        {"applications": ["a2"], "open": [{"from": "2027-03-05", "to": "2027-03-08"}]},
    ]
    made = plan(of(4), [("a0", "a1"), ("a1", "a2")], {**DATED, "windows": windows})
    [what] = made.problems["what"]
    assert "a0 needs a1; a1 needs a2; the change window of a0" in what and "a3" not in what


def test_business_units_of_a_wave_are_limited(plan, waves):
    applications = {f"a{number}": {**HARD, "unit": f"u{number}"} for number in range(6)}
    sizes = list(waves(plan(applications, document={"units": {"at_once": 2}})).values())
    assert sorted(sizes) == [1, 1, 2, 2, 3, 3]
    circle = plan(applications, [("a0", "a1"), ("a1", "a2"), ("a2", "a0")], {"units": {"at_once": 2}})
    assert circle.problems["what"].tolist() == ["a wave may have 2 business units but a0, a1 and a2 belong to 3"]


def test_high_risks_of_a_wave_are_limited_to_their_share_of_its_places(plan, waves):
    made = plan(of(10), document={"high_risk_share": 0.2, "capacity": {"applications": 10}})
    assert sorted(waves(made).values()) == sorted([1, 2, 3, 4, 5] * 2)


def test_no_wave_runs_through_a_blackout_of_everybody_and_none_of_a_unit_through_its_own(plan, waves):
    blackouts = [
        {"from": "2027-01-01", "to": "2027-01-06"},
        {"units": ["Finance"], "from": "2027-01-10", "to": "2027-02-08", "why": "closing of the year"},
    ]
    made = plan(
        {"a": {**HARD, "unit": "Finance"}, "b": HARD}, document={**DATED, "gap_days": 7, "blackouts": blackouts}
    )
    assert made.waves[["wave", "starts", "ends"]].to_numpy().tolist() == [
        [1, "2027-01-07", "2027-01-20"],
        [3, "2027-02-18", "2027-03-03"],
    ]
    assert waves(made) == {"a": 3, "b": 1} and made.problems.empty


def test_a_told_change_tolerance_gets_its_dates_from_the_document(plan, waves):
    window = {"told": ["Betriebsferien"], "open": [{"from": "2027-02-01", "to": "2027-02-10"}]}
    made = plan({"a": {**HARD, "tolerance": "nur betriebsferien"}, "b": HARD}, document={**DATED, "windows": [window]})
    assert waves(made) == {"a": 3, "b": 1}


def test_what_needs_somebody_to_move_who_stays_is_told_in_a_line_each(plan):
    applications = {"pay": {"strategy": "retain"}, "old": {"strategy": "retire"}, "web": {}, "db": {}}
    document = {
        "together": [["web", "db", "Pay"]],
        "before": [{"first": "old", "then": "web"}],
        "locked": [{"application": "pay", "wave": 1}],
        "apart": [["pay", "web"]],
    }
    problems = plan(applications, document=document).problems.set_index("rule")
    assert problems["what"].to_dict() == {
        "together": "together[0] names 'Pay', which does not move (retain)",
        "before": "before[0] names 'old', which does not move (retire)",
        "lock": "locked[0] names 'pay', which does not move (retain)",
    }
    assert problems["dropped"].to_dict() == {"together": False, "before": True, "lock": True}
    assert problems.loc["together", "applications"] == ["pay"]
    assert problems.loc["together", "relax"] == "take it out of together[0], or review its recommendation"


def test_a_frozen_wave_beyond_the_plan_is_told(plan):
    first = plan({"web": {}, "db": {}})
    [problem] = plan({"web": {}, "db": {}}, document={"frozen": [1, 2]}, previous=first).problems.to_dict("records")
    assert problem["rule"] == "frozen"
    assert problem["what"] == "frozen names wave 2, in which the stored plan has nobody; the first wave to plan is 3"
    assert plan({"web": {}, "db": {}}, document={"frozen": [1]}, previous=first).problems.empty
