"""Recommendations as each run left them can be told again and compared."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import RecommendationHistory, SettledRun
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.strategy.history import changed_between, record_changes, state_at
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
BEGAN = datetime(2026, 11, 21, tzinfo=UTC)


def run(number):
    return RunRef(f"r{number}", BEGAN + timedelta(hours=number))


def recommended(**strategies):
    rows = [(name, word, 0.8, "policy", f"{name} {word}") for name, word in strategies.items()]
    return pd.DataFrame(rows, columns=["application_id", "strategy", "confidence", "decided_by", "digest"])


@pytest.fixture(params=["scratch", "postgres"])
def held(request):
    if request.param == "postgres":
        return request.getfixturevalue("store"), request.getfixturevalue("tenant")
    return ScratchStore(Tenant(ACME, "Acme")), ACME


def test_only_what_changed_is_recorded_and_the_state_of_each_run_follows(held):
    store, tenant = held
    assert record_changes(store, tenant, run(1), recommended(crm="rehost", hr="retain", wms="retire")) == 3
    assert record_changes(store, tenant, run(2), recommended(crm="refactor", hr="retain", shop="rehost")) == 3
    assert record_changes(store, tenant, run(3), recommended(crm="refactor", hr="retain", shop="rehost")) == 0
    history = store.read(tenant, RecommendationHistory)
    assert len(history) == 6
    states = [dict(zip(*state_at(history, run(n).started_at)[["application_id", "strategy"]].T.to_numpy(), strict=True))
              for n in (1, 2, 3)]  # fmt: skip
    assert states[0] == {"crm": "rehost", "hr": "retain", "wms": "retire"}
    assert states[1] == states[2] == {"crm": "refactor", "hr": "retain", "shop": "rehost"}
    assert store.read(tenant, SettledRun)[["run_id", "recommendations", "changed"]].to_numpy().tolist() == [
        ["r1", 3, 3],
        ["r2", 3, 3],
        ["r3", 3, 0],
    ]


def test_two_runs_are_compared_by_application(held):
    store, tenant = held
    record_changes(store, tenant, run(1), recommended(crm="rehost", hr="retain", wms="retire", erp="rehost"))
    second = recommended(crm="refactor", hr="retain", shop="rehost", erp="rehost")
    second.loc[second["application_id"] == "erp", "digest"] = "other words"
    second.loc[second["application_id"] == "hr", ["decided_by", "digest"]] = ["person", "asked"]
    record_changes(store, tenant, run(2), second)
    told = changed_between(store, tenant, "r1", "r2")
    assert (told["same"], told["reworded"]) == (0, 1)
    assert [(row["application"], row["change"], row["strategy"]) for row in told["changed"]] == [
        ("crm", "strategy", ["rehost", "refactor"]),
        ("hr", "decided by", ["retain", "retain"]),
        ("shop", "new", [None, "rehost"]),
        ("wms", "gone", ["retire", None]),
    ]
    assert changed_between(store, tenant, "r2", "r2") == {"same": 4, "reworded": 0, "changed": []}


def test_one_application_looked_at_alone_changes_only_itself(held):
    store, tenant = held
    record_changes(store, tenant, run(1), recommended(crm="rehost", hr="retain"))
    assert record_changes(store, tenant, run(2), recommended(crm="refactor"), "crm") == 1
    (row,) = changed_between(store, tenant, "r1", "r2")["changed"]
    assert row["application"] == "crm"
    assert store.read(tenant, SettledRun, run_id="r2")["application_id"].tolist() == ["crm"]


def test_a_second_attempt_of_a_run_replaces_the_first(held):
    store, tenant = held
    record_changes(store, tenant, run(1), recommended(crm="rehost"))
    record_changes(store, tenant, run(2), recommended(crm="refactor"))
    assert record_changes(store, tenant, run(2), recommended(crm="rehost")) == 0
    assert changed_between(store, tenant, "r1", "r2") == {"same": 1, "reworded": 0, "changed": []}


def test_a_run_that_settled_nothing_has_no_state_to_compare(held):
    store, tenant = held
    record_changes(store, tenant, run(1), recommended(crm="rehost"))
    assert changed_between(store, tenant, "r1", "r9") == {"missing": "r9"}


def test_a_portfolio_that_is_emptied_is_gone(held):
    store, tenant = held
    record_changes(store, tenant, run(1), recommended(crm="rehost"))
    record_changes(store, tenant, run(2), recommended())
    assert [row["change"] for row in changed_between(store, tenant, "r1", "r2")["changed"]] == ["gone"]
