"""The mapping stage: reads what the intake accepted, writes what every column means and which rows no entity gets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    FieldMapping,
    MappingCorrection,
    Row,
    SkippedRow,
    SourceFile,
    SourceRecord,
    SourceSheet,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import FileStatus, MappingDecision
from aidiscover_pipelines.mapping.fields import SAMPLE_ROWS, map_sheets
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.ports import PortfolioStore

STAGE = "mapping"
PREVIEW_ROWS = 10
_PREVIEW = ["sheet", "header", "field", "unit", "statistic", "confidence", "decision", "reason"]
_SHEET = ["file_id", "sheet_index"]
_SAMPLE_SLACK = 50  # row numbers under a header that may be blank, units or notes in a small sheet


def map_fields(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Map every column of every accepted file, as ranked and as people corrected it; record rows of left-out sheets.

    Replaces field_mappings and this stage's skipped_rows of the tenant. rows_in counts source rows, rows_out mapped
    columns. No accepted files: both tables become empty.
    """
    files = store.read(tenant, SourceFile, status=FileStatus.ACCEPTED.value)[["file_id", "name"]]
    accepted = files["file_id"].tolist()
    sheets = store.read(tenant, SourceSheet, file_id=accepted).merge(files, on="file_id", how="left")
    records = store.read(tenant, SourceRecord, file_id=accepted, row=_sampled_rows(sheets))
    mappings = map_sheets(sheets, records, store.read(tenant, MappingCorrection))
    left_out = _left_out(sheets, mappings)
    store.replace(tenant, run, {FieldMapping: mappings})
    store.replace_in_parts(tenant, run, [SkippedRow], _skipped_rows(store, tenant, left_out), stage=STAGE)
    skipped = left_out.groupby("reason")["rows"].sum()
    return _result(mappings, int(sheets["rows"].sum()), {str(why): int(count) for why, count in skipped.items()})


def settle_mappings(
    store: PortfolioStore, tenant: TenantId, run: RunRef, answers: Sequence[Mapping[str, Any]]
) -> StageResult:
    """Apply a crew's answers [{"file_id", "sheet_index", "column_index", "field" | None, "why"}] to columns in review.

    A field must be the column's own or one of its alternatives; None ignores the column. Settled columns stay in
    review, for a person to see, unless they are ignored. Answers that may not be applied are counted in `skipped`;
    the result shows every mapped column as it stands afterwards, because it is the asset's last word.
    """
    mappings = store.read(tenant, FieldMapping)
    place = {key: row for row, key in enumerate(zip(*(mappings[name] for name in FieldMapping.key), strict=True))}
    settled: dict[int, dict[str, Any]] = {}
    refused: dict[str, int] = {}
    for answer in answers:
        row = place.get(tuple(answer.get(name) for name in FieldMapping.key))
        problem = "the column is not known" if row is None else _problem(mappings.iloc[row], answer.get("field"))
        if row is None or problem:
            refused[problem] = refused.get(problem, 0) + 1
        else:
            settled[row] = _settled({str(name): value for name, value in mappings.iloc[row].items()}, answer)
    if settled:
        store.upsert(tenant, run, {FieldMapping: pd.DataFrame(list(settled.values()), columns=FieldMapping.columns())})
        mappings = store.read(tenant, FieldMapping)
    result = _result(mappings, len(mappings), refused)
    counts = {"settled by the crew": len(settled), "answers refused": sum(refused.values())}
    return replace(result, figures={**result.figures, **counts})


def _problem(mapping: pd.Series, field: str | None) -> str:
    if mapping["decision"] != MappingDecision.REVIEW.value:
        return "the column is not in review"
    offered = {mapping["field"], *(other["field"] for other in mapping["alternatives"])}
    return "" if field in (None, IGNORE) or field in offered else "the field is not among the column's alternatives"


def _settled(mapping: dict[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping under the answered field with that field's probability; the former one becomes an alternative."""
    field = None if answer.get("field") == IGNORE else answer.get("field")
    reason = f"{mapping['reason']}; settled: {answer.get('why') or 'no reason given'}"
    if field == mapping["field"]:
        return {**mapping, "reason": reason}
    former = {"field": mapping["field"], "confidence": mapping["confidence"]}
    others = [former, *(other for other in mapping["alternatives"] if other["field"] != field)]
    if field is None:
        ignored = {"field": None, "unit": None, "statistic": None, "decision": MappingDecision.IGNORE.value}
        return {
            **mapping,
            **ignored,
            "confidence": round(1 - mapping["confidence"], 3),
            "alternatives": others,
            "reason": reason,
        }
    chosen = next(other["confidence"] for other in mapping["alternatives"] if other["field"] == field)
    # A unit read for one field is not one of another; the canonical unit stands.
    return {
        **mapping,
        "field": field,
        "unit": None,
        "statistic": None,
        "confidence": chosen,
        "alternatives": others,
        "reason": reason,
    }


def _sampled_rows(sheets: pd.DataFrame) -> list[int]:
    """Numbers of the rows right under each header, enough for a sample although some of them are no data rows."""
    ends = zip(sheets["header_row"].tolist(), sheets["rows"].tolist(), strict=True)
    spans = (range(header + 1, header + 2 * min(rows, SAMPLE_ROWS) + _SAMPLE_SLACK) for header, rows in ends if rows)
    return sorted(set().union(*spans))


def _left_out(sheets: pd.DataFrame, mappings: pd.DataFrame) -> pd.DataFrame:
    """The sheets with rows that no entity reads, and the reason."""
    used = mappings.loc[mappings["entity"].notna(), _SHEET].drop_duplicates().assign(used=True)
    first = mappings.drop_duplicates(_SHEET)
    reasons = first[_SHEET].assign(reason=first["reason"].str.replace(r";.*", "", regex=True))
    judged = sheets.merge(used, on=_SHEET, how="left").merge(reasons, on=_SHEET, how="left")
    judged["reason"] = judged["reason"].fillna("sheet left out: it has no header row")
    return judged[judged["used"].isna() & (judged["rows"] > 0)]


def _skipped_rows(
    store: PortfolioStore, tenant: TenantId, left_out: pd.DataFrame
) -> Iterator[tuple[type[Row], pd.DataFrame]]:
    """SkippedRow rows for each record of the sheets; their cells stay with the records."""
    for sheet in left_out.to_dict("records"):
        where = {name: sheet[name] for name in _SHEET}
        rows = store.read(tenant, SourceRecord, columns=["record_id", "file_id", "row"], **where)
        yield SkippedRow, rows.assign(sheet=sheet["sheet"], stage=STAGE, reason=sheet["reason"], cells="[]")


def _result(mappings: pd.DataFrame, records: int, skipped: Mapping[str, int]) -> StageResult:
    decisions = mappings["decision"].value_counts()
    kinds = mappings.drop_duplicates(_SHEET)["entity"].fillna("left out").value_counts()
    doubtful = mappings[mappings["decision"] == MappingDecision.REVIEW.value].sort_values("confidence", kind="stable")
    used = mappings[mappings["field"].notna()]
    shown = pd.concat([doubtful, used[used["decision"] != MappingDecision.REVIEW.value]]).head(PREVIEW_ROWS)
    return StageResult(
        rows_in=records,
        rows_out=len(mappings),
        skipped=dict(skipped),
        preview=[dict(zip(_PREVIEW, row, strict=True)) for row in shown[_PREVIEW].itertuples(index=False)],
        figures={
            "columns": len(mappings),
            **{name.value: int(decisions.get(name.value, 0)) for name in MappingDecision},
            "fields": int(used["field"].nunique()),
            "mean_confidence": round(float(used["confidence"].mean()), 3) if len(used) else 0.0,
        },
        charts={
            "Columns by decision": {name.value: float(decisions.get(name.value, 0)) for name in MappingDecision},
            "Sheets by what their rows describe": {str(name): float(count) for name, count in kinds.items()},
        },
    )
