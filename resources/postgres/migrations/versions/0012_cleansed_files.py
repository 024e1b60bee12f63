"""What cleansing came to in each file, so that only what differs is cleansed again."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run the frozen SQL beside this file."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None  # noqa: S101 - alembic is online here
    driver.execute(Path(__file__).with_suffix(".sql").read_text())
