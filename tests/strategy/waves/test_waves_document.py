import json

import pytest

from aidiscover_pipelines.domain.errors import InvalidPolicy
from aidiscover_pipelines.strategy.waves.document import Planning, as_document, as_planning, read_planning

DATED = {"start": "2027-01-04", "wave_days": 14}


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "planning.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_an_empty_document_declares_nothing_and_invents_no_dates(write):
    planning = read_planning(write("# nothing yet\n"))
    assert planning == Planning() and planning.start is None and as_document(planning) == {}


def test_what_is_declared_comes_back_from_the_store_as_it_was(write):
    planning = read_planning(
        write("""
start: 2027-01-11
wave_days: 28
capacity: {servers: 60}
together: [[ERP, CRM]]
blackouts: [{from: 2027-03-25, to: 2027-04-05, why: Easter, units: [Sales]}]
windows: [{told: [Betriebsferien], open: [{from: 2027-08-02, to: 2027-08-20}]}]
goals: {steady: 0}
""")
    )
    stored = json.loads(json.dumps(as_document(planning)))
    assert as_planning(stored, "stored") == planning
    assert stored["blackouts"] == [{"from": "2027-03-25", "to": "2027-04-05", "why": "Easter", "units": ["Sales"]}]
    assert "before" not in stored and stored["goals"] == {"steady": 0}


FAULTS = {
    "an unknown field": ({"capacity": {"apps": 3}}, "capacity.apps: there is no such field; remove it"),
    "not a number": ({"capacity": {"servers": "many"}}, "capacity.servers: it should be a valid integer"),
    "not a date": ({**DATED, "start": "soon"}, "start: it should be a valid date"),
    "a date far away": ({**DATED, "start": "9990-01-01"}, "start: it should be less than or equal to 2100-01-01"),
    "a period backwards": (
        {**DATED, "blackouts": [{"from": "2027-02-02", "to": "2027-02-01"}]},
        "blackouts[0]: it ends on 2027-02-01 before it starts on 2027-02-02; exchange the two",
    ),
    "a window for nobody": (
        {**DATED, "windows": [{"open": [{"from": "2027-02-01", "to": "2027-02-02"}]}]},
        "windows[0]: it names nobody; name applications, units or told",
    ),
    "a start without a length": ({"start": "2027-01-04"}, "start and wave_days belong together; give both"),
    "blackouts without dates": (
        {"blackouts": [{"from": "2027-02-01", "to": "2027-02-02"}]},
        "blackouts and windows are dates, and the waves have none; give start and wave_days",
    ),
    "a gap in what has started": ({"frozen": [2]}, "frozen: waves start one after the other; write [1]"),
    "a pilot upside down": ({"pilots": {"least": 4, "most": 2}}, "pilots: least 4 is above most 2; exchange the two"),
    "one alone together": ({"together": [["ERP"]]}, "together[0]"),
    "a truth value for a number": ({"capacity": {"applications": True}}, "capacity.applications: it should be"),
    "a truth value for a share": ({"together_from": True}, "together_from: it should be a valid number"),
    "no waves at all": ({"capacity": {"applications": -1}}, "capacity.applications: it should be greater"),
    "a wave after ten years": (
        {"locked": [{"application": "ERP", "wave": 900_000}]}, "locked[0].wave: it should be less than or equal to 520"
    ),
    "a blackout for ever": (
        {**DATED, "blackouts": [{"units": ["Finance"], "from": "2027-01-01", "to": "2099-12-31"}]},
        "waves after the start, and 520 are allowed; name nearer days, or longer waves",
    ),
    "a share above one": ({"high_risk_share": 40}, "high_risk_share: it should be less than or equal to 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_names_its_path_the_reason_and_what_to_do(name):
    document, told = FAULTS[name]
    with pytest.raises(InvalidPolicy) as raised:
        as_planning(document, "planning.yaml")
    assert any(told in fault for fault in raised.value.faults), raised.value.faults


def test_all_faults_are_told_at_once():
    with pytest.raises(InvalidPolicy) as raised:
        as_planning({"capacity": {"servers": 0}, "frozen": "x", "nothing": 1}, "planning.yaml")
    assert len(raised.value.faults) == 3
