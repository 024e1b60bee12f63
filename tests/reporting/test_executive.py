"""The first page: what waits for a decision, what to do, and ranges that claim no more than is known."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import AttributeValue, OpenQuestion, Recommendation
from aidiscover_pipelines.reporting import executive
from aidiscover_pipelines.reporting.portfolio_map import criticality_matrix, pattern_bubbles
from aidiscover_pipelines.reporting.questions import question_groups
from aidiscover_pipelines.reporting.view import PortfolioView, portfolio_view


def view_with(case, **columns: list) -> PortfolioView:
    """The case's view with other columns of its recommendations, in the order of application_id."""
    held = case.store.read(case.tenant, Recommendation).assign(
        **{name: pd.Series(values, dtype=object) for name, values in columns.items()}
    )
    case.store.replace(case.tenant, case.run, {Recommendation: held})
    return portfolio_view(case.store, case.tenant)


def days(low: float | None, high: float | None) -> dict:
    return {"band": "S", "days_low": low, "days_high": high, "basis": "published"}


def test_ranges_add_up_to_less_than_all_ends_and_are_rounded_to_two_digits(case):
    told = executive.figures(view_with(case, effort=[days(104, 333), days(104, 333), days(None, None), {}]))["effort"]
    assert (told["counted"], told["uncounted"]) == (2, 2)
    assert 208 <= told["low"] < told["high"] <= 666
    assert (told["low"] % 10, told["high"] % 10) == (0, 0)


def test_without_bands_no_range_is_told(case):
    view = view_with(case, effort=[{}, {}, {}, {}])
    assert executive.figures(view)["effort"] is None
    assert all(row["effort"] is None for row in executive.mix(view))


def test_what_is_unsure_or_asks_for_a_person_is_a_decision_and_a_settled_one_is_not(case):
    view = view_with(
        case,
        confidence=[0.9, 0.5, 0.9, 0.9],
        review=["disagreement: the crew would choose retain", "", "", ""],
        question=["", "Is it a bought product?", "", ""],
        decided_by=["policy", "policy", "policy", "policy"],
    )
    told = {row["name"]: row for row in executive.decisions(view)}
    assert {name: row["what"] for name, row in told.items() if name in ("Customer Portal", "SAP ERP")} == {
        "Customer Portal": "disagreement: the crew would choose retain",
        "SAP ERP": "Is it a bought product?",
    }
    assert told["SAP ERP"]["instead"] not in ("", told["SAP ERP"]["strategy"])
    assert "Plant Control" not in told


def test_what_a_person_decided_waits_for_nobody(case):
    view = view_with(case, confidence=[0.1] * 4, decided_by=["person"] * 4, review=[""] * 4)
    assert executive.decisions(view) == []


def test_a_critical_application_that_would_be_switched_off_waits_for_a_decision(case):
    values = case.store.read(case.tenant, AttributeValue)
    values.loc[values["attribute"] == "business_criticality", "value"] = "critical: it prints invoices"
    case.store.replace(case.tenant, case.run, {AttributeValue: values})
    view = view_with(case, confidence=[0.9] * 4, review=[""] * 4, decided_by=["policy"] * 4, strategy=["retire"] * 4)
    told = executive.decisions(view)
    assert len(told) == 4
    assert {row["what"] for row in told} == {"confirm that a critical application is a case for retire"}
    assert {row["criticality"] for row in told} == {"critical"}


def test_the_first_thing_to_do_is_to_decide_and_nothing_is_said_of_nothing(case):
    view = view_with(case, confidence=[0.5, 0.9, 0.9, 0.9], review=[""] * 4)
    told = executive.actions(view, [])
    assert told[0] == "Decide on 1 recommendation of a confidence below 60 %; the most critical are listed below."
    assert any(line.startswith("Switch off 1 application (Fax Server)") for line in told)
    assert not any(" 0 " in line for line in told)


def test_the_best_question_is_a_thing_to_do(case):
    row = {
        "application_id": "app-00000", "attribute": "code_quality", "ask": "technical owner", "question": "?",
        "method": "questionnaire", "minutes": 4.0, "change": 0.5, "would_become": {"poor": "refactor"}, "worth": 7.5,
    }  # fmt: skip
    groups = question_groups(pd.DataFrame([row], columns=OpenQuestion.columns()), pd.Series({"app-00000": "Portal"}))
    assert (
        "Ask the technical owner about code quality of 1 application: 4 minutes in all, 0.5 recommendations expected "
        "to change."
    ) in executive.actions(portfolio_view(case.store, case.tenant), groups)


def test_the_matrix_counts_every_assessed_application_once(case):
    view = portfolio_view(case.store, case.tenant)
    matrix = criticality_matrix(view)
    assert matrix.columns == ["critical", "high", "medium", "low", "unknown"]
    assert sum(cell["count"] for row in matrix.rows for cell in row["cells"]) == 4
    assert {row["strategy"]: row["total"] for row in matrix.rows} == view.strategies
    assert all((cell["shade"] > 0) == (cell["count"] > 0) for row in matrix.rows for cell in row["cells"])


def test_an_empty_portfolio_has_nothing_to_decide_and_an_empty_map(empty_case):
    view = portfolio_view(empty_case.store, empty_case.tenant)
    assert executive.decisions(view) == []
    assert executive.actions(view, []) == []
    assert criticality_matrix(view).rows[0]["total"] == 0
    assert "<circle" not in pattern_bubbles(view)


@pytest.mark.parametrize("value", ["", "who knows", "highest"])
def test_a_criticality_outside_the_closed_set_is_unknown(case, value):
    values = case.store.read(case.tenant, AttributeValue)
    values.loc[values["attribute"] == "business_criticality", "value"] = value
    case.store.replace(case.tenant, case.run, {AttributeValue: values})
    assert set(portfolio_view(case.store, case.tenant).applications["criticality"]) == {""}
