"""The 22 attributes of every application: recorded, inferred or missing, how good, from which cells, what to ask."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES, Attribute, Part
from aidiscover_pipelines.attributes.grouping import EVIDENCE_LIMIT
from aidiscover_pipelines.attributes.inference import INFERENCES
from aidiscover_pipelines.attributes.wide import Flags, Texts, WideFacts
from aidiscover_pipelines.domain.tables import AttributeValue
from aidiscover_pipelines.domain.vocabulary import STATE_WEIGHTS, AttributeState

RECORDED = 1.0
CONFLICT_FACTOR = 0.7
"""A value that sources dispute is still a record, and better than a conclusion (0.5), but not a settled one."""
ASK_BELOW = 0.5
"""Quality below which the question is worth a person's time: weak conclusions, and records with most parts missing."""
_JUDGEMENTS = {"eol": "past or near its end: {}", "eol_soon": "ends within two years: {}", "supported": "supported"}
_KEY = ["application_id", "attribute"]


def evaluate_attributes(facts: pd.DataFrame, applications: pd.DataFrame) -> pd.DataFrame:
    """22 rows for every application, in key order, AttributeValue columns.

    `facts` has facts.FACT_COLUMNS. Quality of a recorded value is RECORDED times the share of its parts that are
    known, times CONFLICT_FACTOR where sources disagree; of an inferred one what its rule declares; of a missing one 0.
    """
    wide = WideFacts(applications, pd.concat([facts, _judged(facts)], ignore_index=True))
    frames = [_evaluated(attribute, wide) for attribute in ATTRIBUTES]
    return pd.concat(frames, ignore_index=True).sort_values(_KEY, kind="stable").reset_index(drop=True)


def completeness(attribute_values: pd.DataFrame) -> pd.DataFrame:
    """Share of the 22 attributes that is known, 0 to 1, by application: columns application_id, completeness."""
    weights = attribute_values["state"].map(STATE_WEIGHTS).astype(float)
    shares = weights.groupby(attribute_values["application_id"]).sum() / len(ATTRIBUTES)
    return shares.rename("completeness").rename_axis("application_id").reset_index()


def _judged(facts: pd.DataFrame) -> pd.DataFrame:
    """eol_status with its products in words, as a fact of its own; versions that are not published stay unjudged."""
    status = facts[facts["field"].eq("eol_status") & facts["value"].isin(_JUDGEMENTS)]
    products = facts[facts["field"] == "eol_products"].set_index("application_id")["value"].astype(object)
    named = status["application_id"].map(products).astype(object).fillna("").tolist()
    words = [_JUDGEMENTS[told].format(names) for told, names in zip(status["value"].tolist(), named, strict=True)]
    return status.assign(field="eol_judgement", value=pd.Series(words, index=status.index, dtype=object))


def _evaluated(attribute: Attribute, wide: WideFacts) -> pd.DataFrame:
    known = [_known(part, wide) for part in attribute.parts]
    value = _in_words(attribute.parts, known, wide)
    recorded: Flags = np.any([field != "" for field in known], axis=0)
    quality = RECORDED * np.mean([field != "" for field in known], axis=0)
    disputed = np.any([_disputed(field, wide) for field in known], axis=0)
    quality = np.where(disputed, quality * CONFLICT_FACTOR, quality)
    evidence = _cited([fact for part in attribute.parts for fact in part.facts], known, wide)
    state = np.where(recorded, AttributeState.PRESENT, AttributeState.MISSING).astype(object)
    for rule in INFERENCES:
        if rule.attribute != attribute.key:
            continue
        concluded = rule.conclude(wide)
        applies = (state == AttributeState.MISSING) & (concluded != "")
        state[applies] = AttributeState.INFERRED
        value[applies] = concluded[applies]
        quality[applies] = rule.quality
        evidence[applies] = _merged([wide.evidence(fact) for fact in rule.reads])[applies]
    question = np.where(quality < ASK_BELOW, f"Ask the {attribute.ask}: {attribute.question}", "")
    return pd.DataFrame(
        {
            "application_id": wide.ids,
            "attribute": attribute.key,
            "state": [str(each) for each in state],
            "value": value,
            "quality": quality.round(3),
            "evidence": pd.Series(evidence, dtype=object),
            "question": question.astype(object),
            "rule": "",
            "presence": (quality > 0) * 1.0,
            "validity": 1.0,
            "freshness": 1.0,
            "agreement": 1.0,
            "trust": 1.0,
            "problem": "",
        },
        columns=AttributeValue.columns(),
    )


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


def _disputed(field: Texts, wide: WideFacts) -> Flags:
    out: Flags = np.zeros(len(wide), dtype=bool)
    for fact in set(field.tolist()) - {""}:
        out |= (field == fact) & wide.conflict(fact)
    return out


def _cited(facts: Sequence[str], known: Sequence[Texts], wide: WideFacts) -> Texts:
    """Evidence of the facts that told a part."""
    columns = []
    for fact in facts:
        used: Flags = np.any([field == fact for field in known], axis=0)
        evidence = wide.evidence(fact)
        evidence[~used] = wide.evidence("")[~used]
        columns.append(evidence)
    return _merged(columns)


def _merged(columns: Sequence[Texts]) -> Texts:
    """One list of at most EVIDENCE_LIMIT addresses for each application; a single column stays as it is."""
    if len(columns) == 1:
        return columns[0]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    merged = [list(dict.fromkeys(address for cells in row for address in cells))[:EVIDENCE_LIMIT] for row in rows]
    return pd.Series(merged, dtype=object).to_numpy(copy=True)  # the view of a Series is read-only
