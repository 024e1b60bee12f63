# ruff: noqa: RUF001  (the report separates file, sheet and row with this mark)
from datetime import timedelta

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import UnknownTenant
from aidiscover_pipelines.domain.tables import (
    ApplicationAsset,
    Recommendation,
    RecommendationHistory,
    ReviewEntry,
    SkippedRow,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.reporting import dossiers
from aidiscover_pipelines.reporting.evidence import resolve_evidence
from aidiscover_pipelines.reporting.figures import portfolio_figures
from aidiscover_pipelines.reporting.view import portfolio_view
from tests.reporting.conftest import NOW, frame


def test_evidence_names_the_file_sheet_row_header_and_the_cell_as_read(case):
    resolved = resolve_evidence(case.store, case.tenant, ["f1.1.4.2", "f2.1.2.2"])
    assert resolved.loc["f1.1.4.2", "text"] == "apps.xlsx › Apps › row 4 › Tech = Java 8 / Tomcat 7"
    # The single table of a CSV is named after its file, once.
    assert resolved.loc["f2.1.2.2", "text"] == "cmdb.csv › row 2 › ram = 32,768 (MiB to MB)"


def test_evidence_from_a_cloud_names_the_account_and_the_record(case):
    told = resolve_evidence(case.store, case.tenant, ["aws:1:eu.ec2.i-0abc.os_name"])["text"]
    assert told.tolist() == ["aws:1:eu account › aws:1:eu.ec2.i-0abc › os_name = Linux/UNIX"]


def test_evidence_whose_cell_is_gone_keeps_its_place_and_a_strange_id_stays_as_it_is(case):
    resolved = resolve_evidence(case.store, case.tenant, ["f1.1.99.1", "whatever"])
    assert resolved.loc["f1.1.99.1", "text"] == "apps.xlsx › Apps › row 99 › Name"
    assert resolved.loc["whatever", "text"] == "whatever"


def test_no_evidence_reads_nothing(case):
    assert resolve_evidence(case.store, case.tenant, []).empty


def test_the_view_has_one_row_per_application_first_things_first(case):
    view = portfolio_view(case.store, case.tenant)
    assert view.applications["name"].tolist() == ["Customer Portal", "SAP ERP", "Fax Server", "Plant Control"]
    assert view.applications["priority"].tolist() == [1, 2, 3, 4]
    assert view.strategies == {
        "rehost": 1, "replatform": 0, "refactor": 0, "repurchase": 1, "retire": 1, "retain": 1,
    }  # fmt: skip
    assert view.risks == {"low": 2, "medium": 1, "high": 1}
    assert view.decided_by == {"policy": 2, "crew": 2, "person": 0}
    assert view.completeness == 62.5
    assert (view.assets, view.unplaced_assets) == (5, 1)


def test_the_dossiers_rest_on_every_cell_that_reasons_risks_and_attributes_cite(case):
    held = portfolio_view(case.store, case.tenant).dossiers
    assert {"f1.1.4.2", "f2.1.2.2", "aws:1:eu.ec2.i-0abc.os_name", "f1.1.99.1"} <= set(held.cells.index)
    assert held.cells.loc["f1.1.4.2", "original"] == "Java 8 / Tomcat 7"
    mine = held.evidence[held.evidence["application_id"] == "app-00000"]
    assert mine["evidence_id"].tolist() == ["f1.1.4.2", "f2.1.2.2", "aws:1:eu.ec2.i-0abc.os_name", "f1.1.99.1"]
    assert mine["header"].tolist()[:2] == ["Tech", "ram"]


def test_the_history_tells_what_runs_recommended_and_what_people_said_oldest_first(case):
    recommended = [("app-00000", "run-0", "retain", 0.5, "policy", "d", NOW - timedelta(days=2))]
    case.store.append(case.tenant, {RecommendationHistory: frame(RecommendationHistory, recommended)})
    said = dict.fromkeys(ReviewEntry.columns())
    said |= {
        "application_id": "app-00000", "number": 1, "entry_id": "e1", "action": "override", "strategy": "rehost",
        "reason": "the contract ends", "about": "", "crew": "", "agents": {}, "facts": {}, "traits": {},
        "embedding": [0.0] * 256, "by": "ann", "at": NOW,
    }  # fmt: skip
    case.store.append(case.tenant, {ReviewEntry: pd.DataFrame([said])})
    told = portfolio_view(case.store, case.tenant).dossiers.history
    assert told["by"].tolist() == ["policy", "ann"]
    assert told["action"].tolist() == ["recommended", "override"]
    assert told["reason"].tolist() == ["", "the contract ends"]


def test_what_asks_for_a_persons_look_is_shown_with_its_reason(case):
    rows = portfolio_view(case.store, case.tenant).applications.set_index("application_id")
    assert {key: review for key, review in rows["review"].items() if review} == {
        "app-00000": "disagreement: the crew would choose retain"
    }
    assert ("recommendations to review", 1.0, "applications") in portfolio_figures(case.store, case.tenant).kpis()


def test_an_application_without_recommendation_wave_or_servers_is_still_shown(case):
    ids = ["app-00000", "app-00001", "app-00002"]
    frames = {table: case.store.read(case.tenant, table, application_id=ids)
              for table in (Recommendation, WaveAssignment, ApplicationAsset)}  # fmt: skip
    case.store.replace(case.tenant, case.run, frames)
    view = portfolio_view(case.store, case.tenant)
    last = view.applications.iloc[-1]
    assert (last["name"], last["strategy"], last["wave"], last["servers"]) == ("Plant Control", None, None, 0)
    told = view.dossiers.applications.iloc[-1]
    assert (told["name"], told["ranking"], told["risks"]) == ("Plant Control", None, None)


def test_waves_add_up_and_the_stayers_are_wave_zero(case):
    waves = portfolio_view(case.store, case.tenant).waves
    assert sum(wave["applications"] for wave in waves) == 4
    assert waves[0]["wave"] == 0
    assert waves[0]["strategies"]["retain"] + waves[0]["strategies"]["retire"] == waves[0]["applications"]


def test_rows_in_are_rows_used_plus_rows_skipped_and_a_row_skipped_twice_counts_once(case):
    files = portfolio_view(case.store, case.tenant).quality.files.set_index("file")
    assert files.loc["cmdb.csv", ["rows", "skipped", "used"]].tolist() == [10, 1, 9]
    assert files.loc["apps.xlsx", ["rows", "skipped", "used"]].tolist() == [6, 1, 5]
    assert files.loc["broken.xlsx", ["rows", "skipped", "used", "reason"]].tolist() == [0, 0, 0, "password protected"]


def test_a_row_that_one_stage_skips_and_another_uses_is_used(case):
    row = (
        case.store.read(case.tenant, SkippedRow).head(1).assign(record_id="f2.1.2", file_id="f2", stage="dependencies")
    )
    case.store.upsert(case.tenant, case.run, {SkippedRow: row})
    files = portfolio_view(case.store, case.tenant).quality.files.set_index("file")
    assert files.loc["cmdb.csv", ["rows", "skipped", "used"]].tolist() == [10, 1, 9]


def test_conflicts_name_the_winner_and_the_losers_applications_first(case):
    conflicts = portfolio_view(case.store, case.tenant).quality.conflicts
    assert conflicts["name"].tolist() == ["Customer Portal", "srv000"]
    assert conflicts.loc[1, ["field", "chosen", "others"]].tolist() == ["memory_mb", "32768", "16384"]


def test_unresolved_dependency_ends_keep_their_text_and_hubs_are_counted(case):
    view = portfolio_view(case.store, case.tenant)
    loose = view.dependencies[~view.dependencies["resolved"]]
    assert loose["target"].tolist() == ["Unknown thing"]
    assert view.hubs == [{"name": "Customer Portal", "needed_by": 3}]


def test_a_large_portfolio_has_dossiers_of_the_first_applications_only(case_of, monkeypatch):
    monkeypatch.setattr(dossiers, "MOST_DOSSIERS", 3)
    case = case_of([f"Application {number}" for number in range(8)])
    view = portfolio_view(case.store, case.tenant)
    assert view.is_cut
    shown = view.dossiers.applications["application_id"].tolist()
    assert len(shown) == 3
    assert set(view.dossiers.attributes["application_id"]) == set(shown)
    assert view.dossiers.applications["ranking"].map(len).tolist() == [6, 6, 6]


def test_dossiers_are_for_the_worst_risks_what_waits_and_the_first_of_the_list(monkeypatch):
    monkeypatch.setattr(dossiers, "MOST_DOSSIERS", 6)
    rows = pd.DataFrame({"strategy": ["rehost"] * 20, "decided_by": "policy", "criticality": "low", "review": ""})
    rows["confidence"] = [0.9] * 10 + [0.5 - place / 100 for place in range(10)]
    shown = dossiers.with_dossier(rows, [17]).index.tolist()
    assert shown == [0, 1, 2, 17, 18, 19], "of what waits the least sure, and no more than half"


def test_an_empty_store_gives_an_empty_view(empty_case):
    view = portfolio_view(empty_case.store, empty_case.tenant)
    assert view.applications.empty
    assert view.completeness == 0.0
    assert view.platform is None
    assert view.crews.kickoffs == 0
    assert isinstance(view.quality.conflicts, pd.DataFrame)


def test_an_unknown_tenant_is_refused(case):
    with pytest.raises(UnknownTenant, match="report on a portfolio"):
        portfolio_view(case.store, TenantId("nobody"))
