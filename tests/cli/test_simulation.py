"""The simulation against cases whose answer is known without it."""

import json

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.simulate import simulate as command
from aidiscover_pipelines.cli.simulation import DATABASE, Cluster, discovery_seconds, portfolio_sizes, simulate
from aidiscover_pipelines.cli.stage_costs import COSTS

ONE_S = [(0.6, 0.1), (0.2, 0.1)]  # a discovery of one core second
COSTS_OF = {
    "sizes": [
        {"applications": 100, "stages": [{"worker": 1.0, "database": 0.0}]},
        {"applications": 200, "stages": [{"worker": 2.0, "database": 1.0}]},
        {"applications": 400, "stages": [{"worker": 3.0, "database": 2.0}]},
    ]
}


@pytest.mark.parametrize(
    ("cluster", "seconds"),
    [
        (Cluster(workers=1, cores=2), 8.0),  # one worker uses one core
        (Cluster(workers=2, cores=2), 4.0),
        (Cluster(workers=4, cores=2), 4.0),  # two cores do not become faster
        (Cluster(workers=8, nodes=4, cores=2, database_cores=8), 1.0),
    ],
)
def test_eight_discoveries_of_a_core_second_take_what_the_cores_allow(cluster, seconds):
    assert simulate([ONE_S] * 8, cluster).seconds == pytest.approx(seconds)


def test_a_database_with_too_few_cores_is_what_everybody_waits_for():
    outcome = simulate([[(0.1, 0.9)]] * 16, Cluster(workers=8, nodes=8, cores=2, database_cores=1))
    assert outcome.seconds == pytest.approx(16 * 0.9 + 0.1, abs=0.1)
    assert outcome.used[DATABASE] == pytest.approx(14.4)
    assert len(outcome.finished) == 16


def test_costs_between_two_sizes_are_interpolated_and_above_the_largest_the_slope_goes_on():
    assert discovery_seconds(COSTS_OF, 150) == [(1.5, 0.5)]
    assert discovery_seconds(COSTS_OF, 200) == [(2.0, 1.0)]
    assert discovery_seconds(COSTS_OF, 600) == [(4.0, 3.0)]
    assert discovery_seconds(COSTS_OF, 1) == [(pytest.approx(0.01), 0.0)]


def test_sizes_spread_around_the_mean_and_one_tenant_has_it():
    assert portfolio_sizes(1, 1000) == [1000]
    sizes = portfolio_sizes(100, 1000)
    assert min(sizes) >= 500
    assert max(sizes) <= 1500
    assert sum(sizes) / 100 == pytest.approx(1000, rel=0.02)


def test_the_command_predicts_from_the_measured_costs_and_refuses_nodes_without_a_database():
    runner = CliRunner()
    result = runner.invoke(command, ["--tenants", "4", "--applications", "100", "--workers", "2", "--json"])
    document = json.loads(result.stdout)
    assert document["costs measured"].startswith(json.loads(COSTS.read_text())["measured"])
    assert document["seconds"] == pytest.approx(2 * document["one discovery, core seconds"], rel=0.2)
    assert "--database-cores" in str(runner.invoke(command, ["--nodes", "2"]).exception)
