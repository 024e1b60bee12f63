"""The stage that names the technologies of an inventory and says how long their vendors support them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import ApplicationAsset, EntityValue, TechnologyUse
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.technology.lifecycles import EOL, EOL_12, EOL_24, STATUSES
from aidiscover_pipelines.technology.uses import FIELDS, technology_uses

_SHOWN = 10
# The hypervisor is left out: a migrated application leaves it behind, so its age says nothing about the application.
_LEFT_BEHIND = "virtualization_platform"
_CHARTS = {EOL: "Past their end of life", EOL_12: "End within 12 months", EOL_24: "End within 13 to 24 months"}


def name_technologies(
    store: PortfolioStore, tenant: TenantId, run: RunRef, today: date, application: ApplicationId | None = None
) -> StageResult:
    """Write the technologies that chosen values name, of all entities or of one application and its assets.

    rows_in counts cells, rows_out rows of TechnologyUse; both count a cell that names two products twice. The preview
    shows the releases whose support ends first; unknown texts are listed for who extends the catalogue.
    """
    columns = ["entity", "entity_id", "field", "value", "evidence_id", "chosen"]
    where: dict[str, Any] = {"chosen": True, "field": list(FIELDS)}
    if application is not None:
        links = store.read(tenant, ApplicationAsset, application_id=application)
        where["entity_id"] = [application, *links["asset_id"].unique().tolist()]
    values = store.read(tenant, EntityValue, columns=columns, **where)
    uses = technology_uses(values, today)
    scope = {} if application is None else {"entity_id": where["entity_id"]}
    store.replace(tenant, run, {TechnologyUse: uses}, **scope)
    known, unknown = uses[uses["product"].ne("")], uses[uses["product"].eq("")]
    aging = known[known["field"].ne(_LEFT_BEHIND)]
    statuses = aging["status"].value_counts()
    return StageResult(
        rows_in=len(values),
        rows_out=len(uses),
        skipped={"names nothing in the catalogue": len(unknown)} if len(unknown) else {},
        preview=_ending(aging),
        figures={
            "products": known["product"].nunique(),
            "releases": len(known[["product", "cycle"]].drop_duplicates()),
            **{f"uses {status}": int(statuses.get(status, 0)) for status in STATUSES},
            "unknown texts": unknown["mention"].nunique(),
        },
        charts={
            "Technologies by entities": _bars(known, known["name"]),
            **{
                title: _bars(aging[aging["status"].eq(status)], (aging["name"] + " " + aging["cycle"]))
                for status, title in _CHARTS.items()
            },
        },
        tables={"Not in the catalogue": _unknown(unknown)},
    )


def _bars(uses: pd.DataFrame, names: "pd.Series[str]") -> Mapping[str, float]:
    """Entities by name, the most frequent first."""
    counted = uses.assign(shown=names).drop_duplicates(["entity", "entity_id", "shown"])["shown"].value_counts()
    first = counted.reset_index().sort_values(["count", "shown"], ascending=[False, True]).head(_SHOWN)
    return {str(name): float(count) for name, count in zip(first["shown"], first["count"], strict=True)}


def _ending(uses: pd.DataFrame) -> list[Mapping[str, Any]]:
    dated = uses[uses["end_of_life"].notna()]
    keys = ["end_of_life", "name", "cycle", "status"]
    counted = dated.drop_duplicates(["entity", "entity_id", *keys]).groupby(keys, sort=True).size()
    rows = counted.reset_index(name="entities").head(_SHOWN)
    return [{str(column): value for column, value in row.items()} for row in rows.to_dict("records")]


def _unknown(uses: pd.DataFrame) -> list[Mapping[str, Any]]:
    counted = uses.groupby(["mention", "field"]).size().reset_index(name="cells")
    first = counted.sort_values(["cells", "mention"], ascending=[False, True]).head(_SHOWN)
    return [{str(column): value for column, value in row.items()} for row in first.to_dict("records")]
