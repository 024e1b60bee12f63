"""How good the data is: completeness, quality, freshness and disagreement by application, attribute or source."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES
from aidiscover_pipelines.attributes.evaluate import completeness
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    AttributeValue,
    EntityValue,
    FieldMapping,
    SkippedRow,
    SourceFile,
    SourceSheet,
)
from aidiscover_pipelines.domain.vocabulary import EntityKind, MappingDecision

Read = Callable[..., pd.DataFrame]
_LABELS = {attribute.key: attribute.label for attribute in ATTRIBUTES}


def quality(read: Read, by: str, application: str, today: date) -> list[dict[str, Any]]:
    """Figures by application, attribute or source, the worst first; of one application only what concerns it.

    `score` is the mean quality of the 22 attributes, 0 to 1, in which missing counts 0 and dispute lowers; of a source
    it is the mean confidence of its used columns times the share of its rows that are used. `conflict_rate` is the
    share of recorded fields on which sources disagree. Ages are days before `today`; None where nothing is dated.
    """
    return {"application": _by_application, "attribute": _by_attribute, "source": _by_source}[by](
        read, application, today
    )


def _by_application(read: Read, application: str, today: date) -> list[dict[str, Any]]:
    where = {"application_id": application} if application else {}
    attributes = read(AttributeValue, **where)
    scores = attributes.groupby("application_id")["quality"].mean()
    known = completeness(attributes).set_index("application_id")["completeness"]
    applications = read(Application, columns=["application_id", "name"], **where)
    seen = read(ApplicationFact, field="last_seen", **where).set_index("application_id")
    rates = _conflict_rates(read, application)
    rows = [
        {
            "application_id": application_id,
            "name": name,
            "score": _rounded(scores.get(application_id, 0.0)),
            "completeness": _rounded(known.get(application_id, 0.0)),
            "conflict_rate": rates.get(application_id, 0.0),
            "last_seen": str(seen["value"].get(application_id, "")),
            "age_days": _age(str(seen["value"].get(application_id, "")), today),
            "evidence": seen["evidence"].get(application_id, []),
        }
        for application_id, name in zip(applications["application_id"], applications["name"], strict=True)
    ]
    return sorted(rows, key=lambda row: (row["score"], row["application_id"]))


def _by_attribute(read: Read, application: str, today: date) -> list[dict[str, Any]]:
    attributes = read(AttributeValue, application_id=application) if application else read(AttributeValue)
    rows: list[dict[str, Any]] = []
    for key, each in attributes.groupby("attribute", sort=True):
        cells = [cell for cells in each["evidence"].head(5) for cell in cells[:1]]
        told = each[each["value"] != ""]
        states = each["state"].value_counts()
        rows.append(
            {
                "attribute": key,
                "label": _LABELS[str(key)],
                "score": _rounded(each["quality"].mean()),
                "quality_where_known": _rounded(told["quality"].mean()) if len(told) else None,
                "applications": len(each),
                "states": {str(state): int(count) for state, count in states.items()},
                "evidence": cells,
            }
        )
    return sorted(rows, key=lambda row: (row["score"], row["attribute"]))


def _by_source(read: Read, application: str, today: date) -> list[dict[str, Any]]:
    files = read(SourceFile)
    if application:
        known = read(Application, application_id=application)
        files = files[files["file_id"].isin([source for sources in known["sources"] for source in sources])]
    ids = files["file_id"].tolist()
    sheets = read(SourceSheet, columns=["file_id", "rows"], file_id=ids).groupby("file_id")["rows"].sum()
    skipped = read(SkippedRow, columns=["file_id", "record_id"], file_id=ids)
    left_out = skipped.drop_duplicates("record_id").groupby("file_id").size()
    mappings = read(FieldMapping, file_id=ids)
    received = pd.to_datetime(files["received_at"], utc=True).dt.date
    rows: list[dict[str, Any]] = []
    for file, day in zip(files.to_dict("records"), received, strict=True):
        columns = mappings[mappings["file_id"] == file["file_id"]]
        decisions = columns["decision"].value_counts()
        used = columns[columns["decision"] != MappingDecision.IGNORE.value]
        held = int(sheets.get(file["file_id"], 0))
        unused = int(left_out.get(file["file_id"], 0))
        share = 1.0 - min(unused / held, 1.0) if held else 0.0
        rows.append(
            {
                "source": file["name"],
                "file_id": file["file_id"],
                "status": str(file["status"]),
                "score": _rounded(used["confidence"].mean() * share) if len(used) else 0.0,
                "rows": held,
                "rows_left_out_by_a_stage": unused,
                "columns": {str(decision): int(count) for decision, count in decisions.items()},
                "age_days": (today - day).days,
                "evidence": [],
            }
        )
    return sorted(rows, key=lambda row: (row["score"], row["source"]))


def _conflict_rates(read: Read, application: str) -> dict[str, float]:
    """application_id -> share of the recorded fields of it and its servers on which sources disagree."""
    where = {"application_id": application} if application else {}
    links = read(ApplicationAsset, columns=["application_id", "asset_id"], **where)
    wanted = {"entity_id": [*links["asset_id"].unique().tolist(), application]} if application else {}
    values = read(EntityValue, columns=["entity", "entity_id", "field", "conflict"], chosen=True, **wanted)
    fields = values.groupby(["entity", "entity_id", "field"], sort=False)["conflict"].any().reset_index()
    own = fields[fields["entity"] == EntityKind.APPLICATION.value].rename(columns={"entity_id": "application_id"})
    served = links.rename(columns={"asset_id": "entity_id"})
    of_assets = fields[fields["entity"] == EntityKind.ASSET.value].merge(served, on="entity_id")
    both = pd.concat([part[["application_id", "conflict"]] for part in (own, of_assets)])
    rates = both.astype({"conflict": float}).groupby("application_id")["conflict"].mean()
    return {str(name): _rounded(rate) for name, rate in rates.items()}


def _age(text: str, today: date) -> int | None:
    moment = pd.to_datetime(text.split(";")[0].strip(), errors="coerce", utc=True, format="ISO8601")
    return None if pd.isna(moment) else (today - moment.date()).days


def _rounded(number: Any) -> float:
    return round(float(number), 3)
