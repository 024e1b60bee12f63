"""What a tenant's people taught, as a file that another tenant may choose to learn from: headers, fields, units.

The file has the form of the vendors' templates in mapping/templates. No cell value, file name, sheet name, person or
tenant goes into it; headers that name the tenant are left out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictStr, ValidationError

from aidiscover_pipelines.domain.errors import ConfigError, EmptyFile, MissingFile, UnreadableFile
from aidiscover_pipelines.domain.tables import MappingCorrection
from aidiscover_pipelines.domain.tenancy import Tenant
from aidiscover_pipelines.mapping.answers import Answer, correction_row, is_text
from aidiscover_pipelines.mapping.columns import header_words, name_pattern
from aidiscover_pipelines.mapping.corrections import IMPORTED, in_force
from aidiscover_pipelines.mapping.normalise import compact, words

# A few thousand headers; a larger file is none of ours, and YAML is slow to parse.
MOST_BYTES = 512 * 1024
MOST_COLUMNS = 5_000
_LONGEST_HEADER = 300
_SHORTEST_NAME = 3
_REMEDY = "export it anew with 'aidiscover templates export'"


def _visible(text: str) -> str:
    if not is_text(text) or not text.strip():
        raise ValueError("it is blank or holds characters that cannot be shown")
    return text


Text = Annotated[StrictStr, Field(max_length=_LONGEST_HEADER)]


class _Measure(BaseModel):
    """What a column's numbers are in, where that was said."""

    model_config = ConfigDict(extra="forbid")

    unit: Text | None = None
    statistic: Text | None = None
    also: Annotated[list[Text], Field(max_length=10)] = []


_Header = Annotated[Text, AfterValidator(_visible)]


def _padded(column: object) -> object:
    """[header, field] or [header, field, sample values] as [header, field, sample values, {unit, statistic}]."""
    missing: dict[int, list[Any]] = {2: ["", {}], 3: [{}]}
    return [*column, *missing.get(len(column), [])] if isinstance(column, list) else column


_Column = Annotated[tuple[_Header, Text, Text, _Measure], BeforeValidator(_padded)]


class _Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Text = ""
    describes: Text = ""
    columns: Annotated[list[_Column], Field(max_length=MOST_COLUMNS)]


class _Template(BaseModel):
    model_config = ConfigDict(extra="forbid")

    product: Text = ""
    language: Text = ""
    origin: Literal["learned", "documented", "observed"] | Text = "learned"
    source: Text = ""
    sheets: Annotated[list[_Sheet], Field(max_length=200)]


def export_templates(tenant: Tenant, corrections: pd.DataFrame) -> tuple[str, int, int]:
    """YAML of the corrections in force, how many columns are in it, and how many were left out for naming the tenant.

    Imported corrections are somebody else's to share and are left out too, uncounted. Nothing learned: no columns.
    """
    own = in_force(corrections)
    own = own[~own["source"].str.startswith(IMPORTED)]
    telling = _names_of(tenant)
    is_telling = np.array([bool(telling & {*words(text), compact(text)}) for text in own["header"]], dtype=bool)
    columns: dict[str, list[Any]] = {}
    for row in own[~is_telling].to_dict("records"):
        measure = {name: row[name] for name in ("unit", "statistic") if isinstance(row[name], str)}
        columns[row["words"]] = [row["header"], row["field"], *(["", measure] if measure else [])]
    document = {
        "product": "",
        "origin": "learned",
        "sheets": [{"columns": [columns[key] for key in sorted(columns)]}],
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    return text, len(columns), int(is_telling.sum())


def import_templates(path: Path, corrections: pd.DataFrame, at: datetime) -> tuple[pd.DataFrame, int]:
    """MappingCorrection rows to add to a tenant's `corrections`, and how many headers were left as they are.

    A header that the tenant's people answered about, or that the same file already taught alike, is left. What is
    imported names no source of the tenant: it is evidence like a correction of another source, and never overrides one.
    Raises: MissingFile, EmptyFile, UnreadableFile: too large, no YAML, not of the form, or a field that is unknown.
    """
    by = f"import {path.name}"
    held = in_force(corrections)
    own = set(held.loc[~held["source"].str.startswith(IMPORTED), "words"])
    source = f"{IMPORTED}{path.name}"
    same = held[held["source"] == source]
    taught = {(row["words"], row["sheet"]): _meaning(row) for row in same.to_dict("records")}
    rows, kept = [], 0
    for place, answer in enumerate(_answers(path, source)):
        key = header_words(answer.header)
        if key in own or taught.get((key, answer.sheet)) == (answer.field, answer.unit, answer.statistic):
            kept += 1
        else:
            rows.append(correction_row(answer, by, at + timedelta(microseconds=place), None, None))
    return pd.DataFrame(rows, columns=MappingCorrection.columns()), kept


def _answers(path: Path, source: str) -> list[Answer]:
    answers = []
    for sheet in _read(path).sheets:
        for column in sheet.columns:
            header, field, _, measure = column
            try:
                answers.append(Answer(header, field, source, name_pattern(sheet.name), measure.unit, measure.statistic))
            except ConfigError as error:
                raise UnreadableFile(str(path), str(error), "correct the line and import it again") from None
    return answers


def _read(path: Path) -> _Template:
    """The checked document. Nothing in it is executed, expanded or followed: no tags, no aliases."""
    if not path.is_file():
        raise MissingFile(str(path), "no such file", "give the path of an exported library")
    with path.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    if not content.strip():
        raise EmptyFile(str(path), "it is empty", _REMEDY)
    if len(content) > MOST_BYTES:
        raise UnreadableFile(str(path), f"it is larger than {MOST_BYTES // 1024} KB", "import it in parts")
    try:
        text = content.decode("utf-8-sig")
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise UnreadableFile(str(path), "it uses YAML aliases", _REMEDY)
        # The plainest loader knows texts, lists and maps only: no tag is obeyed, and a header 'No' stays a text.
        return _Template.model_validate(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - safer than SafeLoader
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise UnreadableFile(str(path), _problem(error), _REMEDY) from None


def _problem(error: Exception) -> str:
    """What is wrong, in a few words and on one line; values of the file are not repeated."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the document'}: {first['msg']}"
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"it is no YAML at line {error.problem_mark.line + 1}: {error.problem}"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return "it is no YAML in UTF-8"


def _meaning(row: Mapping[Any, Any]) -> tuple[str | None, ...]:
    return tuple(row[name] if isinstance(row[name], str) else None for name in ("field", "unit", "statistic"))


def _names_of(tenant: Tenant) -> frozenset[str]:
    """Words of the tenant's id and name, and each run together; too short ones could be any word."""
    found = {*words(tenant.id), *words(tenant.name)}
    found |= {compact(tenant.id), compact(tenant.name)}
    return frozenset(word for word in found if len(word) >= _SHORTEST_NAME)
