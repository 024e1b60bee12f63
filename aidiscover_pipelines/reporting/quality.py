"""What became of the files: rows in, used and skipped with reasons, conflicts between sources, columns to look at."""

from dataclasses import dataclass

import pandas as pd

from aidiscover_pipelines.domain.crew import FALLBACK
from aidiscover_pipelines.domain.tables import (
    ApplicationAsset,
    CleansedCell,
    CloudCoverage,
    CrewAnswer,
    DataFlag,
    Dependency,
    EntityValue,
    FieldMapping,
    SkippedRow,
    SourceFile,
    SourceSheet,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import FileStatus, MappingDecision
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.changes import Changes, source_changes
from aidiscover_pipelines.reporting.conflicts import Disputes, conflict_rows
from aidiscover_pipelines.reporting.evidence import cell_texts

_USED = ["crew", "subject", "status", "model", "llm_calls", "prompt_tokens", "completion_tokens", "cost_usd", "run_id"]


@dataclass(frozen=True, slots=True)
class DataQuality:
    """Frames for the data quality part of the report.

    files: file, format, status, reason, sheets, records, rows, skipped, used. skipped: stage, reason, rows.
    conflicts: entity, name, field, chosen, others (one row per field of an entity on which sources disagree).
    review: file, sheet, header, field, confidence, alternatives, reason. cloud: CloudCoverage columns.
    `columns` counts mapped columns by decision. changes: what new uploads changed, and what is gone.
    """

    files: pd.DataFrame
    skipped: pd.DataFrame
    conflicts: pd.DataFrame
    review: pd.DataFrame
    cloud: pd.DataFrame
    columns: dict[str, int]
    changes: Changes

    @property
    def accepted(self) -> int:
        """Files that feed the inventory."""
        return int((self.files["status"] == FileStatus.ACCEPTED.value).sum())

    @property
    def rows_in(self) -> int:
        """Data rows of accepted files."""
        return int(self.files["rows"].sum())

    @property
    def rows_skipped(self) -> int:
        """Rows that feed no entity."""
        return int(self.files["skipped"].sum())


def data_quality(store: PortfolioStore, tenant: TenantId, disputes: Disputes) -> DataQuality:
    """Gather what the intake and the inventory left behind."""
    files = store.read(tenant, SourceFile)
    mappings = store.read(tenant, FieldMapping)
    skipped = rows_left_out(store, tenant)
    return DataQuality(
        files=file_rows(files, store.read(tenant, SourceSheet), skipped),
        skipped=skip_reasons(skipped),
        conflicts=conflict_rows(disputes),
        review=_review_rows(mappings, files),
        cloud=store.read(tenant, CloudCoverage),
        columns={decision.value: int((mappings["decision"] == decision).sum()) for decision in MappingDecision},
        changes=source_changes(store, tenant),
    )


def rows_left_out(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    """Skipped rows that no value, link or edge cites: a row that one stage skips may feed another and is then used."""
    skipped = store.read(tenant, SkippedRow)
    cells = store.read(
        tenant, CleansedCell, columns=["evidence_id", "record_id"], record_id=skipped["record_id"].unique().tolist()
    )
    evidence = cells["evidence_id"].tolist()
    if not evidence:
        return skipped
    cited = pd.concat([
        store.read(tenant, table, columns=["evidence_id"], evidence_id=evidence)["evidence_id"].astype(object)
        for table in (EntityValue, ApplicationAsset, Dependency)
    ])  # fmt: skip
    used = cells.loc[cells["evidence_id"].isin(cited), "record_id"]
    return skipped[~skipped["record_id"].isin(used)]


def file_rows(files: pd.DataFrame, sheets: pd.DataFrame, skipped: pd.DataFrame) -> pd.DataFrame:
    """One row per file: records (rows kept), rows (with those left out while reading), skipped, used.

    A row skipped by several stages counts once.
    """
    records = sheets.groupby("file_id")["rows"].sum()
    unread = skipped[skipped["stage"] == "reading"].groupby("file_id")["record_id"].nunique()
    left_out = skipped.groupby("file_id")["record_id"].nunique()
    counted = pd.DataFrame({
        "file": files["name"],
        "format": files["format"],
        "status": files["status"].map(str),
        "reason": files["reason"],
        "received_at": files["received_at"],
        "sheets": files["file_id"].map(sheets.groupby("file_id").size()),
        "records": files["file_id"].map(records),
        "rows": files["file_id"].map(unread),
        "skipped": files["file_id"].map(left_out),
    })  # fmt: skip
    counts = ["sheets", "records", "rows", "skipped"]
    counted[counts] = counted[counts].astype(float).fillna(0).astype(int)
    counted["rows"] += counted["records"]
    # Superseded and quarantined files feed nothing, so their rows are neither used nor skipped.
    counted.loc[counted["status"] != FileStatus.ACCEPTED.value, counts] = 0
    counted["used"] = (counted["rows"] - counted["skipped"]).clip(lower=0)
    return counted.sort_values(["status", "file"], kind="stable").reset_index(drop=True)


def skip_reasons(skipped: pd.DataFrame) -> pd.DataFrame:
    """Rows left out by stage and reason, most first."""
    counted = skipped.groupby(["stage", "reason"], as_index=False).size().rename(columns={"size": "rows"})
    return counted.sort_values(["rows", "stage", "reason"], ascending=[False, True, True], ignore_index=True)


def _review_rows(mappings: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    review = mappings[mappings["decision"] == MappingDecision.REVIEW]
    return pd.DataFrame({
        "file": review["file_id"].map(files.set_index("file_id")["name"]),
        "sheet": review["sheet"],
        "header": review["header"],
        "field": review["field"],
        "confidence": review["confidence"],
        "alternatives": [
            ", ".join(f"{option['field']} {option['confidence']:.2f}" for option in options)
            for options in review["alternatives"]
        ],
        "reason": review["reason"],
    }).reset_index(drop=True)  # fmt: skip


def read_flags(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    """DataFlag rows, alike ones next to each other, and the `cell` that each cites first, empty where none."""
    flags = store.read(tenant, DataFlag).sort_values(["problem", "field", "entity_id"], kind="stable")
    return flags.assign(cell=[cells[0] if cells else "" for cells in flags["evidence"]])


def flag_rows(flags: pd.DataFrame, cells: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Values that cannot be right, as `read_flags` has them: problem, entity, name, field, value, what, places.

    `places` is the text of the first cell. cells: rows of `recognisable_cells`; names: of applications and assets.
    """
    named = flags["entity_id"].map(names).fillna(flags["entity_id"])
    places = flags["cell"].map(cell_texts(cells.loc[cells.index.isin(flags["cell"])])).fillna("")
    told = flags.assign(entity=flags["entity"].map(str), name=named, places=places)
    return told[["problem", "entity", "name", "field", "value", "what", "places"]].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class CrewUsage:
    """What the crews behind the current answers used."""

    kickoffs: int
    fallbacks: int
    llm_calls: int
    tokens: int
    cost_usd: float
    models: tuple[str, ...]
    crews: pd.DataFrame


def crew_usage(answers: pd.DataFrame) -> CrewUsage:
    """Add up crew answers; `crews` has one row per crew: crew, kickoffs, fallbacks, llm_calls, tokens, cost_usd."""
    table = answers.assign(
        tokens=answers["prompt_tokens"] + answers["completion_tokens"], fallbacks=answers["status"] == FALLBACK
    )
    sums = table.groupby("crew").agg(
        kickoffs=("subject", "size"),
        fallbacks=("fallbacks", "sum"),
        llm_calls=("llm_calls", "sum"),
        tokens=("tokens", "sum"),
        cost_usd=("cost_usd", "sum"),
    )
    crews = sums.reset_index().astype(dict.fromkeys(("kickoffs", "fallbacks", "llm_calls", "tokens"), int))
    return CrewUsage(
        kickoffs=len(answers),
        fallbacks=int(crews["fallbacks"].sum()),
        llm_calls=int(crews["llm_calls"].sum()),
        tokens=int(crews["tokens"].sum()),
        cost_usd=float(crews["cost_usd"].sum()),
        models=tuple(sorted({str(model) for model in answers["model"] if model})),
        crews=crews,
    )


def crew_answers(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    """What all answers on record took, without what they say; empty where no crew has run."""
    return store.read(tenant, CrewAnswer, columns=_USED)
