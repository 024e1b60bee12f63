"""What tables of many rows held before they became blocks is there afterwards, tenant by tenant."""

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from aidiscover_pipelines.domain.tables import EntityPresence, EntityValue, SourceRecord
from aidiscover_pipelines.domain.tenancy import TenantId
from resources.postgres.migrations import migrate
from resources.postgres.store import PostgresStore

FILL = (
    "INSERT INTO portfolio.tenants (id, name, cron) VALUES (:tenant, 'x', '0 0 * * *')",
    "INSERT INTO portfolio.source_records SELECT CAST(:tenant AS text), 'f.1.' || n, 'f', 1, n, "
    "jsonb_build_array(CAST(:tenant AS text), n) FROM generate_series(1, :rows) AS n",
    "INSERT INTO portfolio.entity_values VALUES (:tenant, 'asset', 'a', 'os', 'Größe', NULL, NULL, 'f.1.1.1', true, "
    "false, ''), (:tenant, 'asset', 'a', 'os', '', 1.5, 'avg', 'f.1.1.2', false, true, 'r')",
    "INSERT INTO portfolio.entity_presences VALUES (:tenant, 'asset', 'a', 'n', 'present', '2026-01-02 03:04:05+00', "
    "'2026-01-02 03:04:05+00', NULL, '[]', '', '{\"os\": \"x\"}')",
)


@pytest.fixture
def old_database(database_at: Callable[[str], str]) -> str:
    """A database of revision 0009 with rows of two tenants."""
    url = database_at("0009")
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for tenant, rows in (("acme", 20_000), ("globex", 3)):
            connection.execute(text("SELECT set_config('app.tenant_id', :tenant, true)"), {"tenant": tenant})
            for statement in FILL:
                connection.execute(text(statement), {"tenant": tenant, "rows": rows})
    return url


def test_rows_of_each_tenant_are_carried_over(old_database: str) -> None:
    assert migrate(old_database) is True
    store = PostgresStore(old_database)
    try:
        for tenant, rows in ((TenantId("acme"), 20_000), (TenantId("globex"), 3)):
            records = store.read(tenant, SourceRecord)
            assert records["record_id"].tolist() == sorted(f"f.1.{n}" for n in range(1, rows + 1))
            assert records["cells"].tolist() == [[tenant, row] for row in records["row"]]
            values = store.read(tenant, EntityValue)
            assert values["value"].tolist() == ["Größe", ""] and values["chosen"].tolist() == [True, False]
            assert values["number"].isna().tolist() == values["statistic"].isna().tolist() == [True, False]
            presence = store.find(tenant, EntityPresence, entity="asset", entity_id="a")
            assert presence is not None and presence.last_known == {"os": "x"} and presence.gone_since is None
            assert presence.first_seen.isoformat() == "2026-01-02T03:04:05+00:00"
    finally:
        store.close()
    assert migrate(old_database) is False
