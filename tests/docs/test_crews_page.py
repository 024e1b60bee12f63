"""docs/crews.md: its worked example runs as it stands, its caps are those of the code, its commands exist."""

import os
import re
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.crew import crew as crew_commands
from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.crews import definition, definition_text
from aidiscover_pipelines.crews.generic.stage import MOST_CASES
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, CrewResult, Recommendation, Row

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "crews.md").read_text(encoding="utf-8")
APPLICATION = "edi-konverter"


@pytest.fixture(autouse=True)
def environment():
    """Importing crewai sets switches for the whole process; other tests get theirs back."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def blank(table: type[Row]) -> dict[str, Any]:
    """A row of empty values about the application."""
    kinds = {name: str(field.annotation) for name, field in table.model_fields.items()}
    empty = {
        name: []
        if "list" in kind
        else {}
        if "dict" in kind
        else 0
        if kind in ("<class 'int'>", "<class 'float'>")
        else ""
        for name, kind in kinds.items()
    }
    return {**empty, "application_id": APPLICATION}


@pytest.fixture
def portfolio(store, tenant):
    """The application of the example, with one fact and one risk."""
    risk = {"kind": "technical", "risk": "its vendor no longer supports the platform", "level": "high"}
    risks = [{**risk, "mitigation": "buy extended support", "evidence": ["f1.1.2.4"]}]
    fact = {"field": "architecture_pattern", "value": "SOA", "basis": "application", "evidence": ["f1.1.2.3"]}
    rows = {Application: {"name": "EDI-Konverter"}, ApplicationFact: fact, Recommendation: {"risks": risks}}
    store.append(tenant, {table: pd.DataFrame([{**blank(table), **row}]) for table, row in rows.items()})
    return tenant


def test_the_worked_example_runs_as_it_stands(portfolio, store, database_home, tmp_path, monkeypatch):
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (session,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "support_review.yaml").write_text(example, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    steps = [step.partition("\n") for step in session.removeprefix("$ ").split("\n$ ")]
    assert [shlex.split(command)[:3] for command, _, _ in steps] == [
        ["aidiscover", "crew", word] for word in ("validate", "create", "run")
    ]
    for command, _, shown in steps:
        words = shlex.split(command.replace("--tenant demo", f"--tenant {portfolio}"))[1:]
        result = CliRunner().invoke(cli, words, standalone_mode=False)
        assert result.exception is None and result.return_value == 0, result.output
        told, expected = (
            result.stdout.splitlines(),
            shown.replace("--tenant demo", f"--tenant {portfolio}").splitlines(),
        )
        if words[1] != "run":
            assert told == expected
        else:
            finding = re.compile(r"  - (Application facts|Risk factors): .+ \[[^\]]+\]")
            for lines in (told, expected):
                assert lines[0].startswith(f"application:{APPLICATION}: The tools returned ")
                assert all(map(finding.fullmatch, lines[1:])) and len(lines) > 2
    (row,) = store.read(portfolio, CrewResult).to_dict("records")
    assert (row["crew"], row["status"]) == ("support_review", "answered")


def test_the_documented_caps_are_those_of_the_code(tmp_path):
    from resources.llm.environment import import_crewai

    import_crewai(tmp_path)
    from resources.crews.case_tools import MOST_USES_OF_A_TOOL
    from resources.crews.delegation import MOST_DELEGATIONS
    from resources.crews.kickoff import MOST_CALLS, MOST_CALLS_LEADING

    table = PAGE.partition("| cap |")[2].partition("\n\n")[0]
    for row in (
        f"agents, tasks | {definition.MOST_AGENTS}, {definition.MOST_TASKS} |",
        f"tools of an agent | {definition.MOST_TOOLS} |",
        f"role, goal, backstory | {definition.ROLE}, {definition.GOAL}, {definition.BACKSTORY:,} |",
        f"description, expected output | {definition.DESCRIPTION:,}, {definition.EXPECTED} |",
        f"all texts | {definition.ALL_TEXTS:,} |",
        f"bytes, levels of a file | {definition_text.MOST_BYTES:,}, {definition_text.MOST_DEPTH} |",
        f"calls on a task: of an agent, of a manager | {MOST_CALLS}, {MOST_CALLS_LEADING} |",
        f"delegations on a task | {MOST_USES_OF_A_TOOL}, {MOST_DELEGATIONS} |",
    ):
        assert row in table
    assert f"the {MOST_CASES} largest patterns" in PAGE


def test_every_key_and_command_is_documented():
    for key in definition.Definition.model_fields:
        assert f"| `{key}` |" in PAGE
    for command in crew_commands.commands:
        assert f"| `aidiscover crew {command} " in PAGE
