"""A person's word on a disposition: stored, in effect at once and in every later run, shown, removed.

An override of the strategy that is recommended is a confirmation. The latest override of an application holds; earlier
ones stay as history. Nobody asks a crew about an application that a person has decided.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, Recommendation, RecommendationOverride
from aidiscover_pipelines.domain.tenancy import TenantId, hint_at_application
from aidiscover_pipelines.domain.vocabulary import DecidedBy, Strategy
from aidiscover_pipelines.ports import Condition, PortfolioStore
from aidiscover_pipelines.strategy.agreement import ASSESSMENT, Agreement, agreements
from aidiscover_pipelines.strategy.decided import SAID, exclusions, in_force
from aidiscover_pipelines.strategy.signals import FactTable, read_signals
from aidiscover_pipelines.strategy.stage import decided_portfolio, with_names
from aidiscover_pipelines.strategy.traits import embed_traits, traits_of

OVERRIDE, CONFIRMATION = "override", "confirmation"
# A reason is a few sentences; it stands in the report and in what agents read.
MOST_REASON = 1000
# Stands for the run on a recommendation that no run wrote.
WRITTEN_BY = "override"

Row = dict[str, Any]


def override(
    store: PortfolioStore,
    tenant: TenantId,
    application: str,
    strategy: str,
    reason: str,
    by: str,
    today: date,
    agents: Mapping[str, str] | None = None,
) -> Row:
    """Store a person's decision and rewrite the application's recommendation.

    {"override", "kind", "strategy", "confidence", "warnings"}; kind is override or confirmation, warnings are the hard
    constraints that forbid the strategy. `agents` are the strategies that each agent of the crew had named. Raises:
    UnknownTenant; ConfigError for an unknown application or strategy, no reason, or what is decided so already.
    """
    attempted = f"override the disposition of application {application!r} of tenant {tenant!r}"
    chosen, said = _strategy(strategy, attempted), " ".join(reason.split())
    if not said or len(said) > MOST_REASON:
        problem = f"it has {len(said)} characters" if said else "there is none"
        raise ConfigError(
            f"cannot {attempted}: it needs a reason of at most {MOST_REASON} characters, and {problem}; use --reason"
        )
    _known(store, tenant, application, attempted)
    held = store.read(tenant, RecommendationOverride, columns=SAID, application_id=application)
    stood = _stood(store, tenant, application, held, chosen, attempted)
    at = datetime.now(UTC)
    traits, embedding = _traits(store, tenant, application, today)
    row = {
        "override_id": hashlib.sha256(f"{application} {chosen} {said} {by} {at.isoformat()}".encode()).hexdigest()[:12],
        "application_id": application,
        "strategy": chosen.value,
        "reason": said,
        **stood,
        "agents": dict(agents or {}) if stood["proposed_by"] in (DecidedBy.POLICY, DecidedBy.CREW) else {},
        "traits": traits,
        "embedding": embedding,
        "by": by,
        "at": at,
    }
    decision = pd.DataFrame([row], columns=RecommendationOverride.columns())
    decided = decided_portfolio(store, tenant, today, decision).assign(run_id=WRITTEN_BY)
    # Not fenced: a person waits for no run, and a run that settles later reads this override first.
    store.append(tenant, {RecommendationOverride: decision, Recommendation: decided})
    now = decided.iloc[0]
    return {
        "override": row["override_id"],
        "application": application,
        "kind": CONFIRMATION if stood["proposed"] == chosen else OVERRIDE,
        "proposed": stood["proposed"],
        "proposed_by": stood["proposed_by"],
        "strategy": chosen.value,
        "confidence": float(now["confidence"]),
        "warnings": exclusions(now["ranking"], chosen.value),
    }


def list_overrides(store: PortfolioStore, tenant: TenantId) -> list[Row]:
    """All overrides of a tenant, latest first; `kind` as above, `superseded` where a later one holds instead."""
    store.tenant(tenant, "list overrides")
    held = store.read(tenant, RecommendationOverride, columns=SAID)
    current = set(in_force(held)["override_id"])
    ordered = held.sort_values(["at", "override_id"], ascending=False, kind="stable")
    told = ("override_id", "application_id", "strategy", "reason", "proposed", "proposed_by", "confidence", "by", "at")
    return [
        {
            **{name: None if pd.isna(row[name]) else row[name] for name in told},
            "kind": CONFIRMATION if row["proposed"] == row["strategy"] else OVERRIDE,
            "superseded": row["override_id"] not in current,
        }
        for row in ordered.to_dict("records")
    ]


def remove_overrides(store: PortfolioStore, tenant: TenantId, ids: Sequence[str]) -> list[str]:
    """Delete overrides; the applications that no override decides now.

    What one of them superseded holds again, and the next run gives the others the policy's or the crew's view back.
    Raises: UnknownTenant; ConfigError naming an unknown id, and then nothing is removed.
    """
    store.tenant(tenant, "remove overrides")
    held = store.read(tenant, RecommendationOverride, columns=["override_id", "application_id"])
    for unknown in (name for name in ids if name not in set(held["override_id"])):
        raise ConfigError(
            f"cannot remove override {unknown!r} of tenant {tenant!r}: there is none of that id; "
            f"see 'aidiscover overrides list --tenant {tenant}'"
        )
    store.delete(tenant, RecommendationOverride, [Condition("override_id", "=", list(ids))])
    gone = held["override_id"].isin(ids)
    return sorted(set(held.loc[gone, "application_id"]) - set(held.loc[~gone, "application_id"]))


def agreement(store: PortfolioStore, tenant: TenantId) -> list[Agreement]:
    """How often people upheld the policy, the crew and its agents; see `agreements`. Raises: UnknownTenant."""
    store.tenant(tenant, "compare recommendations with what people decided")
    return agreements(store.read(tenant, RecommendationOverride, columns=SAID))


def decided_applications(store: PortfolioStore, tenant: TenantId) -> set[str]:
    """Applications that a person has decided."""
    return set(store.read(tenant, RecommendationOverride, columns=["application_id"])["application_id"])


def _strategy(name: str, attempted: str) -> Strategy:
    try:
        return Strategy(name.strip().lower())
    except ValueError:
        raise ConfigError(f"cannot {attempted}: {name!r} is no strategy; use one of {', '.join(Strategy)}") from None


def _known(store: PortfolioStore, tenant: TenantId, application: str, attempted: str) -> None:
    store.tenant(tenant, attempted)
    ids = store.read(tenant, Application, columns=["application_id"])["application_id"].tolist()
    if application in ids:
        return
    hint = hint_at_application(application, ids)
    raise ConfigError(f"cannot {attempted}: the inventory has no application of that id; {hint}")


def _stood(
    store: PortfolioStore, tenant: TenantId, application: str, held: pd.DataFrame, chosen: Strategy, attempted: str
) -> Row:
    """What was recommended until now: proposed, proposed_by, crew, confidence. Raises: ConfigError where it is that."""
    nothing: Row = {"proposed": None, "proposed_by": None, "crew": "", "confidence": None}
    latest = in_force(held)
    rows = store.read(tenant, Recommendation, application_id=application)
    if len(latest):
        before = latest.iloc[0]
        if str(before["strategy"]) == chosen:
            raise ConfigError(
                f"cannot {attempted}: {chosen} is decided already by override {before['override_id']!r} of "
                f"{before['by']!r}; to change its reason run 'aidiscover overrides remove --tenant {tenant} "
                f"--id {before['override_id']}' first"
            )
        return {**nothing, "proposed": str(before["strategy"]), "proposed_by": DecidedBy.PERSON.value}
    if rows.empty or str(rows["decided_by"].iat[0]) == DecidedBy.PERSON:
        return nothing  # nothing has run yet, or not since the last override was removed
    row = rows.iloc[0]
    by_crew = str(row["decided_by"]) == DecidedBy.CREW
    return {
        "proposed": str(row["strategy"]),
        "proposed_by": str(row["decided_by"]),
        "crew": ASSESSMENT if by_crew else "",
        "confidence": float(row["confidence"]),
    }


def _traits(
    store: PortfolioStore, tenant: TenantId, application: str, today: date
) -> tuple[dict[str, str], list[float]]:
    facts = store.read(tenant, ApplicationFact, application_id=application)
    table = FactTable(with_names(facts, store.read(tenant, Application, application_id=application)))
    traits = traits_of(table, read_signals(table, today))
    return traits[0], embed_traits(traits)[0].tolist()
