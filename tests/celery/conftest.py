"""A Redis of its own, workers as processes, and a tenant whose intake is what they are given to do."""

import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import psutil
import psycopg
import pytest

from aidiscover_pipelines.cli.runs import dagster_environment
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import SkippedRow, SourceFile, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.postgres.dagster_home import write_dagster_home
from resources.postgres.embedded import ensure_server

INTAKE = ("source_files", "source_records")
WAIT_S = 300  # a machine that others use takes minutes to start a process


def until(what: Callable[[], object], wanted: str) -> None:
    """Wait until `what` holds."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < WAIT_S, f"not within {WAIT_S} s: {wanted}"
        time.sleep(0.1)


@dataclass
class Redis:
    """redis-server on loopback that keeps its queue in memory only."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self.answers, "redis-server answers")

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait()

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class Worker:
    """`aidiscover worker` as a process; the process that executes is its child."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self, words: str) -> int:
        return self.log.read_text().count(words)

    def is_busy(self) -> bool:
        """What was killed has no end in the log, but the worker says that its process is gone."""
        return self.said("] received") > self.said("] succeeded") + self.said("exited with 'signal 9")

    def kill_executing(self) -> int:
        """SIGKILL to the process that executes, as the kernel does where memory runs out."""
        (child,) = psutil.Process(self.process.pid).children()
        child.kill()
        return child.pid

    def stop(self) -> None:
        family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children()]
        for one in reversed(family):
            one.kill()
        self.process.wait()


@dataclass
class Cluster:
    """Settings as environment, and the workers started with it."""

    home: Path
    redis: Redis
    folder: Path
    executor: str = "celery-runs"
    workers: list[Worker] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "AIDISCOVER_HOME": str(self.home),
            "AIDISCOVER_EXECUTOR": self.executor,
            "AIDISCOVER_BROKER_URL": self.redis.url,
            "AIDISCOVER_SETTLE_SECONDS": "0",
        }
        return os.environ | ours | dagster_environment(Settings.from_environment(ours))

    def start_worker(self) -> None:
        log = self.folder / f"worker{len(self.workers)}.log"
        with log.open("wb") as file:
            command = [sys.executable, "-m", "aidiscover_pipelines.cli.main", "worker"]
            process = subprocess.Popen(command, env=self.environment, stdout=file, stderr=file)
        self.workers.append(Worker(process, log))

    def ready(self) -> None:
        until(lambda: all(worker.said(" ready.") for worker in self.workers), "workers are ready")

    def busy(self) -> Worker:
        """The worker that executes something."""
        return next(worker for worker in self.workers if worker.is_busy())


@contextmanager
def holding(home: Path, table: str) -> Iterator[None]:
    """Nobody can write the table meanwhile."""
    owner = _owner(home)
    try:
        owner.execute(f"LOCK TABLE portfolio.{table} IN EXCLUSIVE MODE")  # type: ignore[arg-type]
        yield
    finally:
        owner.close()


def is_waiting(home: Path) -> bool:
    """Whether somebody stands before a table that is held."""
    with _owner(home) as owner:
        row = owner.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL").fetchone()
    return bool(row and row[0])


def _owner(home: Path) -> psycopg.Connection:
    return psycopg.connect(ensure_server(home).owner.replace("+psycopg", ""))


def upload(home: Path, tenant: TenantId) -> None:
    """Put 500 servers into the landing folder."""
    folder = home / "uploads" / tenant
    folder.mkdir(parents=True)
    lines = ["Server Name,Operating System,CPU Count", *(f"srv{n:04},Ubuntu 22.04,{n % 8 + 1}" for n in range(500))]
    (folder / "servers.csv").write_text("\n".join(lines))


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        if "CI" in os.environ:
            pytest.fail("redis-server is missing; .ci/run installs it")
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Redis(free.getsockname()[1])
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def cluster(database_home: Path, redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """No worker yet. Dagster's home is afterwards as it was."""
    started = Cluster(database_home, redis, tmp_path_factory.mktemp("workers"))
    before = dict(os.environ)
    try:
        yield started
    finally:
        for worker in started.workers:
            worker.stop()
        os.environ.clear()
        os.environ.update(before)
        write_dagster_home(Settings.from_environment({"AIDISCOVER_HOME": str(database_home)}))


@pytest.fixture
def tenant(session_store, cluster: Cluster) -> TenantId:
    fresh = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    session_store.add_tenant(Tenant(fresh, "Acme"))
    upload(cluster.home, fresh)
    return fresh


@pytest.fixture
def stored(session_store) -> Callable[[TenantId], dict[str, pd.DataFrame]]:
    """What the intake wrote of a tenant, without what differs from run to run."""

    def read(tenant: TenantId) -> dict[str, pd.DataFrame]:
        frames = {each.table: session_store.read(tenant, each) for each in (SourceFile, SourceSheet, SourceRecord)}
        assert session_store.read(tenant, SkippedRow).empty
        return {name: frame.drop(columns=["received_at"], errors="ignore") for name, frame in frames.items()}

    return read
