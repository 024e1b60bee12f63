"""Dagster's instance directory: one dagster.yaml, with storage in the same PostgreSQL as the portfolio.

The file names the variable AIDISCOVER_DAGSTER_URL; whoever starts a Dagster process sets it (and DAGSTER_HOME), so no
password is in the file. The URL must say postgresql+psycopg2: SQLAlchemy 2.1 reads plain postgresql as psycopg 3,
which dagster-postgres does not speak (dagster issue 33958).
The broker's URL stays in its variable for the same reason.
"""

import tempfile
from pathlib import Path

from aidiscover_pipelines.domain.settings import Executor, Settings

MAX_RUNTIME_S = 14_400
URL_VARIABLE = "AIDISCOVER_DAGSTER_URL"

_INSTANCE = """\
# Written by aidiscover at each start; changes are overwritten.
storage:
  postgres:
    postgres_url:
      env: {variable}
local_artifact_storage:
  module: dagster._core.storage.root
  class: LocalArtifactStorage
  config:
    base_dir: {artifacts}
compute_logs:
  module: dagster._core.storage.local_compute_log_manager
  class: LocalComputeLogManager
  config:
    base_dir: {logs}
concurrency:
  runs:
    max_concurrent_runs: {runs}
    tag_concurrency_limits:
      # One run at a time for each key, so two bulk runs of a tenant queue up; the fences of the store settle the rest.
      - key: dagster/partition
        value:
          applyLimitPerUniqueValue: true
        limit: 1
      # The same for runs that name their tenant: a bulk run and re-runs of its applications have different keys.
      - key: aidiscover/tenant
        value:
          applyLimitPerUniqueValue: true
        limit: 1
  # Pools (ops/pools.py) hold back steps, not runs: every run asks models for a small part of its time. No limit is set
  # here; an operator sets it for the instance, and it stays in the database.
  pools:
    granularity: op
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 60
  start_timeout_seconds: {start_timeout}
  cancel_timeout_seconds: 120
  max_runtime_seconds: {max_runtime}
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 2
      success: 30
      failure: 30
      started: 2
telemetry:
  enabled: false
nux:
  enabled: false
"""

# A run whose worker was lost is failed by the worker that gets it next (resources/workers.py); the daemon then starts
# what it had not finished as a new run, which fences out the old one. A failed step is no reason to try a run again.
_CELERY_RUNS = """\
run_launcher:
  module: dagster_celery.launcher
  class: CeleryRunLauncher
  config:
    broker:
      env: AIDISCOVER_BROKER_URL
    backend:
      env: AIDISCOVER_BROKER_URL
run_retries:
  enabled: true
  max_retries: 2
  retry_on_asset_or_op_failure: false
"""


def write_dagster_home(settings: Settings) -> Path:
    """Write <home>/dagster/dagster.yaml and give back the directory to set DAGSTER_HOME to."""
    directory = settings.home / "dagster"
    directory.mkdir(parents=True, exist_ok=True)
    takes_runs = settings.executor is Executor.CELERY_RUNS
    text = (_INSTANCE + (_CELERY_RUNS if takes_runs else "")).format(
        variable=URL_VARIABLE,
        artifacts=_quoted(directory / "artifacts"),
        logs=_quoted(directory / "logs"),
        runs=settings.runs,
        start_timeout=MAX_RUNTIME_S if takes_runs else 180,  # a run may wait in the broker until a worker is free
        max_runtime=MAX_RUNTIME_S,
    )
    path = directory / "dagster.yaml"
    if not path.exists() or path.read_text() != text:
        # A daemon may be reading it, and workers may be starting at the same time.
        with tempfile.NamedTemporaryFile("w", dir=directory, prefix="dagster.yaml.", delete=False) as draft:
            draft.write(text)
        Path(draft.name).rename(path)
    return directory


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
