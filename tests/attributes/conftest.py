"""Small portfolios of three applications: billing, CRM and HR."""

import json
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.attributes.evaluate import evaluate_attributes
from aidiscover_pipelines.attributes.facts import Facts, application_facts, judge
from aidiscover_pipelines.attributes.standing import Sources
from aidiscover_pipelines.domain.tables import ApplicationAsset, Dependency, EntityValue, SourceStanding
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
    standings: pd.DataFrame | None = None,
    applications: pd.DataFrame = APPS,
) -> Facts:
    linked, needs = links() if linked is None else linked, edges() if needs is None else needs
    sheets = pd.DataFrame(columns=SourceStanding.columns()) if standings is None else standings
    sources, uses = Sources(sheets, told[told["field"].eq("last_seen")], TODAY), technology_uses(told, TODAY)
    judged = judge(told, linked, needs, uses, TODAY, sources)
    return application_facts(applications, assets() if servers is None else servers, linked, needs, uses, TODAY, judged)


def cell(facts: Facts, application: str, field: str, column: str = "value") -> Any:
    rows = facts.rows.assign(evidence=[json.loads(text) for text in facts.evidence()])
    row = rows[(rows["application_id"] == application) & (rows["field"] == field)]
    return row[column].iloc[0] if len(row) else None


def evaluated(facts: Facts, application: str, attribute: str) -> dict[str, Any]:
    rows = evaluate_attributes(facts, APPS)
    row = dict(rows[(rows["application_id"] == application) & (rows["attribute"] == attribute)].iloc[0])
    return {**row, "evidence": json.loads(row["evidence"])}
