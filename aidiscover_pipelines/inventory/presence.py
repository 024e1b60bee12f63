"""Since when an asset or application is known and until when: what no source lists any more is marked, never lost."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import EntityPresence, EntityValue
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import among
from aidiscover_pipelines.ports import PortfolioStore

PRESENT, GONE, REAPPEARED = "present", "gone", "reappeared"
_SHOWN = 10
# Of what is still there; the other columns are written anew.
_KEPT = ["entity_id", "state", "first_seen", "digest"]


class Presences(NamedTuple):
    """EntityPresence rows of one kind, counts of what this run changed, and what a person wants to see of it."""

    rows: pd.DataFrame
    figures: dict[str, int]
    tables: dict[str, list[dict[str, Any]]]


def entity_presences(
    store: PortfolioStore,
    tenant: TenantId,
    run: RunRef,
    kind: EntityKind,
    entities: pd.DataFrame,
    digests: "pd.Series[str]",
) -> Presences:
    """Presence of everything known now or ever. Asked before the run's entities and values are stored.

    `entities` has asset_id or application_id, name and sources; `digests`: digest of the values of each that stand, by
    id (digests.value_digests). Running twice over the same changes last_seen only.
    """
    before = store.read(tenant, EntityPresence, columns=_KEPT, entity=str(kind)).set_index("entity_id", drop=False)
    now = entities.set_index(f"{kind}_id")[["name", "sources"]]
    gone = before.loc[~among(before["entity_id"], now.index), "entity_id"].tolist()
    rows = pd.concat(
        [_seen(before, now, digests, run), _unseen(store, tenant, kind, gone, run)],
        ignore_index=True,
    )
    rows = rows.assign(entity=str(kind)).sort_values("entity_id", ignore_index=True)[EntityPresence.columns()]
    return Presences(rows, *_told(before, rows.set_index("entity_id", drop=False), kind))


def _seen(before: pd.DataFrame, now: pd.DataFrame, digests: "pd.Series[str]", run: RunRef) -> pd.DataFrame:
    known = before.reindex(now.index)
    is_back = known["state"].isin((GONE, REAPPEARED)).to_numpy()
    started = pd.Timestamp(run.started_at)
    return pd.DataFrame(
        {
            "entity_id": now.index.astype("str"),
            "name": now["name"].astype("str").to_numpy(),
            "state": np.where(is_back, REAPPEARED, PRESENT),
            "first_seen": _times(known["first_seen"].fillna(started)),
            "last_seen": _times(pd.Series(started, index=now.index)),
            "gone_since": _times(pd.Series(pd.NaT, index=now.index)),
            "sources": now["sources"].to_numpy(),
            "digest": digests.reindex(now.index).fillna("").to_numpy(),
            "last_known": [{} for _ in range(len(now))],
        }
    )


def _unseen(store: PortfolioStore, tenant: TenantId, kind: EntityKind, ids: list[str], run: RunRef) -> pd.DataFrame:
    """What is no longer known, as it was when last seen."""
    gone = store.read(tenant, EntityPresence, entity=str(kind), entity_id=ids)
    newly = gone.loc[gone["state"] != GONE, "entity_id"].tolist()
    known = _known_values(store, tenant, kind, newly) if newly else {}
    return gone.assign(
        state=GONE,
        gone_since=_times(gone["gone_since"].fillna(pd.Timestamp(run.started_at))),
        last_known=[
            known.get(entity, last) if state != GONE else last
            for entity, state, last in zip(gone["entity_id"], gone["state"], gone["last_known"], strict=True)
        ],
    )


def _known_values(store: PortfolioStore, tenant: TenantId, kind: EntityKind, ids: list[str]) -> dict[str, Any]:
    """entity_id -> {field, and its statistic if any: value} as the run before chose them."""
    columns = ["entity_id", "field", "statistic", "value"]
    held = store.read(tenant, EntityValue, columns=columns, entity=str(kind), entity_id=ids, chosen=True)
    names = held["field"].where(held["statistic"].isna(), held["field"] + " " + held["statistic"].astype("str"))
    known: dict[str, Any] = {}
    for entity, name, value in zip(held["entity_id"], names, held["value"], strict=True):
        known.setdefault(str(entity), {}).setdefault(str(name), str(value))
    return known


def _times(times: pd.Series) -> Any:
    return pd.to_datetime(times, utc=True).astype("datetime64[us, UTC]").array


def _told(
    before: pd.DataFrame, rows: pd.DataFrame, kind: EntityKind
) -> tuple[dict[str, int], dict[str, list[dict[str, Any]]]]:
    """Counts of what changed since the run before, and lists of what went, came back or got another id."""
    was = before.reindex(rows.index)
    new, here, was_gone = was["state"].isna(), rows["state"] != GONE, was["state"] == GONE
    same = rows["digest"] == was["digest"]
    changes = {
        "added": here & new,
        "changed": here & ~new & ~was_gone & ~same,
        "unchanged": here & ~new & ~was_gone & same,
        GONE: ~here & ~was_gone,
        REAPPEARED: here & was_gone,
    }
    figures = {f"{kind}s_{change}": int(hit.sum()) for change, hit in changes.items()}
    went, came = rows[changes[GONE]], rows[changes["added"]]
    other_ids = went.assign(key=went["name"].str.casefold()).merge(
        came.assign(key=came["name"].str.casefold()), on="key", suffixes=("", "_now")
    )
    figures[f"{kind}s_with_another_id"] = len(other_ids)
    tables = {
        f"{kind}s gone since the run before": _listed(went, ["entity_id", "name", "last_seen"]),
        f"{kind}s that reappeared": _listed(rows[changes[REAPPEARED]], ["entity_id", "name", "first_seen"]),
        f"{kind}s of one name with another id": _listed(other_ids, ["name", "entity_id", "entity_id_now"]),
    }
    return figures, {title: lines for title, lines in tables.items() if lines}


def _listed(rows: pd.DataFrame, columns: list[str]) -> list[dict[str, Any]]:
    return [dict(zip(columns, map(str, line), strict=True)) for line in rows[columns].head(_SHOWN).to_numpy()]
