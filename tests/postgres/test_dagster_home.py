"""Dagster's instance lives in the embedded server, in a database of its own."""

from pathlib import Path

import pytest
from dagster import DagsterInstance

from aidiscover_pipelines.domain.settings import Settings
from resources.postgres.dagster_home import URL_VARIABLE, write_dagster_home
from resources.postgres.embedded import ensure_server


def settings_of(home: Path, **others: str) -> Settings:
    return Settings.from_environment({"AIDISCOVER_HOME": str(home), **others})


def test_dagster_runs_on_the_embedded_server(
    database_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, ensure_server(database_home).dagster)
    directory = write_dagster_home(settings_of(tmp_path))
    with DagsterInstance.from_config(str(directory)) as instance:
        instance.add_dynamic_partitions("home-test", ["acme"])
        assert instance.get_dynamic_partitions("home-test") == ["acme"]
        instance.delete_dynamic_partition("home-test", "acme")
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert instance.run_monitoring_enabled
        assert Path(instance.root_directory).is_relative_to(directory)
        limits = instance.get_concurrency_config().run_queue_config
        assert limits is not None
        assert {limit["key"] for limit in limits.tag_concurrency_limits or ()} == {
            "dagster/partition",
            "aidiscover/tenant",
        }


def test_the_file_holds_no_password_and_is_written_only_when_it_changes(database_home: Path, tmp_path: Path) -> None:
    path = write_dagster_home(settings_of(tmp_path)) / "dagster.yaml"
    assert "aidiscover_dagster" not in path.read_text()
    before = path.stat()
    write_dagster_home(settings_of(tmp_path))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    path.write_text("changed by hand")
    write_dagster_home(settings_of(tmp_path))
    assert "telemetry" in path.read_text()


def test_a_home_with_a_quote_in_its_name_stays_yaml(tmp_path: Path) -> None:
    import yaml

    directory = write_dagster_home(settings_of(tmp_path / "anna's"))
    read = yaml.safe_load((directory / "dagster.yaml").read_text())
    assert read["compute_logs"]["config"]["base_dir"] == str(directory / "logs")


def test_workers_that_take_runs_are_declared_without_the_brokers_password(tmp_path: Path) -> None:
    import yaml

    broker = {"AIDISCOVER_EXECUTOR": "celery-runs", "AIDISCOVER_BROKER_URL": "redis://:secret@redis:6379/0"}
    path = write_dagster_home(settings_of(tmp_path, AIDISCOVER_RUNS="9", **broker)) / "dagster.yaml"
    read = yaml.safe_load(path.read_text())
    assert "secret" not in path.read_text()
    assert read["run_launcher"]["config"]["broker"] == {"env": "AIDISCOVER_BROKER_URL"}
    assert read["concurrency"]["runs"]["max_concurrent_runs"] == 9
    assert read["run_monitoring"]["start_timeout_seconds"] >= 3600  # a run may wait in the broker
    assert read["run_retries"]["enabled"]
    assert "run_launcher" not in yaml.safe_load(
        (write_dagster_home(settings_of(tmp_path)) / "dagster.yaml").read_text()
    )
