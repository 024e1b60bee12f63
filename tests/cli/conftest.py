"""Commands as a person and a script run them, on the session's database."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli


@pytest.fixture
def run(database_home: Path, monkeypatch):
    """Runs a command and insists on its exit code: the document with --json, else all that it prints."""
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))

    def invoke(*arguments, code=0):
        result = CliRunner().invoke(cli, [str(word) for word in arguments], standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        assert result.return_value == code, result.output
        return json.loads(result.stdout) if "--json" in arguments else result.output

    return invoke
