"""A worker: one process that takes runs or steps from the broker and executes one at a time."""

import os

import click

from aidiscover_pipelines.cli.output import DONE
from aidiscover_pipelines.cli.runs import dagster_environment
from aidiscover_pipelines.domain.settings import Settings


@click.command()
def worker() -> int:
    """Execute what the broker hands out, one run or step at a time; start as many as there are cores.

    SIGTERM lets it finish what it is at.
    """
    from resources.workers import worker_app

    settings = Settings.from_environment()
    app = worker_app(settings)
    os.environ.update(dagster_environment(settings))
    # Loaded before celery forks: the process that executes shares it, and so does the next one when that is lost.
    import aidiscover_pipelines.definitions  # noqa: F401

    app.worker_main(
        ["worker", "--concurrency=1", "--queues=dagster", "--loglevel=INFO", f"--hostname=aidiscover-{os.getpid()}@%h"]
    )
    return DONE
