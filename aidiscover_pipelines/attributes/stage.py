"""The stage that fills the 22 attributes, for a tenant or for one application alone."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES
from aidiscover_pipelines.attributes.evaluate import completeness, confidence, evaluate_attributes
from aidiscover_pipelines.attributes.facts import application_facts, judge
from aidiscover_pipelines.attributes.flags import STAGE, data_flags
from aidiscover_pipelines.attributes.validity import SHARES, column_keys
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.domain.stage import HeatMap, StageResult
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    Asset,
    AttributeQuestion,
    AttributeValue,
    CleansedText,
    DataFlag,
    Dependency,
    EntityValue,
    FieldMapping,
    Row,
    SourceStanding,
    TechnologyUse,
)
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES, AttributeState, CleansingOutcome, MappingDecision
from aidiscover_pipelines.ports import PortfolioStore

QUESTION_LENGTH = 300
"""Longest question that is stored; a person answers one sentence, not a page."""

MAPPED_ALONE = 40
"""Applications up to which each has a row of the heat map; more rows cannot be read on one screen."""

_PREVIEW_ROWS = 10
_USED = [MappingDecision.ACCEPT.value, MappingDecision.REVIEW.value]
_ORDINALS = ("weakest", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "best")


def validate_attributes(
    store: PortfolioStore, tenant: TenantId, run: RunRef, today: date, application: ApplicationId | None = None
) -> StageResult:
    """Write the facts, the 22 attributes and the flags of all applications, or of one; equal facts give equal results.

    rows_in counts values, rows_out attribute rows. The preview shows the least complete applications, the heat map the
    quality of each attribute. An application that the tenant does not have is skipped, and what was stored of it goes.
    """
    applications = store.read(tenant, Application)
    subjects = applications if application is None else applications[applications["application_id"] == application]
    scope = {} if application is None else {"application_id": application}
    assets, values, links, dependencies = _inventory(store, tenant, application)
    seen = values[values["field"].eq("last_seen")]
    judgement = judge(values, today, store.read(tenant, SourceStanding), seen, _columns_without_unit(store, tenant))
    ids: dict[str, Any] = (
        {} if application is None else {"entity_id": [application, *links["asset_id"].unique().tolist()]}
    )
    uses = store.read(tenant, TechnologyUse, **ids)
    facts = application_facts(applications, assets, values, links, dependencies, today, judgement, uses)
    facts = facts[facts["application_id"].isin(subjects["application_id"])]
    attributes = evaluate_attributes(facts, subjects, _asked(store, tenant, application))
    known_facts = facts[facts["value"].ne("") & facts["value"].ne(NOT_APPLICABLE)]
    written: dict[type[Row], pd.DataFrame] = {
        ApplicationFact: known_facts[ApplicationFact.columns()],
        AttributeValue: attributes,
    }
    store.replace(tenant, run, written, **scope)
    dropped = store.read(tenant, CleansedText, outcome=CleansingOutcome.DROPPED.value)
    flags = data_flags(values, judgement.faulty, dropped if application is None else dropped.iloc[:0])
    store.replace(tenant, run, {DataFlag: flags}, stage=STAGE, **ids)
    known, sure = completeness(attributes), confidence(attributes)
    states = attributes["state"].value_counts()
    return StageResult(
        rows_in=len(values),
        rows_out=len(attributes),
        skipped={"no such application": 1} if application is not None and subjects.empty else {},
        preview=_least_complete(subjects, attributes, known, sure),
        figures={
            "applications": len(subjects),
            "facts": len(known_facts),
            "completeness_percent": round(100 * float(known["completeness"].mean()), 1) if len(known) else 0.0,
            "confidence_percent": round(100 * float(sure["confidence"].mean()), 1) if len(sure) else 0.0,
            **{state.value: int(states.get(state.value, 0)) for state in AttributeState},
            "questions": int(attributes["question"].ne("").sum()),
            "flags": len(flags),
        },
        charts={
            "Completeness by attribute, percent": _by_attribute(attributes),
            "Flags by problem": {str(name): float(count) for name, count in flags["problem"].value_counts().items()},
        },
        heat_maps={"Quality of the attributes": quality_map(subjects, attributes, sure)},
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
        store.upsert(tenant, run, {AttributeValue: open_ones})
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


def _inventory(
    store: PortfolioStore, tenant: TenantId, application: ApplicationId | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Assets, values, links and edges; only those that touch the application where one is named."""
    if application is None:
        return (
            store.read(tenant, Asset),
            store.read(tenant, EntityValue),
            store.read(tenant, ApplicationAsset),
            store.read(tenant, Dependency),
        )
    links = store.read(tenant, ApplicationAsset, application_id=application)
    asset_ids = links["asset_id"].tolist()
    values = [
        store.read(tenant, EntityValue, entity="application", entity_id=application),
        store.read(tenant, EntityValue, entity="asset", entity_id=asset_ids),
    ]
    edges = [
        store.read(tenant, Dependency, source_application=application),
        store.read(tenant, Dependency, target_application=application),
    ]
    return (
        store.read(tenant, Asset, asset_id=asset_ids),
        _stacked(values),
        links,
        _stacked(edges).drop_duplicates("dependency_id").sort_values("dependency_id", kind="stable"),
    )


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of all frames; empty ones are left out, because their columns have no types."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _asked(store: PortfolioStore, tenant: TenantId, application: ApplicationId | None) -> pd.DataFrame:
    """Questions that are out."""
    if application is None:
        return store.read(tenant, AttributeQuestion)
    return store.read(tenant, AttributeQuestion, application_id=application)


def _columns_without_unit(store: PortfolioStore, tenant: TenantId) -> frozenset[str]:
    """Columns of utilisations that name no unit and hold no number above 1, as validity.column_keys writes them."""
    mapped = store.read(tenant, FieldMapping, field=list(SHARES), decision=_USED)
    mapped = mapped[mapped["unit"].isna()]
    if mapped.empty:
        return frozenset()
    keys = mapped["file_id"] + "." + mapped["sheet_index"].astype(str) + "/" + mapped["column_index"].astype(str)
    told = store.read(tenant, EntityValue, columns=["number", "evidence_id"], field=list(SHARES))
    most = told["number"].groupby(column_keys(told["evidence_id"])).max()
    return frozenset(most.index[most <= 1]) & frozenset(keys)


def quality_map(applications: pd.DataFrame, attributes: pd.DataFrame, sure: pd.DataFrame) -> HeatMap:
    """Mean quality of each attribute, the least confident applications first.

    One row for each application; of more than MAPPED_ALONE one for each tenth of them.
    """
    order = sure.sort_values(["confidence", "application_id"], kind="stable")["application_id"]
    wide = attributes.pivot(index="application_id", columns="attribute", values="quality").reindex(order)
    wide = wide.reindex(columns=[attribute.key for attribute in ATTRIBUTES]).astype(float)
    if len(wide) <= MAPPED_ALONE:
        names = applications.set_index("application_id")["name"]
        rows = [str(names.get(application, application)) for application in wide.index]
    else:
        tenth = np.arange(len(wide)) * 10 // len(wide)
        wide = wide.groupby(tenth).mean()
        rows = [f"{_ORDINALS[place]} tenth" for place in wide.index]
    cells = [[None if np.isnan(cell) else round(cell, 3) for cell in row] for row in wide.to_numpy().tolist()]
    return HeatMap(rows, [attribute.label for attribute in ATTRIBUTES], cells)


def _by_attribute(attributes: pd.DataFrame) -> dict[str, float]:
    one_by_one = attributes.assign(application_id=attributes["attribute"])
    shares = completeness(one_by_one).set_index("application_id")["completeness"] * len(ATTRIBUTES)
    sizes = attributes["attribute"].value_counts()
    return {
        attribute.label: round(100 * float(shares.get(attribute.key, 0.0)) / int(sizes.get(attribute.key, 1)), 1)
        for attribute in ATTRIBUTES
    }


def _least_complete(
    applications: pd.DataFrame, attributes: pd.DataFrame, known: pd.DataFrame, sure: pd.DataFrame
) -> list[Mapping[str, Any]]:
    both = known.merge(sure, on="application_id").sort_values(["completeness", "application_id"], kind="stable")
    last = both.head(_PREVIEW_ROWS)
    names = dict(zip(applications["application_id"], applications["name"], strict=True))
    missing = attributes[attributes["state"].isin(OPEN_STATES)]
    return [
        {
            "application": names[application_id],
            "completeness_percent": round(100 * share, 1),
            "confidence_percent": round(100 * believed, 1),
            "missing": ", ".join(missing.loc[missing["application_id"] == application_id, "attribute"]),
        }
        for application_id, share, believed in zip(*(last[name].tolist() for name in last), strict=True)
    ]
