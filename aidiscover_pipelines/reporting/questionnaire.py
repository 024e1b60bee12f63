"""The questionnaire: which cells of which application are asked of whom, chosen from the open questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.collection import BY_PEOPLE, COLLECTION, OWNER, TECHNICAL
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    AttributeQuestion,
    AttributeValue,
    OpenQuestion,
    Recommendation,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES, AttributeState
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.questionnaire_workbook import questionnaire_workbook
from aidiscover_pipelines.reporting.questions import in_order

# Facts under another name than the field that a person's answer is written in.
_TOLD_BY = {"os_name": "os_names"}
_CONTACTS = {OWNER: "business_owner", TECHNICAL: "technical_owner"}
_KEY = ["application_id", "attribute"]
_SHOWN = (
    "ask", "application_id", "name", "contact", "attribute", "field", "question", "today", "would_become", "change",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """What is asked. `cells`: one row for each open cell, in the order in which they are shown.

    Columns of `cells`: ask, application_id, name, contact, attribute, field, question, today (strategy, empty before
    there is one), would_become, change.
    """

    tenant: str
    cells: pd.DataFrame

    @property
    def people(self) -> list[str]:
        """Who is asked, in the order of the sheets."""
        return self.cells["ask"].unique().tolist()


def choose_questions(
    store: PortfolioStore, tenant: TenantId, *, top: int | None = None, everything: bool = False, ask: str = ""
) -> Questionnaire:
    """The questions to put into a questionnaire: those that could change a recommendation, best first.

    What the automation tier leaves to people alone comes before what a scan or an export could tell as well.

    `top` takes the first so many, `everything` adds whatever else is unknown or weakly inferred, `ask` keeps those for
    one role. Raises: UnknownTenant; ConfigError where nothing is left to ask, or nobody has that role.
    """
    attempted = f"choose questions about the portfolio of tenant {tenant!r}"
    registered = store.tenant(tenant, attempted)
    roles = sorted({collection.ask for collection in COLLECTION.values()})
    if ask and ask not in roles:
        raise ConfigError(f"cannot {attempted}: nobody is asked as {ask!r}; use one of {', '.join(roles)}")
    ordered = in_order(store.read(tenant, OpenQuestion))
    # What no scan and no export will ever tell is asked first.
    by_people = ordered["method"].isin(BY_PEOPLE)
    worthy = pd.concat([ordered[by_people], ordered[~by_people]]).drop(columns=["method", "minutes"])
    worthy = worthy[worthy["ask"] == ask] if ask else worthy
    chosen = worthy if top is None else worthy.head(top)
    if everything:
        rest = _unknown(store, tenant, ask).merge(worthy[_KEY].assign(worthy=True), on=_KEY, how="left")
        rest = rest[rest["worthy"].isna()].drop(columns="worthy")
        chosen = pd.concat([part for part in (worthy, rest) if len(part)], ignore_index=True) if len(rest) else worthy
    if chosen.empty:
        hint = "run 'aidiscover discover' first" if everything else "use --all to ask for what is unknown all the same"
        whom = f" asked of the {ask}" if ask else ""
        raise ConfigError(f"cannot {attempted}: no open question{whom} could change a recommendation; {hint}")
    return Questionnaire(registered.name, _cells(store, tenant, chosen))


def export_questionnaire(
    store: PortfolioStore, tenant: TenantId, path: Path, asked: Questionnaire, now: datetime
) -> dict[str, Any]:
    """Write the workbook and record what is asked from now on; JSON-ready counts. Raises: ConfigError."""
    if path.suffix.lower() != ".xlsx":
        raise ConfigError(f"cannot write the questionnaire to {str(path)!r}: it is a workbook; use a name with .xlsx")
    try:
        path.write_bytes(questionnaire_workbook(asked.tenant, asked.cells, now))
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise ConfigError(
            f"cannot write the questionnaire to {str(path)!r}: {problem}; use a folder that exists and is yours"
        ) from None
    rows = asked.cells.drop_duplicates(_KEY)
    questions = rows[[*_KEY, "ask"]].assign(questionnaire=path.name, asked_at=now)
    store.append(tenant, {AttributeQuestion: questions[AttributeQuestion.columns()]})
    return {
        "path": str(path),
        "applications": int(rows["application_id"].nunique()),
        "questions": len(rows),
        "cells": len(asked.cells),
        "sheets": [
            {
                "ask": ask,
                "applications": int(rows.loc[rows["ask"] == ask, "application_id"].nunique()),
                "questions": int((rows["ask"] == ask).sum()),
            }
            for ask in asked.people
        ],
    }


def _unknown(store: PortfolioStore, tenant: TenantId, ask: str) -> pd.DataFrame:
    """Attributes that are missing, asked or weakly inferred, with the worth of a question that changes nothing."""
    states = [*sorted(OPEN_STATES), AttributeState.INFERRED.value]
    rows = store.read(tenant, AttributeValue, columns=[*_KEY, "state", "question"], state=states)
    rows = rows[rows["state"].isin(OPEN_STATES) | (rows["question"] != "")].drop(columns="state")
    asked_of = rows["attribute"].map({key: collection.ask for key, collection in COLLECTION.items()})
    worded = rows["attribute"].map({key: collection.question for key, collection in COLLECTION.items()})
    nothing = pd.Series([{} for _ in range(len(rows))], index=rows.index, dtype=object)
    rows = rows.assign(ask=asked_of, question=worded, change=0.0, worth=0.0, would_become=nothing)
    return rows[rows["ask"] == ask] if ask else rows


def _cells(store: PortfolioStore, tenant: TenantId, chosen: pd.DataFrame) -> pd.DataFrame:
    """Open cells of the chosen questions: the fields that nobody has told, or all where each one is told weakly."""
    ids = chosen["application_id"].unique().tolist()
    names = store.read(tenant, Application, columns=["application_id", "name"]).set_index("application_id")["name"]
    plan = store.read(tenant, Recommendation, columns=["application_id", "strategy"])
    today = {identity: str(strategy) for identity, strategy in plan.itertuples(index=False)}
    fields = chosen["attribute"].map({key: list(collection.fields) for key, collection in COLLECTION.items()})
    cells = chosen.assign(field=fields).explode("field", ignore_index=True)
    known = _told(store, tenant, ids, cells["field"].unique().tolist())
    told = pd.MultiIndex.from_frame(cells[["application_id", "field"]]).isin(known)
    some_open = pd.Series(~told).groupby([cells[name] for name in _KEY]).transform("any").to_numpy()
    cells = cells[~told | ~some_open]
    contact = _contacts(store, tenant, ids)
    keys = zip(cells["application_id"], cells["ask"], strict=True)
    cells = cells.assign(
        name=cells["application_id"].map(names).fillna(cells["application_id"]),
        contact=[contact.get((identity, _CONTACTS.get(ask, "")), "") for identity, ask in keys],
        today=[today.get(identity, "") for identity in cells["application_id"]],
    )
    best = cells.groupby(["ask", "application_id"])["worth"].transform("max")
    order = cells.assign(best=best, spelt=cells["name"].str.casefold())
    # An application's row stands where its most valuable answer would; sheets go by who can change most.
    sheet = order.groupby("ask")["change"].transform("sum")
    order = order.assign(sheet=sheet).sort_values(
        ["sheet", "ask", "best", "spelt", "application_id", "attribute"],
        ascending=[False, True, False, True, True, True],
        kind="stable",
    )
    return pd.DataFrame(order, columns=list(_SHOWN)).reset_index(drop=True)


def _told(store: PortfolioStore, tenant: TenantId, ids: Sequence[str], fields: Sequence[str]) -> pd.MultiIndex:
    """(application_id, field) of what is known already."""
    facts = store.read(
        tenant,
        ApplicationFact,
        columns=["application_id", "field"],
        field=[_TOLD_BY.get(field, field) for field in fields],
    )
    facts = facts[facts["application_id"].isin(ids)]
    back = {fact: field for field, fact in _TOLD_BY.items()}
    return pd.MultiIndex.from_frame(facts.assign(field=facts["field"].replace(back)))


def _contacts(store: PortfolioStore, tenant: TenantId, ids: Sequence[str]) -> dict[tuple[str, str], str]:
    """(application_id, field of the contact) -> who is on record."""
    columns = ["application_id", "field", "value"]
    facts = store.read(tenant, ApplicationFact, columns=columns, field=list(_CONTACTS.values()))
    facts = facts[facts["application_id"].isin(ids)]
    return dict(zip(zip(facts["application_id"], facts["field"], strict=True), facts["value"], strict=True))
