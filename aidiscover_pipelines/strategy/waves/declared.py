"""Planning documents of a tenant: stored in versions, the newest is in force."""

from datetime import datetime
from typing import Any

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy import declarations
from aidiscover_pipelines.strategy.waves.document import Planning, as_document, as_planning

KIND = "planning"
_MOST_NOTE = 1000


def planning_of(store: PortfolioStore, tenant: TenantId) -> Planning:
    """The document in force; one without declarations where none was given.

    Raises: InvalidPolicy where a stored document no longer fits, as after an upgrade.
    """
    version, document = declarations.newest(store, tenant, KIND)
    return as_planning(document, f"planning of {tenant}, version {version}") if version else Planning()


def declare(
    store: PortfolioStore, tenant: TenantId, planning: Planning, note: str, by: str, at: datetime
) -> dict[str, Any]:
    """Store a document as the newest; {"version", "document"}.

    Raises: UnknownTenant; ConfigError without a note, or where somebody else declared one at the same moment.
    """
    attempted = f"set the planning document of tenant {tenant!r}"
    store.tenant(tenant, attempted)
    said = " ".join(note.split())
    if not said or len(said) > _MOST_NOTE:
        problem = f"it has {len(said)} characters" if said else "there is none"
        raise ConfigError(
            f"cannot {attempted}: it needs a note of at most {_MOST_NOTE} characters, and {problem}; use --note"
        )
    document = as_document(planning)
    version = declarations.declare(store, tenant, KIND, document, said, by, at)
    return {"version": version, "document": document}


def history(store: PortfolioStore, tenant: TenantId) -> list[dict[str, Any]]:
    """All versions, the newest first: {"version", "document", "note", "by", "at"}. Raises: UnknownTenant."""
    store.tenant(tenant, "list planning documents")
    return declarations.declared(store, tenant, KIND)
