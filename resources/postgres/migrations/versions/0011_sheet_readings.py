"""How each sheet was read: only what would be read otherwise is read again, and no row number means two rows."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run the frozen SQL beside this file."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None  # noqa: S101 - alembic is online here
    driver.execute(Path(__file__).with_suffix(".sql").read_text())
