"""The demo portfolio, discovered once for the session through the command line, in the session's database."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from aidiscover_pipelines.cli.main import cli


@dataclass(frozen=True)
class CommandLine:
    """Runs commands on one data directory. `json` also parses the document and insists on the exit code."""

    home: Path

    def run(self, *arguments: object, stdin: str = "") -> Result:
        return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=stdin, standalone_mode=False)

    def json(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        result = self.run(*arguments, "--json")
        if result.exception is not None:
            raise result.exception
        assert result.return_value == code, result.output
        return json.loads(result.stdout)


@pytest.fixture(scope="session")
def command_line(database_home: Path) -> Iterator[CommandLine]:
    before = dict(os.environ)
    os.environ["AIDISCOVER_HOME"] = str(database_home)
    yield CommandLine(database_home)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def demo(command_line: CommandLine) -> dict[str, Any]:
    """The JSON document of `aidiscover demo`."""
    return command_line.json("demo")
