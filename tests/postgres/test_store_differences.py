"""A rewrite touches only what differs: blocks that stay as they are keep their place, whatever the scope is."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.domain.tables import EntityPresence, EntityValue
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.postgres import blocks
from resources.postgres.embedded import ensure_server
from resources.postgres.store import PostgresStore
from resources.scratch_store import ScratchStore

COLUMNS = EntityValue.columns()


def values(*rows: tuple[str, str, float | None], entity: str = "asset") -> pd.DataFrame:
    """EntityValue rows (entity_id, value, number), the cell being the row's number."""
    filled = [
        (entity, key, "os_name", value, number, None, f"f.1.{place}.1", True, False, "only source")
        for place, (key, value, number) in enumerate(rows)
    ]
    return pd.DataFrame(filled, columns=COLUMNS)


@pytest.fixture(params=[16_384, 2], ids=["usual blocks", "small blocks"])
def block_rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Blocks so small that a few rows fill several, beside those of production."""
    monkeypatch.setattr(blocks, "BLOCK_ROWS", request.param)
    rows: int = request.param
    return rows


def places(home: Path, tenant: TenantId) -> dict[str, str]:
    """Least entity_id of each block -> where PostgreSQL keeps the block."""
    url = ensure_server(home).owner.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
        statement = "SELECT spans->'entity_id'->>0, ctid::text FROM portfolio.row_blocks"
        return dict(connection.execute(statement).fetchall())


def test_unchanged_blocks_stay_where_they_are(
    store: PostgresStore, tenant: TenantId, database_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 2)
    rows = [(name, "x", 1.0) for name in "abcdefg"]
    store.replace(tenant, RunRef("r1"), {EntityValue: values(*rows)})
    before = places(database_home, tenant)
    assert set(before) == set("aceg")
    rows[2] = ("c", "changed", 1.0)
    store.replace(tenant, RunRef("r2"), {EntityValue: values(*rows)})
    after = places(database_home, tenant)
    assert {name for name in before if after[name] != before[name]} == {"c"}
    store.upsert(tenant, RunRef("r3"), {EntityValue: values(*rows[:2])})
    assert places(database_home, tenant) == after


def test_rows_outside_the_scope_stay_and_those_inside_go(store: PostgresStore, tenant: TenantId) -> None:
    store.replace(tenant, RunRef("r1"), {EntityValue: values(("a", "x", 1.0), ("b", "y", None))}, entity="asset")
    owned = values(("app", "z", None), entity="application")
    store.replace(tenant, RunRef("r1"), {EntityValue: owned}, entity="application")
    store.replace(tenant, RunRef("r2"), {EntityValue: values(("b", "y", None))}, entity="asset")
    assert store.read(tenant, EntityValue)["entity_id"].tolist() == ["app", "b"]
    store.replace(tenant, RunRef("r3"), {EntityValue: values()}, entity="asset")
    assert store.read(tenant, EntityValue)["entity_id"].tolist() == ["app"]


def test_times_and_documents_are_compared_too(store: PostgresStore, tenant: TenantId) -> None:
    seen = datetime(2026, 1, 1, tzinfo=UTC)

    def row(**changes: object) -> pd.DataFrame:
        plain = {"entity": "asset", "entity_id": "a", "name": "a", "state": "present", "first_seen": seen}
        plain |= {"last_seen": seen, "gone_since": None, "sources": ["f"], "digest": "", "last_known": {"os": "x"}}
        return pd.DataFrame([plain | changes])

    for changes in ({}, {"gone_since": seen}, {"last_known": {"os": "y"}}, {"sources": []}):
        store.replace(tenant, RunRef("r1"), {EntityPresence: row(**changes)})
        held = store.read(tenant, EntityPresence).iloc[0]
        assert all(held[name] == value for name, value in changes.items())


CELLS = st.tuples(st.sampled_from("abcd"), st.sampled_from(["", "x", "é\n", '"']), st.sampled_from([None, 0.0, 1.5]))
UPLOADS = st.lists(st.tuples(st.lists(CELLS, max_size=5), st.booleans(), st.booleans()), min_size=1, max_size=4)


@pytest.mark.usefixtures("block_rows")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(uploads=UPLOADS)
def test_any_sequence_of_writes_ends_as_in_the_store_in_memory(
    store: PostgresStore, tenant: TenantId, uploads: list[tuple[list[tuple[str, str, float | None]], bool, bool]]
) -> None:
    memory = ScratchStore(Tenant(tenant, "x"))
    for held in (store, memory):
        held.replace(tenant, RunRef("r0"), {EntityValue: values()})
        for rows, scoped, upsert in uploads:
            if upsert:
                held.upsert(tenant, RunRef("r1"), {EntityValue: values(*rows)})
            else:
                held.replace(
                    tenant, RunRef("r1"), {EntityValue: values(*rows)}, **({"entity": "asset"} if scoped else {})
                )
    pd.testing.assert_frame_equal(store.read(tenant, EntityValue), memory.read(tenant, EntityValue))
