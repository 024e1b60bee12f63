"""Reads the facts of a stranger's file tree in a child process with bounded memory, computing and time."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aidiscover_pipelines.domain.errors import Skippable
from aidiscover_pipelines.domain.limited import limited
from aidiscover_pipelines.ports import Checkout

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 120
WALL_SECONDS = 300  # a busy machine is no reason to give up
FACTS = "aidiscover_pipelines.repositories.facts"

# What Python needs to start, and no secret.
_PASSED_ON = ("PATH", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")


def facts_of(checkout: Checkout, repository_id: str, advisories: Path | None) -> dict[str, Any]:
    """What the files of a checkout tell. Raises: Skippable where reading them ends in any other way than an answer."""
    history: Mapping[str, Any] = asdict(checkout.history) if checkout.history else {}
    program = [sys.executable, "-P", "-m", FACTS, str(checkout.root), json.dumps(history), str(advisories or "")]
    try:
        ended = subprocess.run(  # noqa: S603  (our own module; paths are arguments, never shell words)
            limited(program, MEMORY_BYTES, CPU_SECONDS, MEMORY_BYTES),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"PYTHONUTF8": "1"},
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _unread(repository_id, f"it took longer than {WALL_SECONDS} seconds") from None
    if ended.returncode:
        words = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        last = words[-1][:200] if words else f"it needs more than {CPU_SECONDS} s or {MEMORY_BYTES >> 20} MiB"
        raise _unread(repository_id, last)
    facts: dict[str, Any] = json.loads(ended.stdout)
    return facts


def _unread(repository_id: str, problem: str) -> Skippable:
    return Skippable(
        f"cannot read repository {repository_id!r}: {problem}; leave generated and vendored files out of it, and see "
        "that AIDISCOVER_ADVISORIES names OSV records"
    )
