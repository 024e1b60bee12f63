"""The questions that asset checks ask, as plain functions of the store: each answers with a Verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from pydantic import ValidationError

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.plan import kickoff_budget
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    Asset,
    AttributeValue,
    CrewAnswer,
    DataFlag,
    Dependency,
    FieldMapping,
    PlanProblem,
    Recommendation,
    Row,
    SourceFile,
    SourceSheet,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES
from aidiscover_pipelines.ingest.rejects import rows_to_correct
from aidiscover_pipelines.inventory.stage import row_accounting
from aidiscover_pipelines.mapping import learning
from aidiscover_pipelines.ports import Condition, PortfolioStore
from aidiscover_pipelines.reporting.stage import plan_is_current
from aidiscover_pipelines.strategy.policy.contradictions import CONTRADICTION
from aidiscover_pipelines.strategy.policy.tenant import policy_in_force
from aidiscover_pipelines.strategy.review.decided import CONTRADICTORY
from aidiscover_pipelines.strategy.review.flags import FACT_CHANGED, GONE, STAGE
from aidiscover_pipelines.strategy.review.waiting import waiting

# Below half, most of the 22 are guesses and the recommendations say little; a person should collect first.
LEAST_COMPLETENESS = 0.5
# One asset in four without an application is common in first exports; more, and the waves miss real servers.
MOST_ORPHANS = 0.25
# A tenth of the columns in review is an hour of a person's work.
MOST_REVIEW = 0.10
# One row in twenty is a careless export; more is a file that was cut or converted wrongly.
MOST_REJECTED = 0.05
WORST_NAMED = 5
ROWS_SHOWN = 20
ROWS_VALIDATED = 200
ATTRIBUTES_EACH = 22


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it holds, in words, with the numbers behind it and the first rows that it is about."""

    passed: bool
    words: str
    numbers: Mapping[str, float | int | str] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Any]] = ()


def rows_fit_model(store: PortfolioStore, tenant: TenantId, table: type[Row]) -> Verdict:
    """Whether the first 200 stored rows satisfy their row model; that keys are unique the database sees to."""
    frame = store.read(tenant, table, first=ROWS_VALIDATED)
    try:
        for row in frame.to_dict("records"):
            table.model_validate({str(name): None if _is_missing(value) else value for name, value in row.items()})
    except ValidationError as error:
        first = error.errors()[0]
        return Verdict(
            False, f"column {'.'.join(map(str, first['loc']))}: {first['msg']}", {"rows validated": len(frame)}
        )
    return Verdict(True, f"{len(frame)} rows fit {table.__name__}", {"rows validated": len(frame)})


def some_file_is_usable(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Whether any upload was accepted and how many were not."""
    files = store.read(tenant, SourceFile, columns=["status", "reason"])
    aside = files[files["status"] == "quarantined"]["reason"]
    accepted = int((files["status"] == "accepted").sum())
    words = f"{accepted} files accepted, {len(aside)} in quarantine"
    numbers: dict[str, float | int | str] = {"accepted": accepted, "quarantined": len(aside)}
    return Verdict(accepted > 0 and aside.empty, words, numbers | {"reasons": " | ".join(aside.head(WORST_NAMED))})


def few_rows_are_rejected(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Share of rows that could not be read, and the commonest reasons; 'aidiscover rejects' hands them out."""
    rejected = rows_to_correct(store, tenant)
    read = int(store.read(tenant, SourceSheet, columns=["rows"])["rows"].sum())
    share = len(rejected) / max(read + len(rejected), 1)
    reasons = rejected.value_counts(["file", "sheet", "reason"]).head(WORST_NAMED).reset_index().to_dict("records")
    worst = [f"{row['count']} in {row['file']}, {row['sheet']}: {row['reason']}" for row in reasons]
    words = f"{len(rejected)} of {read + len(rejected)} rows could not be read ({share:.0%})"
    numbers: dict[str, float | int | str] = {"share": share, "rejected": len(rejected), "reasons": " | ".join(worst)}
    return Verdict(share <= MOST_REJECTED, words, numbers)


def review_queue_is_short(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Share of mapped columns that a person should look at, and the costliest of them; 'aidiscover review' answers."""
    mappings = store.read(tenant, FieldMapping, columns=["entity", "decision"])
    used = int((mappings["entity"].notna() & (mappings["decision"] != "ignore")).sum())
    queue = learning.waiting(store, tenant)
    share = len(queue) / max(used, 1)
    worst = [f"{row['header']!r} in {row['sheet']}" for row in queue.head(WORST_NAMED).to_dict("records")]
    words = f"{len(queue)} of {used} mapped columns wait for review ({share:.0%})"
    numbers: dict[str, float | int | str] = {"share": share, "in review": len(queue), "worst columns": "; ".join(worst)}
    return Verdict(share <= MOST_REVIEW, words, numbers)


def no_row_is_lost(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Rows in = rows used + rows skipped with a reason."""
    account = row_accounting(store, tenant)
    words = "{rows_in} rows in = {used} used + {skipped} skipped with a reason + {unaccounted} lost".format(**account)
    return Verdict(account["unaccounted"] == 0, words, account)


def few_assets_are_orphans(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Share of assets that no application runs on."""
    assets = set(store.read(tenant, Asset, columns=["asset_id"])["asset_id"])
    orphans = assets - set(store.read(tenant, ApplicationAsset, columns=["asset_id"])["asset_id"])
    share = len(orphans) / len(assets) if assets else 0.0
    words = f"{len(orphans)} of {len(assets)} assets belong to no known application"
    return Verdict(share <= MOST_ORPHANS, words, {"share": share})


def each_application_has_22(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Whether every application was judged on exactly 22 attributes."""
    applications = store.read(tenant, Application, columns=["application_id"])["application_id"]
    judged = store.read(tenant, AttributeValue, columns=["application_id"])
    counts = judged.groupby("application_id").size().reindex(applications, fill_value=0)
    wrong = int((counts != ATTRIBUTES_EACH).sum())
    return Verdict(wrong == 0, f"{len(counts) - wrong} of {len(counts)} applications have all {ATTRIBUTES_EACH}")


def attributes_are_filled(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Share of attributes of which something is known, or known not to apply."""
    state = store.read(tenant, AttributeValue, columns=["state"])["state"]
    share = float((~state.isin(OPEN_STATES)).mean()) if len(state) else 0.0
    return Verdict(share >= LEAST_COMPLETENESS, f"{share:.0%} of the attributes are filled", {"share": share})


def each_application_has_a_recommendation(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Coverage: none without, none that the inventory does not know."""
    applications = set(store.read(tenant, Application, columns=["application_id"])["application_id"])
    covered = set(store.read(tenant, Recommendation, columns=["application_id"])["application_id"])
    missing, unknown = len(applications - covered), len(covered - applications)
    words = f"{len(covered)} recommendations for {len(applications)} applications; {missing} missing, {unknown} unknown"
    return Verdict(not missing and not unknown, words)


def kickoffs_stay_in_budget(store: PortfolioStore, tenant: TenantId, settings: Settings, run_id: str) -> Verdict:
    """Built-in crews' kickoffs of this run against the budget, one for the platform and one for each doubtful file."""
    files = int((store.read(tenant, SourceFile, columns=["status"])["status"] == "accepted").sum())
    applications = len(store.read(tenant, Application, columns=["application_id"]))
    allowed = kickoff_budget(applications, settings.kickoffs) + 1 + files
    asked = len(store.read(tenant, CrewAnswer, columns=["subject"], run_id=run_id, crew=list(CREWS)))
    return Verdict(asked <= allowed, f"{asked} kickoffs of at most {allowed}", {"kickoffs": asked})


def what_people_approved_stands(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Whether facts changed under approved recommendations, people contradict each other, or what they said is gone."""
    flags = store.read(tenant, DataFlag, stage=STAGE)
    counts = flags["problem"].value_counts()
    numbers: dict[str, float | int | str] = {
        problem: int(counts.get(problem, 0)) for problem in (FACT_CHANGED, CONTRADICTORY, GONE)
    }
    concerned = flags["entity_id"].nunique()
    shown = flags.sort_values(["problem", "entity_id", "field"], kind="stable").head(ROWS_SHOWN)
    rows = _rows(shown[["entity_id", "problem", "what"]].rename(columns={"entity_id": "application"}))
    words = f"people should look again at {concerned} applications that they decided"
    return Verdict(not concerned, words, numbers, rows)


def few_recommendations_wait(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Share of recommendations that wait for a person, the least sure first; 'aidiscover review' answers."""
    queue = waiting(store, tenant)
    decided = store.read(tenant, Recommendation, columns=["application_id"])
    share = len(queue) / max(len(decided), 1)
    words = f"{len(queue)} of {len(decided)} recommendations wait for a person ({share:.0%})"
    return Verdict(share <= MOST_REVIEW, words, {"share": share, "waiting": len(queue)}, queue[:ROWS_SHOWN])


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def policy_is_used(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Whether the policy that the tenant declared is the one that decided, and no two of its constraints contradict."""
    standing = policy_in_force(store, tenant)
    contradicted = store.page(tenant, Recommendation, [Condition("review", "^", CONTRADICTION)], limit=1)[1]
    numbers: dict[str, float | int | str] = {"policy": standing.policy.label, "contradicted": contradicted}
    if standing.faults:
        words = f"declaration {standing.number} is not used, the shipped policy is: {'; '.join(standing.faults)}"
        return Verdict(False, words, numbers)
    if contradicted:
        return Verdict(False, f"constraints contradict each other for {contradicted} applications", numbers)
    return Verdict(True, f"{standing.policy.label} decided", numbers)


def nothing_moves_before_its_needs(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """No application in an earlier wave than one it depends on, where both move.

    What a wave that has started broke already is told among the problems of the plan, and counted apart.
    """
    wave = store.read(tenant, WaveAssignment).set_index("application_id")["wave"]
    edges = store.read(tenant, Dependency, directed=True).dropna(subset=["source_application", "target_application"])
    source, target = (edges[end].map(wave).fillna(0) for end in ("source_application", "target_application"))
    broken = edges[(source > 0) & (target > 0) & (source < target)]
    told = {tuple(pair) for pair in store.read(tenant, PlanProblem, rule="started")["applications"]}
    ends = zip(broken["source_application"], broken["target_application"], strict=True)
    untold = sum(tuple(sorted(pair)) not in told for pair in ends)
    words = f"{untold} of {len(edges)} dependencies would be broken by the order of waves"
    ran = f"; {len(broken) - untold} are broken by waves that have started" if len(broken) > untold else ""
    return Verdict(untold == 0, words + ran)


def plan_shows_recommendations(store: PortfolioStore, tenant: TenantId) -> Verdict:
    """Whether waves and report were made from the recommendations as they stand."""
    current, words = plan_is_current(store, tenant)
    return Verdict(current, words)


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NaT or (isinstance(value, float) and value != value)
