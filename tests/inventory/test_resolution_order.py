"""The same records in any order of rows and files give the same assets with the same ids."""

from collections import Counter

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.inventory.assets import resolve_assets
from tests.inventory.asset_rows import asset_cells

# Few values, so that keys are shared, cloned and contradicted all the time.
POOL = {
    "asset_name": ["web01", "WEB01.corp.example.com", "web02", "mail", "mial", "gv-win"],
    "serial_number": [
        "423ee9c0-216a-12a5-b4cb-f259c5fccc01",
        "c0e93e42-6a21-a512-b4cb-f259c5fccc01",
        "S-1111",
        "S-2222",
    ],
    "mac_address": ["00:50:56:00:00:01", "00:50:56:00:00:01; 00:50:56:00:00:02", "00:50:56:00:00:03"],
    "ip_address": ["10.0.0.1", "10.0.0.2"],
    "asset_id": ["vm-1", "vm-2", "INV-0017"],
    "cpu_cores": ["4", "8"],
    "os_name": ["Ubuntu Linux 22.04", "Windows Server 2019"],
}
ROW = st.fixed_dictionaries({}, optional={field: st.sampled_from(values) for field, values in POOL.items()})
FILES = st.lists(
    st.lists(ROW.filter(lambda row: set(row) - {"cpu_cores", "os_name"}), min_size=1, max_size=6),
    min_size=1,
    max_size=3,
)


def entities(files: list[list[dict[str, str]]], names: list[str]) -> Counter[tuple[str, tuple[str, ...]]]:
    """(asset_id, contents of its rows), counted; addresses of rows and ids of files are no part of it."""
    rows = [(f"{name}.1.{place}", row) for name, file in zip(names, files, strict=True)
            for place, row in enumerate(file, start=2)]  # fmt: skip
    result = resolve_assets(asset_cells(*rows))
    contents = {record: repr(sorted(row.items())) for record, row in rows}
    told = result.record_assets.assign(content=result.record_assets["record_id"].map(contents))
    return Counter((str(asset), tuple(sorted(held))) for asset, held in told.groupby("asset_id")["content"])


@settings(max_examples=25)
@given(FILES, st.randoms(use_true_random=False))
def test_order_of_rows_and_files_decides_nothing(files: list[list[dict[str, str]]], random) -> None:
    shuffled = [random.sample(file, len(file)) for file in files]
    random.shuffle(shuffled)
    assert entities(files, ["fa", "fb", "fc"][: len(files)]) == entities(shuffled, ["zz", "aa", "mm"][: len(files)])


@settings(max_examples=15)
@given(FILES)
def test_the_same_records_again_give_the_same_tables(files: list[list[dict[str, str]]]) -> None:
    rows = [(f"f{n}.1.{place}", row) for n, file in enumerate(files) for place, row in enumerate(file, start=2)]
    cells = asset_cells(*rows)
    one, again = resolve_assets(cells), resolve_assets(cells.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(one.assets, again.assets)
    pd.testing.assert_frame_equal(one.flags, again.flags)
    assert one.assets["asset_id"].is_unique


def test_identical_files_give_the_same_ids_whatever_the_order_of_their_cells() -> None:
    """Nothing but its address tells one copy's row from the other's."""
    rows = [(f"f{file}.1.{row}", {"asset_id": "vm-1" if row == 2 else "vm-2", "os_name": "AIX 7.2"})
            for file in range(2) for row in (2, 3)]  # fmt: skip
    cells = asset_cells(*rows)
    pd.testing.assert_frame_equal(resolve_assets(cells).assets, resolve_assets(cells.iloc[::-1]).assets)
