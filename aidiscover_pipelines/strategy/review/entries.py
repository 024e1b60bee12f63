"""A person's word on recommendations: approve, override, comment, lock, unlock, withdraw; said, kept and listed.

Entries are numbered for each application, and a number is taken once: of two people who speak at the same time, one
sees what the other said before his own entry is checked again. What was approved is what the person saw: where somebody
else decides otherwise in between, the approval still stands for it, holds as the later one, and both are flagged.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, Recommendation, ReviewEntry
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.domain.tenancy import TenantId, hint_at_application
from aidiscover_pipelines.domain.vocabulary import DecidedBy, ReviewAction, Strategy
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.review.agreement import ASSESSMENT
from aidiscover_pipelines.strategy.review.decided import DECISIONS, SAID, decisions, exclusions, in_force
from aidiscover_pipelines.strategy.review.flags import facts_then
from aidiscover_pipelines.strategy.review.traits import embed_traits, traits_of
from aidiscover_pipelines.strategy.signals import FactTable, read_signals
from aidiscover_pipelines.strategy.stage import hold, with_names

# A reason is a few sentences; it stands in the report and in what agents read.
MOST_REASON = 1000
# Of whom an entry is signed; a name, not a text.
MOST_NAME = 200

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says. `strategy` may be empty where it follows; `about` names an entry to withdraw, or the latest.

    `agents` are the strategies that each agent of the crew had named.
    """

    action: ReviewAction
    reason: str
    by: str
    strategy: str = ""
    about: str = ""
    agents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands of one application when a person speaks: entries, the one in force, the stored recommendation."""

    entries: pd.DataFrame
    held: Row | None
    stored: Row | None

    @property
    def strategy(self) -> str:
        """The R of now; empty where there is none."""
        standing = self.held or self.stored
        return str(standing["strategy"]) if standing else ""


def say(store: PortfolioStore, tenant: TenantId, application: str, word: Word, today: date) -> Row:
    """Store one entry and rewrite the application's recommendation and flags where it changes what holds.

    {"entry", "application", "action", "strategy", "proposed", "proposed_by", "confidence", "contradiction",
    "warnings"}: strategy and confidence are those that stand now, warnings the hard constraints that forbid it. Raises:
    UnknownTenant; ConfigError for an unknown application or strategy, no reason, a locked recommendation, or nothing
    that the action could be about.
    """
    attempted = f"{word.action} the recommendation of application {application!r} of tenant {tenant!r}"
    checked = _checked(word, attempted)
    store.tenant(tenant, attempted)
    known_or_refused(store, tenant, application, attempted)
    seen = ""
    while True:  # a number that was taken is another person's entry, so this ends
        standing = _standing(store, tenant, application)
        seen = seen or checked.strategy or standing.strategy
        row = _entry(tenant, application, checked, standing, seen, attempted)
        frame = _with_facts(store, tenant, pd.DataFrame([row]), today)
        if store.add(tenant, ReviewEntry, frame):
            break
    hold(store, tenant, today, standing.entries, [application])
    return _told(store, tenant, row)


def approve_many(
    store: PortfolioStore, tenant: TenantId, word: Word, today: date, all_above: float | None = None, pattern: str = ""
) -> Row:
    """Approve the recommendations at least that sure, of that pattern, of the word's strategy, as they are now.

    Left alone are those that a person has decided or locked, and those that ask for a look of their own. {"approved":
    [ids], "decided": n, "asking": n}. Raises: UnknownTenant; ConfigError for an unknown pattern, and as `say`.
    """
    attempted = f"approve recommendations of tenant {tenant!r}"
    checked = _checked(word, attempted)
    store.tenant(tenant, attempted)
    stored = store.read(tenant, Recommendation)
    patterns = sorted({*stored["cluster_id"]} - {""})
    if pattern and pattern not in patterns:
        known = ", ".join(patterns) or "none"
        raise ConfigError(f"cannot {attempted}: it has no pattern {pattern!r}; there are {known}")
    marked = stored[
        (stored["confidence"] >= (all_above or 0.0))
        & ((stored["cluster_id"] == pattern) | (pattern == ""))
        & ((stored["strategy"].astype("str") == checked.strategy) | (checked.strategy == ""))
    ]
    entries = store.read(tenant, ReviewEntry, columns=SAID)
    is_decided = marked["application_id"].isin(in_force(entries)["application_id"])
    is_asking = ~is_decided & (marked["review"] != "")
    earlier = dict(tuple(entries.groupby("application_id")))
    rows = [
        _entry(
            tenant,
            row["application_id"],
            checked,
            _Standing(earlier.get(row["application_id"], entries.iloc[:0]), None, row),
            str(row["strategy"]),
            attempted,
        )
        for row in _rows(marked[~is_decided & ~is_asking])
    ]
    ids = [row["application_id"] for row in rows]
    if rows:
        # Where somebody has spoken in the meantime the number is taken, and what he said stands.
        store.add(tenant, ReviewEntry, _with_facts(store, tenant, pd.DataFrame(rows), today))
        hold(store, tenant, today, entries[entries["application_id"].isin(ids)], ids)
    kept = store.read(tenant, ReviewEntry, columns=["application_id", "entry_id"], application_id=ids)
    mine = kept.loc[kept["entry_id"].isin([row["entry_id"] for row in rows]), "application_id"].tolist()
    return {
        "approved": mine,
        "decided": int(is_decided.sum()) + len(rows) - len(mine),
        "asking": int(is_asking.sum()),
    }


def _checked(word: Word, attempted: str) -> Word:
    """The word with its texts in one line and its strategy spelt as stored."""
    reason, by, strategy = " ".join(word.reason.split()), " ".join(word.by.split()), word.strategy.strip().lower()
    if not reason or len(reason) > MOST_REASON:
        problem = f"it has {len(reason)} characters" if reason else "there is none"
        raise ConfigError(
            f"cannot {attempted}: it needs a reason of at most {MOST_REASON} characters, and {problem}; use --reason"
        )
    if not by or len(by) > MOST_NAME:
        raise ConfigError(f"cannot {attempted}: it needs a name of at most {MOST_NAME} characters; use --by")
    if strategy not in {"", *Strategy}:
        raise ConfigError(f"cannot {attempted}: {word.strategy!r} is no strategy; use one of {', '.join(Strategy)}")
    return Word(word.action, reason, by, strategy, word.about, word.agents)


def known_or_refused(store: PortfolioStore, tenant: TenantId, application: str, attempted: str) -> None:
    """In the inventory, or reviewed when it was."""
    if len(store.read(tenant, Application, columns=["application_id"], application_id=application)):
        return
    if len(store.read(tenant, ReviewEntry, columns=["application_id"], application_id=application)):
        return
    ids = store.read(tenant, Application, columns=["application_id"])["application_id"].tolist()
    hint = hint_at_application(application, ids)
    raise ConfigError(f"cannot {attempted}: the inventory has no application of that id; {hint}")


def _standing(store: PortfolioStore, tenant: TenantId, application: str) -> _Standing:
    entries = store.read(tenant, ReviewEntry, columns=SAID, application_id=application)
    stored = store.read(tenant, Recommendation, application_id=application)
    held, now = (next(iter(_rows(frame)), None) for frame in (in_force(entries), stored))
    return _Standing(entries, held, now)


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _entry(tenant: TenantId, application: str, word: Word, standing: _Standing, seen: str, attempted: str) -> Row:
    """The row to add, without facts. `seen` is the R that the person saw or asked for. Raises: ConfigError."""
    action, strategy, about = _resolved(tenant, word, standing, seen, attempted)
    at = datetime.now(UTC)
    told = f"{application} {action} {strategy} {word.reason} {word.by} {at.isoformat()}"
    before = _before(standing) if action in DECISIONS else _NOTHING_BEFORE
    by_machine = before["proposed_by"] in (DecidedBy.POLICY.value, DecidedBy.CREW.value)
    return {
        "application_id": application,
        "number": int(standing.entries["number"].max()) + 1 if len(standing.entries) else 1,
        "entry_id": hashlib.sha256(told.encode()).hexdigest()[:12],
        "action": action.value,
        "strategy": strategy or None,
        "reason": word.reason,
        "about": about,
        **before,
        "agents": dict(word.agents) if by_machine else {},
        "by": word.by,
        "at": at,
    }


def _resolved(
    tenant: TenantId, word: Word, standing: _Standing, seen: str, attempted: str
) -> tuple[ReviewAction, str, str]:
    """Action, strategy and entry that the word comes to under what stands. Raises: ConfigError."""
    held, action = standing.held, word.action
    if action == ReviewAction.COMMENT:
        return action, "", ""
    if action == ReviewAction.UNLOCK:
        if held is None or not held["is_locked"]:
            raise ConfigError(
                f"cannot {attempted}: it is not locked; see 'aidiscover review history --tenant {tenant}'"
            )
        return action, "", str(held["entry_id"])
    if held is not None and held["is_locked"]:
        raise ConfigError(
            f"cannot {attempted}: {held['by']!r} locked it on {held['at']:%Y-%m-%d %H:%M} UTC ({held['reason']}); "
            f"'aidiscover review unlock --tenant {tenant}' comes first"
        )
    if action == ReviewAction.WITHDRAW:
        return action, "", _withdrawn(tenant, word, standing, attempted)
    if not standing.strategy and action != ReviewAction.OVERRIDE:
        raise ConfigError(
            f"cannot {attempted}: nothing is recommended yet; run 'aidiscover discover --tenant {tenant}' first"
        )
    if action == ReviewAction.LOCK:
        return action, standing.strategy, ""
    if action == ReviewAction.OVERRIDE:
        _is_new(tenant, held, seen, attempted)
        proposed = _before(standing)
        upholds = held is None and proposed["proposed"] == seen
        return (ReviewAction.APPROVE if upholds else action), seen, ""
    if held is None and seen != standing.strategy:
        raise ConfigError(
            f"cannot {attempted}: {standing.strategy} is recommended now, not {seen}; approve that, or override it"
        )
    return action, seen, ""


def _withdrawn(tenant: TenantId, word: Word, standing: _Standing, attempted: str) -> str:
    """Id of the decision to withdraw: the one that is named, else the one that holds."""
    ids = decisions(standing.entries)["entry_id"].tolist()
    about = word.about or (str(standing.held["entry_id"]) if standing.held else "")
    if about not in ids:
        what = f"it has no decision {about!r} that holds or held" if about else "no decision holds"
        raise ConfigError(f"cannot {attempted}: {what}; see 'aidiscover review history --tenant {tenant}'")
    return about


def _is_new(tenant: TenantId, held: Row | None, strategy: str, attempted: str) -> None:
    if held is not None and str(held["strategy"]) == strategy:
        raise ConfigError(
            f"cannot {attempted}: {strategy} is decided already by override {held['entry_id']!r} of {held['by']!r}; "
            f"'aidiscover review approve --tenant {tenant}' confirms it"
        )


_NOTHING_BEFORE: Row = {"proposed": None, "proposed_by": None, "crew": "", "confidence": None, "foretold": None}


def _before(standing: _Standing) -> Row:
    """What was recommended until now, by a machine or a person: proposed, proposed_by, crew, confidence, foretold."""
    held, stored = standing.held, standing.stored
    if held is not None:
        return {**_NOTHING_BEFORE, "proposed": str(held["strategy"]), "proposed_by": DecidedBy.PERSON.value}
    if stored is None or str(stored["decided_by"]) == DecidedBy.PERSON:
        return _NOTHING_BEFORE  # nothing has run yet, or not since the last decision was withdrawn
    by_crew = str(stored["decided_by"]) == DecidedBy.CREW
    return {
        "proposed": str(stored["strategy"]),
        "proposed_by": str(stored["decided_by"]),
        "crew": ASSESSMENT if by_crew else "",
        **{name: float(stored[name]) for name in ("confidence", "foretold")},
    }


def _with_facts(store: PortfolioStore, tenant: TenantId, entries: pd.DataFrame, today: date) -> pd.DataFrame:
    """The entries with what is known of their applications now; those that decide nothing keep nothing."""
    nothing = [0.0] * EMBEDDING_DIMENSIONS
    deciding = entries.loc[entries["strategy"].notna(), "application_id"].tolist()
    applications = store.read(tenant, Application, application_id=deciding)
    facts = with_names(store.read(tenant, ApplicationFact, application_id=deciding), applications)
    kept: dict[str, dict[str, list[Any]]] = {}
    traits: dict[str, dict[str, str]] = {}
    vectors: dict[str, list[float]] = {}
    if len(facts):
        table = FactTable(facts)
        found = traits_of(table, read_signals(table, today))
        kept, traits = facts_then(facts), dict(zip(table.index, found, strict=True))
        vectors = dict(zip(table.index, embed_traits(found).tolist(), strict=True))
    ids = entries["application_id"].tolist()
    return entries.assign(
        facts=pd.Series([kept.get(name, {}) for name in ids], dtype=object),
        traits=pd.Series([traits.get(name, {}) for name in ids], dtype=object),
        embedding=pd.Series([vectors.get(name, nothing) for name in ids], dtype=object),
    )[ReviewEntry.columns()]


def _told(store: PortfolioStore, tenant: TenantId, row: Row) -> Row:
    """The entry, with what stands now."""
    standing = _standing(store, tenant, row["application_id"])
    now = standing.stored
    return {
        "entry": row["entry_id"],
        **{name: row[name] for name in ("application_id", "action", "proposed", "proposed_by")},
        "strategy": standing.strategy or None,
        "confidence": float(now["confidence"]) if now else None,
        "contradiction": standing.held["contradiction"] if standing.held else "",
        "warnings": exclusions(now["ranking"], str(now["strategy"])) if now and row["strategy"] else [],
    }
