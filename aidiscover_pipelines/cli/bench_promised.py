"""Figures that earlier documents promise, whatever the size of a portfolio: demo, re-runs, crews, definitions load."""

import json
import os
import resource
import subprocess
import sys
import time

from aidiscover_pipelines.cli.demo import DEMO
from aidiscover_pipelines.cli.output import messages
from aidiscover_pipelines.cli.runs import open_portfolio, run_job
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import ApplicationId, partition_key

# What the documents ask for, on two cores.
TARGETS = {
    "definitions load, CPU s": 3.0,
    "demo, s": 30.0,
    "re-run of one application, cold, s": 10.0,
    "re-run of one application, warm, s": 2.0,
    "first kickoff after the preload, s": 2.0,
    "kickoff warm, CPU ms": 50.0,
    "layer per call, ms": 10.0,
    "recall of 10,000 memories, ms": 10.0,
}
_COMMAND = [sys.executable, "-m", "aidiscover_pipelines.cli.main"]


def promised(settings: Settings) -> dict[str, float]:
    """All figures, in seconds unless their name says otherwise."""
    figures = {"definitions load, CPU s": definitions_load_cpu()}
    environment = os.environ | {"AIDISCOVER_HOME": str(settings.home)}
    messages.print("demo")
    figures["demo, s"] = _wall([*_COMMAND, "demo", "--json"], environment)
    # Three different ones, so that no crew's answer is reused: the first by command, the second warms this process.
    first, second, third = _some_applications(settings)
    messages.print("re-run of one application")
    cold = [*_COMMAND, "reassess", "--tenant", DEMO.id, "--application", first, "--json"]
    figures["re-run of one application, cold, s"] = _wall(cold, environment)
    run_job(settings, "reassess_application", partition_key(DEMO.id, second))
    warm = run_job(settings, "reassess_application", partition_key(DEMO.id, third))
    figures["re-run of one application, warm, s"] = warm.seconds["total"]
    messages.print("crews and models")
    figures |= crew_figures(settings)
    return {name: round(value, 2) for name, value in figures.items()}


def crew_figures(settings: Settings) -> dict[str, float]:
    """What crews and the model layer cost, in a process of their own."""
    command = [sys.executable, "-m", "aidiscover_pipelines.cli.bench_crews", str(settings.home)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
    figures: dict[str, float] = json.loads(printed)
    return figures


def definitions_load_cpu() -> float:
    """CPU seconds of a process that imports the definitions, its interpreter included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "import aidiscover_pipelines.definitions"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _wall(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    return time.perf_counter() - began


def _some_applications(settings: Settings) -> list[ApplicationId]:
    from aidiscover_pipelines.domain.tables import Application

    names = open_portfolio(settings).read(DEMO.id, Application, columns=["application_id"], first=3)
    return [ApplicationId(name) for name in names["application_id"]]
