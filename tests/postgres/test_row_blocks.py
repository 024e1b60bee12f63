"""Tables of many rows answer as any other, whatever block a row lies in, and as the store in memory does."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import psycopg
import pyarrow as pa
import pytest

from aidiscover_pipelines.domain.errors import Permanent
from aidiscover_pipelines.domain.tables import CleansedCell, EntityValue, SourceRecord
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ports import Condition, PortfolioStore
from resources.key_order import in_key_order
from resources.postgres import blocks, packed
from resources.postgres.embedded import ensure_server
from resources.postgres.store import PostgresStore

RUN = RunRef("r", datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
def portfolio(portfolio: PortfolioStore, monkeypatch: pytest.MonkeyPatch) -> PortfolioStore:
    """Blocks of three rows, and parts that wait for no other."""
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 3)
    monkeypatch.setattr(packed, "HELD_BYTES", 0)
    return portfolio


def records(*numbers: int, file_id: str = "f", cells: object = ()) -> pd.DataFrame:
    """SourceRecord rows of a file."""
    rows = [(f"{file_id}.1.{number}", file_id, 1, number, list(cells) or [str(number)]) for number in numbers]  # type: ignore[call-overload]
    return pd.DataFrame(rows, columns=SourceRecord.columns())


def numbers(frame: pd.DataFrame) -> list[int]:
    """The row numbers, as they come."""
    found: list[int] = frame["row"].tolist()
    return found


def test_rows_come_in_key_order_whatever_order_they_were_written_in(portfolio: PortfolioStore, acme: TenantId) -> None:
    parts = [(SourceRecord, records(*part)) for part in ([7, 20, 1], [3, 100, 2], [10, 5], [4, 6])]
    portfolio.replace_in_parts(acme, RUN, [SourceRecord], parts)
    assert numbers(portfolio.read(acme, SourceRecord)) == [1, 10, 100, 2, 20, 3, 4, 5, 6, 7]
    assert numbers(portfolio.read(acme, SourceRecord, first=4, columns=["row"])) == [1, 10, 100, 2]
    portfolio.replace_in_parts(acme, RUN, [SourceRecord], parts[:1])
    assert numbers(portfolio.read(acme, SourceRecord)) == [1, 20, 7]


def test_a_row_is_found_by_its_key_by_an_id_and_by_what_no_block_is_chosen_by(
    portfolio: PortfolioStore, acme: TenantId
) -> None:
    both = pd.concat([records(*range(1, 12)), records(3, 5, 8, file_id="g")])
    portfolio.replace(acme, RUN, {SourceRecord: both})
    assert numbers(portfolio.read(acme, SourceRecord, record_id="f.1.9")) == [9]
    assert numbers(portfolio.read(acme, SourceRecord, file_id="g")) == [3, 5, 8]
    assert numbers(portfolio.read(acme, SourceRecord, row=[5, 11], sheet_index=1)) == [11, 5, 5]
    assert portfolio.read(acme, SourceRecord, columns=["cells"], file_id=["g", "h"], row=8)["cells"].tolist() == [["8"]]
    many = [f"f.1.{number}" for number in range(2, 200)]
    assert sorted(numbers(portfolio.read(acme, SourceRecord, record_id=many))) == list(range(2, 12))
    for nothing in ({"record_id": []}, {"file_id": "zzz"}, {"row": 77}, {"first": 0}):
        found = portfolio.read(acme, SourceRecord, **nothing)  # type: ignore[arg-type]
        assert found.empty and found.dtypes.equals(both.iloc[:0].astype({"record_id": "str", "file_id": "str"}).dtypes)


def test_a_full_block_that_grows_keeps_its_rows_and_the_new_ones(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.replace(acme, RUN, {SourceRecord: records(1, 2, 3)})
    portfolio.upsert(acme, RUN, {SourceRecord: records(4, 5, 6, 7, 8, 9)})
    assert numbers(portfolio.read(acme, SourceRecord)) == list(range(1, 10))
    portfolio.replace(acme, RUN, {SourceRecord: records(*range(1, 10))})
    assert numbers(portfolio.read(acme, SourceRecord)) == list(range(1, 10))
    portfolio.replace(acme, RUN, {SourceRecord: records(2)})
    assert numbers(portfolio.read(acme, SourceRecord)) == [2]


def test_single_rows_are_written_found_and_counted_like_many(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.append(acme, {SourceRecord: records(*range(10, 20))})
    portfolio.put(acme, [SourceRecord(record_id="f.1.12", file_id="f", sheet_index=2, row=12, cells=["put"])])
    assert portfolio.add(acme, SourceRecord, records(12, 21, 22)) == 2
    held = portfolio.find(acme, SourceRecord, record_id="f.1.12")
    assert held is not None and (held.sheet_index, held.cells) == (2, ["put"])
    assert portfolio.find(acme, SourceRecord, record_id="f.1.99") is None
    assert portfolio.sums(acme, SourceRecord, ["row"]) == {"row": sum(range(10, 20)) + 43, "rows": 12}
    last, total = portfolio.page(acme, SourceRecord, [Condition("row", ">", 13)], order=["-row"], limit=2, offset=1)
    assert (numbers(last), total) == ([21, 19], 8)
    first, total = portfolio.page(acme, SourceRecord, limit=2, offset=3)
    assert (numbers(first), total) == ([13, 14], 12)
    assert portfolio.delete(acme, SourceRecord, [Condition("row", "<", 15)]) == 5
    assert numbers(portfolio.read(acme, SourceRecord)) == [15, 16, 17, 18, 19, 21, 22]
    assert portfolio.delete(acme, SourceRecord, []) == 7 and portfolio.read(acme, SourceRecord).empty


def test_values_come_back_as_they_were(portfolio: PortfolioStore, acme: TenantId) -> None:
    row = {"record_id": "f.1.2", "file_id": "f", "entity": "asset", "field": "x", "transform": "", "rule": ""}
    told = [("", None, None), ("Größe\n", 1.5, "avg"), ("\U0001f600", 0.0, "")]
    frame = pd.DataFrame(
        [row | {"evidence_id": f"f.1.2.{place}", "value": text, "original": text, "number": number, "statistic": kind}
         for place, (text, number, kind) in enumerate(told)]
    )[CleansedCell.columns()]  # fmt: skip
    portfolio.replace(acme, RUN, {CleansedCell: frame})
    held = portfolio.read(acme, CleansedCell)
    assert held["value"].tolist() == [text for text, _, _ in told]
    assert held["number"].isna().tolist() == [True, False, False] and held["number"][1:].tolist() == [1.5, 0.0]
    assert held["statistic"].isna().tolist() == [True, False, False]
    held.loc[0, "number"] = 7.0
    held.loc[0, "value"] = "assigned"
    assert (held["number"][0], held["value"][0]) == (7.0, "assigned")
    with pytest.raises(Permanent, match="values are missing"):
        portfolio.replace(acme, RUN, {CleansedCell: frame.assign(value=None)})


def test_of_two_rows_with_one_key_the_last_stays_and_no_other_goes() -> None:
    rows = pa.table({"a": ["y", "x", "y", "x", "z"], "b": [1, 1, 1, 2, 0], "n": [0, 1, 2, 3, 4]})
    assert in_key_order(rows, ["a", "b"])["n"].to_pylist() == [1, 3, 2, 4]
    assert in_key_order(rows, ["a"])["n"].to_pylist() == [3, 2, 4]
    assert in_key_order(rows.slice(0, 0), ["a", "b"]).num_rows == 0


def test_keys_as_bytes_sort_as_keys() -> None:
    keys = [("", 5), ("a", -3), ("a", 2**40), ("a b", 0), ("aa", 1), ("é", 0)]
    rows = pa.table({"text": [text for text, _ in keys], "number": [number for _, number in keys]})
    found = [blocks.key_at(rows, place, ["text", "number"]) for place in range(len(keys))]
    assert found == sorted(found)


def test_long_rows_make_small_blocks() -> None:
    rows = pa.table({"id": pa.array(map(str, range(1000, 1040))), "text": pa.array(["x" * (1 << 20)] * 40)})
    assert max(block.rows for block in blocks.blocks_of(rows, ["id"])) <= 10


def test_blocks_of_another_tenant_are_out_of_reach(store: PostgresStore, tenant: TenantId, database_home: Path) -> None:
    mine = TenantId(f"{tenant}-mine")
    store.add_tenant(Tenant(mine, "Mine"))
    for name in (tenant, mine):
        store.replace(name, RUN, {SourceRecord: records(1, 2)})
    url = ensure_server(database_home).rw.replace("+psycopg", "")
    with psycopg.connect(url) as attacker:
        attacker.execute("SELECT set_config('app.tenant_id', %s, true)", (mine,))
        assert attacker.execute("SELECT DISTINCT tenant_id FROM portfolio.row_blocks").fetchall() == [(mine,)]
        assert attacker.execute("DELETE FROM portfolio.row_blocks").rowcount == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attacker.execute(
                "INSERT INTO portfolio.row_blocks VALUES (%s, 'x', DEFAULT, '', 1, '{}', '', '')", (tenant,)
            )
    assert len(store.read(tenant, SourceRecord)) == 2


def test_a_scope_that_no_block_can_hold_opens_none(
    store: PostgresStore, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 2)
    value = {"entity": "asset", "field": "x", "value": "v", "number": None, "statistic": None, "chosen": True}
    frame = pd.DataFrame(
        [
            value | {"entity_id": name, "evidence_id": f"f.1.1.{name}", "conflict": False, "rule": ""}
            for name in "abcdef"
        ]
    )
    store.replace(tenant, RUN, {EntityValue: frame})
    opened: list[bytes] = []
    look = packed.opened
    monkeypatch.setattr(packed, "opened", lambda data, *rest: opened.append(data) or look(data, *rest))
    store.replace(tenant, RUN, {EntityValue: frame[2:3].assign(value="w")}, entity_id="c")
    assert len(opened) == 1
    assert store.read(tenant, EntityValue)["value"].tolist() == list("vvwvvv")
