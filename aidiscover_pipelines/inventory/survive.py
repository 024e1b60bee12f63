"""Survivorship: which of several values for one field of one entity stands, and why. Losers are kept."""

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.tables import EntityValue
from aidiscover_pipelines.inventory.addresses import record_ids

# Every value of these adds to the others: all stand.
UNION_FIELDS = frozenset(
    (
        "ip_address",
        "mac_address",
        "network_name",
        "technology_stack",
        "integration_dependencies",
        "compliance_requirements",
        "tags",
        "description",
        "disk_size_gb",
        "asset_id",
        "application_id",
        "security_requirements",
        "configuration_complexity",
        "stakeholder_impact",
        "availability_target",
        "recovery_objectives",
        "change_tolerance",
    )
)
# A sizing baseline is the mean over time; peaks and the rest stand in where there is none.
STATISTIC_RANK: dict[str, int] = {
    "avg": 0,
    "p50": 1,
    "p90": 2,
    "p95": 2,
    "p99": 3,
    "": 4,
    "current": 5,
    "max": 6,
    "min": 7,
}
# Numbers this close are the same number measured twice (rounding, MB against MiB).
SAME_NUMBER = 0.05

# Another name is an alias, not a contradiction.
_ALIASES = frozenset(("application_name", "asset_name", "hostname"))
# Note of a value that only counts as part of a sum; it contradicts nothing.
PART = "part of a sum"

_NUMERIC = frozenset(field.name for field in FIELDS if field.kind in ("int", "float"))
_ORDER = ("preference", "statistic_rank", "seen_rank", "length_rank")
_RULES = ("preferred source", "average before peak", "most recently seen", "most complete")


def survive(values: pd.DataFrame) -> pd.DataFrame:
    """EntityValue frame: every value, with whether it was chosen, whether its field is disputed, and why.

    Columns needed: entity, entity_id, field, value, number, statistic, evidence_id, preference (lower is better), note.
    A note is the value's rule already and stays in front. Order: preferred source, average before peak, last seen,
    most complete, then the cell's address, so that equal input gives equal output.
    """
    if values.empty:
        return pd.DataFrame(columns=EntityValue.columns())
    frame = _ranked(values)
    group = ["entity_id", "field"]
    frame = frame.sort_values([*group, *_ORDER, "evidence_id"], kind="stable").reset_index(drop=True)
    place = frame.groupby(group, sort=False).cumcount()
    size = frame.groupby(group, sort=False)["value"].transform("size")
    frame["conflict"] = _conflicts(frame, size)
    union = frame["field"].isin(UNION_FIELDS)
    repeat = frame.duplicated([*group, "same"])
    frame["chosen"] = ((place == 0) | union) & ~(union & repeat)
    won = _winning_rules(frame, place, size)
    rule = np.where(frame["chosen"], won, "lost to: " + won)
    rule = np.where(union, np.where(repeat, "repeats another value", "all values stand"), rule)
    rule = np.where(~union & ~frame["chosen"] & ~frame["conflict"], "agrees with the chosen value", rule)
    rule = np.where(size == 1, "only value", rule)
    noted = frame["note"].astype("str").fillna("")
    frame["rule"] = np.where(noted == "", rule, noted + np.where(size == 1, "", "; " + pd.Series(rule).astype("str")))
    return frame[EntityValue.columns()]


def _ranked(values: pd.DataFrame) -> pd.DataFrame:
    frame = values.reset_index(drop=True).copy()
    frame["statistic_rank"] = (
        frame["statistic"]
        .astype("str")
        .fillna("")
        .str.lower()
        .map(STATISTIC_RANK)
        .fillna(STATISTIC_RANK[""])
        .astype(int)
    )
    records = record_ids(frame["evidence_id"].astype("str"))
    frame["record"] = records
    seen = frame.loc[frame["field"] == "last_seen"].drop_duplicates("record")
    moments = records.map(seen.set_index("record")["value"]).astype("str").fillna("")
    frame["seen_rank"] = -pd.factorize(moments, sort=True)[0]
    measured = frame["field"].isin(_NUMERIC)
    missing = measured & frame["number"].isna()
    frame["length_rank"] = np.where(measured, missing * 1, -frame["value"].str.len())
    text = frame["value"].str.casefold().str.replace(r"[\W_]+", "", regex=True)
    number = frame["number"].map(lambda value: format(value, ".6g"), na_action="ignore")
    frame["same"] = number.where(measured & frame["number"].notna(), text)
    return frame


def _conflicts(frame: pd.DataFrame, size: pd.Series) -> pd.Series:
    """Whether rows really disagree on a field: numbers by more than 5 %, texts where none contains the other's words.

    A row speaks with its best value: two columns of one row are two readings, not a contradiction. Nor are values
    under another statistic.
    """
    group = ["entity_id", "field"]
    conflict = pd.Series(False, index=frame.index)
    many = (size > 1) & ~frame["field"].isin(UNION_FIELDS | _ALIASES)
    if not many.any():
        return conflict
    held = frame[many]
    spoken = held[held["note"] != PART].drop_duplicates([*group, "statistic_rank", "record"])
    numbers = spoken[spoken["number"].notna()].groupby([*group, "statistic_rank"])["number"].agg(["min", "max"])
    apart = numbers["max"] - numbers["min"] > SAME_NUMBER * numbers[["min", "max"]].abs().max(axis=1)
    differing = set(apart[apart].reset_index(level="statistic_rank").index)
    texts = spoken[spoken["number"].isna() & ~spoken["field"].isin(_NUMERIC)].drop_duplicates([*group, "same"])
    texts = texts[texts.duplicated(group, keep=False)].sort_values("length_rank", kind="stable")
    words = texts["value"].str.casefold().str.findall(r"[^\W_]+").map(frozenset)
    longest = words.groupby([texts["entity_id"], texts["field"]], sort=False).transform("first")
    contained = np.array([some <= most for some, most in zip(words, longest, strict=True)], dtype=bool)
    differing |= set(zip(texts["entity_id"][~contained], texts["field"][~contained], strict=True))
    pairs = pd.MultiIndex.from_frame(held[group])
    conflict[many] = pairs.isin(list(differing)) if differing else False
    return conflict


def _winning_rules(frame: pd.DataFrame, place: pd.Series, size: pd.Series) -> pd.Series:
    """Rule of each row's group: the first criterion in which the winner is ahead of the runner-up."""
    first = place == 0
    agreed = frame.groupby(["entity_id", "field"], sort=False)["same"].transform("nunique") == 1
    rule = pd.Series(np.where(agreed, "sources agree", "first by address"), index=frame.index, dtype=object)
    for criterion, name in reversed(list(zip(_ORDER, _RULES, strict=True))):
        ahead = first & ~agreed & (size > 1) & (frame[criterion] != frame[criterion].shift(-1))
        rule[ahead] = name
    winners = frame[first].assign(rule=rule[first]).set_index(["entity_id", "field"])["rule"]
    spread = pd.MultiIndex.from_frame(frame[["entity_id", "field"]])
    return pd.Series(winners.reindex(spread).to_numpy(), index=frame.index, dtype=object)
