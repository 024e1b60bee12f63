"""How good the mapping is on labelled headers: agreement, false maps, precision where accepted, calibration."""

from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import MappingDecision
from aidiscover_pipelines.mapping.fields import read_sheets
from aidiscover_pipelines.mapping.lexicon import IGNORE

CALIBRATION_BINS = 10


def evaluate_mapping(gold: pd.DataFrame) -> dict[str, Any]:
    """Figures over headers labelled with `canonical_field` (or any of `also_accept`, split at '/' or ';').

    Columns: source, file, header, sample_values ('|' between values), canonical_field, also_accept; rows of one source
    and file form a sheet. `accuracy` counts headers that carry a field; `macro_accuracy` is its mean over sources.
    `false_map_rate` is the share of headers labelled ignore that were given a field. Left-out sheets are read too.
    No rows: every figure is 0 and `sources` is empty.
    """
    judged = judge_mapping(gold)
    by_source = {source: _figures(rows) for source, rows in judged.groupby("source", sort=True)}
    accuracies = [figures["accuracy"] for figures in by_source.values() if figures["headers"]]
    return {
        **_figures(judged),
        "macro_accuracy": round(float(np.mean(accuracies)), 4) if accuracies else 0.0,
        "expected_calibration_error": _calibration_error(judged),
        "sources": by_source,
    }


def judge_mapping(gold: pd.DataFrame) -> pd.DataFrame:
    """The gold rows with what was chosen (`field`, or 'ignore'), `confidence`, `decision` and whether it is `right`."""
    text = gold.fillna("").astype("str").reset_index(drop=True)
    sheets = [(str(file), rows) for (_, file), rows in text.groupby(["source", "file"], sort=False)]
    _, choices = read_sheets(
        [_sheet_name(file) for file, _ in sheets],
        [rows["header"].tolist() for _, rows in sheets],
        [[[value for value in sample.split("|") if value] for sample in rows["sample_values"]] for _, rows in sheets],
    )
    judged = pd.concat([rows for _, rows in sheets]) if sheets else text
    judged = judged.assign(
        field=[choice.field or IGNORE for choice in choices],
        confidence=[choice.confidence for choice in choices],
        decision=[choice.decision.value for choice in choices],
    )
    accepted = judged["canonical_field"] + ";" + judged["also_accept"].str.replace("/", ";", regex=False)
    right = [field in labels.split(";") for field, labels in zip(judged["field"], accepted, strict=True)]
    return judged.assign(right=np.array(right, dtype=bool)).sort_index()


def _sheet_name(file: str) -> str:
    return file.rpartition("#")[2].partition(" (")[0]


def _figures(judged: pd.DataFrame) -> dict[str, Any]:
    carries = judged["canonical_field"] != IGNORE
    accepted = judged["decision"] == MappingDecision.ACCEPT.value
    return {
        "headers": int(carries.sum()),
        "accuracy": _share(judged["right"][carries]),
        "false_map_rate": _share(~judged["right"][~carries]),
        "accepted_share": _share(accepted[carries]),
        "accepted_precision": _share(judged["right"][accepted]),
    }


def _share(hits: pd.Series) -> float:
    return round(float(hits.mean()), 4) if len(hits) else 0.0


def _calibration_error(judged: pd.DataFrame) -> float:
    """Mean distance between confidence and share right, over ten bins of confidence, weighted by their size."""
    if judged.empty:
        return 0.0
    bins = np.minimum((judged["confidence"] * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    grouped = judged.assign(right=judged["right"].astype(float)).groupby(bins)[["confidence", "right"]]
    gap = (grouped.mean()["confidence"] - grouped.mean()["right"]).abs()
    return round(float((gap * grouped.size()).sum() / len(judged)), 4)
