"""Which canonical fields columns look like: by header, by the shapes of their values, by values they share.

For agents and people who look at a source; what a column is taken to mean is decided by `map_fields` alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import FieldMapping, MappingCorrection, SourceFile, SourceRecord
from aidiscover_pipelines.mapping.corrections import in_force
from aidiscover_pipelines.mapping.embedding import embed_columns
from aidiscover_pipelines.mapping.profile import PATTERNS, profile_columns

Read = Callable[..., pd.DataFrame]

LEAST_ALIKE = 0.5  # cosine; below it headers share a syllable and no meaning
MOST_ALIKE = 20
SAMPLE = 200  # rows of a sheet whose values are looked at; shapes are stable from 50 on
VAGUE = ("number", "version")  # shapes that addresses and dates have too
LEAST_SHAPE = 0.2  # share of values that a shape needs to be told
# Relationships: a column is a key where most of its values differ; another is related to it where most of the values of
# the smaller one stand in the other.
LEAST_VALUES = 5
LEAST_DISTINCT = 0.5
LEAST_CONTAINED = 0.5
_COLUMN = ["file_id", "sheet_index", "column_index"]


def match_columns(read: Read, kind: str, header: str, file: str, sheet: str) -> list[dict[str, Any]]:
    """Rows of one kind of match over the tenant's columns, narrowed to file and sheet names that contain the texts.

    field_names: with a `header`, the columns and corrections whose names are most alike (similarity); without, columns
    in review first. value_formats: the shapes of each column's values as shares. relationships: pairs of columns of
    different sheets that hold the same values. Every row names file, sheet, header and field; `evidence` holds cells.
    """
    files = read(SourceFile, columns=["file_id", "name"])
    names = dict(zip(files["file_id"], files["name"], strict=True))
    mappings = read(FieldMapping)
    mappings["file"] = mappings["file_id"].map(names).fillna("")
    wanted = mappings["file"].str.lower().str.contains(file.lower(), regex=False)
    wanted &= mappings["sheet"].str.lower().str.contains(sheet.lower(), regex=False)
    columns = mappings[wanted].reset_index(drop=True)
    if kind == "field_names":
        return _named_alike(columns, read(MappingCorrection), header) if header else _doubtful_first(columns)
    if header:
        columns = columns[columns["header"].str.lower().str.contains(header.lower(), regex=False)]
    values = _values(read, columns)
    return _formats(columns, values) if kind == "value_formats" else _relationships(columns, values)


def _named_alike(columns: pd.DataFrame, corrections: pd.DataFrame, header: str) -> list[dict[str, Any]]:
    known = in_force(corrections) if len(corrections) else corrections
    headers = [*columns["header"], *known["header"]]
    if not headers:
        return []
    blank = [""] * (len(headers) + 1)
    vectors = embed_columns([header, *headers], blank, [()] * len(blank))
    similarity = (vectors[1:] @ vectors[0]).round(3).tolist()
    rows = [_named(row) for row in columns.to_dict("records")]
    rows += [
        {"said_by": "a person", "header": row["header"], "field": row["field"], "evidence": []}
        for row in known.to_dict("records")
    ]
    found = [{**row, "similarity": near} for row, near in zip(rows, similarity, strict=True) if near >= LEAST_ALIKE]
    # The same header of ten tabs is one finding.
    found.sort(key=lambda row: -row["similarity"])
    return list({(row["header"], row["field"], row.get("said_by")): row for row in reversed(found)}.values())[::-1][
        :MOST_ALIKE
    ]


def _doubtful_first(columns: pd.DataFrame) -> list[dict[str, Any]]:
    rank = columns["decision"].map({"review": 0, "accept": 1}).fillna(2)
    ordered = columns.assign(rank=rank).sort_values(["rank", "confidence"], kind="stable")
    return [{**_named(row), "alternatives": row["alternatives"]} for row in ordered.to_dict("records")]


def _named(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "file": row["file"],
        "sheet": row["sheet"],
        "header": row["header"],
        "field": row["field"],
        "decision": str(row["decision"]),
        "confidence": row["confidence"],
        "reason": row["reason"],
        "evidence": [],
    }


def _values(read: Read, columns: pd.DataFrame) -> dict[tuple[str, int, int], dict[str, str]]:
    """Non-empty cells of each column of the first rows of its sheet: address -> text."""
    cells: dict[tuple[str, int, int], dict[str, str]] = {}
    sheets: dict[Any, pd.DataFrame] = dict(iter(columns.groupby(["file_id", "sheet_index"], sort=False)))
    for (file_id, sheet_index), each in sheets.items():
        records = read(SourceRecord, first=SAMPLE, file_id=file_id, sheet_index=int(sheet_index))
        places = [int(place) for place in each["column_index"]]
        for record_id, texts in zip(records["record_id"], records["cells"], strict=True):
            for place in places:
                text = texts[place - 1].strip() if place <= len(texts) else ""
                if text:
                    cells.setdefault((file_id, int(sheet_index), place), {})[f"{record_id}.{place}"] = text
    return cells


def _formats(columns: pd.DataFrame, values: Mapping[tuple[str, int, int], Mapping[str, str]]) -> list[dict[str, Any]]:
    held = [values.get(_key(row), {}) for row in columns.to_dict("records")]
    profile = profile_columns([list(texts.values()) for texts in held])
    rows = []
    for row, texts, shares in zip(columns.to_dict("records"), held, profile.to_dict("records"), strict=True):
        if not texts:
            continue
        shapes = {str(name): round(shares[name], 2) for name in PATTERNS if shares[name] >= LEAST_SHAPE}
        rows.append(
            {
                **{name: row[name] for name in ("file", "sheet", "header", "field")},
                "decision": str(row["decision"]),
                "shapes": dict(sorted(shapes.items(), key=lambda item: (-item[1], item[0] in VAGUE))),
                "values": len(texts),
                "distinct_share": round(shares["distinct"], 2),
                "examples": list(dict.fromkeys(texts.values()))[:3],
                "evidence": list(texts)[:3],
            }
        )
    return sorted(rows, key=lambda row: row["decision"] != "review")


def _relationships(
    columns: pd.DataFrame, values: Mapping[tuple[str, int, int], Mapping[str, str]]
) -> list[dict[str, Any]]:
    """Pairs of columns of different sheets of which one is a key, those that share most values first."""
    distinct: dict[tuple[str, int, int], dict[str, str]] = {}
    for key, texts in values.items():
        first = {text.casefold(): address for address, text in reversed(list(texts.items())) if not _is_number(text)}
        if len(first) >= LEAST_VALUES:
            distinct[key] = first
    identifying = {key for key, first in distinct.items() if len(first) >= LEAST_DISTINCT * len(values[key])}
    rows = {_key(row): row for row in columns.to_dict("records")}
    holders: dict[str, list[tuple[str, int, int]]] = {}
    for key, known in distinct.items():
        for text in known:
            holders.setdefault(text, []).append(key)
    shared: dict[tuple[Any, Any], list[str]] = {}
    for text, keys in holders.items():
        for place, one in enumerate(keys):
            for other in keys[place + 1 :]:
                if one[:2] != other[:2] and not identifying.isdisjoint((one, other)):
                    shared.setdefault((one, other), []).append(text)
    found = []
    for (one, other), same in shared.items():
        contained = len(same) / min(len(distinct[one]), len(distinct[other]))
        if contained >= LEAST_CONTAINED:
            found.append(
                {
                    "left": _place(rows[one]),
                    "right": _place(rows[other]),
                    "shared_values": len(same),
                    "contained": round(contained, 3),
                    "evidence": [distinct[one][same[0]], distinct[other][same[0]]],
                }
            )
    # Tabs of one export share their keys anyway; what ties two sources together comes first.
    return sorted(
        found,
        key=lambda row: (row["left"]["file"] == row["right"]["file"], -row["shared_values"], -row["contained"]),
    )


def _place(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("file", "sheet", "header", "field")}


def _key(row: Mapping[Any, Any]) -> tuple[str, int, int]:
    file_id, sheet_index, column_index = (row[name] for name in _COLUMN)
    return str(file_id), int(sheet_index), int(column_index)


def _is_number(text: str) -> bool:
    """Small numbers stand in many columns that have nothing to do with each other."""
    return text.replace(".", "").replace(",", "").strip("-+ %").isdigit()
