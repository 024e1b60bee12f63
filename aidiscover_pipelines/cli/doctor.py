"""What is configured, what is reachable, what is shadowed."""

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click

from aidiscover_pipelines.cli.output import DONE, FAILED, console, counted, emit, json_option, table
from aidiscover_pipelines.cli.runs import dagster_environment, open_portfolio
from aidiscover_pipelines.domain.errors import DiscoveryError
from aidiscover_pipelines.domain.settings import SETTINGS, Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `remedy` is empty when it is well."""

    subject: str
    well: bool
    detail: str
    remedy: str = ""


Look = Callable[[Settings], Finding | list[Finding]]
PROBE_S = 30.0  # a model that Ollama has to load first takes long


@click.command()
@json_option
def doctor(as_json: bool) -> int:
    """Check this installation: Python, packages, settings, database, model, clouds, landing folders."""
    settings = Settings.from_environment()
    findings = [python_version(), *packages_resolve(), *settings_given()]
    for look in (data_directory, database, dagster_home, model, clouds, landing):
        findings += _guarded(look, settings)
    if as_json:
        emit({"checks": [asdict(finding) for finding in findings]})
    else:
        rows = [[f.subject, "ok" if f.well else "LOOK", f.detail, f.remedy] for f in findings]
        console.print(table("aidiscover doctor", ["subject", "", "detail", "remedy"], rows))
    return DONE if all(finding.well for finding in findings) else FAILED


def python_version() -> Finding:
    """Whether the interpreter is one that the lock was made for."""
    version = ".".join(map(str, sys.version_info[:3]))
    well = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding("python", well, version, "" if well else "use Python 3.11, 3.12 or 3.13")


def packages_resolve() -> list[Finding]:
    """`assets` and `resources` are common names: whether each resolves beside this package."""
    home = Path(__file__).resolve().parents[2]
    findings = []
    for name in ("aidiscover_pipelines", "assets", "resources"):
        found = Path(str(importlib.import_module(name).__file__)).resolve().parent
        well = found.parent == home
        remedy = f"another distribution shadows it; use a virtual environment of its own, or run from {home}"
        findings.append(Finding(f"package {name}", well, str(found), "" if well else remedy))
    return findings


def settings_given() -> list[Finding]:
    """Settings that differ from their defaults; values that may hold a secret are not shown."""
    given = [setting.name for setting in SETTINGS if os.environ.get(setting.name)]
    shown = [name if name.endswith(("_URL", "_KEY")) else f"{name}={os.environ[name]}" for name in given]
    return [Finding("settings", True, ", ".join(shown) or "all defaults (offline, embedded database)")]


def data_directory(settings: Settings) -> Finding:
    """Whether the data directory can be written."""
    settings.home.mkdir(parents=True, exist_ok=True)
    well = os.access(settings.home, os.W_OK)
    return Finding(
        "data directory", well, str(settings.home), "" if well else "set AIDISCOVER_HOME to a writable folder"
    )


def database(settings: Settings) -> Finding:
    """Whether the store answers."""
    kind = "external" if settings.database_url else "embedded"
    tenants = open_portfolio(settings).tenants()
    return Finding("database", True, f"{kind}, migrated, {counted(len(tenants), 'tenant')}")


def dagster_home(settings: Settings) -> Finding:
    """Where Dagster keeps its files."""
    return Finding("dagster home", True, dagster_environment(settings)["DAGSTER_HOME"])


def model(settings: Settings) -> list[Finding]:
    """Each provider of the chain, asked for one token; offline nothing is asked."""
    from resources.llm.providers import is_offline

    if is_offline(settings.model):
        return [Finding("model", True, f"{settings.model}: deterministic, no key, no network")]

    items = [item.strip() for item in settings.model.split(",") if item.strip()]
    return [finding for item in items for finding in _guarded(partial(_asked, item), settings, "model")]


def _asked(item: str, settings: Settings) -> list[Finding]:
    from resources.llm.router import build_backend  # loads litellm, 4 s

    backend = build_backend(item, limits=settings.model_limits, timeout_s=min(settings.model_timeout_s, PROBE_S))
    return [
        Finding(
            "model",
            not probe.problem,
            f"{probe.model} {probe.problem or 'answers'}, {probe.latency_ms:.0f} ms",
            probe.remedy,
        )
        for probe in backend.probe()
    ]


def clouds(settings: Settings) -> Finding:
    """How many connections tenants have, and what those without are scanned with; nothing is asked of a cloud."""
    from resources.clouds.connections import stored_connections

    store = open_portfolio(settings)
    counts = [len(stored_connections(store, tenant.id)) for tenant in store.tenants()]
    own = f"{counted(sum(counts), 'connection')} of {counted(sum(map(bool, counts)), 'tenant')}"
    others = f"AIDISCOVER_CLOUDS={','.join(settings.clouds)}" if settings.clouds else "files only"
    return Finding("clouds", True, f"{own}; other tenants: {others}; try them with 'aidiscover cloud check'")


def landing(settings: Settings) -> Finding:
    """Landing folders whose tenant is not registered are never run."""
    uploads = settings.home / "uploads"
    folders = sorted(path.name for path in uploads.iterdir() if path.is_dir()) if uploads.is_dir() else []
    registered = {tenant.id for tenant in open_portfolio(settings).tenants()}
    unknown = [folder for folder in folders if folder not in registered]
    remedy = f"run 'aidiscover tenant add' for: {', '.join(unknown)}" if unknown else ""
    return Finding("landing folders", not unknown, f"{uploads}: {', '.join(folders) or 'none yet'}", remedy)


def _guarded(look: Look, settings: Settings, subject: str = "") -> list[Finding]:
    try:
        found = look(settings)
    except DiscoveryError as error:
        problem, _, remedy = str(error).rpartition("; ")
        return [Finding(subject or look.__name__.replace("_", " "), False, problem or str(error), remedy)]
    return found if isinstance(found, list) else [found]
