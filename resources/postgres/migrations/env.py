"""Alembic's entry: runs revisions on the connection that `migrate` hands over, inside its transaction."""

from alembic import context

from resources.postgres.schema import SCHEMA, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=SCHEMA,
    transactional_ddl=True,
)
context.run_migrations()
