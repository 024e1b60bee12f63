"""The command that lists what cannot be right, with cells."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.tables import DataFlag


@pytest.fixture
def run(database_home, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)


@pytest.fixture
def flagged(store, tenant):
    rows = [
        ("inventory", "a1", "contradictory keys", "asset", "erp", "serial_number", "X1", "two machines", ["f.1.2.3"]),
        ("attributes", "b2", "out of range", "asset", "web", "cpu_cores", "1000000000", "at most 4096", ["f.1.9.4"]),
    ]
    store.append(tenant, {DataFlag: pd.DataFrame(rows, columns=DataFlag.columns())})
    return tenant


def test_flags_are_counted_and_listed_with_their_cells(run, flagged):
    told = run("flags", "--tenant", flagged).output
    assert "2 flags" in told and "1000000000" in told and "row 9" in told


def test_flags_are_narrowed_by_problem_and_by_entity(run, flagged):
    by_problem = json.loads(run("flags", "--tenant", flagged, "--problem", "out of range", "--json").stdout)
    by_entity = json.loads(run("flags", "--tenant", flagged, "--entity", "erp", "--json").stdout)
    assert [flag["flag_id"] for flag in by_problem["flags"]] == ["b2"]
    assert by_entity["problems"] == {"contradictory keys": 1}


def test_nothing_flagged_is_said(run, tenant):
    assert "nothing is flagged" in run("flags", "--tenant", tenant).output
