"""Value of information: which open question would change most recommendations for the least work.

Every plausible answer to an open question is tried: the application's signals are read as if it had been given, and the
policy scores them like any others. What a crew would then say is not foreseen; what a person has decided stays decided.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.collection import BEST_FIRST, COLLECTION, EVERYWHERE, FILES
from aidiscover_pipelines.domain.tables import OpenQuestion
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES, AttributeState, DecidedBy
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, Policy, shipped_policy
from aidiscover_pipelines.strategy.policy.score import Rescored, score
from aidiscover_pipelines.strategy.questions.answers import ANSWERS, OF_ITS_CODE, Answers, is_bought
from aidiscover_pipelines.strategy.signals import (
    DERIVED_FROM,
    SIGNALS,
    SOURCE_SUFFIX,
    FactTable,
    derived,
    told_signals,
    with_derived,
)

# The declared shares weigh as much as so many applications of which the portfolio knows the answer.
DECLARED_WEIGHT = 10
_ADDRESSED = "Ask the {}: "

TOLD_FIELDS = sorted({answers.field for answers in ANSWERS.values()})
"""Fields whose values in the portfolio tell how often an answer is given."""


def weigh_questions(
    signals: pd.DataFrame,
    attributes: pd.DataFrame,
    recommendations: pd.DataFrame,
    told: pd.DataFrame,
    policy: Policy | None = None,
    tier: int = FILES,
    tiers: Mapping[str, int] = MappingProxyType({}),
) -> pd.DataFrame:
    """OpenQuestion rows of the applications in `signals` whose recommendation an answer could change, best worth first.

    `signals` are `told_signals`. `attributes` (application_id, attribute, state, question) and `told` (facts: field,
    value, number) are those of the whole portfolio: how many are asked at once decides what one answer costs.
    `recommendations` has application_id, strategy and decided_by. Open are attributes that are missing, asked, or so
    weakly inferred that they carry a question; of a bought product nobody is asked how good its code is. An answer
    counts where it turns the policy's choice into another strategy than today's. Without a `policy` the shipped one
    scores. `tier` is the tenant's automation tier and `tiers` those of applications that have their own: they decide by
    what an answer can be collected.
    """
    open_ones = _open(attributes)
    bought = signals.index[is_bought(signals)]
    open_ones = open_ones[~(open_ones["attribute"].eq(OF_ITS_CODE) & open_ones["application_id"].isin(bought))]
    if signals.empty or open_ones.empty:
        return pd.DataFrame(columns=OpenQuestion.columns())
    base = _Base(signals, recommendations, policy or shipped_policy())
    served = open_ones["attribute"].value_counts()
    parts = [
        _weighed(base, attribute, answers, shares_of(answers, told), each, _Reach(int(served[attribute]), tier, tiers))
        for attribute, answers in ANSWERS.items()
        if len(each := open_ones[open_ones["attribute"] == attribute])
    ]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=OpenQuestion.columns())
    questions = pd.concat(filled, ignore_index=True)
    return questions.sort_values(list(BEST_FIRST), ascending=list(BEST_FIRST.values()), ignore_index=True)


def shares_of(answers: Answers, known: pd.DataFrame) -> np.ndarray:
    """How often each answer is to be expected, 0 to 1: the declared shares, corrected by what the portfolio tells."""
    rows = known[known["field"] == answers.field]
    codes, texts = pd.factorize(rows["value"].astype("str").str.lower())
    sizes = np.bincount(codes[codes >= 0], minlength=len(texts)).astype(float)
    numbers = rows["number"].to_numpy(dtype="float64")
    counts = np.zeros(len(answers.options))
    free = np.ones(len(texts), dtype=bool)
    for place, option in enumerate(answers.options):
        if option.band is not None:
            low, high = option.band
            counts[place] = float(((numbers >= low) & (numbers < high)).sum())
        elif len(texts):
            hit = free & pd.Series(texts, dtype="str").str.contains(option.known, regex=True).to_numpy(dtype=bool)
            counts[place] = sizes[hit].sum()
            free &= ~hit
    declared = np.array([option.share for option in answers.options])
    return np.asarray((counts + DECLARED_WEIGHT * declared) / (len(rows) + DECLARED_WEIGHT))


def _open(attributes: pd.DataFrame) -> pd.DataFrame:
    state = attributes["state"].astype("str")
    weak = (state == AttributeState.INFERRED.value) & (attributes["question"].fillna("") != "")
    return attributes[state.isin(OPEN_STATES) | weak]


class _Base:
    """Applications as they are today: signals, the fields they were read from, the policy's choice and the plan's."""

    def __init__(self, signals: pd.DataFrame, recommendations: pd.DataFrame, policy: Policy) -> None:
        self.index = signals.index
        self._values = signals[list(SIGNALS)].to_numpy(dtype="float64")
        origins = [signals[name + SOURCE_SUFFIX].cat for name in SIGNALS]
        self._fields = origins[0].categories
        self._origins = np.column_stack([origin.codes for origin in origins])
        frame = with_derived(signals)
        self._rescored = Rescored(frame, policy)
        self.policy = score(frame, policy).order[:, 0]
        row = recommendations.drop_duplicates("application_id").set_index("application_id").reindex(self.index)
        places = row["strategy"].astype("str").map({each.value: place for place, each in enumerate(STRATEGIES)})
        self.plan = np.where(places.notna(), places, self.policy).astype(int)
        self.is_settled = (row["decided_by"].astype("str") == DecidedBy.PERSON.value).to_numpy()

    def answered(self, rows: np.ndarray, signals: np.ndarray, fields: Sequence[str]) -> np.ndarray:
        """Position of the best strategy of some applications after an answer, which alone gives these signals.

        It replaces what the same fields told, and adds to the rest.
        """
        values = self._values[rows]
        replaced = np.isin(self._origins[rows], np.flatnonzero(np.isin(self._fields, list(fields))))
        touched = np.flatnonzero(replaced.any(axis=0) | ~np.isnan(signals)).tolist()
        told = {
            SIGNALS[place]: np.fmax(np.where(replaced[:, place], np.nan, values[:, place]), signals[place])
            for place in touched
        }
        if not told.keys().isdisjoint(DERIVED_FROM):
            told |= derived({name: told.get(name, values[:, SIGNALS.index(name)]) for name in DERIVED_FROM})
        return self._rescored.best(rows, told)


class _Reach(NamedTuple):
    """How many are asked at once, and the automation tiers that decide by what."""

    served: int
    tier: int
    tiers: Mapping[str, int]


def _weighed(
    base: _Base, attribute: str, answers: Answers, shares: np.ndarray, open_ones: pd.DataFrame, reach: _Reach
) -> pd.DataFrame:
    """OpenQuestion rows of one attribute, those alone whose recommendation may change."""
    place = base.index.get_indexer(pd.Index(open_ones["application_id"].astype(object)))
    asked = open_ones[(place >= 0) & ~base.is_settled[place]]
    rows = base.index.get_indexer(pd.Index(asked["application_id"].astype(object)))
    if not len(rows):
        return pd.DataFrame(columns=OpenQuestion.columns())
    best = np.array(
        [
            base.answered(rows, signals, tuple(option.facts))
            for option, signals in zip(answers.options, signals_of_answers()[attribute], strict=True)
        ]
    )
    turns = (best != base.policy[rows]) & (best != base.plan[rows])
    change = shares @ turns
    found = np.flatnonzero(change > 0)
    collection = COLLECTION[attribute]
    names = asked["application_id"].to_numpy(dtype=object)[found]
    cheapest = {tier: collection.cheapest(reach.served, tier) for tier in EVERYWHERE}
    methods = [cheapest[reach.tiers.get(name, reach.tier)] for name in names.tolist()]
    minutes = np.array([method.minutes(reach.served) for method in methods])
    worded = asked["question"].fillna("").astype("str").str.removeprefix(_ADDRESSED.format(collection.ask))
    return pd.DataFrame(
        {
            "application_id": names,
            "attribute": attribute,
            "ask": collection.ask,
            "question": worded.where(worded != "", collection.question).to_numpy(dtype=object)[found],
            "method": [method.name for method in methods],
            "minutes": minutes.round(2),
            "change": change[found].round(4),
            "would_become": [_outcomes(answers, best[:, row], turns[:, row]) for row in found.tolist()],
            "worth": (change[found] * 60 / minutes).round(4),
        },
        columns=OpenQuestion.columns(),
    )


def _outcomes(answers: Answers, best: np.ndarray, turns: np.ndarray) -> Mapping[str, str]:
    return {answers.options[place].text: STRATEGIES[best[place]].value for place in np.flatnonzero(turns).tolist()}


@cache
def signals_of_answers() -> Mapping[str, np.ndarray]:
    """Attribute -> signals that each of its answers alone gives, shape (answers, signals); NaN where it is silent."""
    options = [option for answers in ANSWERS.values() for option in answers.options]
    rows: list[tuple[object, ...]] = [
        # A name that no term matches: the application's own name is read already.
        (f"{place:03d}", field, str(value), float(value) if isinstance(value, float) else np.nan, [], "application")
        for place, option in enumerate(options)
        for field, value in option.facts.items()
    ]
    facts = pd.DataFrame(rows, columns=["application_id", "field", "value", "number", "evidence", "basis"])
    signals = told_signals(FactTable(facts))[list(SIGNALS)].to_numpy(dtype="float64")
    ends = np.cumsum([len(answers.options) for answers in ANSWERS.values()])
    return dict(zip(ANSWERS, np.split(signals, ends[:-1]), strict=True))
