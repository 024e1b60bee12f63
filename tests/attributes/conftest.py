"""Small portfolios of three applications: billing, CRM and HR."""

from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.attributes.evaluate import evaluate_attributes
from aidiscover_pipelines.attributes.facts import application_facts
from aidiscover_pipelines.domain.tables import ApplicationAsset, Dependency, EntityValue
from aidiscover_pipelines.technology.uses import technology_uses

TODAY = date(2026, 11, 21)
APPS = pd.DataFrame({"application_id": ["bill", "crm", "hr"], "name": ["Billing", "CRM", "HR"]})


def values(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(entity, id, field, value[, statistic[, conflict]]); numbers are read from the value where it is one."""
    out = []
    for position, (entity, key, field, value, *rest) in enumerate(rows):
        number = float(value) if str(value).replace(".", "", 1).isdigit() else None
        out.append(
            {
                "entity": entity,
                "entity_id": key,
                "field": field,
                "value": str(value),
                "number": number,
                "statistic": rest[0] if rest else None,
                "evidence_id": f"e{position}",
                "chosen": True,
                "conflict": bool(rest[1]) if len(rest) > 1 else False,
                "rule": "only source",
            }
        )
    return pd.DataFrame(out, columns=EntityValue.columns())


def assets(**kinds: str) -> pd.DataFrame:
    """Servers by id with their kind; an id is its name too."""
    rows = [{"asset_id": key, "kind": kind, "name": key.replace("_", "-")} for key, kind in kinds.items()]
    return pd.DataFrame(rows, columns=["asset_id", "kind", "name"])


def links(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"application_id": a, "asset_id": s, "evidence_id": f"link-{a}-{s}", "how": "asset row"} for a, s in pairs],
        columns=ApplicationAsset.columns(),
    )


def edges(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """(source, target, text of the target, kind[, port])."""
    return pd.DataFrame(
        [
            {
                "dependency_id": f"d{position}",
                "source_application": source,
                "target_application": target,
                "source_text": source or "somewhere",
                "target_text": text,
                "kind": kind,
                "port": rest[0] if rest else None,
                "evidence_id": f"x{position}",
            }
            for position, (source, target, text, kind, *rest) in enumerate(rows)
        ],
        columns=Dependency.columns(),
    )


def facts_of(
    told: pd.DataFrame,
    servers: pd.DataFrame | None = None,
    linked: pd.DataFrame | None = None,
    needs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    return application_facts(
        APPS,
        assets() if servers is None else servers,
        told,
        links() if linked is None else linked,
        edges() if needs is None else needs,
        TODAY,
        uses=technology_uses(told, TODAY),
    )


def cell(facts: pd.DataFrame, application: str, field: str, column: str = "value") -> Any:
    row = facts[(facts["application_id"] == application) & (facts["field"] == field)]
    return row[column].iloc[0] if len(row) else None


def evaluated(facts: pd.DataFrame, application: str, attribute: str) -> dict[str, Any]:
    rows = evaluate_attributes(facts, APPS)
    row = rows[(rows["application_id"] == application) & (rows["attribute"] == attribute)]
    return dict(row.iloc[0])
