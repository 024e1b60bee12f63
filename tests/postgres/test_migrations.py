"""The migrated database is what the row models declare, guarded by row-level security on every tenant table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, Table, create_engine, text
from sqlalchemy.dialects import postgresql

from aidiscover_pipelines.domain.errors import ConfigError, Permanent
from resources.postgres import migrations
from resources.postgres.access import ServerUrls
from resources.postgres.embedded import ensure_server
from resources.postgres.migrations import HEAD, migrate
from resources.postgres.schema import SCHEMA, STORED, metadata


@pytest.fixture(scope="module")
def urls(database_home: Path) -> ServerUrls:
    return ensure_server(database_home)


@pytest.fixture
def owner(urls: ServerUrls) -> Iterator[Engine]:
    engine = create_engine(urls.owner)
    yield engine
    engine.dispose()


def described(table: Table) -> dict[str, tuple[str, bool, bool]]:
    """Column -> (SQL type with collation, may be NULL, part of the key)."""
    dialect = postgresql.dialect()
    return {
        column.name: (column.type.compile(dialect), bool(column.nullable), column.primary_key)
        for column in table.columns
    }


def test_every_table_has_the_declared_columns_types_and_keys(owner: Engine) -> None:
    found = MetaData(schema=SCHEMA)
    found.reflect(owner)
    assert set(found.tables) == set(metadata.tables) | {f"{SCHEMA}.alembic_version"}
    for name, declared in metadata.tables.items():
        assert described(found.tables[name]) == described(declared), name
        assert list(found.tables[name].columns.keys()) == list(declared.columns.keys()), name
        assert [column.name for column in found.tables[name].primary_key] == [
            column.name for column in declared.primary_key
        ], name


def test_the_key_of_every_stored_table_begins_with_the_tenant() -> None:
    for table, stored in STORED.items():
        key = [column.name for column in stored.primary_key]
        assert key[0] == "tenant_id"
        assert set(key[1:]) == set(table.key)


def test_row_level_security_is_on_and_forced_wherever_a_tenant_is_named(owner: Engine) -> None:
    statement = text(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
        " p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'"
        " LEFT JOIN pg_policy p ON p.polrelid = c.oid"
        " WHERE n.nspname = :schema AND c.relkind IN ('r', 'p')"
    )
    with owner.connect() as connection:
        guarded = {name: (forced, whole) for name, forced, whole in connection.execute(statement, {"schema": SCHEMA})}
    assert guarded == dict.fromkeys([*(table.table for table in STORED), "row_blocks", "write_fences"], (True, True))


def test_head_is_the_newest_revision_and_revisions_are_frozen_sql() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(configuration)
    assert script.get_heads() == [HEAD]
    for revision in script.walk_revisions():
        assert Path(revision.path).with_suffix(".sql").exists()


def test_migrating_again_changes_nothing(urls: ServerUrls) -> None:
    assert migrate(urls.owner) is False


def test_a_database_of_a_newer_release_is_left_alone(urls: ServerUrls, owner: Engine) -> None:
    revise = text("UPDATE portfolio.alembic_version SET version_num = :revision")
    with owner.begin() as connection:
        connection.execute(revise, {"revision": "9999"})
    try:
        with pytest.raises(ConfigError, match="schema revision 9999, this release knows"):
            migrate(urls.owner)
    finally:
        with owner.begin() as connection:
            connection.execute(revise, {"revision": HEAD})


def test_the_working_role_cannot_migrate(urls: ServerUrls) -> None:
    with pytest.raises(Permanent, match=r"cannot migrate the portfolio database.*InsufficientPrivilege"):
        migrate(urls.rw)
