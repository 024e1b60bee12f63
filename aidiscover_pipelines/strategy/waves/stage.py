"""The stage of the waves: plan with what the tenant declared, store it, tell what it is worth."""

from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import InvalidPolicy
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    Dependency,
    PlanProblem,
    Recommendation,
    Wave,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.waves import standing
from aidiscover_pipelines.strategy.waves.declared import planning_of
from aidiscover_pipelines.strategy.waves.document import Planning
from aidiscover_pipelines.strategy.waves.movers import FACTS, Inputs
from aidiscover_pipelines.strategy.waves.plan import Plan, plan_waves, problem_rows
from aidiscover_pipelines.strategy.waves.structure import problem_row

PREVIEW = 10
# Width of the timeline in the metadata, in characters.
BAR_CELLS = 40
UNCHANGED = "none: nothing that the plan was made of differs"


def read_inputs(store: PortfolioStore, tenant: TenantId) -> Inputs:
    """The tables that a plan is made of."""
    return Inputs(
        recommendations=store.read(
            tenant, Recommendation, columns=["application_id", "strategy", "priority", "risk", "effort"]
        ),
        dependencies=store.read(
            tenant, Dependency, columns=["source_application", "target_application", "directed", "strength"]
        ),
        applications=store.read(tenant, Application, columns=["application_id", "name"]),
        facts=store.read(tenant, ApplicationFact, columns=["application_id", "field", "value"], field=FACTS),
        links=store.read(tenant, ApplicationAsset, columns=["application_id", "asset_id"]),
        previous=store.read(tenant, WaveAssignment),
        previous_waves=store.read(tenant, Wave),
    )


def preview_plan(store: PortfolioStore, tenant: TenantId, planning: Planning) -> tuple[Inputs, Plan]:
    """What a plan with that document would be, and what it was made of. Stores nothing. Raises: UnknownTenant."""
    store.tenant(tenant, "plan waves")
    inputs = read_inputs(store, tenant)
    return inputs, plan_waves(inputs, planning)


def plan_migration_waves(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Put every recommended application into a wave and store the plan.

    The last plan stays where nothing that it was made of differs, and where the stored planning document cannot be
    used; then a problem tells each fault.
    """
    store.tenant(tenant, "plan waves")
    try:
        planning = planning_of(store, tenant)
    except InvalidPolicy as error:
        return _keep_plan(store, tenant, run, error)
    inputs, problems = read_inputs(store, tenant), store.read(tenant, PlanProblem)
    if standing.digest(inputs, planning, inputs.previous, problems) == standing.held(store, tenant):
        return _result(inputs, inputs.previous, inputs.previous_waves, problems, {"search": UNCHANGED})
    plan = plan_waves(inputs, planning)
    store_plan(store, tenant, run, plan)
    if not plan.met_wall:
        standing.keep(store, tenant, standing.digest(inputs, planning, plan.assignments, plan.problems))
    figures: dict[str, float | int | str] = {
        "moving_in_circles": int((plan.assignments["moves_with"].str.len() > 0).sum()),
        "points": plan.cost,
        "points_of_first_fit": plan.first,
        "search": plan.search,
    }
    if plan.unknown_effort:
        figures["movers_without_known_effort"] = plan.unknown_effort
    return _result(inputs, plan.assignments, plan.waves, plan.problems, figures)


def _keep_plan(store: PortfolioStore, tenant: TenantId, run: RunRef, error: InvalidPolicy) -> StageResult:
    inputs = read_inputs(store, tenant)
    faults = [fault.rpartition("; ") for fault in error.faults]
    problems = problem_rows(
        [
            problem_row(
                "document",
                f"{error.policy} cannot be used, and the last plan stays: {reason or remedy}",
                f"{remedy if reason else 'correct it'}; then 'aidiscover waves set'",
                [],
            )
            for reason, _, remedy in faults
        ]
    )
    store.replace(tenant, run, {PlanProblem: problems})
    figures: dict[str, float | int | str] = {"search": "none: the planning document cannot be used"}
    return _result(inputs, inputs.previous, inputs.previous_waves, problems, figures)


def store_plan(store: PortfolioStore, tenant: TenantId, run: RunRef, plan: Plan) -> None:
    """Make it the plan of the tenant. Raises: StaleWrite."""
    store.replace(tenant, run, {WaveAssignment: plan.assignments, Wave: plan.waves, PlanProblem: plan.problems})


def _result(
    inputs: Inputs,
    assignments: pd.DataFrame,
    waves: pd.DataFrame,
    problems: pd.DataFrame,
    figures: dict[str, float | int | str],
) -> StageResult:
    gone = len(inputs.recommendations) - len(inputs.known)
    shown = assignments.sort_values(["wave", "application_id"]).head(PREVIEW)
    sizes = dict(zip(waves["wave"].tolist(), waves["applications"].tolist(), strict=True))
    counts: dict[str, float | int | str] = {
        "waves": len(waves),
        "moving": sum(sizes.values()),
        "staying": int((assignments["wave"] == 0).sum()),
        "problems": len(problems),
    }
    return StageResult(
        rows_in=len(inputs.recommendations),
        rows_out=len(assignments),
        skipped={"application no longer in the inventory": gone} if gone else {},
        preview=_records(shown),
        figures={**counts, **figures},
        charts={"Applications by wave": {f"wave {wave}": float(size) for wave, size in sizes.items()}},
        tables={
            "Waves": _timeline(waves.head(PREVIEW)),
            "What could not hold": _records(problems[["rule", "what", "relax"]].head(PREVIEW)),
        },
    )


def _timeline(waves: pd.DataFrame) -> list[dict[str, Any]]:
    """Waves as rows of a table, with a bar in time where there are dates: a Gantt chart that needs no picture."""
    columns = ["wave", "starts", "ends", "applications", "capacity", "servers", "effort_days"]
    rows = _records(waves[columns])
    if waves["starts"].isna().any():
        return [{name: row[name] for name in row if name not in ("starts", "ends")} for row in rows]
    spans = [(date.fromisoformat(row["starts"]), date.fromisoformat(row["ends"])) for row in rows]
    days = [((first - spans[0][0]).days, (last - spans[0][0]).days + 1) for first, last in spans]
    whole = days[-1][1] if days else 1
    for row, (first, last) in zip(rows, days, strict=True):
        start, end = first * BAR_CELLS // whole, -(-last * BAR_CELLS // whole)
        row["in time"] = "·" * start + "█" * (end - start) + "·" * (BAR_CELLS - end)
    return rows


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
