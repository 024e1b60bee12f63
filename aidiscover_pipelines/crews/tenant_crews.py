"""Crews of a tenant on file: every change is a new version, and no version is ever changed.

The newest active version runs; a draft waits beside it until somebody approves it; retiring is a version as well.
"""

from datetime import UTC, datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.definition import Definition
from aidiscover_pipelines.crews.definition_rules import read_definition
from aidiscover_pipelines.crews.generic.crew import crew_of
from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import CrewDefinition
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore

ACTIVE, DRAFT, RETIRED = "active", "draft", "retired"
PERSON = "person"
# Two people who save at the same moment each get a version; more than this many at once is no person's doing.
MOST_TRIES = 50


def crews_of(store: PortfolioStore, tenant: TenantId) -> list[dict[str, Any]]:
    """The latest version of each crew by name, with `runs`: the version that runs, None where none does."""
    rows = _rows(store, tenant)
    names = dict.fromkeys(row["crew"] for row in rows)
    histories = [[row for row in rows if row["crew"] == name] for name in names]
    return [{**history[-1], "runs": _running(history)} for history in histories]


def versions_of(store: PortfolioStore, tenant: TenantId, crew: str) -> list[dict[str, Any]]:
    """All versions, oldest first. Raises: ConfigError where there is none."""
    rows = _rows(store, tenant, crew=crew)
    if not rows:
        known = sorted({row["crew"] for row in _rows(store, tenant)})
        raise ConfigError(
            f"cannot find crew {crew!r} of tenant {tenant!r}: it has {', '.join(known) or 'none'}; "
            f"see 'aidiscover crew list --tenant {tenant}'"
        )
    return rows


def running_version(store: PortfolioStore, tenant: TenantId, crew: str) -> int:
    """The version that runs. Raises: ConfigError where there is no such crew, or none of its versions runs."""
    history = versions_of(store, tenant, crew)
    running = _running(history)
    if running is None:
        raise ConfigError(
            f"cannot run crew {crew!r} of tenant {tenant!r}: its latest version is {history[-1]['status']}; "
            f"approve it with 'aidiscover crew approve --tenant {tenant} {crew}'"
        )
    return running


def definition_of(store: PortfolioStore, tenant: TenantId, crew: str, version: int) -> Definition:
    """The definition of a version. Raises: ConfigError where there is none, InvalidCrew."""
    history = versions_of(store, tenant, crew)
    for row in history:
        if row["version"] == version:
            return read_definition(row["definition"], crew)
    raise ConfigError(
        f"cannot find version {version} of crew {crew!r} of tenant {tenant!r}: it has {len(history)}; "
        f"see 'aidiscover crew show --tenant {tenant} {crew} --versions'"
    )


def find_crew(store: PortfolioStore, tenant: TenantId, name: str) -> CrewSpec:
    """The crew that a case names: a built-in one, or the tenant's. Raises: ConfigError, InvalidCrew."""
    if name in CREWS:
        return CREWS[name]
    return crew_of(definition_of(store, tenant, name, running_version(store, tenant, name)))


def create_crew(
    store: PortfolioStore,
    tenant: TenantId,
    definition: Definition,
    by: str,
    *,
    status: str = ACTIVE,
    drafted_by: str = PERSON,
) -> int:
    """Store a new crew, or a retired one again. Raises: ConfigError where the name is taken."""
    return _add(store, tenant, definition, by, status, drafted_by, is_new=True)


def update_crew(
    store: PortfolioStore,
    tenant: TenantId,
    definition: Definition,
    by: str,
    *,
    status: str = ACTIVE,
    drafted_by: str = PERSON,
) -> int:
    """Store a new version. Raises: ConfigError where there is no such crew."""
    versions_of(store, tenant, definition.name)
    return _add(store, tenant, definition, by, status, drafted_by)


def save_draft(store: PortfolioStore, tenant: TenantId, definition: Definition, by: str, drafted_by: str) -> int:
    """Store what was drafted as the latest version, beside the one that runs where there is such a crew."""
    return _add(store, tenant, definition, by, DRAFT, drafted_by)


def set_status(store: PortfolioStore, tenant: TenantId, crew: str, status: str, by: str) -> int:
    """A new version with the latest definition and that status: approve a draft, retire or bring back a crew.

    Raises: ConfigError where there is no such crew or it has that status already, InvalidCrew.
    """
    latest = versions_of(store, tenant, crew)[-1]
    if latest["status"] == status:
        raise ConfigError(
            f"cannot make crew {crew!r} of tenant {tenant!r} {status}: it is {status} since version "
            f"{latest['version']}; see 'aidiscover crew show --tenant {tenant} {crew} --versions'"
        )
    definition = read_definition(latest["definition"], crew)
    return _add(store, tenant, definition, by, status, latest["drafted_by"])


def _add(
    store: PortfolioStore,
    tenant: TenantId,
    definition: Definition,
    by: str,
    status: str,
    drafted_by: str,
    *,
    is_new: bool = False,
) -> int:
    """The next free version number: whoever finds it taken meanwhile tries the one after it."""
    row = {
        "crew": definition.name,
        "status": status,
        "definition": definition.model_dump(mode="json"),
        "drafted_by": drafted_by,
        "by": by,
    }
    for _ in range(MOST_TRIES):
        history = _rows(store, tenant, crew=definition.name)
        if is_new and history and history[-1]["status"] != RETIRED:
            raise ConfigError(
                f"cannot create crew {definition.name!r} of tenant {tenant!r}: it exists; "
                f"change it with 'aidiscover crew update --tenant {tenant} FILE'"
            )
        version = history[-1]["version"] + 1 if history else 1
        added = pd.DataFrame([{**row, "version": version, "at": datetime.now(UTC)}])
        if store.add(tenant, CrewDefinition, added):
            return int(version)
    raise ConfigError(
        f"cannot store crew {definition.name!r} of tenant {tenant!r}: {MOST_TRIES} others stored a version at the same "
        "time; try again"
    )


def _running(history: list[dict[str, Any]]) -> int | None:
    """The newest version that is no draft, if it is active."""
    settled = [row for row in history if row["status"] != DRAFT]
    return settled[-1]["version"] if settled and settled[-1]["status"] == ACTIVE else None


def _rows(store: PortfolioStore, tenant: TenantId, **where: Any) -> list[dict[str, Any]]:
    rows = store.read(tenant, CrewDefinition, **where).to_dict("records")
    return [{str(name): value for name, value in row.items()} | {"version": int(row["version"])} for row in rows]
