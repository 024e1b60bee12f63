"""The platform detection crew as data, and the bounds of its answer."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aidiscover_pipelines.crews.platform_detection import offline
from aidiscover_pipelines.crews.platform_detection.contract import AccessJudgement, PlatformAnswer, SourceSurvey
from aidiscover_pipelines.crews.spec import CrewSpec, load_crew
from aidiscover_pipelines.domain.crew import CaseFile


def out_of_bounds(case: CaseFile, answer: Mapping[str, Any]) -> str:
    """A tier may differ from the rules' by one, and only the rules' methods and groups may be named."""
    draft = next(iter(case.sections.get("tier_draft", ())), {})
    if abs(int(answer["tier"]) - int(draft["tier"])) > 1:
        return f"tier {answer['tier']} is more than one from tier {draft['tier']}, which the facts give"
    unknown = [method for method in answer["methods"] if method not in offline.methods_shown(draft)]
    if unknown:
        return f"{len(unknown)} of the methods are not among those of the draft"
    tiers = {offline.group_shown(row): int(row["tier"]) for row in case.sections.get("asset_groups", ())}
    if invented := sum(group["group"] not in tiers for group in answer["groups"]):
        return f"{invented} of the groups are not among those shown"
    far = sum(abs(int(group["tier"]) - tiers[group["group"]]) > 1 for group in answer["groups"])
    return f"{far} of the groups have a tier more than one from what their facts give" if far else ""


@cache
def crew() -> CrewSpec:
    """The crew; its texts are read now. Raises: ConfigError."""
    return load_crew(
        Path(__file__).parent,
        contracts={
            "survey_sources": SourceSurvey,
            "judge_access": AccessJudgement,
            "settle_tier": PlatformAnswer,
        },
        tools={
            "asset_intelligence": ("platform_capabilities",),
            "platform_detection": ("tier_draft", "asset_groups"),
            "pattern_recognition": (),
        },
        composers={
            "survey_sources": offline.survey_sources,
            "judge_access": offline.judge_access,
            "settle_tier": offline.settle_tier,
        },
        limits=out_of_bounds,
    )
