"""Ids that outlive a new source: an entity that the last run knew keeps the id it had.

An id is made from the strongest key that the sources give. A further source may give a stronger one, or another name;
then the entity would seem gone and a new one come, and what hangs on the id (partitions, overrides, history) be lost.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd

from aidiscover_pipelines.domain.tables import EntityPresence, EntityValue
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import record_ids
from aidiscover_pipelines.inventory.names import core_name
from aidiscover_pipelines.inventory.resolution.keys import STRENGTH, asset_keys
from aidiscover_pipelines.ports import PortfolioStore

# Fields that keys are read from.
KEY_FIELDS: Mapping[EntityKind, tuple[str, ...]] = {
    EntityKind.ASSET: ("asset_id", "serial_number", "hostname", "asset_name", "mac_address"),
    EntityKind.APPLICATION: ("application_id", "application_name"),
}
# Two things with two of these are two things, whatever their names are.
_UNIQUE_KINDS = ("uuid", "cloud_id", "serial")
_APPLICATION_KINDS = ("id", "name")
_COLUMNS = ["entity_id", "kind", "value"]

Resolved = TypeVar("Resolved", bound=tuple[Any, ...])


def earlier_ids(
    store: PortfolioStore, tenant: TenantId, kind: EntityKind, ids: Sequence[str], told: Callable[[], pd.DataFrame]
) -> dict[str, str]:
    """Id of this run -> id that the same entity has in the store. `told` gives EntityValue columns of this run.

    Only entities with an id that is new are looked at, and only ids that are no longer given: what is gone counts too.
    """
    known = set(store.read(tenant, EntityPresence, columns=["entity_id"], entity=str(kind))["entity_id"])
    lost, fresh = sorted(known - set(ids)), sorted(set(ids) - known)
    if not lost or not fresh:
        return {}
    columns = ["entity_id", "field", "value", "evidence_id"]
    fields = list(KEY_FIELDS[kind])
    held = store.read(tenant, EntityValue, columns=columns, entity=str(kind), field=fields)
    gone = store.read(tenant, EntityPresence, columns=["entity_id", "last_known"], entity=str(kind), state="gone")
    before = _keys(kind, pd.concat([held, _last_known(gone, fields)], ignore_index=True))
    values = told()
    now = _keys(kind, values.loc[values["field"].isin(fields), columns])
    return matching_ids(_telling(before, lost), _telling(now, fresh))


def matching_ids(before: pd.DataFrame, now: pd.DataFrame) -> dict[str, str]:
    """New id -> earlier id where the strongest keys that they share lead to one of each only.

    Frames (entity_id, kind, value, rank), rank 0 the strongest kind. Ids with different unique keys never match.
    """
    pairs = before.merge(now.drop(columns="rank"), on=["kind", "value"], suffixes=("", "_now"))
    for kind in _UNIQUE_KINDS:
        having = pairs["entity_id"].isin(before.loc[before["kind"] == kind, "entity_id"]) & pairs["entity_id_now"].isin(
            now.loc[now["kind"] == kind, "entity_id"]
        )
        shared = pairs.loc[pairs["kind"] == kind, ["entity_id", "entity_id_now"]].drop_duplicates()
        agree = pairs[["entity_id", "entity_id_now"]].merge(shared, how="left", indicator=True)["_merge"] == "both"
        pairs = pairs[~having | agree.to_numpy()]
    for one, other in (("entity_id_now", "entity_id"), ("entity_id", "entity_id_now")):
        strongest = pairs.groupby(one)["rank"].transform("min") == pairs["rank"]
        pairs = pairs[strongest].drop_duplicates(["entity_id", "entity_id_now"])
        pairs = pairs[pairs.groupby(one)[other].transform("nunique") == 1]
    return dict(sorted(zip(pairs["entity_id_now"], pairs["entity_id"], strict=True)))


def with_earlier_ids(kind: EntityKind, kept: Mapping[str, str], resolved: Resolved) -> Resolved:
    """The same under the earlier ids: asset_id or application_id, and entity_id, in every frame of a named tuple."""
    if not kept:
        return resolved
    make: Any = type(resolved)
    same: Resolved = make(*(renamed(part, kind, kept) if isinstance(part, pd.DataFrame) else part for part in resolved))
    return same


def renamed(frame: pd.DataFrame, kind: EntityKind, kept: Mapping[str, str]) -> pd.DataFrame:
    """A frame under the earlier ids."""
    columns: dict[str, Any] = {}
    for name in (f"{kind}_id", "entity_id"):
        if name in frame.columns:
            hit = frame[name].isin(list(kept))
            if "entity" in frame.columns:
                hit &= frame["entity"].astype("str") == str(kind)
            columns[name] = frame[name].where(~hit, frame[name].map(kept))
    return frame.assign(**columns)


def _keys(kind: EntityKind, values: pd.DataFrame) -> pd.DataFrame:
    """Frame (entity_id, kind, value, rank) of the keys in values (entity_id, field, value, evidence_id)."""
    if values.empty:
        return pd.DataFrame(columns=[*_COLUMNS, "rank"])
    kinds: Sequence[str]
    if kind == EntityKind.ASSET:
        kinds = STRENGTH
        records = record_ids(values["evidence_id"].astype("str")) + " " + values["entity_id"].astype("str")
        cells = values.assign(record_id=records, file_id=values["evidence_id"].astype("str").str.split(".").str[0])
        keys = asset_keys(cells)
        keys["entity_id"] = keys["record_id"].str.split(" ", n=1).str[1]
        # An id of a source counts without its file: the file's id changes with every upload.
        own = keys["kind"] == "asset_id"
        keys["value"] = keys["value"].where(~own, keys["value"].str.split(" ", n=1).str[1])
    else:
        kinds = _APPLICATION_KINDS
        is_name = values["field"] == "application_name"
        texts = values["value"].astype("str")
        keys = values[["entity_id"]].assign(
            kind=is_name.map({True: "name", False: "id"}),
            value=[core_name(t) if named else t.casefold() for t, named in zip(texts, is_name, strict=True)],
        )
    keys = keys[keys["kind"].isin(list(kinds)) & (keys["kind"] != "ip") & (keys["value"] != "")]
    rank = keys["kind"].astype("str").map({name: place for place, name in enumerate(kinds)})
    return keys.assign(rank=rank)[[*_COLUMNS, "rank"]]


def _telling(keys: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """The keys of some ids, without those that any other entity has too: they tell nobody apart."""
    unique = keys.drop_duplicates(_COLUMNS)
    alone = unique.groupby(["kind", "value"])["entity_id"].transform("nunique") == 1
    return unique[alone & unique["entity_id"].isin(ids)]


def _last_known(gone: pd.DataFrame, fields: Sequence[str]) -> pd.DataFrame:
    """What is gone, as values (entity_id, field, value, evidence_id)."""
    rows = [
        (entity, field, known[field], f"gone.1.{place}.1")
        for place, (entity, known) in enumerate(zip(gone["entity_id"], gone["last_known"], strict=True))
        for field in fields
        if field in known
    ]
    return pd.DataFrame(rows, columns=["entity_id", "field", "value", "evidence_id"], dtype="str")
