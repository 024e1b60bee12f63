"""`aidiscover cloud check` says what credentials are good for, `cloud policy` what they would have to be."""

import json
import logging
import socket
from contextlib import closing

import pytest
from moto.server import ThreadedMotoServer

from aidiscover_pipelines.domain.errors import ConfigError
from resources.clouds import CLOUDS
from tests.end_to_end.echoing_clouds import served

KEY, ROLE_KEY, EXTERNAL_ID = "plantedKey/K7MDENG+bPxRfiCY", "plantedRoleKey/9f2c77", "planted-refused-4711"
ACCESS_KEY = ("--method", "secret", "--set", "access_key_id=AKIAIOSFODNN7EXAMPLE")
ROLE = ("--set", "role_arn=arn:aws:iam::210987654321:role/aidiscover")


@pytest.fixture(scope="module")
def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(scope="module")
def echo():
    with served(ROLE_KEY) as address:
        yield f"http://{address}"


@pytest.fixture
def checked(run, tenant, monkeypatch, caplog):
    """Adds a connection and checks it: the rows, of which none has a secret, nor has any log."""
    from click.testing import CliRunner

    from aidiscover_pipelines.cli.main import cli

    monkeypatch.delenv("AIDISCOVER_CLOUDS", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def check(*connection, stdin="", code):
        caplog.set_level(logging.DEBUG)
        if connection:
            words = ["cloud", "add", "--tenant", tenant, "aws", "x", *connection]
            added = CliRunner().invoke(cli, words, input=stdin, standalone_mode=False)
            assert added.return_value == 0, added.exception
        document = run("cloud", "check", "--tenant", tenant, "--json", code=code)
        shown = json.dumps(document) + caplog.text
        assert [word for word in (KEY, ROLE_KEY, EXTERNAL_ID) if word in shown] == []
        assert document["answered"] + document["gaps"] == len(document["checks"])
        return document["checks"]

    return check


def gaps(checks):
    return {(row["service"], row["outcome"]) for row in checks if row["outcome"] not in ("called", "empty")}


def test_what_answers_is_told_service_by_service(checked, moto):
    checks = checked(*ACCESS_KEY, "--endpoint", moto, stdin=KEY, code=0)
    assert {row["account"] for row in checks} == {"123456789012"}
    assert {"identity", "ec2", "rds", "s3"} <= {row["service"] for row in checks}
    assert gaps(checks) == set()


def test_a_role_that_cannot_be_assumed_is_one_line(checked, echo):
    (row,) = checked(
        *ACCESS_KEY, *ROLE, "--set", "external_id=-", "--endpoint", echo, stdin=f"{KEY}\n{EXTERNAL_ID}", code=1
    )
    assert (row["outcome"], row["operation"]) == ("denied", "x")
    assert "could not be assumed (AccessDenied)" in row["reason"] and "\n" not in row["reason"]


def test_credentials_that_ran_out_say_so(checked, echo, run, tenant):
    checks = checked(*ACCESS_KEY, *ROLE, "--endpoint", echo, stdin=KEY, code=3)
    assert {row["account"] for row in checks} == {"210987654321"}
    assert any("ran out (ExpiredToken)" in row["reason"] for row in checks)
    assert [row["service"] for row in checks if row["outcome"] in ("called", "empty")] == ["identity"]
    shown = run("cloud", "check", "--tenant", tenant, code=3)
    assert f"aws 210987654321: 1 of {len(checks)} checks answered" in shown and "ran out" in shown


def test_a_wrong_endpoint_is_one_line(checked):
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{listening.getsockname()[1]}"
    (row,) = checked(*ACCESS_KEY, "--endpoint", nobody, stdin=KEY, code=1)
    assert (row["outcome"], row["account"]) == ("failed", "") and "endpoint" in row["reason"]


def test_a_profile_that_does_not_exist_is_one_line(checked):
    (row,) = checked("--method", "profile", "--set", "profile=not-there", code=1)
    assert row["outcome"] == "denied" and "ProfileNotFound" in row["reason"]


def test_no_connection_at_all_says_how_to_add_one(checked):
    (row,) = checked(code=1)
    assert "aidiscover cloud add" in row["reason"]


def test_an_unknown_cloud_is_named(run, tenant):
    with pytest.raises(ConfigError, match="'ibm'"):
        run("cloud", "check", "--tenant", tenant, "ibm")
    with pytest.raises(ConfigError, match="'ibm'"):
        run("cloud", "policy", "ibm")


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_policy_of_a_cloud_allows_what_it_lists_and_only_reading(run, cloud):
    told = run("cloud", "policy", cloud, "--json")
    named = {action for each in told["permissions"] for action in each.split(", ")}
    assert named and all(action in told["document"] for action in named)
    assert not [word for word in ("write", "delete", "Put", "Create", "*/") if word in told["document"]]
    assert run("cloud", "policy", cloud).rstrip() == told["document"].rstrip()
