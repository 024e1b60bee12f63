"""Shallow clones with the git program in a child with limits: bare, so nothing of a repository is checked out or run.

Hooks, submodules, LFS, the system's and the user's configuration, prompts, redirects and every protocol but HTTPS are
off; HTTP is for loopback. The token goes in the child's environment, bound to the address, never in its arguments.
"""

import base64
import io
import os
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from aidiscover_pipelines.domain.errors import Skippable
from aidiscover_pipelines.domain.limited import limited
from aidiscover_pipelines.ports import History
from resources.repositories.files import FILE_BYTES, FILES, FolderWriter

DEPTH = 500  # commits: a year of a busy team; beyond it the history is said to be cut
MEMORY_BYTES = 1024 * 1024 * 1024
PACK_BYTES = 2 * 1024 * 1024 * 1024
CPU_SECONDS, WALL_SECONDS = 300, 900
_RECENT_DAYS, _MONTHS = 90, 12
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_SETTINGS = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.symlinks=false", "core.attributesFile=/dev/null",
    "protocol.file.allow=never", "protocol.ext.allow=never", "submodule.recurse=false", "fetch.recurseSubmodules=false",
    "http.followRedirects=false", "http.lowSpeedLimit=1000", "http.lowSpeedTime=60", "credential.helper=", "gc.auto=0",
)  # fmt: skip
_REGULAR = (b"100644", b"100755", b"100664")


class Clone:
    """The git program for one repository. `credentials` are `user:password`, empty for none."""

    def __init__(self, url: str, credentials: str, repository: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.netloc)):
            raise Skippable(
                f"cannot clone repository {repository!r}: its protocol is {parts.scheme!r}; declare its HTTPS address"
            )
        self._url, self._repository = url, repository
        self._environment = _environment(url, credentials)

    def head(self) -> str:
        """Commit at the tip of the default branch. Raises: Skippable."""
        told = self._git(["ls-remote", "--", self._url, "HEAD"]).split()
        if not told:
            raise self._fault("it has no commits", "push some, or remove its declaration")
        return told[0].decode("ascii", "replace")

    def fetch(self, into: Path) -> None:
        """Clone the default branch, bare and shallow, into an absent folder. Raises: Skippable."""
        shallow = ["--bare", "--single-branch", "--no-tags", f"--depth={DEPTH}"]
        self._git(["clone", "--quiet", "--template=", *shallow, "--", self._url, str(into)])

    def write(self, bare: Path, commit: str, root: Path) -> Counter[str]:
        """Write the regular files of a commit to an empty folder; what was left out, by reason. Raises: Skippable."""
        writer = FolderWriter(root, self._repository)
        listed = self._git([f"--git-dir={bare}", "ls-tree", "-r", "-l", "-z", _checked(commit)])
        blobs = []
        for entry in listed.split(b"\0")[:-1]:
            about, _, name = entry.partition(b"\t")
            mode, _, blob, size = about.split()
            if mode not in _REGULAR:
                writer.left_out["a link or submodule"] += 1
            elif int(size) > FILE_BYTES:
                writer.left_out[f"longer than {FILE_BYTES >> 20} MiB"] += 1
            else:
                blobs.append((blob, name))
        if len(blobs) > FILES:
            raise writer.refused(f"it holds more than {FILES} files")
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answer:
            asked.write(b"".join(blob + b"\n" for blob, _ in blobs))
            asked.seek(0)
            self._git([f"--git-dir={bare}", "cat-file", "--batch", "--buffer"], asked, answer)
            answer.seek(0)
            for _, name in blobs:
                length = int(answer.readline().split()[2])
                writer.add(name, io.BytesIO(answer.read(length)))
                answer.read(1)
        return writer.left_out

    def history(self, bare: Path, commit: str, today: date) -> History:
        """Commits by month of the last year, and of how many people; who they are is forgotten. Raises: Skippable."""
        told = self._git([f"--git-dir={bare}", "log", "--format=%ct %ae", _checked(commit)])
        commits = [line.partition(b" ") for line in told.splitlines()]
        days = [datetime.fromtimestamp(int(stamp), UTC).date() for stamp, _, _ in commits]
        since = today - timedelta(days=_MONTHS * 31)
        return History(
            last_commit=max(days).isoformat(),
            commits_by_month=dict(sorted(Counter(f"{day:%Y-%m}" for day in days if since <= day <= today).items())),
            commits_90_days=sum(today - timedelta(days=_RECENT_DAYS) <= day <= today for day in days),
            authors=len({address.lower() for _, _, address in commits}),
            complete=not (bare / "shallow").exists(),
        )

    def _git(self, arguments: Sequence[str], given: IO[bytes] | None = None, to: IO[bytes] | None = None) -> bytes:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        try:
            ended = subprocess.run(  # noqa: S603  (git with arguments of ours; addresses come after --)
                limited(["git", *settings, *arguments], MEMORY_BYTES, CPU_SECONDS, PACK_BYTES),
                stdin=given or subprocess.DEVNULL,
                stdout=to or subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise self._fault(f"git took longer than {WALL_SECONDS} seconds", "scan again later") from None
        if ended.returncode:
            raise self._fault(*_said(ended.stderr))
        return ended.stdout or b""

    def _fault(self, problem: str, remedy: str) -> Skippable:
        return Skippable(f"cannot clone repository {self._repository!r}: {problem}; {remedy}")


def _checked(commit: str) -> str:
    """A commit id is no option and no range. Raises: Skippable."""
    if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        raise Skippable(f"cannot read commit {commit[:64]!r}: it is no commit id; see the host's answer")
    return commit


def _said(stderr: bytes) -> tuple[str, str]:
    """What git complains of, and what to do."""
    lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    last = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "git failed")
    if "401" in last or "403" in last or "could not read Username" in last or "Authentication" in last:
        return "access is denied", "store a token that may read it: 'aidiscover repositories token'"
    return last[:200], "see that its address is right and that it can be cloned from this machine"


def _environment(url: str, credentials: str) -> dict[str, str]:
    """What git needs, nothing of ours: no agent, no proxy of a user, no configuration but the header with the token."""
    environment = {name: os.environ[name] for name in ("PATH", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "HTTPS_PROXY", "NO_PROXY") if name in os.environ}  # fmt: skip  # noqa: E501
    environment |= {
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": urlsplit(url).scheme,
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_ASKPASS": "true",
    }
    if credentials:
        parts = urlsplit(url)
        header = base64.b64encode(credentials.encode()).decode()
        environment |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{parts.scheme}://{parts.netloc}/.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {header}",
        }
    return environment


def _is_loopback(netloc: str) -> bool:
    with suppress(ValueError):
        return netloc.rpartition(":")[0] in LOOPBACK or netloc in LOOPBACK
    return False
