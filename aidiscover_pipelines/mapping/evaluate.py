"""How good the mapping is on labelled headers: agreement, false maps, precision, calibration and learning."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.calibration import calibration_error
from aidiscover_pipelines.domain.vocabulary import MappingDecision
from aidiscover_pipelines.mapping import lexical
from aidiscover_pipelines.mapping.answers import retake, teach
from aidiscover_pipelines.mapping.fields import read_sheets
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.model import Model, trained
from aidiscover_pipelines.mapping.templates import related_families, templates

CALIBRATION_BINS = 10
READ = ("source", "file", "header", "sample_values")
LABELS = ("canonical_field", "also_accept")
_PREDICTION = ["source", "header", "field", "confidence", "decision"]
# A simulated round of answers needs a time; corrections of the same time are told apart by their order.
_TAUGHT_AT = datetime(2026, 1, 1, tzinfo=UTC)


def evaluate_mapping(
    gold: pd.DataFrame,
    *,
    leave_one_source_out: bool = False,
    rounds: int = 0,
    progress: Callable[[str], None] = lambda source: None,
) -> dict[str, Any]:
    """Figures over headers labelled with `canonical_field` (or any of `also_accept`, split at '/' or ';').

    Columns read: source, file, header, sample_values ('|' between values); rows of one source and file form a sheet.
    `accuracy` counts headers that carry a field; `macro_accuracy` is its mean over sources. `false_map_rate` is the
    share of headers labelled ignore that were given a field, `accepted_false_map_rate` without asking anybody.
    `predictions` has every header in its order. Without any label: only `headers` and `predictions`.

    `leave_one_source_out`: each source is read by a model that never saw its product: related templates neither train
    it nor are looked up. `rounds` of correction follow, see `answers.teach`; with each, what the review queue alone
    would have given.
    """
    judged = judge_mapping(gold, leave_one_source_out=leave_one_source_out, progress=progress)
    predictions = judged[_PREDICTION].to_dict("records")
    labelled = judged[judged["canonical_field"] != ""]
    if labelled.empty:
        return {"headers": len(judged), "predictions": predictions}
    by_source = {source: _figures(rows) for source, rows in labelled.groupby("source", sort=True)}
    foreign = labelled["source"].isin(_foreign_sources(labelled))
    document = {
        **_summary(labelled),
        "non_english": _summary(labelled[foreign]),
        "sources": by_source,
    }
    if rounds:
        document["taught"] = _taught(labelled, rounds)
    return document | {"predictions": predictions}


def judge_mapping(
    gold: pd.DataFrame,
    *,
    leave_one_source_out: bool = False,
    progress: Callable[[str], None] = lambda source: None,
) -> pd.DataFrame:
    """The gold rows with what was chosen (`field`, or 'ignore'), `confidence`, `decision`, `alternatives`, `right`."""
    text = gold.reindex(columns=[*READ, *LABELS]).fillna("").astype("str").reset_index(drop=True)
    models = _models_for_strangers() if leave_one_source_out else None
    parts = []
    for source, rows in text.groupby("source", sort=False):
        progress(str(source))
        parts.append(_judge_source(rows, models(str(source), rows) if models else (None, frozenset())))
    judged = pd.concat(parts).sort_index() if parts else _judge_source(text, (None, frozenset()))
    return _with_right(judged)


def _with_right(judged: pd.DataFrame) -> pd.DataFrame:
    accepted = judged["canonical_field"] + ";" + judged["also_accept"].str.replace("/", ";", regex=False)
    right = [field in labels.split(";") for field, labels in zip(judged["field"], accepted, strict=True)]
    return judged.assign(right=np.array(right, dtype=bool))


def _judge_source(rows: pd.DataFrame, reader: tuple[Model | None, frozenset[str]]) -> pd.DataFrame:
    model, without = reader
    sheets = [(str(file), sheet) for file, sheet in rows.groupby("file", sort=False)]
    _, choices = read_sheets(
        [_sheet_name(file) for file, _ in sheets],
        [sheet["header"].tolist() for _, sheet in sheets],
        [[[value for value in sample.split("|") if value] for sample in sheet["sample_values"]] for _, sheet in sheets],
        model=model,
        without=without,
    )
    ordered = pd.concat([sheet for _, sheet in sheets]) if sheets else rows
    return ordered.assign(
        field=[choice.field or IGNORE for choice in choices],
        confidence=[choice.confidence for choice in choices],
        decision=[choice.decision.value for choice in choices],
        alternatives=pd.Series([choice.alternatives for choice in choices], index=ordered.index, dtype=object),
        reason=[choice.reason for choice in choices],
    )


def _models_for_strangers() -> Callable[[str, pd.DataFrame], tuple[Model, frozenset[str]]]:
    """For each source a model, and the product families that neither trained it nor may be looked up."""
    from aidiscover_pipelines.mapping.training import examples, without_families

    labelled, shipped = examples(templates()), trained()

    def stranger(source: str, rows: pd.DataFrame) -> tuple[Model, frozenset[str]]:
        without = related_families(source, rows["header"].tolist())
        return without_families(labelled, without, shipped), without

    return stranger


def _sheet_name(file: str) -> str:
    return file.rpartition("#")[2].partition(" (")[0]


def _foreign_sources(judged: pd.DataFrame) -> list[str]:
    """Sources whose headers are listed in another language more often than in English."""
    return [
        str(source) for source, rows in judged.groupby("source") if lexical.language_of(rows["header"].tolist()) != "en"
    ]


def _summary(judged: pd.DataFrame) -> dict[str, Any]:
    accuracies = [figures["accuracy"] for _, rows in judged.groupby("source") if (figures := _figures(rows))["headers"]]
    return {
        **_figures(judged),
        "macro_accuracy": round(float(np.mean(accuracies)), 4) if accuracies else 0.0,
        "expected_calibration_error": calibration_error(
            judged["confidence"].tolist(), judged["right"].astype(bool).tolist(), CALIBRATION_BINS
        ),
    }


def _figures(judged: pd.DataFrame) -> dict[str, Any]:
    carries = judged["canonical_field"] != IGNORE
    accepted = judged["decision"] == MappingDecision.ACCEPT.value
    return {
        "headers": int(carries.sum()),
        "accuracy": _share(judged["right"][carries]),
        "false_map_rate": _share(~judged["right"][~carries]),
        "accepted_false_map_rate": _share((~judged["right"] & accepted)[~carries]),
        "accepted_share": _share(accepted[carries]),
        "accepted_precision": _share(judged["right"][accepted]),
    }


def _share(hits: pd.Series) -> float:
    return round(float(hits.mean()), 4) if len(hits) else 0.0


def _taught(judged: pd.DataFrame, rounds: int) -> list[dict[str, Any]]:
    """Figures after each round of answers; with `queue_only`, had the person looked at the review queue alone."""
    figures = []
    current = judged
    answers: list[pd.DataFrame] = []
    for number in range(1, rounds + 1):
        answers.append(teach(current, None, _TAUGHT_AT.replace(year=_TAUGHT_AT.year + number - 1)))
        queue = retake(current, teach(current, None, _TAUGHT_AT, shown_only=True))
        current = _with_right(retake(judged, pd.concat(answers, ignore_index=True)))
        figures.append(
            {
                "round": number,
                "answers": len(answers[-1]),
                **_summary(current),
                "queue_only": _summary(_with_right(queue)),
            }
        )
    return figures
