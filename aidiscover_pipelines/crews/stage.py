"""Asking crews: finished answers are stored as they come and never asked for again; what it cost is summed up."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.crew import CaseAnswer, CaseFile
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import CrewAnswer
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import CrewRunner, PortfolioStore

ANSWERED = "answered"
# A write costs a transaction, a lost answer a kickoff; ten kickoffs are the most that a crash may cost.
ANSWERS_PER_WRITE = 10
COUNTED = ("llm_calls", "prompt_tokens", "completion_tokens", "cost_usd", "seconds")


def answer_cases(
    store: PortfolioStore, runner: CrewRunner, tenant: TenantId, run: RunRef, cases: Sequence[CaseFile]
) -> list[dict[str, Any]]:
    """An answer for each case in the order given: {"subject", "status", "reason", "model", "answer"}.

    A case that this tenant's crews answered before, with the same digest and by the runner's model, is not asked again;
    fallbacks are. Raises: StaleWrite; what was finished before is stored.
    """
    held = {key: row for key, row in _stored(store, tenant, cases).items() if row["model"] == runner.model}
    asked = [case for case in cases if _key(case) not in held]
    unsaved: list[CaseAnswer] = []
    try:
        for finished in runner.answer(asked):
            held[_key(finished.case)] = _row(finished, run)
            unsaved.append(finished)
            if len(unsaved) == ANSWERS_PER_WRITE:
                _save(store, tenant, run, unsaved)
                unsaved = []
    finally:
        _save(store, tenant, run, unsaved)
    return [
        {name: held[_key(case)][name] for name in ("subject", "status", "reason", "model", "answer")} for case in cases
    ]


def usage(store: PortfolioStore, tenant: TenantId, run_id: str) -> dict[str, float | int]:
    """What one run used: kickoffs, llm_calls, tokens and cost_usd. Reused answers count for the run that asked."""
    answers = store.read(tenant, CrewAnswer, run_id=run_id)
    return {
        "kickoffs": len(answers),
        "llm_calls": int(answers["llm_calls"].sum()),
        "tokens": int(answers["prompt_tokens"].sum() + answers["completion_tokens"].sum()),
        "cost_usd": round(float(answers["cost_usd"].sum()), 6),
    }


def summarise_usage(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Kickoffs, calls, tokens, cost and fallbacks by crew and model, over all answers on file; figures are this run's.

    `skipped` counts this run's fallbacks by reason. Writes nothing.
    """
    answers = store.read(tenant, CrewAnswer)
    answers["fallbacks"] = (answers["status"] != ANSWERED).astype("int64")
    answers["tokens"] = answers["prompt_tokens"] + answers["completion_tokens"]
    sums = answers.groupby(["crew", "model"], sort=True).agg(
        kickoffs=("subject", "size"),
        llm_calls=("llm_calls", "sum"),
        tokens=("tokens", "sum"),
        cost_usd=("cost_usd", "sum"),
        seconds=("seconds", "sum"),
        fallbacks=("fallbacks", "sum"),
    )
    table = sums.reset_index().round({"cost_usd": 6, "seconds": 2})
    now = answers[answers["run_id"] == run.run_id]
    return StageResult(
        rows_in=len(answers),
        rows_out=len(table),
        skipped=_counts(now.loc[now["fallbacks"] > 0, "reason"].value_counts()),
        preview=[{str(name): value for name, value in row.items()} for row in table.head(10).to_dict("records")],
        figures={
            **usage(store, tenant, run.run_id),
            "fallbacks": int(now["fallbacks"].sum()),
            "seconds in kickoffs": round(float(now["seconds"].sum()), 2),
        },
        charts={"Tokens by crew, this run": _counts(now.groupby("crew")["tokens"].sum())} if len(now) else {},
    )


def _counts(series: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in series.items()}


def _key(case: CaseFile) -> tuple[str, str, str]:
    return case.crew, case.subject, case.digest


def _stored(
    store: PortfolioStore, tenant: TenantId, cases: Sequence[CaseFile]
) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Answered rows on file for these subjects, by case key."""
    held = {}
    for crew, group in groupby(sorted(cases, key=lambda case: case.crew), key=lambda case: case.crew):
        subjects = sorted({case.subject for case in group})
        rows = store.read(tenant, CrewAnswer, crew=crew, subject=subjects, status=ANSWERED).to_dict("records")
        held.update({(crew, row["subject"], row["digest"]): {str(name): row[name] for name in row} for row in rows})
    return held


def _save(store: PortfolioStore, tenant: TenantId, run: RunRef, answers: Sequence[CaseAnswer]) -> None:
    if answers:
        store.upsert(tenant, run, {CrewAnswer: pd.DataFrame([_row(answer, run) for answer in answers])})


def _row(finished: CaseAnswer, run: RunRef) -> dict[str, Any]:
    case, used = finished.case, finished.usage
    return {
        "crew": case.crew,
        "subject": case.subject,
        "digest": case.digest,
        "status": finished.status,
        "reason": finished.reason,
        "answer": dict(finished.answer),
        "model": used.model,
        **{name: getattr(used, name) for name in COUNTED},
        "run_id": run.run_id,
    }
