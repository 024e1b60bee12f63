"""The stage that fills the 22 attributes, for a tenant or for one application alone."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES
from aidiscover_pipelines.attributes.evaluate import completeness, evaluate_attributes
from aidiscover_pipelines.attributes.facts import application_facts
from aidiscover_pipelines.attributes.rollups import PEAKS, STATISTIC_FACTS
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    Asset,
    AttributeValue,
    Dependency,
    EntityValue,
)
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import AttributeState
from aidiscover_pipelines.ports import PortfolioStore

QUESTION_LENGTH = 300
"""Longest question that is stored; a person answers one sentence, not a page."""

_PREVIEW_ROWS = 10


def validate_attributes(
    store: PortfolioStore, tenant: TenantId, run: RunRef, today: date, application: ApplicationId | None = None
) -> StageResult:
    """Write the facts and the 22 attributes of all applications, or of one; the same facts give the same result.

    rows_in counts values, rows_out attribute rows. The preview shows the least complete applications.
    An application that the tenant does not have is skipped, and what was stored of it goes.
    """
    applications = store.read(tenant, Application)
    subjects = applications if application is None else applications[applications["application_id"] == application]
    scope = {} if application is None else {"application_id": application}
    inventory = _inventory(store, tenant, application)
    facts = application_facts(applications, *inventory, today)
    facts = facts[facts["application_id"].isin(subjects["application_id"])]
    attributes = evaluate_attributes(facts, subjects)
    store.replace(tenant, run, {ApplicationFact: facts[ApplicationFact.columns()], AttributeValue: attributes}, **scope)
    known = completeness(attributes)
    states = attributes["state"].value_counts()
    return StageResult(
        rows_in=len(inventory[1]),
        rows_out=len(attributes),
        skipped={"no such application": 1} if application is not None and subjects.empty else {},
        preview=_least_complete(subjects, attributes, known),
        figures={
            "applications": len(subjects),
            "facts": len(facts),
            "completeness_percent": round(100 * float(known["completeness"].mean()), 1) if len(known) else 0.0,
            **{state.value: int(states.get(state.value, 0)) for state in AttributeState},
            "questions": int(attributes["question"].ne("").sum()),
        },
        charts={"Completeness by attribute, percent": _by_attribute(attributes)},
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
    open_ones = known[known["state"] != AttributeState.PRESENT.value][AttributeValue.columns()]
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
            _values(store, tenant),
            store.read(tenant, ApplicationAsset),
            store.read(tenant, Dependency),
        )
    links = store.read(tenant, ApplicationAsset, application_id=application)
    asset_ids = links["asset_id"].tolist()
    values = [
        _values(store, tenant, entity="application", entity_id=application),
        _values(store, tenant, entity="asset", entity_id=asset_ids),
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


def _values(store: PortfolioStore, tenant: TenantId, **where: Any) -> pd.DataFrame:
    """Chosen values, and the peaks that survivorship put aside for an average."""
    peaks: dict[str, Any] = {"field": list(STATISTIC_FACTS), "statistic": list(PEAKS)}
    return _stacked(
        [
            store.read(tenant, EntityValue, chosen=True, **where),
            store.read(tenant, EntityValue, chosen=False, **peaks, **where),
        ]
    )


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of all frames; empty ones are left out, because their columns have no types."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _by_attribute(attributes: pd.DataFrame) -> dict[str, float]:
    one_by_one = attributes.assign(application_id=attributes["attribute"])
    shares = completeness(one_by_one).set_index("application_id")["completeness"] * len(ATTRIBUTES)
    sizes = attributes["attribute"].value_counts()
    return {
        attribute.label: round(100 * float(shares.get(attribute.key, 0.0)) / int(sizes.get(attribute.key, 1)), 1)
        for attribute in ATTRIBUTES
    }


def _least_complete(
    applications: pd.DataFrame, attributes: pd.DataFrame, known: pd.DataFrame
) -> list[Mapping[str, Any]]:
    last = known.sort_values(["completeness", "application_id"], kind="stable").head(_PREVIEW_ROWS)
    names = dict(zip(applications["application_id"], applications["name"], strict=True))
    missing = attributes[attributes["state"] == AttributeState.MISSING.value]
    return [
        {
            "application": names[application_id],
            "completeness_percent": round(100 * share, 1),
            "missing": ", ".join(missing.loc[missing["application_id"] == application_id, "attribute"]),
        }
        for application_id, share in zip(last["application_id"].tolist(), last["completeness"].tolist(), strict=True)
    ]
