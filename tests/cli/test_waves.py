"""`waves` as a person and a script use it, on PostgreSQL."""

import json
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError, InvalidPolicy, UnknownTenant
from aidiscover_pipelines.domain.tables import Application, Recommendation
from aidiscover_pipelines.domain.tenancy import RunRef

NAMES = [f"app-{number:02d}" for number in range(30)]


@pytest.fixture
def run(database_home: Path, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))

    def invoke(*arguments, code=0):
        result = CliRunner().invoke(cli, ["waves", *map(str, arguments)], standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        assert result.return_value == code, result.output
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return invoke


@pytest.fixture
def planned(store, tenant):
    """A tenant with thirty applications that move."""
    told = {
        "strategy": "rehost",
        "confidence": 0.5,
        "foretold": 0.5,
        "decided_by": "policy",
        "risk": "high",
        "priority": 1,
    }
    blank = {name: "" for name, field in Recommendation.model_fields.items() if field.annotation is str}
    empty = {name: {} if name in ("effort", "cost") else [] for name in Recommendation.columns()}
    rows = [{**empty, **blank, **told, "application_id": name} for name in NAMES]
    named = [(name, name.title(), [], 1, "recorded", 1.0, "single") for name in NAMES]
    frames = {
        Recommendation: pd.DataFrame(rows, columns=Recommendation.columns()),
        Application: pd.DataFrame(named, columns=Application.columns()),
    }
    store.replace(tenant, RunRef("r1"), frames)
    return tenant


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "planning.yaml"
    path.write_text("start: 2027-01-04\nwave_days: 14\ncapacity: {applications: 10}\napart: [[App-01, App-2]]\n")
    return path


def test_a_plan_is_made_tried_with_other_numbers_and_only_then_changed(run, planned, document):
    first = run("plan", "--tenant", planned, "--json")
    assert first["waves"] == {"before": 0, "after": 2} and first["stored"] and first["search"] == "proved best"
    trial = (
        "--dry-run",
        "--capacity",
        30,
        "--start",
        "2027-01-04",
        "--wave-days",
        14,
        "--blackout",
        "2027-01-01..2027-01-10",
    )
    tried = run("plan", "--tenant", planned, *trial, "--json")
    assert tried["waves"] == {"before": 2, "after": 1} and not tried["stored"]
    assert tried["dates"] == [{"wave": 1, "before": None, "after": "2027-01-11 to 2027-01-24"}]
    assert {(each["from"], each["to"]) for each in tried["moved"]} == {(2, 1)}
    assert "nothing was stored" in run("plan", "--tenant", planned, "--dry-run", "--file", document, code=3)
    assert len(run("show", "--tenant", planned, "--json")["waves"]) == 2


def test_a_document_is_checked_set_and_kept_to(run, planned, document):
    run("check", document)
    checked = run("check", document, "--tenant", planned, "--json", code=3)
    assert checked["unknown"][0]["hint"].startswith("did you mean 'App-2")
    words = ("--tenant", planned, "--file", document, "--note", "ten each", "--by", "eve")
    assert run("set", *words, "--json", code=3)["version"] == 1
    assert "3 waves, 0 in the stored plan, until 2027-02-14" in run("plan", "--tenant", planned, code=3)
    shown = run("show", "--tenant", planned, "--json", code=3)
    assert [wave["starts"] for wave in shown["waves"]] == ["2027-01-04", "2027-01-18", "2027-02-01"]
    assert shown["problems"][0]["rule"] == "name" and len(shown["assignments"]) == 30
    assert "10 of 10" in run("show", "--tenant", planned, code=3)
    assert "by priority and risk" in run("show", "--tenant", planned, "--wave", 1)
    with pytest.raises(ConfigError, match="has no such wave; it has 1, 2, 3; name one of them"):
        run("show", "--tenant", planned, "--wave", 99)
    assert [each["by"] for each in run("history", "--tenant", planned, "--json")["versions"]] == ["eve"]
    assert "ten each" in run("history", "--tenant", planned)


def test_what_is_only_tried_cannot_be_stored(run, planned):
    with pytest.raises(click.UsageError, match="add --dry-run"):
        run("plan", "--tenant", planned, "--capacity", 3)
    with pytest.raises(click.UsageError, match=r"is no FROM\.\.TO"):
        run("plan", "--tenant", planned, "--dry-run", "--blackout", "easter")
    with pytest.raises(InvalidPolicy, match="start and wave_days belong together"):
        run("plan", "--tenant", planned, "--dry-run", "--start", "2027-01-04")


def test_unknown_tenants_files_and_missing_notes_say_what_to_do(run, planned, document, tmp_path):
    with pytest.raises(UnknownTenant, match="tenant add"):
        run("plan", "--tenant", "nobody")
    with pytest.raises(InvalidPolicy, match=r"gone\.yaml"):
        run("check", tmp_path / "gone.yaml")
    with pytest.raises(ConfigError, match="use --note"):
        run("set", "--tenant", planned, "--file", document, "--note", " ")
