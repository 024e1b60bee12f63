"""The scan command: what could not be asked is exit code 3 with a row that says so, a wrong word exit code 2."""

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli


@pytest.mark.parametrize("words", [("--cloud", "nimbus"), ()])
def test_an_unknown_cloud_is_wrong_usage_in_one_line(words, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_CLOUDS", "" if words else "nimbus")
    result = CliRunner().invoke(cli, ["scan", "--tenant", "acme", *words])
    assert result.exit_code == 2
    assert "cloud 'nimbus' is unknown; use one of aws, azure, gcp" in result.output
    assert "Traceback" not in result.output


def test_without_a_connection_the_scan_ends_with_a_row_that_says_so(run, tenant, monkeypatch):
    monkeypatch.delenv("AIDISCOVER_CLOUDS", raising=False)
    document = run("scan", "--tenant", tenant, "--json", code=3)
    assert document["outcomes"] == {"skipped": 1}
    assert "aidiscover cloud add" in document["coverage"][0]["reason"]
