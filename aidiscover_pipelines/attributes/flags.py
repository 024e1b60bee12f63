"""Values that cannot be right, for people: as flags with their cells, and as what agents are told of them."""

import hashlib
from collections.abc import Callable, Collection
from typing import Any

import pandas as pd

from aidiscover_pipelines.attributes.grouping import Groups
from aidiscover_pipelines.attributes.validity import IMPOSSIBLE, UNIT_FAULT
from aidiscover_pipelines.attributes.wide import EVIDENCE_LIMIT
from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.tables import ApplicationAsset, DataFlag, EntityValue
from aidiscover_pipelines.domain.vocabulary import EntityKind

Read = Callable[..., pd.DataFrame]

STAGE = "attributes"
# Cleansing rules that give no value for a text that may have been meant: the text is told once, with its cells.
DROPPED_BY = {"negative_number": "out of range", "placeholder_date": "impossible date"}
# A fault of so many values of one column is the column's: another unit or measure. It is told once.
MANY_OF_COLUMN = 5
_ID_DIGITS = 16
_IDENTITY = ["problem", "entity", "entity_id", "field", "value"]
_KEY = [*_IDENTITY, "what"]
FLAGGED_VALUES = ["entity", "entity_id", "field", "value", "chosen", "evidence_id"]
"""What a flag is made of, of the columns of EntityValue."""


def data_flags(values: pd.DataFrame, faulty: pd.DataFrame, dropped: pd.DataFrame) -> pd.DataFrame:
    """DataFlag frame: each faulty value of an entity once, with its cells, and each text that cleansing dropped.

    `faulty` is what `validity.faults` tells of `values` (columns FLAGGED_VALUES); `dropped` are CleansedText rows.
    """
    told = values[FLAGGED_VALUES].iloc[faulty["row"].to_numpy()]
    told = told.astype(object).assign(problem=faulty["problem"].to_numpy(), what=faulty["what"].to_numpy())
    fate = pd.Series("counts half", index=told.index, dtype=object)
    fate = fate.mask(faulty["worth"].eq(IMPOSSIBLE).to_numpy(), "set aside, no fact is made of it")
    fate = fate.mask(~told["chosen"].astype(bool), "another value stands")
    told["what"] = told["what"] + "; " + fate
    told = _by_column(told)
    rows = pd.concat([told[[*_KEY, "evidence_id"]], _dropped(dropped)], ignore_index=True)
    if rows.empty:
        return pd.DataFrame(columns=DataFlag.columns())
    rows = rows.astype(dict.fromkeys(_KEY, object)).sort_values("evidence_id", kind="stable").reset_index(drop=True)
    rows["entity"] = rows["entity"].map(str)
    same = Groups(rows, _KEY)
    flags = same.keys.assign(evidence=pd.Series(same.lists(rows["evidence_id"], EVIDENCE_LIMIT), dtype=object))
    told_apart = zip(*(flags[name].tolist() for name in _IDENTITY), strict=True)
    flags["flag_id"] = [hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_ID_DIGITS] for parts in told_apart]
    return flags.assign(stage=STAGE)[DataFlag.columns()].drop_duplicates("flag_id", ignore_index=True)


def with_unconcerned(
    flags: pd.DataFrame, held: pd.DataFrame, entities: "pd.Series[str]", concerned: Collection[str]
) -> pd.DataFrame:
    """`flags` of a run that looked at some entities, and of those `held` the ones of other `entities` that have values.

    What is told of no single entity, and of values without a number, is in `flags` whatever was looked at.
    """
    there = pd.Index(entities).difference(pd.Index([*concerned, ""], dtype=object))
    kept = held[held["entity_id"].isin(there) & held["problem"].ne(UNIT_FAULT)]
    return pd.concat([kept.astype(object), flags], ignore_index=True) if len(kept) else flags


def _by_column(told: pd.DataFrame) -> pd.DataFrame:
    column = told["evidence_id"].astype("str").str.replace(r"\d+\.(\d+)$", r"*.\1", regex=True)
    units = told[told["problem"].eq(UNIT_FAULT)].assign(column=column).sort_values("evidence_id", kind="stable")
    by_column = units.groupby(["field", "column"])
    size, example = by_column["value"].transform("size"), by_column["value"].transform("first")
    many = size.index[size >= MANY_OF_COLUMN]
    shared = pd.DataFrame(
        {
            "entity_id": "",
            "value": size[many].astype(int).astype(str) + " values such as " + example[many].astype(str),
            "what": "the column seems to hold another unit or measure; its values count half at most",
        },
        index=many,
        dtype=object,
    )
    told.loc[many, ["entity_id", "value", "what"]] = shared
    return told


def _dropped(texts: pd.DataFrame) -> pd.DataFrame:
    rule = texts["rule"].astype(object).str.split("; ").str[-1]
    told = texts[rule.isin(DROPPED_BY)]
    cells = told["cells"].astype(int).astype(str)
    return pd.DataFrame(
        {
            "problem": rule[told.index].map(DROPPED_BY),
            "entity": told["field"].astype(object).map({name: field.entities[0] for name, field in BY_NAME.items()}),
            "entity_id": "",
            "field": told["field"].astype(object),
            "value": told["original"].astype(object),
            "what": "cleansing took it for nothing (" + told["transform"].astype(object) + "); cells: " + cells,
            "evidence_id": told["evidence_id"].astype(object),
        },
        columns=[*_KEY, "evidence_id"],
    )


def invalid(read: Read, application: str) -> list[dict[str, Any]]:
    """What is flagged, then what sources dispute; of one application: its own and its servers'.

    problem (as flagged, or conflict), entity, entity_id, field, value, what, evidence. Over the whole portfolio a
    disputed field is one row, with the number of entities.
    """
    where: dict[str, Any] = {}
    if application:
        links = read(ApplicationAsset, columns=["asset_id"], application_id=application)
        where = {"entity_id": [application, *links["asset_id"].unique().tolist()]}
    flagged = read(DataFlag, **where)
    columns = ["problem", "entity", "entity_id", "field", "value", "what", "evidence"]
    wrong = [{str(name): value for name, value in row.items()} for row in flagged[columns].to_dict("records")]
    disputed = read(EntityValue, conflict=True, **where)
    return [*({**row, "entity": str(row["entity"])} for row in wrong), *_conflicts(disputed, by_field=not application)]


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
