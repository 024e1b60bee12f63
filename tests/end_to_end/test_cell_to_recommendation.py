"""One application of the demo, walked from a cell of its file to what is recommended, and back to the cell.

The old archive stands in its portfolio as being phased out. That one cell is found again at every station.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    CleansedCell,
    EntityValue,
    Recommendation,
    SourceRecord,
)
from aidiscover_pipelines.strategy.policy.policy import shipped_policy
from aidiscover_pipelines.strategy.policy.score import score
from aidiscover_pipelines.strategy.signals import FactTable, read_signals
from tests.reporting.report_page import island

TENANT, NAME, FIELD, SIGNAL, CRITERION, STRATEGY = (
    "demo",
    "Altarchiv",
    "lifecycle_status",
    "sunset",
    "retire-sunset",
    "retire",
)


@pytest.fixture(scope="module")
def read(demo):
    """Rows of a table about the archive, the first as a dict."""
    store = open_portfolio(Settings.from_environment())
    held = store.read(TENANT, Application)
    key = held.loc[held["name"] == NAME, "application_id"].item()

    def rows(table, **where):
        scope = {"entity_id": key} if table is EntityValue else {"application_id": key}
        return store.read(TENANT, table, **({} if table in (CleansedCell, SourceRecord) else scope), **where)

    return rows


@pytest.fixture(scope="module")
def cell(read):
    """The cell that stands for the field, as cleansing left it."""
    standing = read(EntityValue, field=FIELD, chosen=True)["evidence_id"].item()
    return read(CleansedCell, evidence_id=standing).iloc[0]


def test_the_cell_says_what_the_row_of_the_file_says(read, cell):
    row = read(SourceRecord, record_id=cell["record_id"]).iloc[0]
    column = int(cell["evidence_id"].rsplit(".", 1)[1])
    assert NAME in row["cells"] and row["cells"][column - 1] == cell["original"]


def test_the_value_becomes_a_fact_that_cites_the_cell(read, cell):
    fact = read(ApplicationFact, field=FIELD).iloc[0]
    assert fact["value"] == cell["value"] and cell["evidence_id"] in fact["evidence"]


def test_the_fact_is_a_signal_and_the_signal_an_argument_with_points(read):
    policy, signals = shipped_policy(), read_signals(FactTable(read(ApplicationFact)), datetime.now(UTC).date())
    assert signals[SIGNAL].tolist() == [1.0]
    argued = {criterion.id: (criterion.strategy, points) for criterion, points, _ in score(signals, policy).argued}
    strategy, points = argued[CRITERION]
    assert strategy == STRATEGY and points > 0


def test_the_argument_stands_in_the_recommendation_with_the_cell(read, cell):
    made = read(Recommendation).iloc[0]
    best = made["ranking"][0]
    assert made["strategy"] == best["strategy"] == STRATEGY
    citing = [reason for reason in best["reasons"] if cell["evidence_id"] in reason["evidence"]]
    assert any("life cycle" in reason["text"] and reason.get("points", 0) > 0 for reason in citing)
    assert cell["evidence_id"] in made["evidence"]


def test_the_report_shows_the_cell_and_explain_leads_back_to_it(command_line, cell):
    page = Path(command_line.json("report", "--tenant", TENANT)["html"]).read_text()
    assert cell["original"] in json.dumps(island(page), ensure_ascii=False)
    told = command_line.json("explain", "--tenant", TENANT, "--application", NAME, "--field", FIELD)
    chain = json.dumps(told, ensure_ascii=False)
    assert cell["evidence_id"] in chain and cell["original"] in chain
