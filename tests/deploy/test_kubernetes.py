"""The manifests are valid, restricted and closed; the job of a run is built as the launcher builds it."""

from typing import Any

import kubernetes_validate
import pytest
from dagster_k8s.container_context import K8sContainerContext
from dagster_k8s.job import DagsterK8sJobConfig, UserDefinedDagsterK8sConfig, construct_dagster_k8s_job
from kubernetes.client import ApiClient

from aidiscover_pipelines.domain.settings import SETTINGS
from tests.deploy.conftest import assert_hardened, assert_pinned, assert_restricted_pod, manifests, nodes

MANIFESTS = manifests()
WORKLOADS = [held for held in MANIFESTS if held["kind"] in ("Deployment", "Job", "CronJob", "StatefulSet")]
PARTS = ("dagsterWebserver", "dagsterDaemon")


def named(held: dict[str, Any]) -> str:
    return f"{held['kind']} {held['metadata']['name']}"


def parts(values: dict[str, Any]) -> list[dict[str, Any]]:
    """What the chart makes deployments of: webserver, daemon, code server."""
    return [values[name] for name in PARTS] + values["dagster-user-deployments"]["deployments"]


@pytest.fixture(scope="module")
def run_job(values: dict[str, Any]) -> dict[str, Any]:
    """The job of one run, from the values by way of dagster-k8s."""
    held, database = values["runLauncher"]["config"]["k8sRunLauncher"], values["global"]["postgresqlSecretName"]
    raw = {"pod_spec_config": "podSpecConfig", "pod_template_spec_metadata": "podTemplateSpecMetadata"}
    raw |= {"job_spec_config": "jobSpecConfig"}
    context = K8sContainerContext(
        image_pull_policy=held["imagePullPolicy"],
        service_account_name=values["global"]["serviceAccountName"],
        env_secrets=[secret["name"] for secret in held["envSecrets"]],
        env_vars=held["envVars"],
        volumes=held["volumes"],
        volume_mounts=held["volumeMounts"],
        resources=held["resources"],
        security_context=held["securityContext"],
        namespace="aidiscover",
        run_k8s_config=UserDefinedDagsterK8sConfig.from_dict(
            {name: held["runK8sConfig"][key] for name, key in raw.items()}
        ),
    )
    image = values["dagster-user-deployments"]["deployments"][0]["image"]
    config = DagsterK8sJobConfig(
        job_image=f"{image['repository']}:{image['tag']}",
        dagster_home=values["global"]["dagsterHome"],
        instance_config_map="aidiscover-dagster-instance",
        postgres_password_secret=database,
    )
    job = construct_dagster_k8s_job(
        config, ["dagster"], "dagster-run-x", context.run_k8s_config, "dagster-run-x", "run_worker"
    )
    built: dict[str, Any] = ApiClient().sanitize_for_serialization(job)
    return built


@pytest.mark.parametrize("held", MANIFESTS, ids=named)
def test_every_manifest_is_valid_for_kubernetes_of_old_and_new(held: dict[str, Any]) -> None:
    for version in ("1.28", kubernetes_validate.latest_version()):
        kubernetes_validate.validate(held, version, strict=True)


def test_the_job_of_a_run_is_valid_and_restricted(run_job: dict[str, Any]) -> None:
    kubernetes_validate.validate(run_job, "1.28", strict=True)
    pod = run_job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert_restricted_pod(pod["securityContext"])
    assert_hardened(container)
    assert_pinned(container["image"])
    assert pod["automountServiceAccountToken"] is False
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {
        "/var/lib/aidiscover",
        "/var/lib/aidiscover/uploads",
        "/tmp",  # noqa: S108 - of the container
        "/opt/dagster/dagster_home",
    }
    assert {"name": "AIDISCOVER_HOME", "value": "/var/lib/aidiscover"} in container["env"]


def test_policies_select_pods_by_labels_that_they_carry(run_job: dict[str, Any]) -> None:
    policies = {held["metadata"]["name"]: held["spec"] for held in MANIFESTS if held["kind"] == "NetworkPolicy"}
    labels = run_job["spec"]["template"]["metadata"]["labels"]
    assert policies["providers"]["podSelector"]["matchLabels"].items() <= labels.items()
    own = {held["metadata"]["name"]: held["spec"]["template"]["metadata"]["labels"] for held in WORKLOADS}
    assert policies["webhooks"]["podSelector"]["matchLabels"].items() <= own["aidiscover-webhooks"].items()


def test_nothing_may_talk_unless_a_policy_says_so() -> None:
    policies = [held["spec"] for held in MANIFESTS if held["kind"] == "NetworkPolicy"]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies
    for policy in policies:
        for rule in policy.get("ingress", []):
            assert rule["from"] and rule["ports"], "a rule without senders or ports lets everybody in"
        for rule in policy.get("egress", []):
            assert rule["to"] and rule["ports"], "a rule without receivers or ports lets everything out"


def test_the_namespace_enforces_the_restricted_standard() -> None:
    (namespace,) = [held for held in MANIFESTS if held["kind"] == "Namespace"]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {held["metadata"].get("namespace", "aidiscover") for held in MANIFESTS} == {"aidiscover"}


@pytest.mark.parametrize("workload", WORKLOADS, ids=named)
def test_every_workload_is_restricted_pinned_and_probed(workload: dict[str, Any]) -> None:
    pod = workload["spec"]["template"]["spec"]
    assert_restricted_pod(pod["securityContext"])
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert_hardened(container)
        assert_pinned(container["image"])
        if workload["kind"] == "Deployment":
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)


def test_every_part_of_the_chart_is_restricted_pinned_and_probed(values: dict[str, Any]) -> None:
    for part in parts(values):
        assert_restricted_pod(part["podSecurityContext"])
        assert_hardened(part)
        assert_pinned(f"{part['image']['repository']}:{part['image']['tag']}")
        assert part["livenessProbe"]
        assert part["startupProbe"]["enabled"] is True
    for name in PARTS:
        assert {"cpu", "memory"} <= set(values[name]["initContainerResources"]["limits"])
    busybox = values["busybox"]["image"]
    assert_pinned(f"{busybox['repository']}:{busybox['tag']}")


def test_probes_of_the_webserver_ask_at_the_port_it_serves(values: dict[str, Any]) -> None:
    webserver = values["dagsterWebserver"]
    probes = [webserver[name]["httpGet"] for name in ("readinessProbe", "livenessProbe", "startupProbe")]
    assert probes == [{"path": "/server_info", "port": webserver["service"]["port"]}] * 3
    assert webserver["service"]["port"] > 1024


def test_the_volumes_that_pods_mount_are_claimed(values: dict[str, Any], run_job: dict[str, Any]) -> None:
    claims = {held["metadata"]["name"] for held in MANIFESTS if held["kind"] == "PersistentVolumeClaim"}
    named_claims = {value for path, value in nodes([values, run_job, WORKLOADS]) if path.endswith(".claimName")}
    assert named_claims == claims


def test_the_autoscaler_and_the_budgets_name_what_exists(values: dict[str, Any]) -> None:
    webserver = "aidiscover-dagster-webserver"  # release and the chart's nameOverride
    (scaler,) = [held["spec"] for held in MANIFESTS if held["kind"] == "HorizontalPodAutoscaler"]
    assert scaler["scaleTargetRef"]["name"] == webserver
    assert scaler["minReplicas"] == values["dagsterWebserver"]["replicaCount"]
    budgets = [held["spec"] for held in MANIFESTS if held["kind"] == "PodDisruptionBudget"]
    assert {budget["selector"]["matchLabels"]["component"] for budget in budgets} == {"dagster-webserver", "webhooks"}


def test_no_secret_is_written_down(values: dict[str, Any]) -> None:
    assert [named(held) for held in MANIFESTS if held["kind"] == "Secret"] == []
    assert values["generatePostgresqlPasswordSecret"] is False
    assert values["postgresql"]["postgresqlPassword"] == ""
    for path, value in nodes([values, MANIFESTS]):
        if path.endswith(".name") and str(value).endswith(("_KEY", "_URL", "_TOKEN", "_PASSWORD")):
            pytest.fail(f"{value} is set in the clear at {path}; it belongs into the secret aidiscover-environment")


def test_variables_are_settings(values: dict[str, Any], run_job: dict[str, Any]) -> None:
    known = {setting.name for setting in SETTINGS}
    names = {str(value) for path, value in nodes([values, run_job, WORKLOADS]) if path.endswith(".name")}
    given = {name for name in names if name.startswith("AIDISCOVER_")}
    assert given
    assert given <= known
    code = {one["name"]: one["value"] for one in values["dagster-user-deployments"]["deployments"][0]["env"]}
    run = dict(one.split("=", 1) for one in values["runLauncher"]["config"]["k8sRunLauncher"]["envVars"])
    assert code == run, "a run reads the settings that sensors read"
    assert run["AIDISCOVER_HOME"].startswith("/")
