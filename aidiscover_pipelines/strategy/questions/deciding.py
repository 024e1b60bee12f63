"""The question that would decide an application, and the steps that begin with it.

The best open question by its value of information (`weigh_questions`) wins. Before that is weighed, and where nothing
that is open could turn the answer alone, it is the most decisive thing that is not known.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.collection import COLLECTION
from aidiscover_pipelines.domain.vocabulary import AttributeState, DecidedBy
from aidiscover_pipelines.strategy.advice.reasons import STEPS
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES
from aidiscover_pipelines.strategy.questions.answers import ANSWERS, OF_ITS_CODE, is_bought
from aidiscover_pipelines.strategy.signals import FactTable

# What an expert asks first of an application that says little, and the fields of which any answers it.
DECISIVE_UNKNOWNS: Mapping[str, tuple[str, ...]] = {
    "technology_stack": ("technology_stack", "application_type", "vendor", "technologies"),
    "business_criticality": ("business_criticality",),
    "operating_system": ("os_names", "os_name", "eol_status", "eol_products"),
    "code_quality": ("code_quality_score", "lifecycle_status", "support_end_date"),
    "stakeholder_impact": ("stakeholder_impact", "description", "business_unit"),
    "business_logic_complexity": ("business_logic_complexity", "architecture_pattern"),
    "user_load": ("user_count", "cpu_util_pct"),
    "integration_dependencies": ("depends_on", "integration_dependencies", "dependency_count"),
    "compliance_constraints": ("compliance_requirements",),
    "change_tolerance": ("change_tolerance",),
}
# Below this confidence the plan starts with the question that could change the answer.
ASK_BELOW = 0.65
ASK = "Ask the {}: {}"
QUESTIONS_OF_AN_UNKNOWN = 3
FIND_OUT = "Find out what it is and who answers for it; put it into no wave before"
CONFIRM = "What is recorded decides narrowly; is it right? It {}"

Steps = list[str]


def unknowns_of(table: FactTable, signals: pd.DataFrame) -> np.ndarray:
    """Which of DECISIVE_UNKNOWNS no fact answers and somebody could, shape (applications, unknowns)."""
    columns = []
    for attribute, fields in DECISIVE_UNKNOWNS.items():
        held = [name for name in fields if table.has(name)]
        known = table.text[held].notna().any(axis=1).to_numpy() if held else np.zeros(len(table.index), dtype=bool)
        columns.append(~(known | is_bought(signals)) if attribute == OF_ITS_CODE else ~known)
    return np.column_stack(columns)


def questions_of(
    unknown: np.ndarray, in_doubt: np.ndarray, counterfactuals: Sequence[Sequence[Mapping[str, Any]]]
) -> list[str]:
    """The question for each application in doubt, else empty; where all is known, whether what decides is right."""
    asked = [COLLECTION[name].question for name in DECISIVE_UNKNOWNS]
    first = np.where(unknown.any(axis=1), unknown.argmax(axis=1), -1)
    questions = []
    for doubt, place, turns in zip(in_doubt, first, counterfactuals, strict=True):
        if not doubt:
            questions.append("")
        elif place >= 0:
            questions.append(asked[place])
        else:
            questions.append(CONFIRM.format(turns[0]["text"]) if turns else "")
    return questions


def steps_of(chosen: np.ndarray, confidences: np.ndarray, unknown: np.ndarray, covered: np.ndarray) -> list[Steps]:
    """What to do next: questions first where the confidence is low, only finding out where nothing is known."""
    asks = [ASK.format(COLLECTION[name].ask, COLLECTION[name].question) for name in DECISIVE_UNKNOWNS]
    steps = []
    for place, sure, share, open_ones in zip(chosen, confidences, covered, unknown, strict=True):
        own = STEPS[STRATEGIES[place]]
        if sure >= ASK_BELOW:
            steps.append(list(own))
        elif share > 0:
            steps.append([*(asks[each] for each in np.flatnonzero(open_ones)[:1]), *own])
        else:
            steps.append([*(asks[each] for each in np.flatnonzero(open_ones)[:QUESTIONS_OF_AN_UNKNOWN]), FIND_OUT])
    return steps


def with_best_questions(recommendations: pd.DataFrame, questions: pd.DataFrame) -> pd.DataFrame:
    """Recommendation rows with the best of the OpenQuestion rows as question, first among the steps where they ask.

    Rows without an open question keep theirs; where a person decided, none is left.
    """
    best = questions.drop_duplicates("application_id").set_index("application_id")[["ask", "question"]]
    found = best.reindex(recommendations["application_id"])
    settled = (recommendations["decided_by"].astype("str") == DecidedBy.PERSON.value).tolist()
    asked, steps = [], []
    for own, ask, question, sure, before, is_settled in zip(
        recommendations["question"].tolist(),
        found["ask"].tolist(),
        found["question"].tolist(),
        recommendations["confidence"].tolist(),
        recommendations["next_steps"].tolist(),
        settled,
        strict=True,
    ):
        text = "" if is_settled else question if isinstance(question, str) else own
        asked.append(text)
        step = ASK.format(ask, question)
        puts_first = text and isinstance(question, str) and sure < ASK_BELOW
        steps.append([step, *(each for each in before if each != step)] if puts_first else before)
    return recommendations.assign(
        question=pd.Series(asked, index=recommendations.index, dtype=object),
        next_steps=pd.Series(steps, index=recommendations.index, dtype=object),
    )


def unassessed(table: FactTable) -> pd.DataFrame:
    """AttributeValue columns that weighing reads, where nobody assessed the 22 attributes: what no field tells."""
    rows = []
    for attribute, answers in ANSWERS.items():
        fields = {*COLLECTION[attribute].fields, *DECISIVE_UNKNOWNS.get(attribute, ())}
        fields.update(name for option in answers.options for name in option.facts)
        held = [name for name in sorted(fields) if table.has(name)]
        known = table.text[held].notna().any(axis=1) if held else pd.Series(False, index=table.index)
        rows += [(application, attribute) for application in table.index[~known.to_numpy(dtype=bool)]]
    frame = pd.DataFrame(rows, columns=["application_id", "attribute"])
    return frame.assign(state=AttributeState.MISSING.value, question="")
