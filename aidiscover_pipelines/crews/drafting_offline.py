"""Drafting without a model: keywords of the assignment choose analysts and their tools. Deterministic, and no more.

It does not understand the assignment; it puts it in front of each analyst, for whichever model runs the crew later.
"""

import re
from dataclasses import dataclass
from typing import Any

from aidiscover_pipelines.crews.definition import DESCRIPTION, GOAL, Definition
from aidiscover_pipelines.crews.definition_rules import read_definition
from aidiscover_pipelines.crews.drafting import checked_assignment, with_manager
from aidiscover_pipelines.crews.text import clipped

DRAFTED_BY = "offline/keywords"
_GUIDE = 500  # room for what an analyst is told beside the assignment


@dataclass(frozen=True, slots=True)
class _Analyst:
    key: str
    words: str
    role: str
    looks_at: str
    tools: tuple[str, ...]
    of_tenant: bool = False


ANALYSTS = (
    _Analyst("technology_analyst", "technolog|stack|version|database|licen[cs]|software|language|support|end of",
             "Technology Analyst", "the recorded facts of the application", ("application_facts",)),
    _Analyst("risk_analyst", "risk|danger|outage|fail|critical|mitigat|secur|complian",
             "Risk Analyst", "the risks that the rules see", ("risk_factors",)),
    _Analyst("dependency_analyst", "depend|interface|integrat|neighbour|upstream|downstream|coupl",
             "Dependency Analyst", "what the application depends on and what depends on it", ("dependency_view",)),
    _Analyst("gap_analyst", "gap|missing|question|unknown|incomplete|data quality|interview",
             "Gap Analyst", "the critical attributes that are missing or only inferred", ("attribute_gaps",)),
    _Analyst("strategy_analyst", "strateg|migrat|disposition|rehost|replatform|refactor|retire|repurchase|6r|cloud",
             "Strategy Analyst", "how the policy ranks the six strategies", ("policy_scores",)),
    _Analyst("pattern_analyst", "pattern|cluster|similar|archetype|group",
             "Pattern Analyst", "what the application shares with others of its pattern", ("cluster_profile",)),
    _Analyst("platform_detection", "tier|automat|platform|estate|account|discovery",
             "Platform Detection", "how the estate can be read", ("platform_capabilities", "tier_draft"), True),
)  # fmt: skip


def draft_offline(assignment: str, name: str) -> Definition:
    """A hierarchical crew of the analysts whose words the assignment holds, or of the first; the same each time.

    Raises: ConfigError for an empty or overlong assignment, InvalidCrew for a name that is none.
    """
    wanted = checked_assignment(assignment).replace("{", "(").replace("}", ")")
    chosen = [one for one in ANALYSTS if re.search(one.words, wanted.lower())] or [ANALYSTS[0]]
    if not all(one.of_tenant for one in chosen):
        chosen = [one for one in chosen if not one.of_tenant]
    looks = [_task(one, wanted) for one in chosen]
    document = {
        "name": name,
        "description": clipped(wanted, GOAL),
        "subject": "tenant" if chosen[0].of_tenant else "application",
        "agents": {one.key: _agent(one) for one in chosen} | {"report_writer": _WRITER},
        "tasks": [*looks, _report([task["name"] for task in looks], wanted)],
    }
    return read_definition(with_manager(document), name)


def _agent(analyst: _Analyst) -> dict[str, Any]:
    return {
        "role": analyst.role,
        "goal": f"Report {analyst.looks_at} as far as it matters for the assignment.",
        "backstory": "You have examined hundreds of applications and report what is recorded, never what is likely.",
        "tools": list(analyst.tools),
    }


def _task(analyst: _Analyst, assignment: str) -> dict[str, Any]:
    return {
        "name": f"look_as_{analyst.key}"[:40],
        "description": _told(f"Read {analyst.looks_at} with your tools and report what bears on it.", assignment),
        "expected_output": "What the tools show about the assignment, each finding with its evidence.",
        "agent": analyst.key,
    }


def _report(context: list[str], assignment: str) -> dict[str, Any]:
    return {
        "name": "report",
        "description": _told("Answer it from the earlier findings; say what they leave open.", assignment),
        "expected_output": "The answer in a few sentences, then the findings that carry it with their evidence.",
        "agent": "report_writer",
        "context": context,
        "effort": "high",
    }


def _told(guide: str, assignment: str) -> str:
    return f"The assignment: {clipped(assignment, DESCRIPTION - _GUIDE)}\n{guide}"


_WRITER: dict[str, Any] = {
    "role": "Report Writer",
    "goal": "Answer the assignment so that somebody who has not seen the facts can act on it.",
    "backstory": "You write for migration leads: the answer first, then what carries it, nothing that nobody found.",
}
