"""Overrides of the release before become review entries: nothing of them is lost, and their order is kept."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from resources.postgres import embedded, migrations
from resources.postgres.access import OWNER
from resources.postgres.embedded import ensure_server
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
def old_database(database_home: Path) -> Iterator[str]:
    """A database of revision 0006 with overrides of two tenants; its URL acts as the owner, whom row security binds."""
    server = make_url(ensure_server(database_home).owner)
    admin = server.set(username="postgres", password=embedded._credentials(database_home / "pg")["postgres"])
    name = f"old_{uuid.uuid4().hex[:8]}"
    superuser = create_engine(admin.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with superuser.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} OWNER {OWNER}"))
    within = create_engine(admin.set(database=name), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with within.connect() as connection:
        connection.execute(text("CREATE EXTENSION vector"))
    url = admin.set(database=name).update_query_dict({"options": f"-crole={OWNER}"})
    engine = create_engine(url, poolclass=NullPool)
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA portfolio"))
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0006")
        vector = str([0.0625] * 256)
        for tenant, key, application, strategy, day in ROWS:
            values = {"tenant": tenant, "id": key, "application": application, "strategy": strategy, "at": day}
            connection.execute(text("SELECT set_config('app.tenant_id', :tenant, true)"), {"tenant": tenant})
            connection.execute(INSERT, {**values, "vector": vector})
    yield url.render_as_string(hide_password=False)
    with superuser.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


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
