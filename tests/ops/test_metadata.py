"""What a materialisation shows: reasons, a preview that cannot turn into markup, charts, links; and gaps."""

import dagster as dg

from aidiscover_pipelines.domain.errors import Skippable
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import CloudCoverage
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id
from aidiscover_pipelines.ops.intake import record_cloud_scan
from aidiscover_pipelines.ops.metadata import stage_metadata, stage_output
from resources.clouds.combined import open_inventory
from resources.scratch_store import ScratchStore


def test_the_reasons_come_most_frequent_first():
    shown = stage_metadata(StageResult(3, 1, skipped={"rare": 1, "common": 9}))["skipped"].value
    assert shown.index("common") < shown.index("rare")


def test_a_clients_text_does_not_become_markup():
    preview = [{"name": "![x](http://evil) <script>|", "share": 0.5, "gone": None}]
    shown = stage_metadata(StageResult(1, 1, preview=preview))["preview"].value
    assert "![x]" not in shown and "<script>" not in shown.replace("\\<", "")
    assert "0.50" in shown


def test_figures_charts_and_links_are_shown():
    result = StageResult(
        1, 1, figures={"mix": 0.25, "n": 2}, charts={"Mix": {"a": 1.0}, "None": {}}, links={"html": "/r"}
    )
    shown = stage_metadata(result)
    assert (shown["mix"], shown["n"]) == (0.25, 2)
    assert shown["Mix"].value.startswith("![Mix](data:image/svg+xml;base64,")
    assert "None" not in shown
    assert shown["html"].value == "/r"


def test_further_tables_are_shown_and_a_reason_is_shown_to_its_end():
    rejected = [{"file": "a.csv", "row": 3, "reason": f"{'x' * 200}; correct the row"}]
    shown = stage_metadata(StageResult(1, 0, tables={"rejected rows": rejected, "files in quarantine": []}))
    assert "correct the row" in shown["rejected rows"].value
    assert "files in quarantine" not in shown


def test_a_skippable_fault_is_an_empty_result_that_says_so():
    @dg.op
    def gap(context) -> None:
        def stage() -> StageResult:
            raise Skippable("cannot reach the cloud; give credentials")

        output = stage_output(context, stage)
        assert "cannot reach the cloud" in output.metadata["skipped"].value
        assert output.metadata["dagster/row_count"].value == 0

    @dg.job
    def with_gap():
        gap()

    assert with_gap.execute_in_process().success


def test_without_a_cloud_the_scan_is_empty_and_says_so():
    acme = tenant_id("acme")
    store = ScratchStore(Tenant(acme, "Acme"))
    result = record_cloud_scan(store, open_inventory(store, Settings.from_environment({})), acme, RunRef("r"))
    assert (result.rows_in, result.rows_out, result.figures["coverage gaps"]) == (0, 0, 1)
    assert any("AIDISCOVER_CLOUDS" in reason for reason in result.skipped)
    assert store.read(acme, CloudCoverage)["outcome"].tolist() == ["skipped"]
