"""Dagster's instance directory: one dagster.yaml, with storage in the same PostgreSQL as the portfolio.

The file names the variable AIDISCOVER_DAGSTER_URL; whoever starts a Dagster process sets it (and DAGSTER_HOME), so no
password is in the file. The URL must say postgresql+psycopg2: SQLAlchemy 2.1 reads plain postgresql as psycopg 3,
which dagster-postgres does not speak (dagster issue 33958).
"""

from pathlib import Path

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
    max_concurrent_runs: 4
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
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  cancel_timeout_seconds: 120
  max_runtime_seconds: 14400
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


def write_dagster_home(home: Path) -> Path:
    """Write <home>/dagster/dagster.yaml and give back the directory to set DAGSTER_HOME to."""
    directory = home / "dagster"
    directory.mkdir(parents=True, exist_ok=True)
    text = _INSTANCE.format(
        variable=URL_VARIABLE, artifacts=_quoted(directory / "artifacts"), logs=_quoted(directory / "logs")
    )
    path = directory / "dagster.yaml"
    if not path.exists() or path.read_text() != text:
        draft = directory / "dagster.yaml.new"
        draft.write_text(text)
        draft.rename(path)  # a daemon may be reading it
    return directory


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
