"""The compose file: every container hardened and limited, secrets in files, variables that the product knows."""

import shlex
from typing import Any

import pytest

from aidiscover_pipelines.cli.main import COMMANDS
from aidiscover_pipelines.domain.settings import SETTINGS, Settings
from tests.deploy.conftest import DEPLOY, UID, assert_pinned, nodes

OWN = ("code", "webserver", "daemon", "worker")
SERVICES = ("postgres", "redis", *OWN)


def test_the_services_are_those_of_the_documentation(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_hardened_limited_pinned_and_watched(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert int(service["user"].partition(":")[0]) == (UID if name in OWN else 999)
    assert service["pids_limit"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert "/tmp" in {path.partition(":")[0] for path in service["tmpfs"]}  # noqa: S108 - of the container
    assert_pinned(service["image"])


def test_only_the_webserver_is_reached_from_outside_and_only_from_this_machine(compose: dict[str, Any]) -> None:
    ports = {name: service.get("ports", []) for name, service in compose["services"].items()}
    assert {name for name, given in ports.items() if given} == {"webserver"}
    assert all(port.startswith("127.0.0.1:") for port in ports["webserver"])
    assert compose["networks"]["inside"]["internal"] is True
    for store in ("postgres", "redis"):
        assert compose["services"][store]["networks"] == ["inside"]


def test_secrets_are_files_that_git_does_not_see(compose: dict[str, Any]) -> None:
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())
    assert all(secret["file"].startswith("secrets/") for secret in compose["secrets"].values())
    assert "deploy/secrets/" in (DEPLOY.parent / ".gitignore").read_text().splitlines()
    for name, service in compose["services"].items():
        for variable in service.get("environment", {}):
            assert not variable.endswith(("_KEY", "_URL", "PASSWORD", "TOKEN")), f"{variable} of {name}"


def test_variables_are_settings_and_workers_are_what_runs_are_handed_to(compose: dict[str, Any]) -> None:
    known = {setting.name for setting in SETTINGS}
    secrets = {name for name in compose["secrets"] if name.startswith("AIDISCOVER_")}
    for name in OWN:
        service = compose["services"][name]
        assert set(service["environment"]) | secrets <= known
        assert secrets <= set(service["secrets"])
    worker = compose["services"]["worker"]
    given = {**worker["environment"], "AIDISCOVER_BROKER_URL": "redis://:x@redis:6379/0", "AIDISCOVER_MODEL": ""}
    settings = Settings.from_environment(given)
    assert settings.executor != "in-process"
    assert settings.runs == worker["deploy"]["replicas"]


def test_own_commands_exist(compose: dict[str, Any]) -> None:
    for name in OWN:
        command = compose["services"][name].get("command", ["aidiscover", "exec"])
        assert command[0] == "aidiscover"
        assert command[1] in COMMANDS, shlex.join(command)


def test_every_mounted_file_exists(compose: dict[str, Any]) -> None:
    mounts = [str(value) for path, value in nodes(compose["services"]) if ".volumes[" in path]
    files = [mount.partition(":")[0] for mount in mounts if mount.startswith("./")]
    assert files
    assert all((DEPLOY / file).is_file() for file in files)
    named = {mount.partition(":")[0] for mount in mounts} - set(files)
    assert named <= set(compose["volumes"])
