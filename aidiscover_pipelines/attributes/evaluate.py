"""The 22 attributes of every application: what is known, in what state, how good, from which cells, what to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES, Attribute, Part
from aidiscover_pipelines.attributes.facts import Facts
from aidiscover_pipelines.attributes.formula import ASK_BELOW, freshness, quality
from aidiscover_pipelines.attributes.grouping import unrepeated
from aidiscover_pipelines.attributes.rollups import HOW_IN_WORDS
from aidiscover_pipelines.attributes.rules import INFERENCES
from aidiscover_pipelines.attributes.wide import (
    EVIDENCE_LIMIT,
    NO_CELL,
    Cited,
    Codes,
    Flags,
    Numbers,
    Texts,
    WideFacts,
)
from aidiscover_pipelines.domain.critical_attributes import WEIGHTS
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.domain.tables import AttributeValue
from aidiscover_pipelines.domain.vocabulary import STATE_WEIGHTS, AttributeState

_SAID_BY_A_PERSON = "a person says that it does not apply"
_JUDGEMENTS = {
    "eol": "past or near its end: {}",
    "eol_soon": "ends within two years: {}",
    "eol_12": "ends within a year: {}",
    "eol_24": "ends within two years: {}",
    "supported": "supported",
}
_FIGURES = ("validity", "agreement", "trust", "age")


_STATES = list(AttributeState)
_PRESENT, _MISSING, _NOT_APPLICABLE, _ASKED = (
    _STATES.index(state)
    for state in (AttributeState.PRESENT, AttributeState.MISSING, AttributeState.NOT_APPLICABLE, AttributeState.ASKED)
)


@dataclass(slots=True)
class _Finding:
    """What is found out about one attribute, by application. Arrays are changed in place as rules apply."""

    state: Codes
    value: Texts
    rule: Texts
    evidence: Cited
    presence: Numbers
    figures: dict[str, Numbers]


def evaluate_attributes(facts: Facts, applications: pd.DataFrame, asked: pd.DataFrame | None = None) -> pd.DataFrame:
    """22 rows for every application, in key order, AttributeValue columns, evidence as JSON text.

    `asked` has the columns of AttributeQuestion. Quality follows formula.FORMULA: of a recorded value presence is the
    share of its parts that is known, of a concluded one what its rule is worth.
    """
    wide = WideFacts(applications, pd.concat([facts.rows, _judged(facts.rows)], ignore_index=True))
    by_key = sorted(ATTRIBUTES, key=lambda attribute: attribute.key)
    waiting = {attribute.key: np.zeros(len(wide), dtype=bool) for attribute in by_key}
    if asked is not None:
        for key, rows in asked.groupby("attribute"):
            waiting[str(key)] = np.isin(wide.ids, rows["application_id"].to_numpy(dtype=object))
    columns = [_evaluated(attribute, wide, waiting[attribute.key]) for attribute in by_key]
    order = np.argsort(wide.ids, kind="stable")
    stacked = {name: np.stack([each[name] for each in columns], axis=1)[order] for name in columns[0]}
    cited = stacked.pop("evidence").reshape(-1, EVIDENCE_LIMIT)
    flat: dict[str, Any] = {name: column.ravel() for name, column in stacked.items()}
    keys, questions = [attribute.key for attribute in by_key], ["", *map(_question, by_key)]
    place = np.tile(np.arange(len(keys)), len(wide))
    coded: dict[str, tuple[Codes, Any]] = {
        "application_id": (np.repeat(np.arange(len(wide)), len(keys)), wide.ids[order]),
        "attribute": (place, keys),
        "state": (flat["state"], [state.value for state in _STATES]),
        "question": (np.where(flat["question"], place + 1, 0), questions),
    }
    flat |= {
        name: pd.Categorical.from_codes(codes, pd.Index(told, dtype="str")) for name, (codes, told) in coded.items()
    }
    return pd.DataFrame({**flat, "evidence": facts.addresses.lists(cited)}, columns=AttributeValue.columns())


def completeness(attribute_values: pd.DataFrame) -> pd.DataFrame:
    """Share of the 22 attributes that is known, 0 to 1, by application: columns application_id, completeness."""
    weights = attribute_values["state"].map(STATE_WEIGHTS).astype(float)
    shares = weights.groupby(attribute_values["application_id"]).sum() / len(ATTRIBUTES)
    return shares.rename("completeness").rename_axis("application_id").reset_index()


def confidence(attribute_values: pd.DataFrame) -> pd.DataFrame:
    """How far the attributes carry a recommendation, 0 to 1: their quality averaged by critical_attributes.WEIGHTS.

    By application: columns application_id, confidence.
    """
    weighted = attribute_values["quality"].astype(float) * attribute_values["attribute"].map(WEIGHTS).astype(float)
    shares = weighted.groupby(attribute_values["application_id"]).sum() / sum(WEIGHTS.values())
    return shares.rename("confidence").rename_axis("application_id").reset_index()


def _judged(facts: pd.DataFrame) -> pd.DataFrame:
    """eol_status with its products in words, as a fact of its own; versions that are not published stay unjudged."""
    status = facts[facts["field"].eq("eol_status") & facts["value"].isin(_JUDGEMENTS)]
    products = facts[facts["field"] == "eol_products"].set_index("application_id")["value"].astype(object)
    named = status["application_id"].map(products).astype(object).fillna("").tolist()
    words = [_JUDGEMENTS[told].format(names) for told, names in zip(status["value"].tolist(), named, strict=True)]
    return status.assign(field="eol_judgement", value=pd.Series(words, index=status.index, dtype=object))


def _evaluated(attribute: Attribute, wide: WideFacts, asked: Flags) -> dict[str, npt.NDArray[Any]]:
    told = list(dict.fromkeys(fact for part in attribute.parts for fact in part.facts))
    known = [_known(part, wide) for part in attribute.parts]
    found = _recorded(attribute, known, told, wide)
    denied: Flags = np.any([wide.denied(fact) for fact in told], axis=0) & (found.state == _MISSING)
    _conclude(found, denied, _NOT_APPLICABLE, NOT_APPLICABLE, _SAID_BY_A_PERSON, 1.0, told, wide)
    for rule in INFERENCES:
        if rule.attribute == attribute.key and (found.state == _MISSING).any():
            concluded = rule.conclude(wide)
            applies: Flags = (found.state == _MISSING) & (concluded != "")
            state = _STATES.index(rule.state)
            _conclude(found, applies, state, concluded, rule.reason, rule.quality, rule.reads, wide)
    missing = found.state == _MISSING
    found.state[missing & asked] = _ASKED
    return _framed(attribute, found, missing, _problems(told, wide), wide)


def _recorded(attribute: Attribute, known: Sequence[Texts], told: Sequence[str], wide: WideFacts) -> _Finding:
    """What sources say. Of parts whose values are all impossible nothing is known, and validity suffers."""
    has = np.array([field != "" for field in known], dtype=bool)
    recorded = np.logical_or.reduce(has, axis=0)
    validity = _mean([wide.figure(fact, "validity") for fact in told])
    figures = {name: _mean([_of_known(field, name, wide) for field in known]) for name in _FIGURES}
    return _Finding(
        np.where(recorded, _PRESENT, _MISSING),
        _in_words(attribute.parts, known, wide),
        _reasons(known, wide),
        _cited(told, known, wide),
        has.mean(axis=0),
        {**figures, "validity": validity},
    )


def _conclude(
    found: _Finding,
    applies: Flags,
    state: int,
    value: Texts | str,
    reason: str,
    presence: float,
    reads: Sequence[str],
    wide: WideFacts,
) -> None:
    """Enter a conclusion where it applies, with the standing and the cells of the facts it reads."""
    if not applies.any():
        return
    found.state[applies] = state
    found.value[applies] = value if isinstance(value, str) else value[applies]
    found.rule[applies] = reason
    found.presence[applies] = presence
    for name in _FIGURES:
        found.figures[name][applies] = _mean([wide.figure(fact, name)[applies] for fact in reads])
    found.evidence[applies] = _merged([wide.evidence(fact)[applies] for fact in reads])


def _framed(
    attribute: Attribute, found: _Finding, missing: Flags, problems: Texts, wide: WideFacts
) -> dict[str, npt.NDArray[Any]]:
    figures = {name: np.where(missing, 0.0, numbers) for name, numbers in found.figures.items()}
    fresh = np.where(missing, 0.0, freshness(found.figures["age"], attribute.half_life))
    worth = quality(found.presence, figures["validity"], fresh, figures["agreement"], figures["trust"])
    asks = (worth < ASK_BELOW) & (found.state != _NOT_APPLICABLE)
    return {
        "state": found.state,
        "value": found.value,
        "quality": worth.round(3),
        "evidence": found.evidence,
        "question": asks,
        "rule": found.rule,
        "presence": found.presence.round(3),
        "validity": figures["validity"].round(3),
        "freshness": fresh.round(3),
        "agreement": figures["agreement"].round(3),
        "trust": figures["trust"].round(3),
        "problem": problems,
    }


def _question(attribute: Attribute) -> str:
    return f"Ask the {attribute.ask}: {attribute.question}"


def _known(part: Part, wide: WideFacts) -> Texts:
    """Which fact tells the part, for each application; empty where none does."""
    out = np.full(len(wide), "", dtype=object)
    for fact in reversed(part.facts):
        out[wide.has(fact)] = fact
    return out


def _in_words(parts: Sequence[Part], known: Sequence[Texts], wide: WideFacts) -> Texts:
    value = np.full(len(wide), "", dtype=object)
    for part, field in zip(parts, known, strict=True):
        for fact in part.facts:
            rows = np.flatnonzero(field == fact)
            texts = wide.text(fact)[rows].tolist()
            before = value[rows].tolist()
            value[rows] = [
                f"{told}, {part.words.format(text)}" if told else part.words.format(text)
                for told, text in zip(before, texts, strict=True)
            ]
    return value


def _of_known(field: Texts, name: str, wide: WideFacts) -> Numbers:
    """A figure of the fact that tells the part; NaN where none does."""
    out = np.full(len(wide), np.nan)
    for fact in set(field.tolist()) - {""}:
        rows = field == fact
        out[rows] = wide.figure(fact, name)[rows]
    return out


def _reasons(known: Sequence[Texts], wide: WideFacts) -> Texts:
    """Where the first known part was recorded, and by which rule of survivorship its value stands."""
    out: Texts = np.full(len(wide), "", dtype=object)
    for field in reversed(known):
        for fact in sorted(set(field.tolist()) - {""}):
            rows = np.flatnonzero(field == fact)
            how = HOW_IN_WORDS.get(fact, "of its servers")
            before = {"application": "recorded", "assets": how, "dependencies": "from its edges"}
            pairs = zip(wide.note(fact, "basis")[rows].tolist(), wide.note(fact, "why")[rows].tolist(), strict=True)
            out[rows] = [f"{before[basis]}: {why}" if why else before[basis] for basis, why in pairs]
    return out


def _problems(told: Sequence[str], wide: WideFacts) -> Texts:
    columns = [wide.note(fact, "problem").tolist() for fact in told]
    if not any(text for column in columns for text in column):
        return np.full(len(wide), "", dtype=object)
    return np.array(["; ".join(dict.fromkeys(filter(None, row))) for row in zip(*columns, strict=True)], dtype=object)


def _cited(facts: Sequence[str], known: Sequence[Texts], wide: WideFacts) -> Cited:
    """Evidence of the facts that told a part."""
    columns = []
    for fact in facts:
        used: Flags = np.any([field == fact for field in known], axis=0)
        evidence = wide.evidence(fact)
        evidence[~used] = NO_CELL
        columns.append(evidence)
    return _merged(columns)


def _merged(columns: Sequence[Cited]) -> Cited:
    """At most EVIDENCE_LIMIT addresses for each application; a single column stays as it is.

    The first address of each column comes before the second of any, so that every part is cited.
    """
    if len(columns) == 1:
        return columns[0]
    turns = np.stack(columns, axis=2).reshape(len(columns[0]), EVIDENCE_LIMIT * len(columns))
    return unrepeated(turns[:, (turns != NO_CELL).any(axis=0)])


def _mean(columns: Sequence[Numbers]) -> Numbers:
    """Mean of what is known; NaN where nothing is."""
    table = np.array(columns)
    known = ~np.isnan(table)
    count = known.sum(axis=0)
    mean: Numbers = np.where(known, table, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan)
    return mean
