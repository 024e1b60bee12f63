"""A person's answer made into a correction: checked, and kept with all that tells the column apart."""

import difflib
import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import MappingCorrection
from aidiscover_pipelines.mapping import measures
from aidiscover_pipelines.mapping.columns import header_words, observe_columns
from aidiscover_pipelines.mapping.corrections import apply_corrections
from aidiscover_pipelines.mapping.embedding import embed_columns
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.review import review_queue

STATISTICS = tuple(sorted({*measures.STATISTIC_WORDS.values(), "free", "provisioned", "used"}))
UNITS = tuple(
    dict.fromkeys(
        (
            *measures.SIZE_WORDS.values(),
            *measures.BRACKETED_UNITS.values(),
            *measures.FREQUENCY_WORDS.values(),
            *("PB", "%", "0-1", "bytes/s", "KB/s", "MB/s", "GB/s", "bit/s", "kbit/s", "Mbit/s", "Gbit/s"),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said a header means, and where. Empty `source` or `sheet`: wherever the header stands.

    Raises: ConfigError where the field, unit or statistic is not known, naming the nearest.
    """

    header: str
    field: str
    source: str = ""
    sheet: str = ""
    unit: str | None = None
    statistic: str | None = None

    def __post_init__(self) -> None:
        if not self.header.strip():
            raise ConfigError("cannot correct a header without text; name the column as the file does")
        if not is_text(self.header):
            raise ConfigError(f"cannot correct header {self.header!r}: it holds characters that no file can have")
        _check(self.header, "field", self.field, (*BY_NAME, IGNORE), "canonical field (docs/data-model.md lists them)")
        _check(self.header, "unit", self.unit, UNITS, "known unit")
        _check(self.header, "statistic", self.statistic, STATISTICS, "known statistic")


def is_text(header: str) -> bool:
    """Whether it holds no control character but blanks and line breaks, and no half of a surrogate pair."""
    return not any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\t\n\r" for sign in header)


def _check(header: str, what: str, value: str | None, known: tuple[str, ...], called: str) -> None:
    if value is None or value in known:
        return
    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(value.casefold(), folded, n=3, cutoff=0.5) or list(folded)[:3]
    raise ConfigError(
        f"cannot correct header {header!r}: {what} {value!r} is no {called}; "
        f"the nearest are {', '.join(folded[name] for name in near)}"
    )


def correction_row(
    answer: Answer, by: str, at: datetime, column: Mapping[str, Any] | None, mapped: Mapping[str, Any] | None
) -> dict[str, Any]:
    """A MappingCorrection row. `column` is what was observed of the column, `mapped` the mapper's own choice for it.

    Either is None where it is not known: then there is no profile and no context, or trust learns nothing from it.
    """
    words = header_words(answer.header)
    proposed, confidence = None, None
    if mapped is not None:
        proposed = mapped["field"] if isinstance(mapped["field"], str) else IGNORE
        confidence = float(mapped["confidence"])
    said = [words, answer.source, answer.sheet, answer.field, answer.unit, answer.statistic, by, at.isoformat()]
    embedding = (
        column["embedding"]
        if column is not None
        else embed_columns([answer.header], [answer.sheet.strip("*")], [[]])[0]
    )
    return {
        "correction_id": hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12],
        "header": answer.header,
        "words": words,
        "field": answer.field,
        "unit": answer.unit,
        "statistic": answer.statistic,
        "source": answer.source,
        "sheet": answer.sheet,
        "fingerprint": column["fingerprint"] if column is not None and answer.source else "",
        "neighbours": column["neighbours"] if column is not None else [],
        "profile": column["profile"] if column is not None else {},
        "proposed": proposed,
        "confidence": confidence,
        "by": by,
        "at": at,
        "embedding": [float(number) for number in embedding],
    }


def teach(judged: pd.DataFrame, n: int | None, at: datetime, *, shown_only: bool = False) -> pd.DataFrame:
    """One simulated round of answers: MappingCorrection rows for up to `n` columns of each source (None: all).

    `judged` has the columns of `evaluate.judge_mapping`; its labels play the person, who answers the columns in review
    in the order of the queue: the right ones are confirmed, the others corrected. Then, unless `shown_only`, the wrong
    ones that nothing shows as doubtful, the least sure first: the person reads through the whole mapping.
    """
    columns = _as_mappings(judged)
    seen = observe_columns(columns, _names(judged), _values(judged)).to_dict("records")
    right = judged["right"].to_numpy(dtype=bool)
    places = dict(zip(zip(*(columns[name] for name in _PLACE), strict=True), range(len(columns)), strict=True))
    rows: list[dict[str, Any]] = []
    for _, mine in columns.groupby("file_id", sort=False):
        queue = review_queue(mine, {})
        asked = [places[key] for key in zip(*(queue[name] for name in _PLACE), strict=True)]
        if not shown_only:
            unseen = [place for place in mine.sort_values("confidence", kind="stable").index if not right[place]]
            asked += [place for place in unseen if place not in set(asked)]
        for place in asked[:n]:
            label = judged["field"].iat[place] if right[place] else judged["canonical_field"].iat[place]
            column = {str(name): value for name, value in seen[place].items()}
            header = str(columns["header"].iat[place])
            if header.strip():
                answer = Answer(header, str(label), column["source"], column["sheet"])
                said_at = at + timedelta(microseconds=len(rows))
                rows.append(correction_row(answer, "gold", said_at, column, columns.iloc[place].to_dict()))  # type: ignore[arg-type]  # column names are str
    return pd.DataFrame(rows, columns=MappingCorrection.columns())


def retake(judged: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Judged rows with field, confidence and decision as they are after `corrections`; `right` is left as it was."""
    columns = apply_corrections(_as_mappings(judged), _names(judged), _values(judged), corrections)
    chosen = columns["field"].where(columns["field"].notna(), IGNORE)
    return judged.assign(
        field=chosen.to_numpy(), confidence=columns["confidence"].to_numpy(), decision=columns["decision"].to_numpy()
    )


_PLACE = ["file_id", "sheet_index", "column_index"]


def _as_mappings(judged: pd.DataFrame) -> pd.DataFrame:
    """Judged headers as FieldMapping rows: a source is a file, each of its files a sheet."""
    frame = judged.reset_index(drop=True)
    sheet = frame.groupby("source", sort=False)["file"].transform(lambda files: pd.factorize(files)[0] + 1)
    blank: list[list[Any]] = [[] for _ in range(len(frame))]
    return pd.DataFrame(
        {
            "file_id": frame["source"],
            "sheet_index": sheet.astype("int64"),
            "sheet": frame["file"],
            "entity": "asset",
            "column_index": frame.groupby(["source", "file"], sort=False).cumcount() + 1,
            "header": frame["header"],
            "field": frame["field"].where(frame["field"] != IGNORE, None),
            "unit": None,
            "statistic": None,
            "confidence": frame["confidence"].astype(float),
            "decision": frame["decision"].astype(str),
            "alternatives": frame.get("alternatives", blank),
            "reason": frame.get("reason", "as ranked"),
        }
    )


def _names(judged: pd.DataFrame) -> dict[str, str]:
    return {str(source): str(source) for source in judged["source"].unique()}


def _values(judged: pd.DataFrame) -> list[list[str]]:
    return [[value for value in str(sample).split("|") if value] for sample in judged["sample_values"]]
