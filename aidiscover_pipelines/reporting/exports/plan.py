"""The plan in our own formats: a table for spreadsheets, and one JSON document with everything that the plan says."""

import json
from datetime import datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.reporting.exports.csv_text import people_csv
from aidiscover_pipelines.reporting.exports.estate import Estate, wave_name
from aidiscover_pipelines.reporting.exports.made import Made

FORMAT_VERSION = 1


def plan_csv(estate: Estate) -> Made:
    """One row for each application."""
    rows = estate.applications
    planned = estate.waves.set_index("wave")
    effort, cost = rows["effort"].map(_mapping), rows["cost"].map(_mapping)
    servers = rows["application_id"].map(estate.links.groupby("application_id").size())
    frame = pd.DataFrame({
        "Application ID": rows["application_id"],
        "Application": rows["name"],
        "Business unit": estate.fact("business_unit"),
        "Business criticality": estate.fact("business_criticality"),
        "Servers": servers.fillna(0).astype(int),
        "Migration strategy": rows["strategy"],
        "Target": rows["target"],
        "Confidence": rows["confidence"],
        "Decided by": rows["decided_by"],
        "Risk": rows["risk"],
        "Priority": rows["priority"].astype("Int64"),
        "Migration wave": rows["wave"].map(wave_name),
        "Wave starts": rows["wave"].map(planned["starts"]),
        "Wave ends": rows["wave"].map(planned["ends"]),
        "Work, days low": effort.map(lambda told: told.get("days_low")),
        "Work, days high": effort.map(lambda told: told.get("days_high")),
        "Cost a month, low": cost.map(lambda told: told.get("low")),
        "Cost a month, high": cost.map(lambda told: told.get("high")),
        "Currency": cost.map(lambda told: told.get("currency")),
        "Rationale": rows["rationale"],
        "Question that would decide": rows["question"],
    })  # fmt: skip
    return Made([people_csv(frame)], len(frame))


def plan_json(estate: Estate, tenant: str, now: datetime) -> Made:
    """Applications with all that is recommended, servers with what is known, edges and waves; see docs/exports.md."""
    applications = _records(estate.applications)
    facts = {
        key: dict(zip(held["field"], held["value"], strict=True))
        for key, held in estate.facts.groupby("application_id")
    }
    servers = estate.links.groupby("application_id")["asset_id"].agg(sorted).to_dict()
    for application in applications:
        application["facts"] = facts.get(application["application_id"], {})
        application["servers"] = servers.get(application["application_id"], [])
    known: dict[str, dict[str, list[str]]] = {}
    for server, field, value in estate.values[["entity_id", "field", "value"]].itertuples(index=False):
        known.setdefault(server, {}).setdefault(field, []).append(value)
    assets = [{**asset, "values": known.get(asset["asset_id"], {})} for asset in _records(estate.assets)]
    document = {
        "format": "aidiscover plan",
        "version": FORMAT_VERSION,
        "tenant": tenant,
        "written": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "applications": applications,
        "servers": assets,
        "dependencies": _records(estate.edges),
        "waves": _records(estate.waves),
    }  # fmt: skip
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return Made([text.encode() + b"\n"], len(applications))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    whole = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in whole.to_dict("records")]
