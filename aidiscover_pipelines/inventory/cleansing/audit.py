"""What cleansing did: each distinct text that did not stay as it was, its rules, and how many cells hold it."""

from collections.abc import Sequence

import pandas as pd

from aidiscover_pipelines.domain.tables import CleansedText
from aidiscover_pipelines.domain.vocabulary import CleansingOutcome

_TOLD = ["field", "original", "value", "rule", "transform", "outcome"]


def audit(touched: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """CleansedText frame of the texts of one sheet that did not stay as they were: each once, with its first cell.

    Frames have the columns of CleansedText and `place`, the column of the sheet; those of one column in order of rows.
    """
    parts = [part for part in touched if len(part)]
    if not parts:
        return pd.DataFrame(columns=CleansedText.columns())
    told = pd.concat(parts, ignore_index=True).sort_values("place", kind="stable")
    twice = told.duplicated(["field", "original"], keep=False)
    if twice.any():
        same = told[twice].groupby(_TOLD, sort=False, dropna=False)
        told = pd.concat([told[~twice], same.agg({"evidence_id": "first", "cells": "sum"}).reset_index()])
    return told[CleansedText.columns()]


def touched_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """For `audit`: those of some cells that did not stay as they were, each counted alone."""
    return cells.loc[cells["outcome"] != "", ["evidence_id", *_TOLD, "place"]].assign(cells=1)


def cells_by_rule(texts: pd.DataFrame) -> dict[str, float]:
    """Cells that each rule changed, most first; a cell counts for each of its rules."""
    cells = texts[texts["outcome"] == CleansingOutcome.CHANGED].groupby("rule")["cells"].sum().reset_index()
    return _ranked(cells.assign(rule=cells["rule"].str.split("; ")).explode("rule").groupby("rule")["cells"].sum())


def cells_by_reason(texts: pd.DataFrame) -> dict[str, float]:
    """Dropped cells by reason, most first."""
    return _ranked(texts[texts["value"].isna()].groupby("transform")["cells"].sum())


def cells_by_outcome(texts: pd.DataFrame) -> dict[str, int]:
    """Cells by outcome; every outcome is named."""
    counts = texts.groupby("outcome")["cells"].sum()
    return {str(outcome): int(counts.get(str(outcome), 0)) for outcome in CleansingOutcome}


def changes(
    texts: pd.DataFrame, field: str = "", rule: str = "", unread: bool = False, first: int | None = None
) -> pd.DataFrame:
    """Rows of a person's list, most cells first: changed and undone texts, or with `unread` what gave no value.

    All of them, or the `first` so many. Columns: field, before, after, rule, transform, outcome, cells, example.
    """
    without = texts["value"].isna() | (texts["outcome"] == CleansingOutcome.UNREAD)
    shown = texts[without if unread else ~without]
    if field:
        shown = shown[shown["field"] == field]
    if rule:
        shown = shown[named(shown, rule)]
    if first is not None:
        shown = shown.nlargest(first, "cells", keep="all")
    shown = shown.sort_values(["cells", "field", "original", "evidence_id"], ascending=[False, True, True, True])
    listed = shown.rename(columns={"original": "before", "value": "after", "evidence_id": "example"})
    return listed[["field", "before", "after", "rule", "transform", "outcome", "cells", "example"]].iloc[:first]


def named(texts: pd.DataFrame, rule: str) -> pd.Series:
    """Whether each row's rules include one."""
    return texts["rule"].map(lambda rules: rule in rules.split("; ")).astype(bool)


def cells_in_scope(texts: pd.DataFrame, rule: str, field: str, original: str, undone: bool) -> int:
    """Cells that the next run will read differently when the rule is undone, or (`undone`) stands again."""
    hit = named(texts, rule) & ((texts["outcome"] == CleansingOutcome.UNDONE) == undone)
    # What a rule could not read stays as it is without it too.
    hit &= texts["outcome"] != CleansingOutcome.UNREAD
    if field:
        hit &= texts["field"] == field
    if original:
        hit &= texts["original"].str.strip() == original
    return int(texts.loc[hit, "cells"].sum())


def _ranked(counts: pd.Series) -> dict[str, float]:
    ordered = counts.sort_values(ascending=False, kind="stable")
    return {str(label): float(count) for label, count in ordered.items()}
