"""Asking crews: finished answers are stored as they come and never asked for again."""

import logging
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.crew import ANSWERED, FALLBACK, CaseAnswer, CaseFile
from aidiscover_pipelines.domain.tables import CrewAnswer
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import CrewRunner, PortfolioStore

# The command line listens here: kickoffs take most of a run, and minutes with a model that is paced.
progress = logging.getLogger("aidiscover.progress")

# A write costs a transaction, a lost answer a kickoff; ten kickoffs are the most that a crash may cost.
ANSWERS_PER_WRITE = 10
COUNTED = ("llm_calls", "prompt_tokens", "completion_tokens", "cost_usd", "seconds")


def answer_cases(
    store: PortfolioStore, runner: CrewRunner, tenant: TenantId, run: RunRef, cases: Sequence[CaseFile]
) -> list[dict[str, Any]]:
    """An answer for each case in the order given: {"subject", "status", "reason", "model", "answer"}.

    A case that this tenant's crews answered before, with the same digest and by the runner's model, is not asked again;
    fallbacks are. What was finished before a failure is stored; an answer belongs to its case, so that one run need not
    keep another from writing it.
    """
    held = {key: row for key, row in _stored(store, tenant, cases).items() if row["model"] == runner.model}
    asked = [case for case in cases if _key(case) not in held]
    unsaved: list[CaseAnswer] = []
    try:
        for number, finished in enumerate(runner.answer(asked, run), start=1):
            step = f"{finished.case.crew}: {number} of {len(asked)} kickoffs"
            progress.info("at", extra={"step": step})
            held[_key(finished.case)] = _row(finished, run)
            unsaved.append(finished)
            if len(unsaved) == ANSWERS_PER_WRITE:
                _save(store, tenant, run, unsaved)
                unsaved = []
    finally:
        _save(store, tenant, run, unsaved)
    return [_told(held[_key(case)], runner.model) for case in cases]


def held_answers(
    store: PortfolioStore, model: str, tenant: TenantId, cases: Sequence[CaseFile]
) -> list[dict[str, Any]]:
    """The answers on file of those cases that this model answered before, as `answer_cases` gives them. Asks nobody."""
    held = _stored(store, tenant, cases)
    known = [held[_key(case)] for case in cases if _key(case) in held]
    return [_told(row, model) for row in known if row["model"] == model]


def _told(row: dict[str, Any], model: str) -> dict[str, Any]:
    """An answer as later stages take it. Where another model stood in for the one that was to be asked, it says so."""
    stood_in = f"{row['model']} stood in for {model}" if row["model"] != model else ""
    return {
        **{name: row[name] for name in ("subject", "status", "model", "answer")},
        "reason": row["reason"] or stood_in,
    }


def fallbacks(store: PortfolioStore, tenant: TenantId, run_id: str) -> dict[str, int]:
    """Why kickoffs of a run gave no answer, and how many, commonest first."""
    reasons = store.read(tenant, CrewAnswer, columns=["reason"], run_id=run_id, status=FALLBACK)["reason"]
    return {str(reason): int(count) for reason, count in reasons.value_counts().items()}


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
        store.append(tenant, {CrewAnswer: pd.DataFrame([_row(answer, run) for answer in answers])})


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
