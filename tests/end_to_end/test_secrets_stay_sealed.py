"""No secret of a cloud connection leaves the process that scans: a discovery with every way to credentials, grepped.

The clouds are a moto server that answers, and servers that refuse and repeat all that they were sent.
"""

import base64
import json
import logging
import socket
import urllib.parse
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy.engine import make_url

from aidiscover_pipelines.domain.settings import Settings
from resources.clouds.connections import connections_of
from resources.postgres import open_store
from resources.postgres.embedded import ensure_server
from resources.secrets import open_secrets
from tests.end_to_end.echoing_clouds import pem, private_key, served, write_certificate

pytestmark = pytest.mark.slow

TENANT = "sealed"
GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
ROLE_ARN = "role_arn=arn:aws:iam::210987654321:role/aidiscover"
KEY_ID = "access_key_id=AKIAIOSFODNN7EXAMPLE"

# What must be nowhere. AWS keys have '/' and '+', which URLs quote.
AMBIENT_KEY = "plantedAmbient/9f2+c77Qx"
ACCESS_KEY = "plantedAccessKey/7MDENG+bPxRfiCY"
ROLE_KEY = "plantedKeyOfAnAssumedRole/K7MD+Z"
EXTERNAL_ID = "planted-external-id-4711"
REFUSED_ID = "planted-and-refused-id-4712"
CLIENT_SECRET = "planted~Client.Secret_8Q"
SERVICE_ACCOUNT = private_key()


@pytest.fixture(scope="module")
def scanned(command_line, tmp_path_factory):
    """Everything that was printed and logged by connecting, checking, scanning, discovering and telling."""
    folder = tmp_path_factory.mktemp("clouds")
    certificate = write_certificate(folder / "entra.pem")
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIAAMBIENTAMBIENT00",
        "AWS_SECRET_ACCESS_KEY": AMBIENT_KEY,
        "REQUESTS_CA_BUNDLE": str(certificate),
    }
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    with pytest.MonkeyPatch.context() as patched, served(ROLE_KEY) as echo, served("", certificate) as entra:
        for name, value in {**environment, "AZURE_AUTHORITY_HOST": entra}.items():
            patched.setenv(name, value)
        logged = Recorder()
        try:
            yield (
                told_by(command_line, "http://{}:{}".format(*moto.get_host_and_port()), f"http://{echo}")
                + logged.stop()
            )
        finally:
            logged.stop()  # where a command failed it is still recording
            moto.stop()


class Recorder(logging.Handler):
    """Everything that anybody logs at any level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.before = logging.root.level
        logging.root.addHandler(self)
        logging.root.setLevel(logging.DEBUG)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def stop(self) -> list[str]:
        logging.root.removeHandler(self)
        logging.root.setLevel(self.before)
        return self.lines


def told_by(command_line, moto: str, echo: str) -> list[str]:
    """Output of every command, in the order in which a person would run them."""
    told: list[str] = []

    def run(*words, stdin=""):
        result = command_line.run(*words, stdin=stdin)
        told.extend([result.output, result.stderr, repr(result.exception), str(result.exception)])
        assert not (result.exception and not str(result.exception).startswith("cannot")), result.exception
        return result

    def add(words: str, stdin: str) -> None:
        run(*f"cloud add --tenant {TENANT} {words}".split(), stdin=stdin)

    csv = command_line.home / "two.csv"
    csv.write_text("Server Name,IP,OS,Application\nweb01,10.0.0.1,RHEL 8,Shop\ndb01,10.0.0.2,RHEL 8,Shop\n")
    document = {
        "type": "service_account",
        "client_email": "reader@acme-prod.iam.gserviceaccount.com",
        "private_key": pem(SERVICE_ACCOUNT),
        "token_uri": f"{echo}/token",
        "project_id": "acme-prod",
    }
    run("tenant", "add", TENANT)
    key, role = f"--method secret --set {KEY_ID}", f"--set {ROLE_ARN} --set external_id=-"
    add(f"aws key {key} --endpoint {moto}", ACCESS_KEY)
    add(f"aws role --method role {role} --endpoint {echo}", EXTERNAL_ID)
    add(f"aws refused {key} {role} --endpoint {echo}", f"{ACCESS_KEY}\n{REFUSED_ID}")
    add(f"aws nobody-there {key} --endpoint http://127.0.0.1:{free_port()}", ACCESS_KEY)
    add(f"aws wrong {key}", f"{ACCESS_KEY} {ACCESS_KEY}")
    add(f"azure app --method secret --set tenant_id={GUID} --set client_id={GUID} --endpoint {echo}", CLIENT_SECRET)
    add(f"gcp key --method secret --endpoint {echo}", json.dumps(document))
    run("ingest", "--tenant", TENANT, csv)
    for words in ("check", "list", "show aws role"):
        run("cloud", *words.split(), "--tenant", TENANT, "--json")
    assert run("discover", "--tenant", TENANT).return_value in (0, 3), told[-4:]
    run("doctor")
    return told


def free_port() -> int:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def spellings() -> dict[str, bytes]:
    """Every planted secret as it might be written down."""
    middle_of_key = pem(SERVICE_ACCOUNT).splitlines()[12]
    planted = {
        "ambient key": AMBIENT_KEY,
        "access key": ACCESS_KEY,
        "key of the role": ROLE_KEY,
        "external id": EXTERNAL_ID,
        "refused external id": REFUSED_ID,
        "client secret": CLIENT_SECRET,
        "private key": middle_of_key,
    }
    return {
        f"{name}, {spelling}": text.encode()
        for name, value in planted.items()
        for spelling, text in (
            ("plain", value),
            ("in a URL", urllib.parse.quote(value, safe="")),
            ("base64", base64.b64encode(value.encode()).decode()[:-4]),
            ("hexadecimal", value.encode().hex()),
        )
    }


def found_in(content: bytes) -> list[str]:
    return [name for name, text in spellings().items() if text in content]


def test_the_secrets_were_in_use(scanned, command_line):
    settings = Settings.from_environment({"AIDISCOVER_HOME": str(command_line.home)})
    store = open_store(settings)
    opened = connections_of(store, TENANT, settings, open_secrets(store, settings))
    store.close()
    held = " ".join(one.secret.replace("\\n", "\n") + one.options.get("external_id", "") for one in opened)
    plain = [name.removesuffix(", plain") for name in found_in(held.encode()) if name.endswith("plain")]
    assert plain == ["access key", "external id", "refused external id", "client secret", "private key"]


def test_no_command_prints_one_and_no_log_has_one(scanned):
    assert found_in("\n".join(scanned).encode()) == []
    assert any("AADSTS7000215" in line or "client secret is wrong" in line for line in scanned)
    assert any("could not be assumed" in line for line in scanned)
    assert any("ran out" in line for line in scanned)


def test_no_file_of_the_installation_has_one(scanned, command_line):
    home: Path = command_line.home
    files = [path for path in home.rglob("*") if path.is_file() and not path.is_relative_to(home / "pg")]
    assert any("compute_logs" in str(path) for path in files) or any((home / "dagster").rglob("*"))
    assert {str(path): found for path in files if (found := found_in(path.read_bytes()))} == {}


@pytest.mark.parametrize("database", ["rw", "dagster"])
def test_no_row_of_a_database_has_one(scanned, command_line, database):
    url = make_url(getattr(ensure_server(command_line.home), database))
    with closing(
        psycopg.connect(host=url.query["host"], user=url.username, password=url.password, dbname=url.database)
    ) as connection:
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (TENANT,))
        tables = connection.execute(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        size, found = 0, {}
        for (table,) in tables:
            content = b"\n".join(
                row.encode()
                for (row,) in connection.execute(f"SELECT t::text FROM {table} t")  # noqa: S608
            )
            size += len(content)
            if planted := found_in(content):
                found[table] = planted
    assert size > 10_000
    assert found == {}
