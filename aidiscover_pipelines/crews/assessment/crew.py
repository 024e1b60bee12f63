"""The assessment crew as data, and the bounds of its answer."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aidiscover_pipelines.crews.assessment import offline
from aidiscover_pipelines.crews.assessment.contract import AssessmentAnswer, OptionsWeighed, RiskRegister
from aidiscover_pipelines.crews.spec import CrewSpec, load_crew
from aidiscover_pipelines.crews.text import listed
from aidiscover_pipelines.domain.crew import CaseFile


def out_of_bounds(case: CaseFile, answer: Mapping[str, Any]) -> str:
    """Only a strategy that the hard constraints allow."""
    allowed = [str(row["strategy"]) for row in case.sections["policy_scores"] if row["allowed"]]
    if answer["strategy"] not in allowed:
        return f"strategy {answer['strategy']} is not allowed; the allowed ones are {listed(allowed, most=6)}"
    return ""


@cache
def crew() -> CrewSpec:
    """The crew; its texts are read now. Raises: ConfigError."""
    return load_crew(
        Path(__file__).parent,
        contracts={
            "weigh_options": OptionsWeighed,
            "register_risks": RiskRegister,
            "recommend": AssessmentAnswer,
        },
        tools={
            "migration_strategy": ("policy_scores", "application_facts", "cluster_profile", "precedents"),
            "risk_assessment": ("risk_factors", "dependency_view"),
            "recommendation": (),
        },
        composers={
            "weigh_options": offline.weigh_options,
            "register_risks": offline.register_risks,
            "recommend": offline.recommend,
        },
        limits=out_of_bounds,
    )
