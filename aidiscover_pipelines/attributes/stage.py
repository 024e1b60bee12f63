"""The stage that fills the 22 attributes, for a tenant or for one application alone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.attributes.changes import digests, write_judged
from aidiscover_pipelines.attributes.estate import NOBODY, Estate
from aidiscover_pipelines.attributes.figures import OUTLINE, Outline
from aidiscover_pipelines.attributes.findings import Findings
from aidiscover_pipelines.attributes.flags import STAGE, data_flags, with_unconcerned
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

APPLICATIONS_AT_ONCE = 2_500
"""Applications whose values are held in memory as a frame together, some hundred thousand of them."""

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
    found, common = Findings(estate, today), estate.common_digest(today)
    now = digests(estate, common)
    only: list[str] | None = None
    scope: dict[str, Any] = {} if application is None else {"application_id": application}
    if application is None:
        held = store.read(tenant, StageDigest, stage=STAGE).set_index("application_id")["digest"]
        # Where all must be judged anyway, such as on another day, nothing is left as it is.
        if held.str.startswith(common).any():
            only = now.index[now.ne(held.reindex(now.index))].tolist()
            scope = {"application_id": [*only, *held.index.difference(now.index)]}
            now = now[only]
    flagged: list[pd.DataFrame] = []

    def parts() -> Iterator[tuple[type[Row], pd.DataFrame]]:
        yield from found.written(estate.parts(at_once, only), now)
        dropped = store.read(tenant, CleansedText, outcome=CleansingOutcome.DROPPED.value)
        flags = data_flags(*found.faulty(), dropped if application is None else dropped.iloc[:0])
        if only is not None:
            held_flags = store.read(tenant, DataFlag, stage=STAGE)
            flags = with_unconcerned(flags, held_flags, estate.survey.ids, found.concerned)
        flagged.append(flags)
        yield DataFlag, flags

    # All in one transaction: a digest must not stand for what an interrupted run did not write.
    tables = (ApplicationFact, AttributeValue, StageDigest, DataFlag)
    store.replace_in_parts(tenant, run, tables, parts(), stage=STAGE, **scope, **estate.entities)
    flags = flagged[0]
    outline = Outline.of(store.read(tenant, AttributeValue, columns=OUTLINE)) if only is not None else found.outline()
    names = estate.names
    return StageResult(
        rows_in=estate.survey.rows,
        rows_out=outline.states.size,
        skipped={} if estate.ids or application is None else {"no such application": 1},
        preview=outline.least_complete(names),
        figures={
            **outline.figures(),
            "facts": store.page(tenant, ApplicationFact, _equal(scope if only is None else {}), limit=0)[1],
            "questions": outline.questions,
            "flags": len(flags),
            "judged anew": len(estate.ids if only is None else [key for key in only if key != NOBODY]),
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


def _equal(scope: Mapping[str, Any]) -> list[Condition]:
    return [Condition(name, "=", value) for name, value in scope.items()]
