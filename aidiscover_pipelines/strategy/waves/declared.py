"""Planning documents of a tenant: stored in versions, the newest is in force."""

from datetime import datetime
from typing import Any

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import TenantPolicy
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.waves.document import Planning, as_document, as_planning

KIND = "planning"
_MOST_NOTE = 1000


def planning_of(store: PortfolioStore, tenant: TenantId) -> Planning:
    """The document in force; one without declarations where none was given.

    Raises: InvalidPolicy where a stored document no longer fits, as after an upgrade.
    """
    held = store.read(tenant, TenantPolicy, columns=["version", "document"], kind=KIND)
    if held.empty:
        return Planning()
    newest = held.sort_values("version").iloc[-1]
    return as_planning(newest["document"], f"planning of {tenant}, version {newest['version']}")


def declare(
    store: PortfolioStore, tenant: TenantId, planning: Planning, note: str, by: str, at: datetime
) -> dict[str, Any]:
    """Store a document as the newest; {"version", "document"}. Raises: UnknownTenant, ConfigError without a note."""
    attempted = f"set the planning document of tenant {tenant!r}"
    store.tenant(tenant, attempted)
    said = " ".join(note.split())
    if not said or len(said) > _MOST_NOTE:
        problem = f"it has {len(said)} characters" if said else "there is none"
        raise ConfigError(
            f"cannot {attempted}: it needs a note of at most {_MOST_NOTE} characters, and {problem}; use --note"
        )
    versions = store.read(tenant, TenantPolicy, columns=["version"], kind=KIND)["version"]
    row = TenantPolicy(
        kind=KIND,
        version=int(versions.max()) + 1 if len(versions) else 1,
        document=as_document(planning),
        note=said,
        by=by,
        at=at,
    )
    store.put(tenant, [row])
    return {"version": row.version, "document": row.document}


def history(store: PortfolioStore, tenant: TenantId) -> list[dict[str, Any]]:
    """All versions, the newest first: {"version", "document", "note", "by", "at"}. Raises: UnknownTenant."""
    store.tenant(tenant, "list planning documents")
    held = store.read(tenant, TenantPolicy, kind=KIND).sort_values("version", ascending=False)
    return [{str(key): value for key, value in row.items() if key != "kind"} for row in held.to_dict("records")]
