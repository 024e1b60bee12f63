"""What an application's dossier rests on: attributes, the cells that it cites, disagreements, what people said."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import RecommendationHistory, ReviewEntry
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.conflicts import application_conflicts
from aidiscover_pipelines.reporting.evidence import recognisable_cells

# A larger portfolio has dossiers of the first by priority: a page of tens of megabytes helps no steering committee.
MOST_DOSSIERS = 10_000
SOURCES_PER_REASON = 3


@dataclass(frozen=True, slots=True)
class Dossiers:
    """Frames of the applications that have a dossier.

    applications: rows of `view.application_rows`. attributes: their AttributeValue rows. cells: rows of
    `recognisable_cells`, of all that is cited. evidence: one row for each cell that a recommendation cites, with
    application_id, evidence_id and the columns of `cells`. conflicts: rows of `application_conflicts`. history: rows
    of `review_history`.
    """

    applications: pd.DataFrame
    attributes: pd.DataFrame
    cells: pd.DataFrame
    evidence: pd.DataFrame
    conflicts: pd.DataFrame
    history: pd.DataFrame

    def first(self, count: int) -> "Dossiers":
        """Those of the first applications alone; cells and history stay."""
        if len(self.applications) <= count:
            return self
        rows = self.applications.head(count)
        kept = {
            name: frame[frame["application_id"].isin(rows["application_id"])]
            for name, frame in (
                ("attributes", self.attributes), ("evidence", self.evidence), ("conflicts", self.conflicts)
            )
        }  # fmt: skip
        return replace(self, applications=rows, **kept)


def dossiers(store: PortfolioStore, tenant: TenantId, applications: pd.DataFrame, attributes: pd.DataFrame) -> Dossiers:
    """Gather what the dossiers of the first applications rest on. Frames as `Dossiers` has them, of the portfolio."""
    shown = applications.head(MOST_DOSSIERS)
    held = attributes[attributes["application_id"].astype(object).isin(set(shown["application_id"]))]
    conflicts = application_conflicts(store, tenant, shown["application_id"].tolist())
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
        ),
    )
    pairs = [(name, cell) for name, cells_of in zip(shown["application_id"], cited, strict=True) for cell in cells_of]
    evidence = pd.DataFrame(pairs, columns=["application_id", "evidence_id"], dtype="str")
    evidence = evidence.merge(cells, left_on="evidence_id", right_index=True, how="left")
    return Dossiers(shown, held, cells, evidence, conflicts, review_history(store, tenant))


def review_history(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    """What runs recommended and what people said, oldest first: application_id, at, by, action, strategy, reason."""
    runs = store.read(tenant, RecommendationHistory).rename(columns={"decided_by": "by"})
    runs = runs.assign(action="recommended", reason="")
    runs["action"] = runs["action"].where(runs["strategy"].notna(), "left the inventory")
    people = store.read(tenant, ReviewEntry)
    columns = ["application_id", "at", "by", "action", "strategy", "reason"]
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
