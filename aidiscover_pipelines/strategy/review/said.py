"""What people said about recommendations, told; and decisions withdrawn by their ids."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import ReviewEntry
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import ReviewAction
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.review.decided import DECISIONS, SAID, decisions, in_force
from aidiscover_pipelines.strategy.review.entries import Word, known_or_refused, say

HOLDS, SUPERSEDED, WITHDRAWN, UNLOCKED, BESIDE = "holds", "superseded", "withdrawn", "unlocked", ""

Row = dict[str, Any]


def said(store: PortfolioStore, tenant: TenantId, application: str | None = None) -> list[Row]:
    """All entries, or those on one application, the latest first. Raises: UnknownTenant; ConfigError.

    Entry columns without facts, traits and vector, and `standing`: holds, superseded, withdrawn, unlocked or empty.
    """
    attempted = "tell what people said about recommendations"
    store.tenant(tenant, attempted)
    scope: dict[str, Any] = {} if application is None else {"application_id": application}
    entries = store.read(tenant, ReviewEntry, columns=SAID, **scope)
    if application is not None and entries.empty:
        known_or_refused(store, tenant, application, f"{attempted} of application {application!r} of tenant {tenant!r}")
    told = [name for name in SAID if name not in ("traits", "agents")]
    ordered = entries.assign(standing=_standings(entries))[[*told, "standing"]]
    ordered = ordered.sort_values(["at", "application_id", "number"], ascending=False, kind="stable")
    return [
        {str(name): None if value is None or value != value else value for name, value in row.items()}
        for row in ordered.to_dict("records")
    ]


def _standings(entries: pd.DataFrame) -> np.ndarray:
    action = entries["action"].astype("str")
    ended = entries.loc[entries["about"] != "", "about"]
    is_decision = action.isin([one.value for one in DECISIONS])
    is_lock = action == ReviewAction.LOCK.value
    is_ended = entries["entry_id"].isin(ended)
    return np.select(
        [
            entries["entry_id"].isin(in_force(entries)["entry_id"]),
            is_decision & is_ended,
            is_lock & is_ended,
            is_decision,
        ],
        [HOLDS, WITHDRAWN, UNLOCKED, SUPERSEDED],
        BESIDE,
    )


def decided_applications(store: PortfolioStore, tenant: TenantId) -> set[str]:
    """Applications whose recommendation a person holds: decided or locked. No crew is asked about them."""
    return set(in_force(store.read(tenant, ReviewEntry, columns=SAID))["application_id"])


def removed(store: PortfolioStore, tenant: TenantId, ids: Sequence[str], by: str, today: date) -> list[str]:
    """Withdraw decisions by their ids; the applications that no decision holds now.

    Raises: UnknownTenant; ConfigError naming an id that is unknown, withdrawn or locked, and then nothing is withdrawn.
    """
    store.tenant(tenant, "remove overrides")
    entries = store.read(tenant, ReviewEntry, columns=SAID)
    standing = decisions(entries).set_index("entry_id")["application_id"]
    for unknown in (name for name in ids if name not in standing.index):
        raise ConfigError(
            f"cannot remove override {unknown!r} of tenant {tenant!r}: there is none of that id; "
            f"see 'aidiscover overrides list --tenant {tenant}'"
        )
    held = in_force(entries)
    locked = set(held.loc[held["is_locked"], "application_id"])
    for name in (name for name in ids if standing[name] in locked):
        raise ConfigError(
            f"cannot remove override {name!r} of tenant {tenant!r}: application {standing[name]!r} is locked; "
            f"'aidiscover review unlock --tenant {tenant} --application {standing[name]}' comes first"
        )
    for name in ids:
        say(store, tenant, str(standing[name]), Word(ReviewAction.WITHDRAW, "removed", by, about=name), today)
    return sorted({str(standing[name]) for name in ids} - decided_applications(store, tenant))
