"""`aidiscover cloud-demo`: a server that stays until it is stopped, and a tenant connected to it."""

import sys
import time

import pytest

from aidiscover_pipelines.cli.cloud_demo import STATE
from aidiscover_pipelines.domain.errors import ConfigError
from resources.clouds.aws.demo.process import calls_at, running_at


def test_the_demonstration_cloud_starts_connected_and_stops(run, database_home):
    started = run("cloud-demo", "start", "--applications", 1, "--servers", 3, "--json")
    state = database_home / STATE
    try:
        assert running_at(state) == started["endpoint"]
        assert run("cloud-demo", "start", "--json") == started, "it runs already"
        (connection,) = run("cloud", "list", "--tenant", "cloud-demo", "--json")["connections"]
        assert (connection["cloud"], connection["endpoint"]) == ("aws", started["endpoint"])
    finally:
        assert run("cloud-demo", "stop", "--json") == {"was_running": True}
    assert run("cloud-demo", "stop", "--json") == {"was_running": False}
    until = time.monotonic() + 20
    while answers(started["endpoint"]):
        assert time.monotonic() < until, "the server did not end"
        time.sleep(0.1)


def answers(endpoint):
    try:
        calls_at(endpoint)
    except OSError:
        return False
    return True


def test_without_moto_it_says_what_to_install(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "moto", None)
    with pytest.raises(ConfigError, match=r"pip install 'moto\[server\]'"):
        run("cloud-demo", "start")
