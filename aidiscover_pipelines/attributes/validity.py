"""Values that cannot be right, contradict each other, or are disputed between sources, each with its cells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import ApplicationAsset, EntityValue
from aidiscover_pipelines.domain.vocabulary import EntityKind

Read = Callable[..., pd.DataFrame]

# Field -> least and most that a single machine or application can have; beyond them a unit or a column is wrong.
# Most: the largest machines sold in 2025 (SAP HANA scale-up: 1,792 threads, 48 TB), and what one array holds.
LIMITS: Mapping[str, tuple[float, float]] = {
    "cpu_cores": (1, 4_096),
    "cpu_sockets": (1, 64),
    "memory_mb": (64, 100_000_000),
    "storage_total_gb": (0.1, 50_000_000),
    "storage_used_gb": (0, 50_000_000),
    "disk_size_gb": (0, 50_000_000),
    "cpu_util_pct": (0, 100),
    "memory_util_pct": (0, 100),
    "recovery_objectives": (0, 8_784),  # hours: one leap year
    "user_count": (0, 1e10),
    "annual_cost": (0, 1e11),
    "data_volume_gb": (0, 1e9),
    "vulnerability_count": (0, 1e7),
}
# Dates that are past when they are recorded.
PAST = ("install_date", "last_seen")
_SLACK = 0.05  # the same size measured in two ways


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two numbers of one entity of which the first is at most the second."""

    least: str
    most: str
    words: str


CONTRADICTIONS = (
    Contradiction("storage_used_gb", "storage_total_gb", "more storage in use than there is"),
    Contradiction("cpu_sockets", "cpu_cores", "more sockets than cores"),
)
_COMPARED = (*LIMITS, *PAST, "support_end_date")


def invalid(read: Read, application: str, today: date) -> list[dict[str, Any]]:
    """Out of range and contradicting values first, then disputed ones; of one application: its own and its servers'.

    problem (out of range, contradiction or conflict), entity, entity_id, field, value, what, evidence. Over the whole
    portfolio a disputed field is one row, with the number of entities.
    """
    where: dict[str, Any] = {}
    if application:
        links = read(ApplicationAsset, columns=["asset_id"], application_id=application)
        where = {"entity_id": [application, *links["asset_id"].unique().tolist()]}
    chosen = read(EntityValue, field=list(_COMPARED), chosen=True, **where)
    disputed = read(EntityValue, conflict=True, **where)
    wrong = [*_out_of_range(chosen), *_in_the_future(chosen, today), *_contradicting(chosen)]
    return [*wrong, *_conflicts(disputed, by_field=not application)]


def _out_of_range(chosen: pd.DataFrame) -> list[dict[str, Any]]:
    low = chosen["field"].map({name: least for name, (least, _) in LIMITS.items()}).astype(float)
    high = chosen["field"].map({name: most for name, (_, most) in LIMITS.items()}).astype(float)
    odd = chosen[(chosen["number"] < low) | (chosen["number"] > high)]
    return [
        _row("out of range", row, "expected {:g} to {:g}".format(*LIMITS[str(row.field)]))
        for row in odd.itertuples(index=False)
    ]


def _in_the_future(chosen: pd.DataFrame, today: date) -> list[dict[str, Any]]:
    dates = chosen[chosen["field"].isin(PAST)]
    moments = pd.to_datetime(dates["value"], errors="coerce", utc=True, format="ISO8601")
    late = dates[moments > pd.Timestamp(today, tz="UTC") + pd.Timedelta(days=1)]
    return [_row("out of range", row, f"later than {today.isoformat()}") for row in late.itertuples(index=False)]


def _contradicting(chosen: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for rule in CONTRADICTIONS:
        small, large = (
            chosen[chosen["field"] == name].drop_duplicates(["entity", "entity_id"]) for name in (rule.least, rule.most)
        )
        pairs = small.merge(large, on=["entity", "entity_id"], suffixes=("", "_of"))
        for row in pairs[pairs["number"] > pairs["number_of"] * (1 + _SLACK)].itertuples(index=False):
            told = _row("contradiction", row, f"{rule.words}: {rule.most} is {row.value_of}")
            rows.append({**told, "evidence": [row.evidence_id, row.evidence_id_of]})
    return rows


def _conflicts(disputed: pd.DataFrame, *, by_field: bool) -> list[dict[str, Any]]:
    """One row for each disputed field of an entity, or for each field with the number of entities and one of them.

    The value that stands comes first. Applications before assets, then what is disputed most.
    """
    ordered = disputed.sort_values(["entity", "entity_id", "field", "chosen"], ascending=[True, True, True, False])
    sizes: dict[Any, int] = ordered.groupby(["entity", "field"])["entity_id"].nunique().to_dict()
    shown = ordered
    if by_field:
        first = ordered.drop_duplicates(["entity", "field"])[["entity", "entity_id", "field"]]
        shown = ordered.merge(first, on=["entity", "entity_id", "field"])
    rows = []
    for (entity, entity_id, name), each in shown.groupby(["entity", "entity_id", "field"], sort=False):
        said = each.drop_duplicates("value")
        row = {
            "problem": "conflict",
            "entity": str(entity),
            "entity_id": entity_id,
            "field": name,
            "value": said["value"].iloc[0],
            "what": f"also recorded as {'; '.join(said['value'].iloc[1:5])}; {each['rule'].iloc[0]}",
            "evidence": said["evidence_id"].head(5).tolist(),
        }
        rows.append({**row, "entities": int(sizes[entity, name])} if by_field else row)
    return sorted(rows, key=lambda row: (row["entity"] != EntityKind.APPLICATION.value, -row.get("entities", 0)))


def _row(problem: str, row: Any, what: str) -> dict[str, Any]:
    return {
        "problem": problem,
        "entity": str(row.entity),
        "entity_id": row.entity_id,
        "field": row.field,
        "value": row.value,
        "what": what,
        "evidence": [row.evidence_id],
    }
