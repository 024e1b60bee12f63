"""The place of each value among those for the same field of the same entity: declared criteria as one number."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.limits import LIMITS, YEARS
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.inventory.survivorship.agreement import Flags, Objects, is_host
from aidiscover_pipelines.inventory.survivorship.rules import (
    BY_KIND,
    DATE_FIELDS,
    NUMERIC_FIELDS,
    STATISTIC_RANK,
    Agreement,
    Criterion,
    rule_of,
)

Codes = npt.NDArray[np.int64]

# Width of each criterion in bits. All together fit into the 53 bits that a float holds exactly.
_BITS: dict[Criterion, int] = {
    Criterion.VALID: 1,
    Criterion.PERSON: 1,
    Criterion.SOURCE: 3,
    Criterion.NEARNESS: 8,
    Criterion.STATISTIC: 4,
    Criterion.RECENT: 17,
    Criterion.COMPLETE: 16,
}
_LEADING = (Criterion.VALID, Criterion.PERSON)
KINDS = list(BY_KIND)
DEFAULT_KIND = KINDS[-1]


class Ranks(NamedTuple):
    """By row: `key`, lower is better; `order`, the row of `criteria` that made it; whether valid; `kind` of its source.

    `criteria[order, bit]` is the criterion that a bit of a key stands for.
    """

    key: Codes
    order: Codes
    criteria: Sequence[Sequence[Criterion]]
    valid: Flags
    kind: Codes

    @property
    def person(self) -> Flags:
        """Rows that a person answered."""
        answered: Flags = self.kind == KINDS.index("person")
        return answered

    def take(self, rows: Codes) -> "Ranks":
        """The same of some rows."""
        return Ranks(self.key[rows], self.order[rows], self.criteria, self.valid[rows], self.kind[rows])


def ranks(values: pd.DataFrame, field_codes: Codes, fields: Sequence[str]) -> Ranks:
    """Rank every value. Needs value, number, statistic, preference, source_kind and day; shape: (values,)."""
    rules = [rule_of(field) for field in fields]
    kind = pd.Categorical(values["source_kind"], categories=KINDS).codes.astype(np.int64)
    kind[kind < 0] = len(KINDS) - 1
    trusted = np.array(
        [[rule.sources.index(key) if key in rule.sources else 0 for key in KINDS] for rule in rules], dtype=np.int64
    )
    valid = valid_values(values, field_codes, fields)
    statistic = values["statistic"].astype("category")
    ranked = [STATISTIC_RANK.get(str(name).lower(), STATISTIC_RANK[""]) for name in statistic.cat.categories]
    by_criterion: dict[Criterion, Codes] = {
        Criterion.VALID: (~valid).astype(np.int64),
        Criterion.PERSON: (kind != KINDS.index("person")).astype(np.int64),
        Criterion.SOURCE: trusted[field_codes, kind],
        Criterion.NEARNESS: np.round(values["preference"].to_numpy(float) * 100).astype(np.int64),
        Criterion.STATISTIC: np.array([*ranked, STATISTIC_RANK[""]], dtype=np.int64)[statistic.cat.codes],
        Criterion.RECENT: -values["day"].to_numpy(np.int64),
        Criterion.COMPLETE: _incomplete(values, field_codes, fields),
    }
    orders = list(dict.fromkeys(rule.criteria for rule in rules))
    order = np.array([orders.index(rule.criteria) for rule in rules], dtype=np.int64)[field_codes]
    key = np.zeros(len(values), dtype=np.int64)
    layouts = []
    for place, criteria in enumerate(orders):
        rows = order == place
        layout: list[Criterion] = []
        # From the least to the most telling: the first bit belongs to the last criterion.
        for criterion in reversed((*_LEADING, *(each for each in criteria if each != Criterion.ADDRESS))):
            top = (1 << _BITS[criterion]) - 1
            told = by_criterion[criterion][rows]
            told = top + told if criterion in (Criterion.RECENT, Criterion.COMPLETE) else told
            key[rows] |= np.clip(told, 0, top) << len(layout)
            layout += [criterion] * _BITS[criterion]
        layouts.append(layout)
    return Ranks(key, order, layouts, valid, kind)


def deciding(ranked: Ranks, rows: Codes, against: Codes) -> Objects:
    """The criterion that sets each row apart from another: the first in which they differ, else the address."""
    differing = ranked.key[rows] ^ ranked.key[against]
    # frexp gives the exponent, one more than the place of the highest bit; 0 for equal keys.
    bit = np.frexp(differing.astype(np.float64))[1]
    width = max(len(layout) for layout in ranked.criteria)
    named = [[Criterion.ADDRESS, *layout, *[Criterion.ADDRESS] * (width - len(layout))] for layout in ranked.criteria]
    out: Objects = np.array(named, dtype=object)[ranked.order[rows], bit]
    return out


def valid_values(values: pd.DataFrame, field_codes: Codes, fields: Sequence[str]) -> Flags:
    """Whether a value can be right: a number within limits where one belongs, a year that an inventory speaks of."""
    number = values["number"].to_numpy(float)
    unlimited = (-np.inf, np.inf)
    low, high = (
        np.array([LIMITS.get(field, unlimited)[end] for field in fields], dtype=float)[field_codes] for end in (0, 1)
    )
    numeric = np.array([field in NUMERIC_FIELDS for field in fields], dtype=bool)[field_codes]
    valid: Flags = ~((number < low) | (number > high) | (numeric & np.isnan(number)))
    dated = np.flatnonzero(np.array([field in DATE_FIELDS for field in fields], dtype=bool)[field_codes])
    years = pd.to_numeric(values["value"].iloc[dated].str.slice(0, 4), errors="coerce").to_numpy(float)
    valid[dated] = (years >= YEARS[0]) & (years <= YEARS[1])
    doubtful = np.flatnonzero(~valid)
    valid[doubtful] = (values["value"].iloc[doubtful] == NOT_APPLICABLE).to_numpy(bool)
    return valid


def _incomplete(values: pd.DataFrame, field_codes: Codes, fields: Sequence[str]) -> Codes:
    """Minus the length of a text; numbers are complete. A host name says least of which product it runs."""
    length = values["value"].str.len().to_numpy(np.int64)
    numeric = np.array([field in NUMERIC_FIELDS for field in fields], dtype=bool)[field_codes]
    out: Codes = np.where(numeric & values["number"].notna().to_numpy(), 0, -length)
    named = np.array([rule_of(field).agreement == Agreement.PRODUCT for field in fields], dtype=bool)[field_codes]
    rows = np.flatnonzero(named)
    codes, texts = pd.factorize(values["value"].iloc[rows])
    hosts = np.array([is_host(str(text)) for text in texts], dtype=bool)
    out[rows] = np.where(hosts[codes] if len(rows) else False, 0, out[rows])
    return out
