"""`aidiscover up` opens the Dagster UI on the demo's lineage, and an application is re-materialised there."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_S, RUN_S = 90, 90

ASSETS = """
query($partitions: [String!]!) { assetNodes { assetKey { path } groupName isMaterializable
  partitionDefinition { name } assetMaterializations(limit: 1, partitions: $partitions) { partition } } }
"""
LAUNCH = """
mutation($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }
"""
STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


class Interface:
    """Speaks GraphQL to the running webserver."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/graphql"

    def ask(self, query: str, **variables: object) -> dict:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self.url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            document = json.load(answer)
        assert "errors" not in document, document["errors"]
        return document["data"]


@pytest.fixture(scope="module")
def interface(demo, command_line):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Output goes to a file: a pipe that nobody reads would stop the servers.
    with (command_line.home / "up.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "aidiscover_pipelines.cli.main", "up", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"AIDISCOVER_HOME": str(command_line.home)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        interface, deadline = Interface(port), time.monotonic() + START_S
        while True:
            try:
                if interface.ask("{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"):
                    break
            except (urllib.error.URLError, ConnectionError, AssertionError):
                assert server.poll() is None and time.monotonic() < deadline, (command_line.home / "up.log").read_text()
                time.sleep(0.5)
        yield interface
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            raise


def test_the_ui_shows_the_materialised_lineage(interface):
    nodes = interface.ask(ASSETS, partitions=["demo"])["assetNodes"]
    shown = {node["assetKey"]["path"][0]: node for node in nodes}
    assert len(shown) == 20
    tenant_assets = {name: node for name, node in shown.items() if node["groupName"] != "application"}
    assert {name for name, node in tenant_assets.items() if not node["assetMaterializations"]} == set()


def test_one_application_is_materialised_again_from_the_ui(interface, demo, command_line):
    nodes = interface.ask(ASSETS, partitions=["demo/active-directory"])["assetNodes"]
    reported = next(node for node in nodes if node["assetKey"]["path"] == ["application_recommendation"])
    assert reported["assetMaterializations"]
    params = {
        "selector": {
            "repositoryLocationName": "aidiscover_pipelines.definitions:defs",
            "repositoryName": "__repository__",
            "jobName": "reassess_application",
        },
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": "demo/active-directory"}]},
    }
    launched = interface.ask(LAUNCH, params=params)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    deadline = time.monotonic() + RUN_S
    status = "QUEUED"
    while status in {"QUEUED", "NOT_STARTED", "STARTING", "STARTED"} and time.monotonic() < deadline:
        time.sleep(1)
        status = interface.ask(STATUS, id=launched["run"]["runId"])["runOrError"]["status"]
    assert status == "SUCCESS"
