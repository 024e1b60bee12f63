"""Decisions about identity in the store: a person merges or splits, sees what was said, and takes it back."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import EntityValue, IdentityDecision
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import record_ids
from aidiscover_pipelines.inventory.names import plain_name
from aidiscover_pipelines.inventory.resolution.identity import (
    DIFFERENT,
    SAME,
    decision_rows,
    entries_of,
    forced,
    key_texts,
)
from aidiscover_pipelines.inventory.resolution.keys import KEY_FIELDS, asset_keys
from aidiscover_pipelines.ports import Condition, PortfolioStore

_NAME_FIELDS = {
    EntityKind.ASSET: ("asset_name", "hostname", "asset_id"),
    EntityKind.APPLICATION: ("application_name", "application_id"),
}


def merge_entities(
    store: PortfolioStore, tenant: TenantId, entity: EntityKind, ids: Sequence[str], reason: str, by: str
) -> list[dict[str, Any]]:
    """Store that two or more entities are one, from the next run on; the decisions, one for each after the first.

    Raises: UnknownTenant; ConfigError for an unknown id, fewer than two, or what no key tells from other entities.
    """
    attempted = f"merge {', '.join(repr(one) for one in ids)} of tenant {tenant!r}"
    if len(set(ids)) < 2:
        raise ConfigError(f"cannot {attempted}: it takes two {entity}s that differ; give their ids")
    store.tenant(tenant, attempted)
    keys = _keys(store, tenant, entity)
    for one in ids:
        _known(keys, one, entity, attempted)
    first, decided = ids[0], []
    for other in dict.fromkeys(ids[1:]):
        sides = [_anchors(keys, one, _of(keys, two), entity) for one, two in ((first, other), (other, first))]
        for one, side in zip((first, other), sides, strict=True):
            meant = {_owner(keys, entry) for entry in entries_of(side, keys, entity)}
            if not meant or meant - {first, other}:
                raise ConfigError(_indistinct(attempted, one, sorted(meant - {first, other}), entity))
        decided.append((SAME, sides, (first, other)))
    return _store(store, tenant, entity, keys, decided, reason, by)


def split_entity(
    store: PortfolioStore,
    tenant: TenantId,
    entity: EntityKind,
    identity: str,
    rows: Sequence[str],
    reason: str,
    by: str,
) -> list[dict[str, Any]]:
    """Store that these rows (file.sheet.row) of an entity are another thing than its other rows; the decision.

    Raises: UnknownTenant; ConfigError for an unknown id or row, or where no key tells the rows from the others.
    """
    attempted = f"split {', '.join(repr(row) for row in rows)} from {identity!r} of tenant {tenant!r}"
    store.tenant(tenant, attempted)
    keys = _keys(store, tenant, entity)
    _known(keys, identity, entity, attempted)
    own = _of(keys, identity)
    unknown = sorted(set(rows) - set(own["record_id"]))
    if unknown:
        known = ", ".join(sorted(set(own["record_id"]))[:5])
        raise ConfigError(f"cannot {attempted}: {unknown[0]!r} is no row of it; its rows are {known}")
    here = own["record_id"].isin(rows)
    left, right = key_texts(own[here], entity), key_texts(own[~here], entity)
    sides = [sorted(set(left) - set(right)), sorted(set(right) - set(left))]
    if not all(sides):
        raise ConfigError(
            f"cannot {attempted}: no id, name or hardware key tells these rows from its other rows; "
            "correct the source file, then ingest it again"
        )
    return _store(store, tenant, entity, keys, [(DIFFERENT, sides, (identity, identity))], reason, by)


def list_decisions(store: PortfolioStore, tenant: TenantId) -> list[dict[str, Any]]:
    """All decisions of a tenant, the latest first; `overruled` where a later one says the opposite."""
    store.tenant(tenant, "list identity decisions")
    held = store.read(tenant, IdentityDecision)
    overruled: set[str] = set()
    for entity in EntityKind.ASSET, EntityKind.APPLICATION:
        if (held["entity"].astype("str") == str(entity)).any():
            overruled |= set(forced(held, _keys(store, tenant, entity), entity).overruled)
    ordered = held.sort_values(["at", "decision_id"], ascending=False, kind="stable")
    rows: Any = ordered.assign(overruled=ordered["decision_id"].isin(overruled)).to_dict("records")
    return list(rows)


def undo_decisions(store: PortfolioStore, tenant: TenantId, ids: Sequence[str]) -> None:
    """Withdraw decisions, from the next run on. Raises: UnknownTenant; ConfigError for an unknown id."""
    attempted = f"undo identity decisions of tenant {tenant!r}"
    store.tenant(tenant, attempted)
    unknown = sorted(set(ids) - set(store.read(tenant, IdentityDecision, columns=["decision_id"])["decision_id"]))
    if unknown:
        raise ConfigError(f"cannot {attempted}: there is no decision {unknown[0]!r}; see 'aidiscover identity list'")
    store.delete(tenant, IdentityDecision, [Condition("decision_id", "=", list(ids))])


def _keys(store: PortfolioStore, tenant: TenantId, entity: EntityKind) -> pd.DataFrame:
    """Keys (entry, entity_id, record_id, kind, value, name) of every record, as the last run understood it."""
    fields = list(KEY_FIELDS) if entity == EntityKind.ASSET else ["application_id", "application_name"]
    columns = ["entity_id", "field", "value", "evidence_id"]
    values = store.read(tenant, EntityValue, columns=columns, entity=str(entity), field=fields)
    values = values.assign(record_id=record_ids(values["evidence_id"].astype("str")))
    if entity == EntityKind.ASSET:
        cells = values.assign(file_id=values["record_id"].str.split(".").str[0])
        keys = asset_keys(cells)
        keys = keys.assign(entity_id=values["entity_id"].to_numpy()[keys["cell"].to_numpy()])
    else:
        is_name = values["field"] == "application_name"
        texts = [plain_name(text) if named else text.casefold()
                 for text, named in zip(values["value"].astype("str"), is_name, strict=True)]  # fmt: skip
        keys = values.assign(kind=is_name.map({True: "name", False: "id"}), value=texts)
    names = (
        values[values["field"].isin(_NAME_FIELDS[entity])].sort_values(["field", "value"]).drop_duplicates("entity_id")
    )
    shown = keys["entity_id"].map(names.set_index("entity_id")["value"])
    entry, _ = pd.factorize(keys["record_id"] + " " + keys["entity_id"])
    return keys.assign(entry=entry, name=shown.where(shown.notna(), keys["entity_id"])).reset_index(drop=True)


def _of(keys: pd.DataFrame, identity: str) -> pd.DataFrame:
    return keys[keys["entity_id"] == identity]


def _owner(keys: pd.DataFrame, entry: int) -> str:
    return str(keys.loc[keys["entry"] == entry, "entity_id"].iloc[0])


def _known(keys: pd.DataFrame, identity: str, entity: EntityKind, attempted: str) -> None:
    if _of(keys, identity).empty:
        raise ConfigError(
            f"cannot {attempted}: there is no {entity} {identity!r} with a name or key; "
            "take its id from the report or from 'aidiscover explain'"
        )


def _anchors(keys: pd.DataFrame, identity: str, other: pd.DataFrame, entity: EntityKind) -> list[str]:
    """Keys of an entity that the other has not; all of its keys where the other has them too."""
    own = key_texts(_of(keys, identity), entity)
    return sorted(set(own) - set(key_texts(other, entity))) or own


def _indistinct(attempted: str, identity: str, others: list[str], entity: EntityKind) -> str:
    whom = f"from {', '.join(repr(other) for other in others[:3])}" if others else "from anything else"
    return (
        f"cannot {attempted}: no id, name or hardware key tells {entity} {identity!r} {whom}; "
        "correct the source file, then ingest it again"
    )


def _store(
    store: PortfolioStore,
    tenant: TenantId,
    entity: EntityKind,
    keys: pd.DataFrame,
    decided: list[tuple[str, list[list[str]], tuple[str, str]]],
    reason: str,
    by: str,
) -> list[dict[str, Any]]:
    held, at = store.read(tenant, IdentityDecision), datetime.now(UTC)
    names = keys.drop_duplicates("entity_id").set_index("entity_id")["name"]
    rows = []
    for verdict, sides, ids in decided:
        identity = "|".join((str(entity), verdict, *sides[0], *sides[1], at.isoformat()))
        rows.append(
            {
                "decision_id": hashlib.sha256(identity.encode()).hexdigest()[:12],
                "entity": str(entity),
                "verdict": verdict,
                "left_keys": sides[0],
                "right_keys": sides[1],
                "left_name": str(names[ids[0]]),
                "right_name": str(names[ids[1]]),
                "reason": " ".join(reason.split()),
                "by": by,
                "at": at,
            }
        )
    fresh = decision_rows(*rows)
    # An empty frame has no types.
    everything = pd.concat([held, fresh], ignore_index=True) if len(held) else fresh
    before = set(forced(held, keys, entity).overruled)
    overruled = [one for one in forced(everything, keys, entity).overruled if one not in before]
    store.append(tenant, {IdentityDecision: fresh})
    return [{**row, "overrules": overruled} for row in rows]
