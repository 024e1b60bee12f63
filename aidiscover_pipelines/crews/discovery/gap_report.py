"""A pattern's gaps in words: what is not known, why it matters for the six strategies, what to do first.

Composed from the rows of a case alone. Every number stands in a row.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aidiscover_pipelines.crews.cases import phrase
from aidiscover_pipelines.crews.discovery.contract import GAP_REPORT, MOST_METHODS, Method
from aidiscover_pipelines.crews.text import clipped, in_words, listed, sentence
from aidiscover_pipelines.domain.critical_attributes import CRITICAL_ATTRIBUTES, WEIGHTS
from aidiscover_pipelines.domain.vocabulary import AttributeState

Rows = Sequence[Mapping[str, Any]]
# Named in "why it matters"; more is a lecture.
_EXPLAINED = 2
_LABELS = {attribute.key: attribute.label for attribute in CRITICAL_ATTRIBUTES}

# What an attribute changes about the plan, as the end of a sentence that begins with its name.
MATTERS: Mapping[str, str] = {
    "operating_system": "says whether servers can move as they are or need an upgrade first",
    "compute_specification": "sizes the target and its cost",
    "network_configuration": "decides what can move together",
    "virtualization_platform": "decides which replication tools work",
    "performance_baseline": "tells idle systems, which can be retired, from those to be sized",
    "availability_requirements": "rule out targets that cannot meet them",
    "technology_stack": "tells what has a managed successor (replatform) from what moves as it is (rehost)",
    "architecture_pattern": "decides whether refactoring is possible at all",
    "integration_dependencies": "decide the wave, because nothing moves before what it needs",
    "data_volume": "decides how data is transferred and how long the cut-over takes",
    "user_load": "tells a candidate for retirement from one that many would miss",
    "business_logic_complexity": "tells what a product can replace (repurchase) from what must be kept",
    "configuration_complexity": "decides how far a standard product can take over",
    "security_requirements": "limit where it may run",
    "business_criticality": "sets the risk and the place in the order",
    "change_tolerance": "decides when it may move",
    "compliance_constraints": "can forbid the move (retain) or bind data to a country",
    "stakeholder_impact": "tells what can be switched off from what cannot",
    "code_quality": "decides between refactoring and replacing",
    "security_vulnerabilities": "set how urgent the move is",
    "eol_technology": "forces an upgrade before the move or with it",
    "documentation_quality": "sets the effort of every change",
}


def cheapest_methods(offered: Rows) -> list[Method]:
    """The first method offered for each attribute, least work first."""
    first: dict[str, Mapping[str, Any]] = {}
    for row in offered:
        first.setdefault(row["attribute"], row)
    ordered = sorted(first.values(), key=lambda row: (row["minutes"], row["attribute"]))
    return [
        Method(attribute=row["attribute"], method=row["method"], why=phrase(_effort(row)))
        for row in ordered[:MOST_METHODS]
    ]


def gap_report(gaps: Rows, offered: Rows) -> str:
    """Empty without gaps. `gaps` are rows of attribute_gaps, `offered` of collection_methods."""
    if not gaps:
        return ""
    unknown = [_counted(gap) for gap in gaps if gap["state"] != AttributeState.INFERRED]
    inferred = [_counted(gap) for gap in gaps if gap["state"] == AttributeState.INFERRED]
    weighty = sorted(gaps, key=lambda gap: (-WEIGHTS.get(gap["attribute"], 0), -gap["members"]))
    reasons = [f"{_named(gap)} {MATTERS[gap['attribute']]}" for gap in weighty if gap["attribute"] in MATTERS]
    parts = [
        sentence("Not known:", listed(unknown, most=5)) if unknown else "",
        sentence("Only inferred, not recorded:", listed(inferred, most=5)) if inferred else "",
        sentence("Why it matters:", "; ".join(reasons[:_EXPLAINED])) if reasons else "",
        _first(offered),
    ]
    return clipped(" ".join(part for part in parts if part), GAP_REPORT)


def _first(offered: Rows) -> str:
    """Whom to ask first, by which method: what fills most that matters for the work it takes."""
    cheapest = {row["attribute"]: row for row in reversed(offered)}
    conversations: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in cheapest.values():
        conversations.setdefault((row["ask"], row["method"]), []).append(row)
    if not conversations:
        return ""
    ask, method = min(conversations, key=lambda key: (-_gain(conversations[key]), key))
    filled = sorted(_named(row) for row in conversations[ask, method])
    return sentence(f"First: ask the {ask} ({method}) for", listed(filled, most=5))


def _gain(rows: Rows) -> float:
    """Weight filled for each minute; a minute is the least that anything takes."""
    filled: int = sum(WEIGHTS.get(row["attribute"], 0) * row["applications"] for row in rows)
    minutes: int = sum(row["minutes"] for row in rows)
    return filled / max(minutes, 1)


def _effort(row: Mapping[str, Any]) -> str:
    plural = "" if row["applications"] == 1 else "s"
    return f"Fills {row['applications']} application{plural} in about {row['minutes']} minutes of the {row['ask']}."


def _counted(gap: Mapping[str, Any]) -> str:
    return f"{_named(gap)} ({gap['members']} of {gap['of']})"


def _named(row: Mapping[str, Any]) -> str:
    label = _LABELS.get(row["attribute"], in_words(row["attribute"]))
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
