"""Patterns on planted archetypes, as a document and as a section of the page on accuracy."""

import json

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.accuracy_patterns import patterns_section
from aidiscover_pipelines.cli.evaluate import evaluate

# A seed that constants were set on: the test says that nothing broke, not how good it is.
ARGUMENTS = ["patterns", "--applications", "300", "--seed", "101"]


@pytest.fixture(scope="module")
def document():
    return json.loads(CliRunner().invoke(evaluate, [*ARGUMENTS, "--json"]).stdout)


def test_planted_archetypes_are_found(document):
    [run] = document["runs"]
    assert (run["applications"], run["seed"], run["kinds"], run["anomalies"]["planted"]) == (300, 101, 8, 6)
    assert run["adjusted_rand_index"] >= 0.85
    assert document["adjusted_rand_index"] == {"mean": run["adjusted_rand_index"], "least": run["adjusted_rand_index"]}


def test_more_planted_anomalies_are_told_than_by_an_isolation_forest(document):
    [run] = document["runs"]
    assert run["anomalies"]["recall"] > run["isolation_forest"]["recall"]


def test_the_page_shows_each_run_and_the_least(document):
    [run] = document["runs"]
    section = patterns_section([run | {"adjusted_rand_index": 0.9}, run | {"adjusted_rand_index": 0.8, "seed": 2}])
    assert section[0] == "## Patterns"
    assert "0.850 in the mean and 0.800 at least" in section[2]
    assert "| 300 | 101 | 8 |" in section[6]
    assert len(section[6].split("|")) == len(section[4].split("|"))


def test_a_size_that_is_no_number_is_wrong_usage():
    assert CliRunner().invoke(evaluate, ["patterns", "--applications", "many"]).exit_code == 2
