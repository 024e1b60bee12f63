import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aidiscover_pipelines.domain.tables import DiscoveryKpi, PortfolioReport, Recommendation, WaveAssignment
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.reporting.stage import plan_digest, plan_is_current, record_kpis, summary, write_reports


def test_the_reports_are_written_whole_and_recorded_with_the_plan_they_show(case, files):
    result = write_reports(case.store, files, case.tenant, case.run, case.now)
    reports = case.store.read(case.tenant, PortfolioReport).set_index("kind")
    assert set(result.links) == {"html", "xlsx", "markdown"} == set(reports.index)
    assert all(Path(path).stat().st_size > 500 for path in result.links.values())
    # Written in one step: no temporary file stays beside them.
    assert sorted(path.name for path in Path(result.links["html"]).parent.iterdir()) == [
        "portfolio.html",
        "portfolio.md",
        "portfolio.xlsx",
    ]
    assert reports["plan_digest"].nunique() == 1
    assert (result.rows_in, result.rows_out) == (4, 3)
    assert result.preview[0]["name"] == "Customer Portal"
    assert sum(result.charts["6R mix"].values()) == 4


def test_a_failed_write_leaves_the_old_report_and_no_rest(case, files, monkeypatch):
    write_reports(case.store, files, case.tenant, case.run, case.now)
    folder = files.report_path(case.tenant, "portfolio.html").parent
    before = (folder / "portfolio.html").read_bytes()

    def full_disk(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_reports(case.store, files, case.tenant, case.run, case.now + timedelta(hours=1))
    assert (folder / "portfolio.html").read_bytes() == before
    assert len(list(folder.iterdir())) == 3


def test_an_empty_portfolio_is_written_too(empty_case, files):
    result = write_reports(empty_case.store, files, empty_case.tenant, empty_case.run, empty_case.now)
    assert result.rows_in == 0
    assert result.preview == []


def test_the_plan_is_current_until_a_recommendation_changes(case, files):
    assert plan_is_current(case.store, case.tenant) == (False, "no report has been written")
    write_reports(case.store, files, case.tenant, case.run, case.now)
    assert plan_is_current(case.store, case.tenant)[0]
    changed = case.store.read(case.tenant, Recommendation).head(1).assign(digest="another")
    case.store.upsert(case.tenant, case.run, {Recommendation: changed})
    current, why = plan_is_current(case.store, case.tenant)
    assert not current
    assert "changed after the report was written (html, markdown, xlsx)" in why


def test_the_plan_is_not_current_without_waves_for_all_or_without_its_files(case, files):
    write_reports(case.store, files, case.tenant, case.run, case.now)
    files.report_path(case.tenant, "portfolio.xlsx").unlink()
    assert plan_is_current(case.store, case.tenant) == (False, "the report file is gone (xlsx)")
    waves = case.store.read(case.tenant, WaveAssignment).head(3)
    case.store.replace(case.tenant, case.run, {WaveAssignment: waves})
    assert "1 applications have a recommendation without a wave" in plan_is_current(case.store, case.tenant)[1]


def test_the_digest_ignores_the_order_of_rows_and_notices_a_moved_application(case):
    recommendations = case.store.read(case.tenant, Recommendation)
    waves = case.store.read(case.tenant, WaveAssignment)
    digest = plan_digest(recommendations, waves)
    assert plan_digest(recommendations.iloc[::-1], waves.astype({"wave": float}).iloc[::-1]) == digest
    assert plan_digest(recommendations, waves.assign(wave=waves["wave"] + 1)) != digest
    assert plan_digest(recommendations.head(0), waves.head(0)) == plan_digest(recommendations.head(0), waves.head(0))


def test_key_figures_count_this_run_and_replace_the_last_ones(case):
    record_kpis(case.store, case.tenant, case.run)
    kpis = case.store.read(case.tenant, DiscoveryKpi).set_index("kpi")
    assert kpis.loc["applications", "value"] == 4
    assert kpis.loc["completeness", "value"] == 62.5
    assert kpis.loc["recommended rehost", "value"] == 1
    assert kpis.loc["decided by crew", "value"] == 50
    assert kpis.loc[["rows in", "rows used", "rows skipped"], "value"].tolist() == [16, 14, 2]
    assert kpis.loc["crew kickoffs", "value"] == 1
    assert kpis["value"].notna().all()
    later = RunRef("run-9", case.now + timedelta(days=1))
    record_kpis(case.store, case.tenant, later)
    assert case.store.read(case.tenant, DiscoveryKpi).set_index("kpi").loc["crew kickoffs", "value"] == 0


def test_the_summary_is_json_with_the_promised_keys(case):
    told = json.loads(json.dumps(summary(case.store, case.tenant), allow_nan=False))
    assert told["files"] == {"accepted": 2, "quarantined": 1}
    assert (told["records"], told["assets"], told["applications"], told["dependencies"]) == (15, 5, 4, 4)
    assert (told["completeness"], told["clusters"], told["tier"]) == (0.625, 2, 2)
    assert sum(told["recommendations"].values()) == 4
    assert told["top_risks"][0] == {
        "application": "Fax Server", "strategy": "retire", "risk": "high", "text": "Tomcat 7 is out of support",
    }  # fmt: skip
    assert sum(wave["applications"] for wave in told["waves"]) == 4
    assert told["crews"]["kickoffs"] == 2


def test_an_empty_tenant_sums_up_to_nothing(empty_case):
    told = summary(empty_case.store, empty_case.tenant)
    assert told["tier"] is None
    assert told["completeness"] == 0.0
    assert told["waves"] == []
    assert record_kpis(empty_case.store, empty_case.tenant, empty_case.run).figures["applications"] == 0


def test_completeness_is_zero_before_attributes_are_known(empty_case, case):
    from aidiscover_pipelines.domain.tables import Application

    empty_case.store.replace(
        empty_case.tenant, empty_case.run, {Application: case.store.read(case.tenant, Application)}
    )
    assert summary(empty_case.store, empty_case.tenant)["completeness"] == 0.0


def test_the_run_reference_may_be_of_a_later_attempt(case, files):
    again = replace(case.run, attempt=1)
    assert write_reports(case.store, files, case.tenant, again, case.now).rows_out == 3
