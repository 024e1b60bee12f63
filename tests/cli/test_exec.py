"""`aidiscover exec`: one program of Dagster on this installation's instance."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError


def executed(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "AIDISCOVER_HOME": str(home)}
    program = [sys.executable, "-m", "aidiscover_pipelines.cli.main", "exec", *command]
    return subprocess.run(program, env=environment, capture_output=True, text=True)


def test_the_program_gets_the_instance_its_options_and_gives_its_exit_code(database_home: Path) -> None:
    code = "import os, sys; print(os.environ['DAGSTER_HOME'], sys.argv[1:]); sys.exit(4)"
    done = executed(database_home, Path(sys.executable).name, "-c", code, "--help", "-x")
    assert done.returncode == 4, done.stderr
    assert done.stdout.strip() == f"{database_home / 'dagster'} ['--help', '-x']"


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="cannot run 'dagster-nothing': there is no such program"):
        cli.main(["exec", "dagster-nothing"], standalone_mode=False)
