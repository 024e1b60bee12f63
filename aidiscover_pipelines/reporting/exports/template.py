"""What a vendor's import template asks of its cells, and rows that meet it; the rest is listed with reasons.

A row that lacks what is required is left out, a cell that the template does not allow is left empty. Nothing is made up
and nothing goes without a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

ROW_LEFT_OUT, CELL_LEFT_EMPTY = "row left out", "cell left empty"
REJECT_COLUMNS = ["about", "column", "value", "outcome", "reason"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its exact title and what a cell may hold. `pattern` is of the whole cell, `span` of its number."""

    title: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    span: tuple[float, float] | None = None
    means: str = ""  # the reason for a reject, where the rule itself says too little


@dataclass(frozen=True, slots=True)
class Template:
    """A file as a tool publishes it, at `source`, read on that day. The limits are of one file; 0 is none."""

    columns: tuple[Column, ...]
    source: str
    read_on: str
    most_rows: int = 0
    most_bytes: int = 0
    key: str = ""  # title of the column whose values are unique, ignoring case

    @property
    def titles(self) -> list[str]:
        """Titles in the order of the file."""
        return [column.title for column in self.columns]


@dataclass(frozen=True, slots=True)
class Filled:
    """Rows that the template takes (all texts, titles as columns), and what it does not: REJECT_COLUMNS."""

    rows: pd.DataFrame
    rejects: pd.DataFrame = field(default_factory=lambda: rejected([]))


def fill(template: Template, cells: pd.DataFrame) -> Filled:
    """Check cells against the template. The index of `cells` says what a row is about; unknown columns stay empty."""
    rows = pd.DataFrame(
        {title: texts(cells[title]) if title in cells else "" for title in template.titles}, index=cells.index
    )
    keep = pd.Series(True, index=range(len(rows)))
    about, told = rows.index.astype(str).to_series(index=keep.index), [rejected([])]
    rows = rows.reset_index(drop=True)
    for column in template.columns:
        for wrong, reason in _faults(column, rows[column.title]):
            if wrong.any():
                outcome = ROW_LEFT_OUT if column.required else CELL_LEFT_EMPTY
                told.append(_rejects(about[wrong], column.title, rows.loc[wrong, column.title], outcome, reason))
                keep &= ~(wrong & column.required)
                rows.loc[wrong, column.title] = ""
    if template.key:
        again = keep & rows[template.key].where(keep).str.casefold().duplicated() & keep
        if again.any():
            reason = "the tool tells rows apart by this column, and a row before has the same"
            told.append(_rejects(about[again], template.key, rows.loc[again, template.key], ROW_LEFT_OUT, reason))
            keep &= ~again
    kept = rows[keep].set_index(about[keep].rename("about"))
    return Filled(kept, pd.concat(told, ignore_index=True))


def rejected(rows: Sequence[tuple[str, str, str, str, str]]) -> pd.DataFrame:
    """Rejects from tuples in the order of REJECT_COLUMNS."""
    return pd.DataFrame(rows, columns=REJECT_COLUMNS, dtype=object)


def texts(values: pd.Series) -> "pd.Series[str]":
    """The values as texts, empty where one is missing."""
    return values.astype(object).where(values.notna(), "").map(str)


def whole(numbers: pd.Series) -> pd.Series:
    """Numbers as texts without a fraction; empty where unknown."""
    known = pd.to_numeric(numbers, errors="coerce")
    return known.round().map("{:.0f}".format).where(known.notna(), "")


def decimal(numbers: pd.Series) -> pd.Series:
    """Numbers as texts with up to four decimals, as short as they can be; empty where unknown."""
    known = pd.to_numeric(numbers, errors="coerce")
    return known.round(4).map("{:.12g}".format).where(known.notna(), "")


def _faults(column: Column, values: pd.Series) -> list[tuple["pd.Series[bool]", str]]:
    given = values.str.strip() != ""
    faults = []
    if column.required:
        faults.append((~given, "required, and not known"))
    if column.allowed:
        faults.append((given & ~values.isin(column.allowed), f"not one of {', '.join(column.allowed)}"))
    if column.pattern:
        faults.append((given & ~values.str.fullmatch(column.pattern), f"does not match {column.pattern}"))
    if column.span is not None:
        numbers, (low, high) = pd.to_numeric(values.where(given), errors="coerce"), column.span
        faults.append((given & ~numbers.between(low, high), f"not a number from {low:g} to {high:g}"))
    return [(wrong, column.means or reason) for wrong, reason in faults]


def _rejects(about: pd.Series, column: str, values: pd.Series, outcome: str, reason: str) -> pd.DataFrame:
    told = {"about": about, "column": column, "value": values, "outcome": outcome, "reason": reason}
    return pd.DataFrame(told, dtype=object)
