"""Asset checks fail when what they guard is broken; each is shown a portfolio with that one fault."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain import tables
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id
from aidiscover_pipelines.ops import verdicts
from resources.scratch_store import ScratchStore

ACME = tenant_id("acme")
RUN = RunRef("r1")
BLANK = {
    str: "",
    int: 0,
    float: 0.0,
    bool: False,
    datetime: datetime(2026, 11, 21, tzinfo=UTC),
}


def frame(table, *rows):
    """Rows of a table; columns that a row does not name are blank."""
    return pd.DataFrame([{**blank_row(table), **row} for row in rows], columns=table.columns())


def blank_row(table):
    blanks = {"strategy": "rehost", "risk": "low", "decided_by": "policy", "state": "missing", "status": "accepted"}
    blanks |= {"entity": "asset", "decision": "accept", "kind": "", "evidence": []}
    row = {}
    for name, field in table.model_fields.items():
        is_list = "list" in str(field.annotation)
        is_map = "dict" in str(field.annotation)
        row[name] = blanks.get(name, [] if is_list else {} if is_map else BLANK.get(field.annotation))
    return row


@pytest.fixture
def store():
    return ScratchStore(Tenant(ACME, "Acme"))


def put(store, table, *rows):
    store.replace(ACME, RUN, {table: frame(table, *rows)})


def test_files_in_quarantine_and_no_file_at_all_are_told(store):
    assert not verdicts.some_file_is_usable(store, ACME).passed
    put(store, tables.SourceFile, {"file_id": "a"}, {"file_id": "b", "status": "quarantined"})
    verdict = verdicts.some_file_is_usable(store, ACME)
    assert not verdict.passed
    assert verdict.words == "1 files accepted, 1 in quarantine"


def test_many_rejected_rows_are_told_with_their_reasons_and_layout_rows_are_none(store):
    assert verdicts.few_rows_are_rejected(store, ACME).passed
    put(store, tables.SourceFile, {"file_id": "a", "name": "a.csv"})
    put(store, tables.SourceSheet, {"file_id": "a", "rows": 18})
    rows = [
        {"record_id": f"a.1.{n}", "file_id": "a", "sheet": "s", "stage": "reading", "reason": reason}
        for n, reason in enumerate(["totals row", "too long", "too long"])
    ]
    put(store, tables.SkippedRow, *rows)
    verdict = verdicts.few_rows_are_rejected(store, ACME)
    assert (verdict.passed, verdict.words) == (False, "2 of 20 rows could not be read (10%)")
    assert verdict.numbers["reasons"] == "2 in a.csv, s: too long"


def test_a_long_review_queue_is_told(store):
    columns = [
        {"column_index": n, "header": f"h{n}", "sheet": "s", "decision": "review" if n < 3 else "accept"}
        for n in range(10)
    ]
    put(store, tables.FieldMapping, *columns)
    verdict = verdicts.review_queue_is_short(store, ACME)
    assert not verdict.passed
    assert verdict.numbers["in review"] == 3
    assert verdict.numbers["worst columns"] == "'h0' in s; 'h1' in s; 'h2' in s"
    put(store, tables.FieldMapping, *columns[2:])
    assert not verdicts.review_queue_is_short(store, ACME).passed
    put(store, tables.FieldMapping, *columns[3:])
    assert verdicts.review_queue_is_short(store, ACME).passed


def test_a_row_that_is_neither_used_nor_skipped_is_lost(store):
    put(store, tables.SourceFile, {"file_id": "f"})
    put(store, tables.SourceRecord, {"record_id": "f.1.2", "file_id": "f"}, {"record_id": "f.1.3", "file_id": "f"})
    put(store, tables.EntityValue, {"evidence_id": "f.1.2.1"})
    assert not verdicts.no_row_is_lost(store, ACME).passed
    put(store, tables.SkippedRow, {"record_id": "f.1.3", "reason": "totals row"})
    assert verdicts.no_row_is_lost(store, ACME).passed


def test_assets_without_an_application_are_told(store):
    put(store, tables.Asset, {"asset_id": "a"}, {"asset_id": "b"})
    assert not verdicts.few_assets_are_orphans(store, ACME).passed
    put(
        store,
        tables.ApplicationAsset,
        {"application_id": "x", "asset_id": "a"},
        {"application_id": "x", "asset_id": "b"},
    )
    assert verdicts.few_assets_are_orphans(store, ACME).passed


def test_an_application_short_of_an_attribute_is_told(store):
    put(store, tables.Application, {"application_id": "crm"})
    rows = [{"application_id": "crm", "attribute": f"a{n:02d}", "state": "present"} for n in range(22)]
    put(store, tables.AttributeValue, *rows[:21])
    assert not verdicts.each_application_has_22(store, ACME).passed
    put(store, tables.AttributeValue, *rows)
    assert verdicts.each_application_has_22(store, ACME).passed
    assert verdicts.attributes_are_filled(store, ACME).passed


def test_mostly_missing_attributes_are_told(store):
    put(store, tables.AttributeValue, {"application_id": "crm", "attribute": "a"})
    assert not verdicts.attributes_are_filled(store, ACME).passed


@pytest.mark.parametrize("covered", [[], ["crm", "gone"]])
def test_a_missing_or_unknown_recommendation_is_told(store, covered):
    put(store, tables.Application, {"application_id": "crm"})
    put(store, tables.Recommendation, *({"application_id": name} for name in covered))
    assert not verdicts.each_application_has_a_recommendation(store, ACME).passed


def test_a_changed_fact_under_an_approval_is_told_with_the_applications(store):
    assert verdicts.what_people_approved_stands(store, ACME).passed
    fact = "fact changed under an approved recommendation"
    flags = [
        {"stage": "strategy", "flag_id": "1", "problem": fact, "entity_id": "crm", "what": "criticality was low"},
        {"stage": "strategy", "flag_id": "2", "problem": "contradictory reviews", "entity_id": "crm", "what": "two"},
        {"stage": "inventory", "flag_id": "3", "problem": "cycle", "entity_id": "web", "what": "no review"},
    ]
    put(store, tables.DataFlag, *flags)
    verdict = verdicts.what_people_approved_stands(store, ACME)
    assert (verdict.passed, verdict.words) == (False, "people should look again at 1 applications that they decided")
    assert verdict.numbers[fact] == verdict.numbers["contradictory reviews"] == 1
    assert [(row["application"], row["what"]) for row in verdict.rows] == [
        ("crm", "two"),
        ("crm", "criticality was low"),
    ]


def test_recommendations_that_wait_are_told_by_share_and_name(store):
    assert verdicts.few_recommendations_wait(store, ACME).passed
    rows = [{"application_id": f"a{n}", "review": "disagreement: the crew" if n == 3 else ""} for n in range(10)]
    put(store, tables.Recommendation, *rows)
    assert verdicts.few_recommendations_wait(store, ACME).passed
    put(store, tables.Recommendation, *rows[:9])
    verdict = verdicts.few_recommendations_wait(store, ACME)
    assert (verdict.passed, verdict.numbers["waiting"]) == (False, 1)
    assert verdict.rows[0]["application"] == "a3" and verdict.rows[0]["kind"] == "disagreement"


def test_a_wave_before_its_needs_is_told(store):
    edge = {"dependency_id": "d", "source_application": "web", "target_application": "db", "directed": True}
    put(store, tables.Dependency, edge)
    put(store, tables.WaveAssignment, {"application_id": "web", "wave": 1}, {"application_id": "db", "wave": 2})
    assert not verdicts.nothing_moves_before_its_needs(store, ACME).passed
    put(store, tables.WaveAssignment, {"application_id": "web", "wave": 2}, {"application_id": "db", "wave": 2})
    assert verdicts.nothing_moves_before_its_needs(store, ACME).passed


def test_a_dependency_that_a_started_wave_broke_is_told_apart(store):
    edge = {"dependency_id": "d", "source_application": "web", "target_application": "db", "directed": True}
    put(store, tables.Dependency, edge)
    put(store, tables.WaveAssignment, {"application_id": "web", "wave": 1}, {"application_id": "db", "wave": 2})
    put(store, tables.PlanProblem, {"problem_id": "p", "rule": "before", "applications": ["db", "web"]})
    assert not verdicts.nothing_moves_before_its_needs(store, ACME).passed
    put(store, tables.PlanProblem, {"problem_id": "p", "rule": "started", "applications": ["db", "web"]})
    verdict = verdicts.nothing_moves_before_its_needs(store, ACME)
    assert verdict.passed and verdict.words.endswith("; 1 are broken by waves that have started")


def test_a_value_outside_its_closed_set_does_not_fit_the_model(store):
    put(store, tables.Recommendation, {"application_id": "crm", "strategy": "rewrite"})
    verdict = verdicts.rows_fit_model(store, ACME, tables.Recommendation)
    assert not verdict.passed
    assert "strategy" in verdict.words


def test_more_kickoffs_than_the_budget_are_told(store):
    settings = Settings.from_environment({"AIDISCOVER_KICKOFFS": "1"})
    own = [{"crew": "the_tenants_own", "subject": str(n), "run_id": "r1"} for n in range(9)]
    put(store, tables.CrewAnswer, *({"crew": "discovery", "subject": str(n), "run_id": "r1"} for n in range(2)), *own)
    assert verdicts.kickoffs_stay_in_budget(store, ACME, settings, "r1").passed
    put(store, tables.CrewAnswer, *({"crew": "discovery", "subject": str(n), "run_id": "r1"} for n in range(3)))
    assert not verdicts.kickoffs_stay_in_budget(store, ACME, settings, "r1").passed


def test_a_plan_without_a_report_is_not_current(store):
    assert not verdicts.plan_shows_recommendations(store, ACME).passed
