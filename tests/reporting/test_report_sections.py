"""Sections that appear when their tables have rows: what-if, waves with dates, plan problems, flags, accuracy."""

import pandas as pd

from aidiscover_pipelines.domain.method import Reliability, StrategyMethod
from aidiscover_pipelines.domain.tables import DataFlag, PlanProblem, Recommendation, ScenarioOutcome, Wave
from aidiscover_pipelines.reporting.html import portfolio_html
from aidiscover_pipelines.reporting.view import portfolio_view
from tests.reporting.conftest import frame
from tests.reporting.report_page import island, rendered

METHOD = StrategyMethod(
    "2026.11 cost", 12, 70, 62, 7, 0.82, 0.051, (0.035, 0.149), [Reliability(0.8, 1.0, 34, 0.9, 0.97, (0.85, 0.99))]
)


def test_scenarios_are_compared_and_show_what_moves_and_why(case):
    rows = [
        ("goal cost", "app-00000", "retire", "rehost", 0.61, "<b>nobody</b> uses it"),
        ("goal cost", "app-00001", "retire", "rehost", 0.72, "it costs more than it earns"),
        ("goal cost", "app-gone", "retire", "rehost", 0.9, "it left the inventory"),
    ]
    case.store.replace(case.tenant, case.run, {ScenarioOutcome: frame(ScenarioOutcome, rows)})
    (scenario,) = portfolio_view(case.store, case.tenant).scenarios
    assert (scenario["name"], scenario["moved"], scenario["moves"]) == ("goal cost", 2, {("rehost", "retire"): 2})
    assert [row["name"] for row in scenario["examples"]] == ["SAP ERP", "Customer Portal"]
    page = rendered(case)
    assert 'id="what-if"' in page
    assert "&lt;b&gt;nobody&lt;/b&gt; uses it" in page


def test_waves_show_dates_capacity_and_what_stands_in_the_way(case):
    waves = [(1, True, "2027-01-04", "2027-01-29", 1, 3, 12.5, 20, {"high": 1}, {})]
    problem = [("p1", "capacity", "Wave 1 is full", ["app-00000"], "raise the capacity", True)]
    frames = {Wave: frame(Wave, waves), PlanProblem: frame(PlanProblem, problem)}
    case.store.replace(case.tenant, case.run, frames)
    page = rendered(case)
    assert "2027-01-04 to 2027-01-29" in page
    assert "Waves in time" in page
    assert "Wave 1 is full" in page
    assert "raise the capacity" in page


def test_flags_stand_in_the_appendix_with_their_cell(case):
    flag = ("attributes", "f", "out of range", "application", "app-00001", "memory_mb", "-1", "counts half",
            ["f2.1.2.2"])  # fmt: skip
    case.store.replace(case.tenant, case.run, {DataFlag: frame(DataFlag, [flag])})
    (told,) = portfolio_view(case.store, case.tenant).flags.to_dict("records")
    assert (told["name"], told["problem"], told["value"]) == ("SAP ERP", "out of range", "-1")
    assert "cmdb.csv" in told["places"]
    assert "Values that cannot be right" in rendered(case)


def test_the_accuracy_is_told_with_its_interval_and_not_at_all_where_nobody_measured_it(case):
    view = portfolio_view(case.store, case.tenant)
    page = portfolio_html(view, case.run, case.now, METHOD)
    assert "62 published cases of 7 sources" in page
    assert "95 % interval 3.5 to 14.9" in page
    assert "85 to 99 %" in page
    assert "12 hard constraints and 70 criteria" in page
    assert "How well it is calibrated" not in portfolio_html(view, case.run, case.now)


def test_the_data_of_a_dossier_tells_target_counterfactuals_and_bands_and_none_where_unknown(case):
    held = case.store.read(case.tenant, Recommendation)
    held["counterfactuals"] = pd.Series([[{"text": "becomes refactor if its code is poor"}], [], [], []], dtype=object)
    held["cost"] = pd.Series(
        [{"low": None, "high": None, "currency": "USD", "basis": "ask its vendor"}, {}, {}, {}], dtype=object
    )
    case.store.replace(case.tenant, case.run, {Recommendation: held})
    data = island(rendered(case))
    text = data["texts"].__getitem__
    at = data["rows"]["id"].index("app-00000")
    assert text(data["rows"]["target"][at]) == "virtual machine"
    assert [text(place) for place in data["dossiers"]["changes"][at]] == ["becomes refactor if its code is poor"]
    low, high, currency, basis = data["dossiers"]["cost"][at]
    assert (low, high, text(currency), text(basis)) == (None, None, "USD", "ask its vendor")
    assert data["dossiers"]["cost"][data["rows"]["id"].index("app-00001")] == []
