"""Overrides of the release before become review entries: nothing of them is lost, and their order is kept."""

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from resources.postgres.migrations import migrate

INSERT = text(
    "INSERT INTO portfolio.recommendation_overrides VALUES (:tenant, :id, :application, :strategy, 'because', "
    "'rehost', 'policy', '', 0.8, '{}', '{\"oracle\": \"yes\"}', :vector, 'eve', :at)"
)
ROWS = (
    ("acme", "b", "shop", "retain", "2026-11-20"),
    ("acme", "a", "shop", "retire", "2026-11-21"),
    ("acme", "c", "hr", "rehost", "2026-11-19"),
    ("globex", "d", "shop", "rehost", "2026-11-18"),
)


@pytest.fixture
def old_database(database_at: Callable[[str], str]) -> str:
    """A database of revision 0006 with overrides of two tenants."""
    url = database_at("0006")
    vector = str([0.0625] * 256)
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for tenant, key, application, strategy, day in ROWS:
            values = {"tenant": tenant, "id": key, "application": application, "strategy": strategy, "at": day}
            connection.execute(text("SELECT set_config('app.tenant_id', :tenant, true)"), {"tenant": tenant})
            connection.execute(INSERT, {**values, "vector": vector})
    return url


def test_overrides_become_numbered_entries_of_their_tenant(old_database: str) -> None:
    assert migrate(old_database) is True
    engine = create_engine(old_database, poolclass=NullPool)
    query = text(
        "SELECT tenant_id, application_id, number, entry_id, action, strategy, about, facts::text, traits->>'oracle' "
        "FROM portfolio.review_entries ORDER BY 1, 2, 3"
    )
    found = []
    with engine.begin() as connection:
        for tenant in ("acme", "globex"):
            connection.execute(text("SELECT set_config('app.tenant_id', :tenant, true)"), {"tenant": tenant})
            found += [tuple(row) for row in connection.execute(query) if row[0] == tenant]
    assert found == [
        ("acme", "hr", 1, "c", "approve", "rehost", "", "{}", "yes"),
        ("acme", "shop", 1, "b", "override", "retain", "", "{}", "yes"),
        ("acme", "shop", 2, "a", "override", "retire", "", "{}", "yes"),
        ("globex", "shop", 1, "d", "approve", "rehost", "", "{}", "yes"),
    ]
