"""Running a tenant's own crews: on demand, and all that are enabled in bulk discovery."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.crews.generic.case import crew_cases, representatives
from aidiscover_pipelines.crews.generic.crew import crew_of
from aidiscover_pipelines.crews.stage import answer_cases
from aidiscover_pipelines.crews.tenant_crews import crews_of, definition_of, running_version
from aidiscover_pipelines.domain.crew import ANSWERED
from aidiscover_pipelines.domain.errors import ConfigError, InvalidCrew
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import CrewResult
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import Condition, CrewRunner, PortfolioStore

# A crew about applications looks at the typical one of each pattern: cost grows with patterns, not with applications.
MOST_CASES = 20


def enabled_crews(store: PortfolioStore, tenant: TenantId) -> tuple[list[str], list[str]]:
    """Names of the crews that bulk discovery runs, and why others that should do not: the rules refuse them by now."""
    enabled, refused = [], []
    for crew in crews_of(store, tenant):
        if crew["runs"] is not None:
            try:
                definition = definition_of(store, tenant, crew["crew"], crew["runs"])
            except InvalidCrew as problem:
                refused.append(str(problem))
                continue
            if definition.enabled:
                enabled.append(crew["crew"])
    return enabled, refused


def run_crew(
    store: PortfolioStore,
    runner: CrewRunner,
    tenant: TenantId,
    run: RunRef,
    name: str,
    applications: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Results of one crew, stored: the columns of CrewResult. `applications` None takes the patterns' typical ones.

    A case that was answered before is not asked again. Raises: ConfigError where the crew does not run or an
    application is not known, InvalidCrew.
    """
    version = running_version(store, tenant, name)
    definition = definition_of(store, tenant, name, version)
    if applications is not None and definition.subject == "tenant":
        raise ConfigError(
            f"cannot run crew {name!r} of tenant {tenant!r} on an application: it is about the tenant; "
            "leave the application out, or write subject: application"
        )
    subjects = representatives(store, tenant, MOST_CASES) if applications is None else applications
    cases = crew_cases(store, tenant, crew_of(definition), definition.subject, subjects)
    answers = answer_cases(store, runner, tenant, run, cases)
    now = datetime.now(UTC)
    rows = [
        {
            "crew": name,
            "version": version,
            "digest": case.digest,
            **{column: answer[column] for column in ("subject", "status", "reason", "model")},
            "summary": answer["answer"]["summary"],
            "findings": answer["answer"]["findings"],
            "run_id": run.run_id,
            "at": now,
        }
        for case, answer in zip(cases, answers, strict=True)
    ]
    if rows:
        store.append(tenant, {CrewResult: pd.DataFrame(rows)})
    return rows


def summarise_results(store: PortfolioStore, tenant: TenantId, results: Sequence[dict[str, Any]]) -> StageResult:
    """What the crews of a bulk run found out; results of crews that run no more are removed."""
    running = {crew["crew"] for crew in crews_of(store, tenant) if crew["runs"] is not None}
    held = store.read(tenant, CrewResult, columns=["crew"])["crew"]
    for name in sorted(set(held) - running):
        store.delete(tenant, CrewResult, [Condition("crew", "=", name)])
    _, refused = enabled_crews(store, tenant)
    failed = pd.Series([row["reason"] for row in results if row["status"] != ANSWERED], dtype="str")
    return StageResult(
        rows_in=len(results),
        rows_out=len(results) - len(failed),
        skipped={**dict.fromkeys(refused, 1), **{str(reason): int(n) for reason, n in failed.value_counts().items()}},
        preview=[{name: row[name] for name in ("crew", "subject", "status", "summary")} for row in results[:10]],
        figures={"crews": len({row["crew"] for row in results}), "findings": sum(len(r["findings"]) for r in results)},
    )
