"""The image: linted, hash-checked, nobody in particular, and started with secrets from files."""

import http.server
import json
import re
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.conftest import DEPLOY, ROOT, UID

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
HADOLINT = Path(sysconfig.get_path("scripts")) / "hadolint"


def test_hadolint_finds_nothing() -> None:
    done = subprocess.run([HADOLINT, "--no-color", DEPLOY / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_stage_stands_on_the_same_base_by_tag_and_digest() -> None:
    bases = {stage.split()[0] for stage in STAGES}
    assert bases == {"python:3.11-slim${PYTHON_DIGEST}"}


def test_packages_come_from_the_lock_alone() -> None:
    runs = [line for line in re.sub(r"\\\n", " ", STAGES[0]).splitlines() if line.startswith("RUN ")]
    first, *others = re.findall(r"pip (?:install|wheel) [^&]*", " && ".join(runs))
    assert "--require-hashes" in first
    assert "-r requirements.lock" in first
    assert others
    for command in others:
        assert "--no-index" in command or "--no-deps" in command, command
    assert "pip install" not in STAGES[1], "nothing is installed after the hashes were checked"


def test_the_image_runs_as_a_numeric_user_and_holds_no_secret() -> None:
    assert re.findall(r"^USER (.*)$", STAGES[-1], re.MULTILINE) == [f"{UID}:{UID}"]
    assert not re.search(r"(?i)^(ARG|ENV)\b.*(password|secret|token|_key)\b", DOCKERFILE, re.MULTILINE)


def test_what_is_copied_exists_and_is_let_through_to_the_builder() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in ignored
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.*)$", DOCKERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()[:-1]]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignored, f"{source} is not sent to the builder"


def run_entrypoint(secrets: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "SECRETS": str(secrets)}
    return subprocess.run([DEPLOY / "entrypoint.sh", *command], capture_output=True, text=True, env=environment)


def test_secrets_in_files_become_variables_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "AIDISCOVER_MASTER_KEY").write_text("a b'c\"$d\n")
    (tmp_path / "database_password").write_text("not a variable")
    (tmp_path / "kubernetes.io").mkdir()
    done = run_entrypoint(tmp_path, sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))")
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    assert given["AIDISCOVER_MASTER_KEY"] == "a b'c\"$d"
    assert "database_password" not in given


def test_the_command_takes_the_place_of_the_entrypoint_and_its_exit_code(tmp_path: Path) -> None:
    assert run_entrypoint(tmp_path, "sh", "-c", "exit 3").returncode == 3
    assert run_entrypoint(tmp_path / "missing", "true").returncode == 0


@contextmanager
def answering(body: bytes, status: int = 200) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"data": {"runsOrError": {"__typename": "Runs"}}}', 200, 0),
        (b'{"data": {"runsOrError": {"__typename": "PythonError"}}}', 200, 1),
        (b'{"data": null, "errors": [{"message": "no database"}]}', 200, 1),
        (b"<html>", 200, 1),
        (b"", 500, 1),
    ],
)
def test_the_webserver_is_well_only_while_it_lists_runs(body: bytes, status: int, code: int) -> None:
    with answering(body, status) as port:
        done = subprocess.run(
            [sys.executable, DEPLOY / "webserver_health.py", str(port)], capture_output=True, text=True
        )
    assert done.returncode == code, done.stderr
    assert bool(done.stderr) == bool(code)
