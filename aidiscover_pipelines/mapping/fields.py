"""Sheets in, field mappings out: the whole mapping as one pure function over frames."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import FieldMapping
from aidiscover_pipelines.domain.vocabulary import MappingDecision
from aidiscover_pipelines.mapping import lexical
from aidiscover_pipelines.mapping.corrections import apply_corrections
from aidiscover_pipelines.mapping.features import Columns, Features, describe
from aidiscover_pipelines.mapping.model import Model, trained
from aidiscover_pipelines.mapping.profile import profile_columns
from aidiscover_pipelines.mapping.questionnaire import as_asked, questionnaires
from aidiscover_pipelines.mapping.rank import Choice, Known, choose_fields
from aidiscover_pipelines.mapping.readings import surroundings
from aidiscover_pipelines.mapping.sheets import SheetKind, classify_sheet, settle_kind
from aidiscover_pipelines.mapping.templates import Recognised, recognise
from aidiscover_pipelines.mapping.wordings import CANDIDATES

SAMPLE_ROWS = 200


def map_sheets(sheets: pd.DataFrame, records: pd.DataFrame, corrections: pd.DataFrame | None = None) -> pd.DataFrame:
    """FieldMapping rows, one per column of every sheet, in the order of sheets and columns.

    `sheets` has the SourceSheet columns, `records` the SourceRecord columns; the first 200 rows of a sheet are looked
    at. Columns of a left-out sheet have no entity. Where such a sheet only lacks a key its columns are still read, for
    review; of technical sheets nothing is read. No sheets: an empty frame. `corrections` has the MappingCorrection
    columns; those of one source are known by the file's `name`, where `sheets` has that column too.
    """
    ordered = sheets.sort_values(["file_id", "sheet_index"], kind="stable").reset_index(drop=True)
    headers = [[str(text or "") for text in listed] for listed in ordered["headers"]]
    values = _samples(ordered, records)
    kinds, choices = read_sheets(ordered["sheet"].tolist(), headers, values)
    owner = [sheet for sheet, listed in enumerate(headers) for _ in listed]
    asked = questionnaires(ordered, headers)
    kinds, choices = [asked.get(sheet, kind) for sheet, kind in enumerate(kinds)], as_asked(headers, choices, asked)
    ranked = _frame(ordered, kinds, owner, [text for listed in headers for text in listed], choices)
    names = dict(zip(ordered["file_id"], ordered["name"], strict=True)) if "name" in ordered else {}
    corrected = apply_corrections(ranked, names, [column for table in values for column in table], corrections)
    # What a questionnaire's column means was never in doubt: nothing that people said of other columns bears on it.
    is_asked = pd.Series(owner, index=ranked.index).isin(list(asked))
    return pd.concat([corrected[~is_asked], ranked[is_asked]]).sort_index() if is_asked.any() else corrected


def read_sheets(
    names: Sequence[str],
    headers: Sequence[Sequence[str]],
    values: Sequence[Sequence[Sequence[str]]],
    *,
    model: Model | None = None,
    without: frozenset[str] = frozenset(),
) -> tuple[list[SheetKind], list[Choice]]:
    """The kind of each sheet and a choice for each column, also for sheets that are left out.

    `values[sheet][column]` are the column's non-empty cell texts. Templates of the product families in `without` do not
    count; `model` is the shipped one unless another is given.
    """
    columns = [column for table in values for column in table]
    owner = np.repeat(np.arange(len(headers)), [len(listed) for listed in headers])
    flat = [text for listed in headers for text in listed]
    if not flat:
        return [classify_sheet(name, (), np.zeros((0, len(CANDIDATES)))) for name in names], []
    around = [surroundings(name, listed) for name, listed in zip(names, headers, strict=True)]
    likeness = lexical.compare(flat, [around[sheet] for sheet in owner], without)
    kinds = [
        classify_sheet(name, listed, likeness.score[owner == position])
        for position, (name, listed) in enumerate(zip(names, headers, strict=True))
    ]
    profiles, ranker = profile_columns(columns), model or trained()
    parts = [around[sheet].part for sheet in owner]

    def described(kinds: Sequence[SheetKind]) -> tuple[Columns, Features]:
        entities = [kinds[int(sheet)].read_as for sheet in owner]
        table = Columns(owner.tolist(), flat, parts, columns, entities)
        return table, describe(table, likeness, profiles)

    # What the rows are decides what a bare 'Name' means, and what the columns mean tells what the rows are: two looks,
    # where the first one changes what the rows are.
    table, features = described(kinds)
    first_look = ranker.probabilities(features)
    recognised = [recognise(listed, without) for listed in headers]
    settled = [
        settle_kind(kind, first_look[owner == position], recognised[position]) for position, kind in enumerate(kinds)
    ]
    if any(kind.read_as is not first.read_as for kind, first in zip(settled, kinds, strict=True)):
        table, features = described(settled)
    choices = choose_fields(table, features, likeness, profiles, ranker, _known_columns(headers, recognised))
    return settled, choices


def warm_up() -> None:
    """Build what every mapping needs once in a process: the index of wordings and the model. Some seconds."""
    lexical.compare(["Name"], [surroundings("", ["Name"])])
    recognise(["Name"])
    trained()


@contextmanager
def warming_up() -> Iterator[None]:
    """`warm_up` beside the work of the context, such as waiting for a child process that reads a file."""
    ready = threading.Thread(target=warm_up, daemon=True)
    ready.start()
    try:
        yield
    finally:
        ready.join()


def _known_columns(headers: Sequence[Sequence[str]], recognised: Sequence[Recognised | None]) -> Known:
    """The columns, counted over all sheets, that a recognised product's template names."""
    known = Known({}, {})
    start = 0
    for listed, found in zip(headers, recognised, strict=True):
        for position, column in (found.columns if found else {}).items():
            known.product[start + position] = found.template.product if found else ""
            known.column[start + position] = column
        start += len(listed)
    return known


def _samples(sheets: pd.DataFrame, records: pd.DataFrame) -> list[list[list[str]]]:
    """The first non-empty-string cell texts of each sheet, by column; short rows are filled up."""
    first = (
        records.sort_values(["file_id", "sheet_index", "row"], kind="stable")
        .groupby(["file_id", "sheet_index"], sort=False)
        .head(SAMPLE_ROWS)
    )
    rows_of = {key: group.tolist() for key, group in first.groupby(["file_id", "sheet_index"], sort=False)["cells"]}
    tables = []
    for file_id, sheet_index, listed in zip(sheets["file_id"], sheets["sheet_index"], sheets["headers"], strict=True):
        rows = rows_of.get((file_id, sheet_index), [])
        tables.append([[_text(row, place) for row in rows] for place in range(len(listed))])
    return [[[text for text in column if text] for column in table] for table in tables]


def _text(row: Sequence[object], place: int) -> str:
    value = row[place] if place < len(row) else None
    return "" if value is None else str(value).strip()


def _frame(
    sheets: pd.DataFrame,
    kinds: Sequence[SheetKind],
    owner: Sequence[int],
    headers: Sequence[str],
    choices: Sequence[Choice],
) -> pd.DataFrame:
    rows = []
    place = 0
    for position, (sheet, header, choice) in enumerate(zip(owner, headers, choices, strict=True)):
        place = 1 if position == 0 or owner[position - 1] != sheet else place + 1
        kind = kinds[sheet]
        chosen = _left_out(choice, kind) if kind.entity is None else choice
        rows.append(
            {
                "file_id": sheets["file_id"].iat[sheet],
                "sheet_index": sheets["sheet_index"].iat[sheet],
                "sheet": sheets["sheet"].iat[sheet],
                "entity": None if kind.entity is None else kind.entity.value,
                "column_index": place,
                "header": header,
                "field": chosen.field,
                "unit": chosen.unit,
                "statistic": chosen.statistic,
                "confidence": chosen.confidence,
                "decision": chosen.decision.value,
                "alternatives": chosen.alternatives,
                "reason": chosen.reason,
            }
        )
    return pd.DataFrame(rows, columns=FieldMapping.columns())


def _left_out(choice: Choice, kind: SheetKind) -> Choice:
    """A column of a sheet that is not used: ignored, or for review where a person could still name the key."""
    why = f"sheet left out: {kind.reason}"
    reason = f"{why}; {choice.reason}"
    if kind.technical or choice.field is None:
        return replace(choice, field=None, unit=None, statistic=None, decision=MappingDecision.IGNORE, reason=reason)
    return replace(choice, decision=MappingDecision.REVIEW, reason=reason)
