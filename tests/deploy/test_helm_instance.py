"""The dagster.yaml that Dagster's chart writes from our values: Dagster takes it, and it says what ours says."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster import DagsterInstance
from dagster._config import process_config, resolve_to_config_type
from dagster_k8s import K8sRunLauncher

from resources.postgres.dagster_home import write_dagster_home
from tests.conftest import settings_of
from tests.deploy.servers import PASSWORD, Server

STORAGE = {"run_storage": "RunStorage", "event_log_storage": "EventLogStorage", "schedule_storage": "ScheduleStorage"}
MODULES = {"run_storage": "run_storage", "event_log_storage": "event_log", "schedule_storage": "schedule_storage"}


def helm_instance(values: dict[str, Any]) -> dict[str, Any]:
    """What the chart's templates make of the values: other names, the same content (helm/dagster/templates)."""
    database, daemon, runs = values["postgresql"], values["dagsterDaemon"], values["concurrency"]["runs"]
    launcher = values["runLauncher"]["config"]["k8sRunLauncher"]
    logs = values["computeLogManager"]["config"]["customComputeLogManager"]
    monitoring = daemon["runMonitoring"]
    postgres_db = {
        "username": database["postgresqlUsername"],
        "password": {"env": "DAGSTER_PG_PASSWORD"},
        "hostname": database["postgresqlHost"],
        "db_name": database["postgresqlDatabase"],
        "port": database["service"]["port"],
        "params": database["postgresqlParams"],
        "scheme": database["postgresqlScheme"],
    }
    return {
        **{
            name: {
                "module": f"dagster_postgres.{MODULES[name]}",
                "class": f"Postgres{kind}",
                "config": {"postgres_db": postgres_db},
            }
            for name, kind in STORAGE.items()
        },
        "run_launcher": {
            "module": "dagster_k8s",
            "class": "K8sRunLauncher",
            "config": {
                "load_incluster_config": launcher["loadInclusterConfig"],
                "job_namespace": "aidiscover",
                "image_pull_policy": launcher["imagePullPolicy"],
                "service_account_name": values["global"]["serviceAccountName"],
                "dagster_home": values["global"]["dagsterHome"],
                "instance_config_map": "aidiscover-dagster-instance",
                "postgres_password_secret": values["global"]["postgresqlSecretName"],
                "env_secrets": [secret["name"] for secret in launcher["envSecrets"]],
                "env_vars": launcher["envVars"],
                "volumes": launcher["volumes"],
                "volume_mounts": launcher["volumeMounts"],
                "resources": launcher["resources"],
                "security_context": launcher["securityContext"],
                "run_k8s_config": {
                    "pod_spec_config": launcher["runK8sConfig"]["podSpecConfig"],
                    "pod_template_spec_metadata": launcher["runK8sConfig"]["podTemplateSpecMetadata"],
                    "job_spec_config": launcher["runK8sConfig"]["jobSpecConfig"],
                },
            },
        },
        "compute_logs": {name: logs[name] for name in ("module", "class", "config")},
        "run_monitoring": {
            "enabled": monitoring["enabled"],
            "start_timeout_seconds": monitoring["startTimeoutSeconds"],
            "cancel_timeout_seconds": monitoring["cancelTimeoutSeconds"],
            "max_runtime_seconds": monitoring["maxRuntimeSeconds"],
            "max_resume_run_attempts": monitoring["maxResumeRunAttempts"],
            "poll_interval_seconds": monitoring["pollIntervalSeconds"],
            "free_slots_after_run_end_seconds": monitoring["freeSlotsAfterRunEndSeconds"],
        },
        "concurrency": {
            "runs": {
                "max_concurrent_runs": runs["maxConcurrentRuns"],
                "tag_concurrency_limits": runs["tagConcurrencyLimits"],
            }
        },
        "retention": {
            kind: {"purge_after_days": values["retention"][kind]["purgeAfterDays"]} for kind in ("schedule", "sensor")
        },
        "telemetry": values["telemetry"],
        **values["additionalInstanceConfig"],
    }


@pytest.fixture
def own(tmp_path: Path) -> dict[str, Any]:
    """The dagster.yaml that the product writes for itself."""
    read: dict[str, Any] = yaml.safe_load((write_dagster_home(settings_of(tmp_path)) / "dagster.yaml").read_text())
    return read


def test_limits_for_tenants_and_retention_are_those_of_the_product(values: dict[str, Any], own: dict[str, Any]) -> None:
    helm = helm_instance(values)
    assert helm["concurrency"]["runs"]["tag_concurrency_limits"] == own["concurrency"]["runs"]["tag_concurrency_limits"]
    assert helm["retention"] == own["retention"]
    for name in ("cancel_timeout_seconds", "max_runtime_seconds"):
        assert helm["run_monitoring"][name] == own["run_monitoring"][name]
    for name in ("telemetry", "nux"):
        assert helm[name] == own[name]


def test_runs_of_the_command_line_and_of_the_daemon_keep_their_files_in_one_place(values: dict[str, Any]) -> None:
    run = dict(one.split("=", 1) for one in values["runLauncher"]["config"]["k8sRunLauncher"]["envVars"])
    helm, home = helm_instance(values), run["AIDISCOVER_HOME"]
    assert helm["local_artifact_storage"]["config"]["base_dir"] == f"{home}/dagster/artifacts"
    assert helm["compute_logs"]["config"]["base_dir"] == f"{home}/dagster/logs"


def test_the_run_launcher_takes_its_configuration(values: dict[str, Any]) -> None:
    config = helm_instance(values)["run_launcher"]["config"]
    outcome = process_config(resolve_to_config_type(K8sRunLauncher.config_type()), config)
    assert outcome.success, [error.message for error in outcome.errors or ()]


def test_dagster_opens_the_instance_on_an_external_server(
    values: dict[str, Any], server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_PG_PASSWORD", PASSWORD)
    helm = helm_instance(values)
    for name in STORAGE:  # the server of the test speaks no TLS
        helm[name]["config"]["postgres_db"] |= {"hostname": "127.0.0.1", "port": server.port, "params": {}}
    for name in ("compute_logs", "local_artifact_storage"):
        helm[name]["config"]["base_dir"] = str(tmp_path / name)
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(helm))
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        instance.add_dynamic_partitions("helm-test", ["acme"])
        assert instance.get_dynamic_partitions("helm-test") == ["acme"]
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert queue.max_concurrent_runs == values["concurrency"]["runs"]["maxConcurrentRuns"]
        assert len(queue.tag_concurrency_limits or ()) == 2
        assert not instance.telemetry_enabled
        assert instance.run_coordinator.__class__.__name__ == "QueuedRunCoordinator"
