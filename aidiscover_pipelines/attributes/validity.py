"""Validators: values that cannot be right as they stand, one declared row for each kind of fault.

A value that is impossible is set aside: no fact is made of it. A doubtful one counts half. Both stay where they are and
are flagged with their cell.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.cells import Cells
from aidiscover_pipelines.attributes.wide import Codes, Flags, Numbers
from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.limits import LIMITS, YEARS
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.domain.vocabulary import CLOSED_ATTRIBUTES

UNIT_FAULT = "no number in its unit"
# What a value is worth for validity.
IMPOSSIBLE, DOUBTFUL = 0.0, 0.5

# Words that cleansing brings these fields to (a test compares them); any other word of theirs was not understood.
CLOSED_VALUES: Mapping[str, tuple[str, ...]] = {
    **CLOSED_ATTRIBUTES,
    "environment": (
        "production", "pre-production", "test", "development", "disaster recovery", "training", "sandbox",
        "non-production",
    ),
    "lifecycle_status": ("planned", "active", "maintenance", "end of life", "in stock", "retired"),
    "power_state": ("running", "stopped", "suspended"),
}  # fmt: skip
# Dates that are past when they are recorded.
PAST = ("install_date", "last_seen")
_DATED = ("support_end_date", *PAST)
NUMERIC = tuple(field.name for field in FIELDS if field.kind in ("int", "float") and field.entities != ("dependency",))
_UNITS = {field.name: f" in {field.unit}" if field.unit else "" for field in FIELDS}
_DAY = re.compile(r"(\d{4})-\d{2}-\d{2}(?:[T ].*)?")
_YEAR = re.compile(r"\d{4}")
_SLACK = 0.05  # the same size measured in two ways


@dataclass(frozen=True, slots=True)
class Validator:
    """One kind of fault of a single value. `wrong` tells the rows (field, value, number) that have it.

    `expected` says what would have been right, by field.
    """

    problem: str
    fields: tuple[str, ...]
    worth: float
    wrong: Callable[[pd.DataFrame, date], Flags]
    expected: Callable[[str, date], str]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two values of one entity of which the first is at most the second; numbers, or dates where `dated`."""

    least: str
    most: str
    words: str
    dated: bool = False


def _beyond(rows: pd.DataFrame, today: date) -> Flags:
    bounds = np.array([LIMITS.get(str(name), (np.nan, np.nan)) for name in rows["field"].cat.categories])
    least, most = bounds[rows["field"].cat.codes].T if len(rows) else np.empty((2, 0))
    number = rows["number"].to_numpy(dtype=float)
    flags: Flags = (number < least) | (number > most)
    return flags


def _no_number(rows: pd.DataFrame, today: date) -> Flags:
    return rows["number"].isna().to_numpy()


def _by_text(rows: pd.DataFrame, judge: Callable[[str], bool]) -> Flags:
    """Each distinct value is judged once."""
    codes, distinct = pd.factorize(rows["value"])
    flags: Flags = np.array([judge(str(text)) for text in distinct], dtype=bool)[codes] if len(rows) else codes > 0
    return flags


def _no_date(rows: pd.DataFrame, today: date) -> Flags:
    return _by_text(rows, lambda text: not (_DAY.fullmatch(text) or _YEAR.fullmatch(text)))


def _other_age(rows: pd.DataFrame, today: date) -> Flags:
    def judge(text: str) -> bool:
        return bool(_YEAR.match(text)) and not YEARS[0] <= int(text[:4]) <= YEARS[1]

    return _by_text(rows, judge)


def _to_come(rows: pd.DataFrame, today: date) -> Flags:
    tomorrow = (today + timedelta(days=1)).isoformat()
    return _by_text(rows, lambda text: bool(_DAY.fullmatch(text)) and text[:10] > tomorrow)


def _no_word(rows: pd.DataFrame, today: date) -> Flags:
    read = np.zeros(len(rows), dtype=bool)
    for name in rows["field"].unique():
        read |= (rows["field"].eq(name) & rows["value"].isin(CLOSED_VALUES[str(name)])).to_numpy(dtype=bool)
    flags: Flags = ~read & rows["number"].isna().to_numpy()
    return flags


# Of several faults of one value the first is told.
VALIDATORS: tuple[Validator, ...] = (
    Validator(
        "out of range", tuple(LIMITS), IMPOSSIBLE, _beyond,
        lambda field, today: "expected {:,g} to {:,g}".format(*LIMITS[field]),
    ),
    Validator(
        "impossible date", _DATED, IMPOSSIBLE, _other_age,
        lambda field, today: "expected a year from {} to {}".format(*YEARS),
    ),
    Validator(
        "date in the future", PAST, IMPOSSIBLE, _to_come,
        lambda field, today: f"expected no later than {today.isoformat()}",
    ),
    Validator("not a date", _DATED, DOUBTFUL, _no_date, lambda field, today: "expected a date"),
    Validator(
        UNIT_FAULT, NUMERIC, DOUBTFUL, _no_number,
        lambda field, today: f"expected a number{_UNITS[field]}",
    ),
    Validator(
        "not in the vocabulary", tuple(CLOSED_VALUES), DOUBTFUL, _no_word,
        lambda field, today: f"expected one of {', '.join(CLOSED_VALUES[field])}",
    ),
)  # fmt: skip

CONTRADICTIONS = (
    Contradiction("storage_used_gb", "storage_total_gb", "more storage in use than there is"),
    Contradiction("cpu_sockets", "cpu_cores", "more sockets than cores"),
    Contradiction("install_date", "support_end_date", "support ended before it was installed", dated=True),
)
# Shares whose column names no unit: from 0 to 1 they may be fractions or small percentages.
SHARES = ("cpu_util_pct", "memory_util_pct")
COMPARED = tuple(dict.fromkeys([*(name for validator in VALIDATORS for name in validator.fields)]))
FLAGGED = ["row", "problem", "worth", "what"]


def faults(cells: Cells, today: date, unitless: frozenset[str] = frozenset()) -> pd.DataFrame:
    """What is wrong with values: one row for each value that is, columns FLAGGED; `row` is its position.

    `unitless` are addresses of columns (file.sheet, a slash, column) of SHARES in which no number exceeds 1.
    """
    rows = np.flatnonzero(cells.field.among(COMPARED) & ~cells.value.among({NOT_APPLICABLE}))
    found = [_judged_once(cells, rows, today)]
    found += [_contradicting(cells, rows, rule) for rule in CONTRADICTIONS]
    if unitless:
        found.append(_without_unit(cells, rows, unitless))
    faulty = pd.concat(found, ignore_index=True)
    return faulty.drop_duplicates("row", keep="first").sort_values("row", kind="stable").reset_index(drop=True)


def _judged_once(cells: Cells, rows: Codes, today: date) -> pd.DataFrame:
    """Faults of single values; each distinct value of a field is judged once."""
    field, value = cells.field, cells.value
    number = pd.factorize(cells.number[rows])[0] + 1  # 0 is none
    said = pd.factorize(field.codes[rows] * len(value.texts) + value.codes[rows])[0]
    which, distinct = pd.factorize(said * (int(number.max(initial=0)) + 1) + number)
    first = np.empty(len(distinct), dtype=np.intp)
    first[which[::-1]] = rows[::-1]
    table = pd.DataFrame(
        {
            "row": np.arange(len(first)),
            "field": pd.Categorical.from_codes(field.codes[first], pd.Index(field.texts)),
            "value": value.take(first),
            "number": cells.number[first],
        }
    )
    wrong = pd.concat([_told(table, validator, today) for validator in VALIDATORS], ignore_index=True)
    wrong = wrong.drop_duplicates("row", keep="first")
    fault = np.full(len(first), -1)
    fault[wrong["row"].to_numpy()] = np.arange(len(wrong))
    of = fault[which]
    return wrong.iloc[of[of >= 0]].assign(row=rows[of >= 0])


def _told(table: pd.DataFrame, validator: Validator, today: date) -> pd.DataFrame:
    rows = table[table["field"].isin(validator.fields)]
    wrong = rows[validator.wrong(rows, today)]
    expected = {str(name): validator.expected(str(name), today) for name in wrong["field"].unique()}
    return _fault(wrong, validator.problem, validator.worth, wrong["field"].astype(object).map(expected))


def _contradicting(cells: Cells, rows: Codes, rule: Contradiction) -> pd.DataFrame:
    """Both values of a contradiction, because either may be the wrong one; only values that stand are compared."""
    keys = ["entity", "entity_id"]
    standing = rows[cells.chosen[rows]]
    sides = []
    for name in (rule.least, rule.most):
        at = standing[cells.field.among({name})[standing]]
        side = {"entity": cells.entity.codes[at], "entity_id": cells.entity_id.codes[at], "row": at}
        told = pd.DataFrame({**side, "value": cells.value.take(at), "number": cells.number[at]})
        sides.append(told.drop_duplicates(keys))
    pairs = sides[0].merge(sides[1], on=keys, suffixes=("", "_of"))
    if rule.dated:
        days = [pairs[name].astype(object).map(lambda text: text if _DAY.fullmatch(text) else None)
                for name in ("value", "value_of")]  # fmt: skip
        known = days[0].notna() & days[1].notna()
        pairs = pairs[(known & (days[0].fillna("") > days[1].fillna(""))).to_numpy(dtype=bool)]
    else:
        pairs = pairs[pairs["number"] > pairs["number_of"] * (1 + _SLACK)]
    parts = []
    for own, other, name in (("", "_of", rule.most), ("_of", "", rule.least)):
        what = rule.words + ": " + name + " is " + pairs[f"value{other}"].astype(object)
        parts.append(_fault(pairs.assign(row=pairs[f"row{own}"]), "contradiction", DOUBTFUL, what))
    return pd.concat(parts, ignore_index=True)


def _without_unit(cells: Cells, rows: Codes, unitless: frozenset[str]) -> pd.DataFrame:
    shares = rows[cells.field.among(SHARES)[rows] & (cells.number[rows] > 0)]
    keys = pd.Series(column_keys(cells.values["evidence_id"].iloc[shares]), dtype=object)
    found = pd.DataFrame({"row": shares[keys.isin(unitless).to_numpy(dtype=bool)]})
    words = "its column names no unit and nothing in it exceeds 1; read as percent"
    return _fault(found, "no unit", DOUBTFUL, pd.Series(words, index=found.index, dtype=object))


def column_keys(evidence_ids: "pd.Series[Any]") -> list[str]:
    """file.sheet/column of each cell address."""
    parts = [str(address).rsplit(".", 2) for address in evidence_ids.tolist()]
    return [f"{part[0]}/{part[-1]}" for part in parts]


def _fault(rows: pd.DataFrame, problem: str, worth: float, what: "pd.Series[Any]") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": rows["row"].to_numpy(dtype=np.intp),
            "problem": problem,
            "worth": worth,
            "what": what.to_numpy(dtype=object),
        },
        columns=FLAGGED,
    )


def validity(count: int, faulty: pd.DataFrame) -> Numbers:
    """Worth of each of so many values, 1 where nothing is wrong."""
    worth = np.ones(count)
    worth[faulty["row"].to_numpy()] = faulty["worth"].to_numpy(dtype=float)
    return worth
