"""A rewrite touches only what differs: rows that stay as they are keep their place, whatever the scope is."""

from datetime import UTC, datetime

import pandas as pd
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.domain.tables import EntityPresence, EntityValue
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
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


@pytest.fixture
def places(database_home, tenant: TenantId):
    """entity_id -> where PostgreSQL keeps its row."""

    def look() -> dict[str, str]:
        url = ensure_server(database_home).owner.replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
            rows = connection.execute("SELECT entity_id, ctid::text FROM portfolio.entity_values").fetchall()
        return dict(rows)

    return look


def test_unchanged_rows_stay_where_they_are(store: PostgresStore, tenant: TenantId, places) -> None:
    store.replace(tenant, RunRef("r1"), {EntityValue: values(("a", "x", 1.0), ("b", "y", None), ("c", "z", 2.5))})
    before = places()
    again = values(("a", "x", 1.0), ("b", "changed", None), ("c", "z", 2.5), ("d", "new", None))
    store.replace(tenant, RunRef("r2"), {EntityValue: again})
    after = places()
    assert len(before) == 3 and set(after) == {"a", "b", "c", "d"}
    assert (after["a"], after["c"]) == (before["a"], before["c"])
    assert after["b"] != before["b"]


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
