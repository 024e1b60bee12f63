"""A code host on loopback: real repositories over git's own HTTP backend, and the REST shapes of GitHub and GitLab.

Shapes as documented: docs.github.com/rest (repos, orgs, commits, Link header, rate limits) and docs.gitlab.com/api.
"""

import base64
import http.server
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghp_0123456789abcdefghij0123456789abcdef"
# Who commits is nobody's business: tests look that neither name leaves the scanner.
AUTHORS = (("Ada", "ada@example.com"), ("Grace", "grace@example.com"))


def make_repository(root: Path, name: str, files: Mapping[str, str | bytes], days_ago: int = 1) -> str:
    """A repository made by `git init` with one commit of these files; the id of the commit."""
    work = root / name
    work.mkdir(parents=True)
    git(work, "init", "--quiet", "--initial-branch=main")
    git(work, "config", "http.uploadpack", "true")
    return commit(work, files, days_ago)


def commit(work: Path, files: Mapping[str, str | bytes], days_ago: int = 1, author: int = 0) -> str:
    """One more commit; its id."""
    for path, content in files.items():
        target = work / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    git(work, "add", "--all")
    name, address = AUTHORS[author]
    when = f"@{int(time.time()) - days_ago * 86_400} +0000"
    stamped = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    git(work, "-c", f"user.name={name}", "-c", f"user.email={address}", "commit", "--quiet", "-m", "x", **stamped)
    return git(work, "rev-parse", "HEAD").strip()


def git(work: Path, *arguments: str, **variables: str) -> str:
    """Output of git in a folder, without anybody's configuration."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **variables}
    done = subprocess.run(["git", *arguments], cwd=work, env=environment, check=True, capture_output=True, text=True)
    return done.stdout


class CodeHost:
    """What the server answers. `faults` maps a path to answers (status, headers, body) that come first, in order."""

    def __init__(self, root: Path, page_size: int = 2) -> None:
        self.root, self.page_size = root, page_size
        self.faults: dict[str, list[tuple[int, dict[str, str], str]]] = {}
        self.requests: list[tuple[str, str]] = []
        self.url = ""

    def names(self) -> list[str]:
        return sorted(f"{owner.name}/{one.name}" for owner in self.root.iterdir() for one in owner.iterdir())

    def head(self, name: str) -> str:
        return git(self.root / name, "rev-parse", "HEAD").strip()

    def answer(self, path: str, query: Mapping[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        """Status, headers and document of a REST call."""
        parts = path.strip("/").split("/")
        if path.startswith("/api/v3/orgs/"):
            found = [self._github(name) for name in self.names() if name.startswith(parts[3] + "/")]
            return self._page(path, query, found)
        if path.startswith("/api/v3/repos/"):
            name = "/".join(parts[3:5])
            if name not in self.names():
                return 404, {}, {"message": "Not Found"}
            return (200, {}, [{"sha": self.head(name)}]) if parts[-1] == "commits" else (200, {}, self._github(name))
        if path.startswith("/api/v4/groups/"):
            owner = parts[3].replace("%2F", "/")
            return self._page(
                path, query, [self._gitlab(name) for name in self.names() if name.startswith(owner + "/")]
            )
        if path.startswith("/api/v4/projects/"):
            name = parts[3].replace("%2F", "/")
            return (200, {}, [{"id": self.head(name)}]) if name in self.names() else (404, {}, {"message": "404"})
        return 404, {}, {"message": "Not Found"}

    def _github(self, name: str) -> dict[str, Any]:
        return {"full_name": name, "clone_url": f"{self.url}/{name}.git", "fork": False, "default_branch": "main"}

    def _gitlab(self, name: str) -> dict[str, Any]:
        return {"path_with_namespace": name, "http_url_to_repo": f"{self.url}/{name}.git"}

    def _page(self, path: str, query: Mapping[str, list[str]], found: list[Any]) -> tuple[int, dict[str, str], Any]:
        page = int(query.get("page", ["1"])[0])
        first = (page - 1) * self.page_size
        more = first + self.page_size < len(found)
        link = {"Link": f'<{self.url}{path}?page={page + 1}>; rel="next"'} if more else {}
        return 200, link, found[first : first + self.page_size]


@contextmanager
def running(host: CodeHost) -> Iterator[CodeHost]:
    """The host on a free port of loopback; clones and REST need TOKEN."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def log_message(self, *_: Any) -> None:
            pass

        def _serve(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            told = self.headers.get("Authorization", "") or self.headers.get("PRIVATE-TOKEN", "")
            host.requests.append((self.path, told))
            waiting = host.faults.get(parts.path, [])
            if waiting:
                status, headers, text = waiting.pop(0)
                return self._send(status, headers, text.encode())
            if parts.path.startswith("/api/"):
                if TOKEN not in told:
                    return self._send(401, {}, b'{"message": "Bad credentials"}')
                status, headers, document = host.answer(parts.path, parse_qs(parts.query))
                return self._send(status, headers, json.dumps(document).encode())
            basic = told.removeprefix("Basic ")
            if TOKEN not in base64.b64decode(basic + "==").decode("utf-8", "replace"):
                return self._send(401, {"WWW-Authenticate": "Basic"}, b"")
            return self._git(parts.path.replace(".git/", "/.git/"), parts.query, body)

        def _git(self, path: str, query: str, body: bytes) -> None:
            done = subprocess.run(
                ["git", "http-backend"],
                input=body,
                capture_output=True,
                check=True,
                env={
                    "PATH": os.environ["PATH"],
                    "GIT_PROJECT_ROOT": str(host.root),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                    "CONTENT_LENGTH": str(len(body)),
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                },
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.decode().split(": ", 1) for line in head.split(b"\r\n"))
            self._send(int(headers.pop("Status", "200").split()[0]), headers, content)

        def _send(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
