"""What an application's dossier rests on: attributes, the cells that it cites, disagreements, what people said."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import (
    AttributeValue,
    ClusterMember,
    Recommendation,
    RecommendationHistory,
    ReviewEntry,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.conflicts import Disputes, application_conflicts
from aidiscover_pipelines.reporting.evidence import recognisable_cells
from aidiscover_pipelines.reporting.waiting import waiting

# A larger portfolio has dossiers of the first by priority and of what waits for a decision: a page of tens of megabytes
# helps no steering committee, and a spreadsheet program does not open four million cells gladly.
MOST_DOSSIERS = 1_000
SOURCES_PER_REASON = 3
# Columns of Recommendation that are long and shown in a dossier only.
REASONS = ("ranking", "risks", "next_steps", "evidence", "counterfactuals")

_OF_ATTRIBUTES = ["application_id", "attribute", "state", "value", "quality", "evidence", "question", "rule"]
_OF_MEMBERS = {"reasons": "stands_out", "similar": "similar"}


@dataclass(frozen=True, slots=True)
class Dossiers:
    """Frames of the applications that have a dossier.

    applications: rows of `view.application_rows` in its order and under its index, with REASONS, stands_out and
    similar, missing as None. attributes: their AttributeValue rows. cells: rows of `recognisable_cells`, of all that is
    cited, also by flags. evidence: one row for each cell that a recommendation cites, with application_id, evidence_id
    and the columns of `cells`. conflicts: rows of `application_conflicts`. history: rows of `review_history`.
    """

    applications: pd.DataFrame
    attributes: pd.DataFrame
    cells: pd.DataFrame
    evidence: pd.DataFrame
    conflicts: pd.DataFrame
    history: pd.DataFrame


def with_dossier(applications: pd.DataFrame, worst: Iterable[int]) -> pd.DataFrame:
    """The rows that have a dossier, in their order: the `worst` risks, up to half for what waits, then the first."""
    asked = waiting(applications).index[: MOST_DOSSIERS // 2]
    chosen = pd.Index([*worst, *asked, *applications.index]).unique()[:MOST_DOSSIERS]
    return applications.loc[chosen.sort_values()]


def dossiers(
    store: PortfolioStore,
    tenant: TenantId,
    chosen: pd.DataFrame,
    links: pd.DataFrame,
    disputes: Disputes,
    flagged: Iterable[str],
) -> Dossiers:
    """Gather what the dossiers of the chosen rows rest on. `links`: rows of ApplicationAsset.

    `cells` has the `flagged` ones too: they are in a table of millions, which is read once for all that is cited.
    """
    ids = chosen["application_id"].tolist()
    shown = _with_reasons(store, tenant, chosen)
    held = store.read(tenant, AttributeValue, columns=_OF_ATTRIBUTES, application_id=ids)
    held["state"] = held["state"].map(str)
    conflicts = application_conflicts(disputes, links, ids)
    cited = [_cited_by(row) for row in zip(shown["evidence"], shown["risks"], strict=True)]
    cells = recognisable_cells(
        store,
        tenant,
        chain(
            chain.from_iterable(cited),
            (cell for ranking in shown["ranking"] for cell in _cells_of_reasons(ranking)),
            (cell for sources in held["evidence"] for cell in sources[:1]),
            conflicts["evidence_id"],
            conflicts["other_evidence"],
            (cell for cell in flagged if cell),
        ),
    )
    pairs = [(name, cell) for name, cells_of in zip(ids, cited, strict=True) for cell in cells_of]
    evidence = pd.DataFrame(pairs, columns=["application_id", "evidence_id"], dtype="str")
    evidence = evidence.merge(cells, left_on="evidence_id", right_index=True, how="left")
    return Dossiers(shown, held, cells, evidence, conflicts, review_history(store, tenant, ids))


def _with_reasons(store: PortfolioStore, tenant: TenantId, chosen: pd.DataFrame) -> pd.DataFrame:
    key, ids = "application_id", chosen["application_id"].tolist()
    reasons = store.read(tenant, Recommendation, columns=[key, *REASONS], application_id=ids)
    members = store.read(tenant, ClusterMember, columns=[key, *_OF_MEMBERS], application_id=ids)
    held = [frame.set_index(key).reindex(ids) for frame in (reasons, members.rename(columns=_OF_MEMBERS))]
    texts = {str(name): frame[name].astype(object) for frame in held for name in frame}
    return chosen.assign(**{name: text.where(text.notna(), None).to_numpy() for name, text in texts.items()})


def review_history(store: PortfolioStore, tenant: TenantId, applications: list[str]) -> pd.DataFrame:
    """What runs recommended and what people said, oldest first: application_id, at, by, action, strategy, reason."""
    columns = ["application_id", "at", "by", "action", "strategy", "reason"]
    recommended = ["application_id", "at", "decided_by", "strategy"]
    runs = store.read(tenant, RecommendationHistory, columns=recommended, application_id=applications)
    runs = runs.rename(columns={"decided_by": "by"}).assign(action="recommended", reason="")
    runs["action"] = runs["action"].where(runs["strategy"].notna(), "left the inventory")
    people = store.read(tenant, ReviewEntry, columns=columns, application_id=applications)
    told = pd.concat([runs[columns], people[columns]], ignore_index=True)
    words = ["by", "action", "strategy"]
    told[words] = told[words].astype(object).where(told[words].notna(), "").map(str)
    return told.sort_values(["at", "application_id"], kind="stable", ignore_index=True)


def reason_text(reason: Any) -> str:
    """A reason is a text, or a text with points and evidence."""
    return str(reason["text"]) if isinstance(reason, dict) else str(reason)


def reason_cells(reason: Any) -> list[str]:
    """Addresses of the first cells behind a reason."""
    return as_list(reason.get("evidence"))[:SOURCES_PER_REASON] if isinstance(reason, dict) else []


def as_list(value: Any) -> list[Any]:
    """A JSON column's list; a missing one is empty."""
    return list(value) if isinstance(value, list | tuple) else []


def _cells_of_reasons(ranking: Any) -> Iterable[str]:
    return (cell for entry in as_list(ranking) for reason in as_list(entry["reasons"]) for cell in reason_cells(reason))


def _cited_by(row: tuple[Any, Any]) -> list[str]:
    """Cells of a recommendation and of its risks, each once."""
    evidence, risks = row
    of_risks = (str(cell) for risk in as_list(risks) for cell in as_list(risk.get("evidence")))
    return list(dict.fromkeys([*as_list(evidence), *of_risks]))
