"""Corrections and the review queue of a tenant: read from and written to its portfolio store.

Nothing here changes field_mappings: an answer is used by the next mapping, so that a run in progress is not overtaken.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import FieldMapping, MappingCorrection, SourceFile, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.mapping.answers import Answer, correction_row
from aidiscover_pipelines.mapping.columns import header_words, name_pattern, observe_columns
from aidiscover_pipelines.mapping.corrections import exact_answers, in_force, saying
from aidiscover_pipelines.mapping.fields import SAMPLE_ROWS
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.review import column_id, review_queue
from aidiscover_pipelines.mapping.trust import trust_of
from aidiscover_pipelines.ports import PortfolioStore

_SHEET = ["file_id", "sheet_index"]

Row = dict[str, Any]


def correct(store: PortfolioStore, tenant: TenantId, answer: Answer, by: str) -> Row:
    """Store one correction; {"correction", "columns", "superseded", "narrower"}.

    `columns` are the mapped columns that it decides, `superseded` the ids of contrary corrections that no longer hold,
    `narrower` the contrary ones for one source or sheet that go on holding there. Raises: UnknownTenant, ConfigError.
    """
    said = Answer(
        answer.header,
        answer.field,
        name_pattern(answer.source),
        name_pattern(answer.sheet),
        answer.unit,
        answer.statistic,
    )
    held = store.read(tenant, MappingCorrection)
    mappings, names = _mapped(store, tenant)
    words = header_words(said.header)
    same = mappings["header"].map(header_words) == words if len(mappings) else pd.Series(dtype=bool)
    values: list[list[str]] = [[] for _ in range(len(mappings))]
    seen = observe_columns(mappings, names, values)
    trial = correction_row(said, by, datetime.now(UTC), None, None)
    decided = [
        place
        for place, exact in enumerate(exact_answers(seen, pd.DataFrame([trial])))
        if exact is not None and same.iat[place]
    ]
    row = trial
    if decided:
        row = _observed(store, tenant, mappings, names, held, {decided[0]: said}, by)[0]
    others = in_force(held)
    others = others[(others["words"] == words) & (others["field"] != said.field)]
    replaced = (others["source"] == said.source) & (others["sheet"] == said.sheet)
    narrower = others[~replaced & ((others["source"] != "") | (others["sheet"] != "")) & (said.source == "")]
    _save(store, tenant, [row])
    columns = [
        {"id": column_id(mapped), "file": names.get(str(mapped["file_id"]), ""), **_named(mapped, "sheet", "header")}
        for mapped in mappings.iloc[decided].to_dict("records")
    ]
    return {
        "correction": _told(row),
        "columns": columns,
        "superseded": others.loc[replaced, "correction_id"].tolist(),
        "narrower": narrower["correction_id"].tolist(),
    }


def list_corrections(store: PortfolioStore, tenant: TenantId) -> list[Row]:
    """All corrections of a tenant, latest first, history too: `superseded` says that a later one holds instead."""
    held = store.read(tenant, MappingCorrection)
    current = set(in_force(held)["correction_id"])
    ordered = held.sort_values(["at", "correction_id"], ascending=False, kind="stable")
    return [{**_told(row), "superseded": row["correction_id"] not in current} for row in ordered.to_dict("records")]


def trust(store: PortfolioStore, tenant: TenantId) -> list[Row]:
    """How often the mapper was upheld, by source and by field: {"kind", "name", "answers", "upheld", "posterior"}."""
    return [
        {
            "kind": each.kind,
            "name": each.name,
            "answers": each.answers,
            "upheld": each.upheld,
            "posterior": round(each.posterior, 3),
        }
        for each in trust_of(in_force(store.read(tenant, MappingCorrection)))
    ]


def remove_corrections(store: PortfolioStore, tenant: TenantId, ids: Sequence[str]) -> None:
    """Delete corrections; what one of them superseded holds again. Raises: ConfigError naming an unknown id."""
    held = set(store.read(tenant, MappingCorrection, columns=["correction_id"])["correction_id"])
    for unknown in (name for name in ids if name not in held):
        raise ConfigError(
            f"cannot remove correction {unknown!r} of tenant {tenant!r}: there is none of that id; "
            f"see 'aidiscover corrections list --tenant {tenant}'"
        )
    nothing = pd.DataFrame(columns=MappingCorrection.columns())
    store.replace(tenant, RunRef("corrections"), {MappingCorrection: nothing}, correction_id=list(ids))


def waiting(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    """The review queue (see `review.review_queue`) with `file`, less the columns answered since they were mapped."""
    mappings, names = _mapped(store, tenant)
    sheets = store.read(tenant, SourceSheet, columns=[*_SHEET, "rows"])
    queue = review_queue(
        mappings, dict(zip(zip(*(sheets[name] for name in _SHEET), strict=True), sheets["rows"], strict=True))
    )
    answered = _answered(mappings, names, store.read(tenant, MappingCorrection))
    left = queue[~queue["id"].isin(answered)].reset_index(drop=True)
    return left.assign(file=[names.get(str(file_id), "") for file_id in left["file_id"]])


def answer_review(store: PortfolioStore, tenant: TenantId, answers: Mapping[str, str | None], by: str) -> list[Row]:
    """Store a correction for each column id; None confirms what the mapper chose. Returns them as `list_corrections`.

    They hold for the column's source and sheet. Raises: UnknownTenant; ConfigError for an unknown id or field.
    """
    mappings, names = _mapped(store, tenant)
    places = {column_id(row): place for place, row in enumerate(mappings.to_dict("records"))}
    for unknown in (name for name in answers if name not in places):
        raise ConfigError(
            f"cannot answer for column {unknown!r} of tenant {tenant!r}: no such column is mapped; "
            f"see 'aidiscover review --tenant {tenant}' for the ids"
        )
    seen = observe_columns(mappings, names, [[] for _ in range(len(mappings))])
    said = {}
    for name, field in answers.items():
        place = places[name]
        proposed = mappings["field"].iat[place]
        chosen = field or (str(proposed) if isinstance(proposed, str) else IGNORE)
        said[place] = Answer(
            str(mappings["header"].iat[place]), chosen, str(seen["source"].iat[place]), str(seen["sheet"].iat[place])
        )
    rows = _observed(store, tenant, mappings, names, store.read(tenant, MappingCorrection), said, by)
    _save(store, tenant, rows)
    return [_told(row) for row in rows]


def sample_values(store: PortfolioStore, tenant: TenantId, columns: pd.DataFrame) -> list[list[str]]:
    """Non-empty cell texts of each column (rows of FieldMapping) among the first rows of its sheet, in stored order."""
    cells: dict[tuple[str, int], list[Any]] = {}
    texts = []
    for file_id, sheet_index, column_index in zip(*(columns[name] for name in FieldMapping.key), strict=True):
        key = (str(file_id), int(sheet_index))
        if key not in cells:
            read = store.read(
                tenant, SourceRecord, columns=["cells"], first=SAMPLE_ROWS, file_id=key[0], sheet_index=key[1]
            )
            cells[key] = read["cells"].tolist()
        place = int(column_index) - 1
        held = [str(row[place] if row[place] is not None else "").strip() for row in cells[key] if place < len(row)]
        texts.append([text for text in held if text])
    return texts


def _mapped(store: PortfolioStore, tenant: TenantId) -> tuple[pd.DataFrame, dict[str, str]]:
    """Field mappings in the order of files, sheets and columns, and the file names by id."""
    files = store.read(tenant, SourceFile, columns=["file_id", "name"])
    return store.read(tenant, FieldMapping), dict(zip(files["file_id"], files["name"], strict=True))


def _observed(
    store: PortfolioStore,
    tenant: TenantId,
    mappings: pd.DataFrame,
    names: Mapping[str, str],
    held: pd.DataFrame,
    answers: Mapping[int, Answer],
    by: str,
) -> list[Row]:
    """A correction for each place in `mappings`, with the column's values and context, and what the mapper chose."""
    values: list[list[str]] = [[] for _ in range(len(mappings))]
    for place, texts in zip(answers, sample_values(store, tenant, mappings.iloc[list(answers)]), strict=True):
        values[place] = texts
    seen = observe_columns(mappings, names, values)
    told = exact_answers(seen, held)
    now = datetime.now(UTC)
    rows = []
    for step, (place, answer) in enumerate(answers.items()):
        # What a person said before is not the mapper's choice, so trust learns nothing from it.
        mapped = None if told[place] is not None else _plain(mappings.iloc[place])
        at = now + timedelta(microseconds=step)
        rows.append(correction_row(answer, by, at, _plain(seen.iloc[place]), mapped))
    return rows


def _answered(mappings: pd.DataFrame, names: Mapping[str, str], corrections: pd.DataFrame) -> set[str]:
    """Ids of columns that a correction decides and whose mapping does not say so yet."""
    if mappings.empty or corrections.empty:
        return set()
    seen = observe_columns(mappings, names, [[] for _ in range(len(mappings))])
    return {
        column_id(row)
        for row, exact in zip(mappings.to_dict("records"), exact_answers(seen, corrections), strict=True)
        if exact is not None and saying(exact) not in row["reason"]
    }


def _save(store: PortfolioStore, tenant: TenantId, rows: Iterable[Row]) -> None:
    store.upsert(
        tenant, RunRef("corrections"), {MappingCorrection: pd.DataFrame(rows, columns=MappingCorrection.columns())}
    )


def _told(row: Mapping[Any, Any]) -> Row:
    """A correction as the commands show it: without the features that only the mapper reads."""
    shown = ("correction_id", "header", "field", "unit", "statistic", "source", "sheet", "proposed", "by", "at")
    return {name: None if pd.isna(row[name]) else row[name] for name in shown}


def _named(row: Mapping[Any, Any], *names: str) -> Row:
    return {name: row[name] for name in names}


def _plain(row: pd.Series) -> Row:
    return {str(name): value for name, value in row.items()}
