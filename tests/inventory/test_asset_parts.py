"""Values of assets are settled some assets at a time; how many at a time changes nothing."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.tables import CleansedCell, CloudCell
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id
from aidiscover_pipelines.inventory.assets import match_assets, nothing_matched, resolve_assets, scanned_assets
from aidiscover_pipelines.inventory.cells import evidence_ids, read_cells
from aidiscover_pipelines.inventory.survivorship.asset_values import asset_values
from aidiscover_pipelines.inventory.survivorship.summaries import AssetSummaries
from resources.scratch_store import ScratchStore
from tests.inventory.asset_rows import BUILD, asset_cells

ACME = tenant_id("acme")
ROWS = [
    *((f"a.1.{n}", {**BUILD, "asset_name": f"srv{n:02}", "serial_number": f"VM-{n:05}"}) for n in range(2, 12)),
    *((f"b.1.{n}", {"serial_number": f"VM-{n:05}", "hostname": f"srv{n:02}", "cpu_cores": "9"}) for n in range(2, 9)),
    *((f"a.2.{n}", {"asset_name": f"srv{n % 4 + 2:02}", "disk_size_gb": f"{10 * n}"}) for n in range(2, 9)),
]


@pytest.mark.parametrize("most", [1, 7, 40])
def test_values_settled_in_parts_are_those_settled_at_once(most: int) -> None:
    cells = asset_cells(*ROWS)
    matched = match_assets(cells)
    assert matched is not None
    whole, parts = (list(asset_values(cells, matched.rows, matched.ids, size)) for size in (10_000, most))
    assert (len(whole), len(parts) > 1) == (1, True)
    joined = pd.concat([part.astype({"entity_id": "str"}) for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole[0].astype({"entity_id": "str"}))
    assert joined["conflict"].any()
    told = [_summaries(each, scanned_assets(matched)) for each in (whole, parts)]
    pd.testing.assert_frame_equal(told[0].frame(), told[1].frame())
    assert (told[0].conflicts, told[0].disputed) == (told[1].conflicts, told[1].disputed)


def test_texts_held_as_categories_resolve_as_texts_do() -> None:
    cells = asset_cells(*ROWS)
    coded = cells.astype(dict.fromkeys(("record_id", "file_id", "entity", "statistic"), "category"))
    coded["field"] = pd.Categorical(cells["field"], categories=list(BY_NAME))
    for plain, held in zip(resolve_assets(cells), resolve_assets(coded), strict=True):
        if isinstance(plain, pd.DataFrame):
            pd.testing.assert_frame_equal(plain.astype("str"), held.astype("str"))


def test_cells_read_with_places_for_addresses_resolve_as_cells_with_addresses_do() -> None:
    told = [*ROWS, ("aws:1:eu-west-1.ec2.i-1", {"asset_name": "srv03", "cpu_cores": "8", "cpu_cores#max": "9"})]
    cells = asset_cells(*told).assign(rule="").sort_values("evidence_id", ignore_index=True)
    store = ScratchStore(Tenant(ACME, "Acme"))
    store.replace(ACME, RunRef("r1"), {CleansedCell: cells})
    read = read_cells(store, ACME, CleansedCell, CloudCell)
    assert "evidence_id" not in read
    assert evidence_ids(read).tolist() == cells["evidence_id"].tolist()
    for plain, held in zip(resolve_assets(cells), resolve_assets(read), strict=True):
        if isinstance(plain, pd.DataFrame):
            pd.testing.assert_frame_equal(plain.astype("str"), held.astype("str"))


def test_without_assets_there_are_no_parts() -> None:
    cells = asset_cells(("a.1.2", {"application_name": "Shop"}), entity="application")
    matched = nothing_matched(cells)
    assert match_assets(cells) is None
    assert list(asset_values(cells, matched.rows, matched.ids)) == []
    assert resolve_assets(cells).assets.empty


def _summaries(parts: list[pd.DataFrame], scanned: "pd.Series[str]") -> AssetSummaries:
    summaries = AssetSummaries(scanned)
    for part in parts:
        summaries.take(part)
    return summaries
