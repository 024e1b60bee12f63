"""Policies of tenants, similarity groups, waves with dates, problems of a plan, reviews; more columns."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run the frozen SQL beside this file."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None  # noqa: S101 - alembic is online here
    driver.execute(Path(__file__).with_suffix(".sql").read_text())
