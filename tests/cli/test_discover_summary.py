"""What `aidiscover discover` says of kickoffs without an answer, and of a run that cannot begin."""

from pathlib import Path

from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.cli.portfolio import _alike


def test_reasons_that_differ_in_numbers_only_are_told_once_with_their_sum():
    reasons = {
        "BudgetExhausted: 1,366 tokens cost 0.0048 USD": 1,
        "no answer": 2,
        "BudgetExhausted: 960 tokens cost 0.0040 USD": 2,
    }
    assert _alike(reasons) == {"BudgetExhausted: 1,366 tokens cost 0.0048 USD": 3, "no answer": 2}


def test_a_run_that_cannot_begin_says_why_and_shows_no_older_plan(database_home: Path, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    CliRunner().invoke(cli, ["tenant", "add", "cannot-begin"], standalone_mode=False)
    monkeypatch.setenv("AIDISCOVER_MODEL", "foo/bar")
    result = CliRunner().invoke(cli, ["discover", "--tenant", "cannot-begin"], standalone_mode=False)
    assert result.return_value == 1 and "at its start: cannot use model 'foo/bar'" in result.output
    assert "Migration plan" not in result.output
