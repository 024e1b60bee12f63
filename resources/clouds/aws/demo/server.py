"""`python -m resources.clouds.aws.demo.server`: the demonstration organization behind AWS's own protocols, on loopback.

It prints one line of JSON when it answers and stops when its standard input ends. With --state it goes to the
background, writes that file instead, and stops when the file is gone. GET /aidiscover/calls tells what it was asked
for, by service, operation and region. Needs moto with its server.
"""

import argparse
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

MANAGEMENT = "123456789012"  # whose credentials everybody has who is nobody moto knows
ROLE = "aidiscover-read"
ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"  # of AWS's documentation
CALLS = "/aidiscover/calls"
_SEED = 7
_LOOK_S = 0.5
# REST services say what they are asked for by the path only.
_PATHS = (
    ("lambda", "/functions", "ListFunctions"),
    ("lambda", "/event-source-mappings", "ListEventSourceMappings"),
    ("eks", "/clusters/", "DescribeCluster"),
    ("eks", "/clusters", "ListClusters"),
    ("s3", "/", "ListBuckets"),
)

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def main() -> None:
    """Fill, serve, and stop when told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=64)
    parser.add_argument("--servers", type=int, default=9, help="of each application")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, help="file that says where it answers")
    chosen = parser.parse_args()
    if chosen.state is None:
        sys.stdout.write(_start(chosen) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        return
    if os.fork():
        return
    os.setsid()
    try:
        told = _start(chosen)
        if chosen.state.is_file():
            chosen.state.write_text(told)
        while chosen.state.is_file() and chosen.state.read_text() == told:
            time.sleep(_LOOK_S)
    finally:
        chosen.state.unlink(missing_ok=True)


def _start(chosen: argparse.Namespace) -> str:
    """Fill and serve. Returns what the starter has to know, as JSON."""
    fill_organization(chosen.applications, chosen.servers)
    return json.dumps({"endpoint": f"http://127.0.0.1:{_serve(chosen.port)}", "process": os.getpid()})


def fill_organization(applications: int, servers: int) -> list[str]:
    """Make the organization in this process. Returns its accounts, the managing one first."""
    os.environ |= {
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    import boto3
    from moto import mock_aws
    from moto.moto_api._internal import mock_random

    from resources.clouds.aws.demo.estate import fill
    from resources.clouds.aws.demo.moto_gaps import fill_gaps

    fill_gaps()
    made: dict[tuple[str, str], Any] = {}
    session = boto3.Session()

    def clients(account: str, region: str) -> Callable[[str], Any]:
        def client(service: str) -> Any:
            os.environ["MOTO_ACCOUNT_ID"] = account
            if (service, region) not in made:
                made[service, region] = session.client(service, region_name=region)
            return made[service, region]

        return client

    mock_aws().start()  # never stopped: what was made would be gone
    mock_random.seed(_SEED)
    organizations = clients(MANAGEMENT, "us-east-1")("organizations")
    organizations.create_organization(FeatureSet="ALL")
    member = organizations.create_account(AccountName="commerce", Email="commerce@example.com")
    accounts = [MANAGEMENT, member["CreateAccountStatus"]["AccountId"]]
    fill(clients, accounts, applications, servers)
    del os.environ["MOTO_ACCOUNT_ID"]
    return accounts


def _serve(port: int) -> int:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *_: Any) -> None: ...

    backends = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", port, counted(backends), threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def counted(application: Application) -> Application:
    """The application, which also counts what it is asked for."""
    calls: Counter[tuple[str, str, str]] = Counter()
    lock = threading.Lock()

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == CALLS:
            with lock:
                rows = [[*call, count] for call, count in sorted(calls.items())]
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(rows).encode()]
        call = _call(environ)
        with lock:
            calls[call] += 1
        return application(environ, start_response)

    return answer


def _call(environ: dict[str, Any]) -> tuple[str, str, str]:
    """Service, operation and region of a request, as its signature, headers, body or path tell."""
    scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split(",")[0].split("/")
    region, service = (scope[2], scope[3]) if len(scope) == 5 else ("", "")
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return service, target.rpartition(".")[2], region
    path = environ["PATH_INFO"]
    if "/operation/" in path:
        return service, path.rpartition("/")[2], region
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    action = body.partition(b"Action=")[2].partition(b"&")[0].decode()
    named = (operation for of, part, operation in _PATHS if of == service and part in path)
    return service, action or next(named, path), region


if __name__ == "__main__":
    main()
