"""Exit codes and error lines of the console script, in this process."""

import json

import click
import pytest

from aidiscover_pipelines.cli import main as console
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant


def exit_code(monkeypatch, raised, *arguments):
    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def failing(as_json):
        raise raised

    monkeypatch.setattr(console.LazyCommands, "get_command", lambda *_: failing)
    with pytest.raises(SystemExit) as stopped:
        console.main(["failing", *arguments])
    return stopped.value.code


@pytest.mark.parametrize(
    ("raised", "code"),
    [(ConfigError("cannot x: y; do z"), 1), (UnknownTenant("acme", "discover"), 2), (click.Abort(), 1)],
)
def test_each_kind_of_failure_has_its_exit_code(monkeypatch, raised, code):
    assert exit_code(monkeypatch, raised) == code


def test_an_error_with_json_is_one_document(monkeypatch, capsys):
    exit_code(monkeypatch, ConfigError("cannot x: y; do z"), "--json")
    told = capsys.readouterr()
    assert json.loads(told.out) == {"error": {"kind": "ConfigError", "message": "cannot x: y; do z"}}
    assert told.err == "aidiscover: cannot x: y; do z\n"


def test_wrong_usage_exits_with_2(capsys):
    with pytest.raises(SystemExit) as stopped:
        console.main(["tenant", "add"])
    assert stopped.value.code == 2
    assert "NAME" in capsys.readouterr().err


def test_help_exits_with_0(capsys):
    with pytest.raises(SystemExit) as stopped:
        console.main(["--help"])
    assert stopped.value.code == 0
    assert "discover" in capsys.readouterr().out
