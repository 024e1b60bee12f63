"""Workers on other machines, through dagster-celery and Redis: the executor of a large run, the worker itself.

celery-runs    dagster.yaml names CeleryRunLauncher; a worker takes a whole run and executes it in its process
celery-steps   the daemon's machine orchestrates a run, workers take its steps; outputs pass through <home>/dagster

The two exclude each other: a run that a worker orchestrates cannot wait for steps of other workers (dagster issues
29660, 32915). Work is acknowledged when it is done, so that of a worker which is lost comes again.
"""

from typing import TYPE_CHECKING, Any

from aidiscover_pipelines.domain.errors import ConfigError, Retriable
from aidiscover_pipelines.domain.settings import Executor, Settings
from resources.postgres.dagster_home import MAX_RUNTIME_S

if TYPE_CHECKING:
    import dagster as dg
    from celery import Celery

BROKER_VARIABLE = "AIDISCOVER_BROKER_URL"
BROKER_ANSWER_S = 5

# Redis gives work again that was not acknowledged for so long. Nothing may run longer, or it would run twice.
VISIBILITY_S = MAX_RUNTIME_S + 600

WORKER: dict[str, Any] = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,  # a step that waits behind another is not taken by an idle worker
    "broker_transport_options": {"visibility_timeout": VISIBILITY_S},
    "worker_hijack_root_logger": False,
}


def executor_of(settings: Settings) -> "dg.ExecutorDefinition":
    """What executes the steps of a bulk discovery. Loads celery only where it is asked for."""
    import dagster as dg

    if settings.executor is not Executor.CELERY_STEPS:
        return dg.in_process_executor
    _check_installed()
    from dagster_celery import celery_executor

    broker = {"env": BROKER_VARIABLE}  # the snapshot of the definitions is stored: no password in it
    configured: dg.ExecutorDefinition = celery_executor.configured({"broker": broker, "backend": broker}, "celery")
    return configured


def worker_app(settings: Settings) -> "Celery":
    """The celery application whose tasks execute runs and steps. Raises: ConfigError, Retriable; see check_broker."""
    check_broker(settings)
    from celery.signals import task_prerun
    from dagster_celery.make_app import make_app
    from dagster_celery.tasks import create_execute_job_task, create_task

    app: Celery = make_app({"broker": settings.broker_url, "backend": settings.broker_url, "config_source": WORKER})
    create_task(app)
    lost = create_execute_job_task(app)
    task_prerun.connect(fail_lost_run, sender=lost, weak=False)
    return app


def fail_lost_run(task: Any, **_: Any) -> None:
    """Mark a run as failed that another worker had begun, so that the daemon starts what is left of it as a new run.

    Dagster would leave it as started: with run monitoring on it ignores a second worker of a run.
    """
    if not task.request.delivery_info.get("redelivered"):
        return
    import dagster as dg
    from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

    begun = dg.RunsFilter(tags={DAGSTER_CELERY_TASK_ID_TAG: task.request.id}, statuses=[dg.DagsterRunStatus.STARTED])
    with dg.DagsterInstance.get() as instance:
        for run in instance.get_runs(begun):
            instance.report_run_failed(run, "The worker that executed this run was lost. Re-execute it from failure.")


def check_broker(settings: Settings) -> None:
    """Raises: ConfigError where celery or the setting is missing, Retriable where Redis does not answer."""
    if settings.executor is Executor.IN_PROCESS:
        raise ConfigError(
            "cannot use workers: AIDISCOVER_EXECUTOR is 'in-process'; set it to 'celery-runs' or 'celery-steps' here "
            "and where 'aidiscover up' runs"
        )
    _check_installed()
    from redis import Redis
    from redis.exceptions import RedisError

    broker = Redis.from_url(settings.broker_url, socket_connect_timeout=BROKER_ANSWER_S, socket_timeout=BROKER_ANSWER_S)
    reached = broker.get_connection_kwargs()
    try:
        broker.ping()
    except RedisError as error:
        raise Retriable(
            f"cannot reach the broker at '{reached.get('host')}:{reached.get('port')}': {type(error).__name__}; "
            f"start Redis or correct {BROKER_VARIABLE}, then start this again"
        ) from None
    finally:
        broker.close()


def _check_installed() -> None:
    try:
        import dagster_celery  # noqa: F401
    except ModuleNotFoundError:
        raise ConfigError(
            "cannot use AIDISCOVER_EXECUTOR: dagster-celery is not installed; "
            "run pip install 'aidiscover-pipelines[celery]'"
        ) from None
