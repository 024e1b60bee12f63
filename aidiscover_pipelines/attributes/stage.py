"""The stage that fills the 22 attributes, for a tenant or for one application alone."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.attributes.changes import write_judged
from aidiscover_pipelines.attributes.estate import Estate
from aidiscover_pipelines.attributes.figures import OUTLINE, Outline
from aidiscover_pipelines.attributes.findings import Findings
from aidiscover_pipelines.attributes.flags import STAGE, data_flags
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    ApplicationFact,
    AttributeValue,
    CleansedText,
    DataFlag,
    Row,
    StageDigest,
)
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import AttributeState, CleansingOutcome
from aidiscover_pipelines.ports import Condition, PortfolioStore

QUESTION_LENGTH = 300
"""Longest question that is stored; a person answers one sentence, not a page."""

APPLICATIONS_AT_ONCE = 10_000
"""Applications whose values are held in memory together, some million of them; each part reads the tables again."""

_PREVIEW_ROWS = 10


def validate_attributes(
    store: PortfolioStore,
    tenant: TenantId,
    run: RunRef,
    today: date,
    application: ApplicationId | None = None,
    at_once: int = APPLICATIONS_AT_ONCE,
) -> StageResult:
    """Write the facts, the 22 attributes and the flags of all applications, or of one; equal facts give equal results.

    Of all applications only those are judged of which something differs since they last were; the others stay as they
    are stored. `at_once` are held in memory together; results do not depend on it. rows_in counts values, rows_out
    attribute rows. The preview shows the least complete applications, the heat map the quality of each attribute. An
    application that the tenant does not have is skipped, and what was stored of it goes.
    """
    estate = Estate(store, tenant, today, application)
    found, stale = Findings(estate, today), None
    scope: dict[str, Any] = {}
    if application is not None:
        scope = {"application_id": application}
    else:
        held = store.read(tenant, StageDigest, stage=STAGE).set_index("application_id")["digest"]
        # Where all must be judged anyway, such as on another day, one pass over the values does.
        if held.str.startswith(estate.common_digest(today)).any():
            for part in estate.parts(at_once):
                found.look(part)
            now = found.digests()
            stale = now.index[now.ne(held.reindex(now.index))].tolist()
            scope = {"application_id": [*stale, *held.index.difference(now.index)]}
    tables = (ApplicationFact, AttributeValue, StageDigest)
    store.replace_in_parts(tenant, run, tables, found.written(estate.parts(at_once, stale)), stage=STAGE, **scope)
    dropped = store.read(tenant, CleansedText, outcome=CleansingOutcome.DROPPED.value)
    flags = data_flags(*found.faulty(), dropped if application is None else dropped.iloc[:0])
    store.replace(tenant, run, {DataFlag: flags}, stage=STAGE, **estate.entities)
    outline = found.outline() if stale is None else Outline.of(store.read(tenant, AttributeValue, columns=OUTLINE))
    names = estate.names
    return StageResult(
        rows_in=found.values,
        rows_out=outline.states.size,
        skipped={} if estate.ids or application is None else {"no such application": 1},
        preview=outline.least_complete(names),
        figures={
            **outline.figures(),
            "facts": _count(store, tenant, ApplicationFact, application),
            "questions": _count(store, tenant, AttributeValue, application, Condition("question", "!=", "")),
            "flags": len(flags),
            "judged anew": len(estate.ids if stale is None else stale),
        },
        charts={
            "Completeness by attribute, percent": outline.by_attribute(),
            "Flags by problem": {str(name): float(count) for name, count in flags["problem"].value_counts().items()},
        },
        heat_maps={"Quality of the attributes": outline.quality_map(names)},
    )


def ask_questions(
    store: PortfolioStore, tenant: TenantId, run: RunRef, answers: Sequence[Mapping[str, Any]]
) -> StageResult:
    """Put a discovery crew's questions where something is missing or only inferred.

    An answer is {"application_id", "attribute", "question"}; of several for one attribute the last counts. Recorded
    attributes, unknown ones and empty questions are skipped.
    """
    asked = pd.DataFrame(list(answers), columns=["application_id", "attribute", "question"])
    asked["question"] = asked["question"].fillna("").astype(str).str.split().str.join(" ").str.slice(0, QUESTION_LENGTH)
    worded = asked[asked["question"] != ""].drop_duplicates(["application_id", "attribute"], keep="last")
    held = store.read(tenant, AttributeValue, application_id=worded["application_id"].astype(str).unique().tolist())
    known = held.drop(columns="question").merge(worded, on=["application_id", "attribute"])
    settled = [AttributeState.PRESENT.value, AttributeState.NOT_APPLICABLE.value]
    open_ones = known[~known["state"].isin(settled)][AttributeValue.columns()]
    if len(open_ones):
        write_judged(store, tenant, run, open_ones)
    skipped = {
        "no question, or asked twice": len(asked) - len(worded),
        "no such application or attribute": len(worded) - len(known),
        "already recorded": len(known) - len(open_ones),
    }
    return StageResult(
        rows_in=len(asked),
        rows_out=len(open_ones),
        skipped={reason: count for reason, count in skipped.items() if count},
        preview=[
            {str(column): value for column, value in row.items()}
            for row in open_ones[["application_id", "attribute", "question"]].head(_PREVIEW_ROWS).to_dict("records")
        ],
    )


def _count(
    store: PortfolioStore, tenant: TenantId, table: type[Row], application: ApplicationId | None, *more: Condition
) -> int:
    one = [] if application is None else [Condition("application_id", "=", application)]
    return int(store.sums(tenant, table, [], [*one, *more])["rows"])
