"""The portfolio's tables, with row-level security on each. There is no way back but a backup."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the frozen SQL beside this file, by the driver: SQLAlchemy would read percent signs as parameters."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None  # noqa: S101 - alembic is online here
    driver.execute(Path(__file__).with_suffix(".sql").read_text())
