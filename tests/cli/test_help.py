"""`--help` answers at once, for every command, without Dagster or an agent library."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import COMMANDS, cli


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    result = CliRunner().invoke(cli, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from aidiscover_pipelines.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'dagster', 'crewai', 'litellm', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
