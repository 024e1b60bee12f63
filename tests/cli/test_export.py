"""The command that hands the plan to other tools, on a real database."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.export import FORMATS
from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import Asset, EntityValue
from aidiscover_pipelines.reporting.exports.export import FORMATS as MAKERS


@pytest.fixture
def run(database_home, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)


@pytest.fixture
def inventory(store, tenant):
    """Two servers, of which one has no operating system on record."""
    values = [
        ("asset", "web", field, value, number, None, f"f1.1.2.{place}", True, False, "single")
        for place, (field, value, number) in enumerate(
            [("cpu_cores", "4", 4.0), ("memory_mb", "8192", 8192.0), ("os_name", "Windows Server 2019", None)]
        )
    ]
    store.append(
        tenant,
        {
            Asset: pd.DataFrame(
                [(key, key, "virtual", ["f1"], 1, "single", 1.0) for key in ("web", "db")], columns=Asset.columns()
            ),
            EntityValue: pd.DataFrame(values, columns=EntityValue.columns()),
        },
    )
    return tenant


def test_the_choices_are_the_formats_that_there_are():
    assert list(FORMATS) == list(MAKERS)


def test_rows_that_the_template_does_not_take_are_listed_and_the_exit_code_says_so(run, inventory, tmp_path):
    result = run("export", "--tenant", inventory, "--format", "azure-migrate", "--out", tmp_path / "a.csv", "--json")
    told = json.loads(result.stdout)
    assert (result.return_value, told["rows"], told["files"]) == (3, 1, [str(tmp_path / "a.csv")])
    assert {reject["about"] for reject in told["rejects"]} == {"db"}
    assert (tmp_path / "a.rejects.csv").read_text(encoding="utf-8-sig").startswith("about,column,value,outcome,reason")


def test_people_are_told_what_was_written_and_what_is_missing(run, inventory, tmp_path):
    told = run("export", "--tenant", inventory, "--format", "azure-migrate", "--out", tmp_path / "a.csv").output
    assert "1 row" in told and "a row was left out" in told and "a.rejects.csv" in told


def test_without_a_path_the_file_lies_with_the_reports(run, inventory):
    result = run("export", "--tenant", inventory, "--format", "aws-ads", "--json")
    (path,) = json.loads(result.stdout)["files"]
    assert result.return_value == 0 and path.endswith(f"/{inventory}/aws-ads.csv")


def test_what_cannot_be_exported_is_an_error_before_anything_is_written(run, inventory, tmp_path):
    result = run("export", "--tenant", inventory, "--format", "cmf", "--out", tmp_path / "c.csv")
    assert isinstance(result.exception, ConfigError) and list(tmp_path.iterdir()) == []
    assert isinstance(run("export", "--tenant", "nobody", "--format", "csv").exception, UnknownTenant)
