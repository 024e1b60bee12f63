"""Dagster's instance lives in the embedded server, in a database of its own."""

from pathlib import Path

import pytest
from dagster import DagsterInstance

from resources.postgres.dagster_home import URL_VARIABLE, write_dagster_home
from resources.postgres.embedded import ensure_server


def test_dagster_runs_on_the_embedded_server(
    database_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, ensure_server(database_home).dagster)
    directory = write_dagster_home(tmp_path)
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
    path = write_dagster_home(tmp_path) / "dagster.yaml"
    assert "aidiscover_dagster" not in path.read_text()
    before = path.stat()
    write_dagster_home(tmp_path)
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    path.write_text("changed by hand")
    write_dagster_home(tmp_path)
    assert "telemetry" in path.read_text()


def test_a_home_with_a_quote_in_its_name_stays_yaml(tmp_path: Path) -> None:
    import yaml

    directory = write_dagster_home(tmp_path / "anna's")
    read = yaml.safe_load((directory / "dagster.yaml").read_text())
    assert read["compute_logs"]["config"]["base_dir"] == str(directory / "logs")
