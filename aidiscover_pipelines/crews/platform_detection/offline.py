"""What the offline analyst says about the platform, from tool results and earlier answers alone."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from aidiscover_pipelines.crews.cases import first_ids, paragraph, phrase
from aidiscover_pipelines.crews.platform_detection.contract import (
    MOST_GROUPS,
    AccessJudgement,
    GroupTier,
    PlatformAnswer,
    SourceSurvey,
)
from aidiscover_pipelines.crews.spec import Answers, ToolResults
from aidiscover_pipelines.crews.text import VALUE_CHARS, clipped, listed, sentence

MOST_PHRASES = 20

# Capability -> words when it holds something, words when it holds nothing. Names are those of the tier rules.
CAPABILITIES: Mapping[str, tuple[str, str]] = {
    "files_accepted": ("inventory files", "an inventory file"),
    "permissions_granted_share": ("of the cloud reads answered", "access to a cloud account"),
    "cloud_asset_share": ("of the assets listed by a cloud itself", ""),
    "measured_asset_share": ("of the assets with measured utilisation", "measured utilisation of any asset"),
    "fresh_asset_share": ("of the assets seen lately", "the date when assets were last seen"),
    "filled_attribute_share": ("of the critical attributes filled", "any critical attribute"),
}


def survey_sources(results: ToolResults, answers: Answers) -> SourceSurvey:
    """Capabilities that CAPABILITIES has words for, as covered or as gaps; others only lend their evidence."""
    rows = results.get("platform_capabilities", {}).get("rows", ())
    told = [(CAPABILITIES[row["capability"]], row["value"]) for row in rows if row["capability"] in CAPABILITIES]
    return SourceSurvey(
        covered=[_amount(value, there) for (there, _), value in told if value and there][:MOST_PHRASES],
        gaps=[missing for (_, missing), value in told if not value and missing][:MOST_PHRASES],
        evidence=first_ids(*(row["evidence"] for row in rows)),
    )


def judge_access(results: ToolResults, answers: Answers) -> AccessJudgement:
    """The rules' tier, with the facts that speak for it."""
    draft, rows = results["tier_draft"]["about"], results["tier_draft"]["rows"]
    return AccessJudgement(
        tier=draft["tier"],
        reasons=[phrase(reason) for reason in draft["justification"]][:MOST_PHRASES],
        methods=methods_shown(draft),
        strategy=paragraph(" ".join(draft["strategy"])),
        groups=group_tiers(results.get("asset_groups", {}).get("rows", ())),
        evidence=first_ids(*(row["evidence"] for row in rows)),
    )


def settle_tier(results: ToolResults, answers: Answers) -> PlatformAnswer:
    """The judgement in words, with what the survey found."""
    survey: SourceSurvey = answers["survey_sources"]
    judged: AccessJudgement = answers["judge_access"]
    return PlatformAnswer(
        tier=judged.tier,
        justification=paragraph(
            " ".join(
                part
                for part in (
                    *(sentence(reason) for reason in judged.reasons),
                    sentence("Nothing delivers", listed(list(survey.gaps)), "yet") if survey.gaps else "",
                )
                if part
            )
        ),
        methods=judged.methods,
        strategy=judged.strategy,
        groups=judged.groups,
        evidence=first_ids(judged.evidence, survey.evidence),
    )


def group_tiers(rows: Iterable[Mapping[str, Any]]) -> list[GroupTier]:
    """The rules' tier of each group, with the facts behind it."""
    return [
        GroupTier(
            group=group_shown(row),
            tier=row["tier"],
            justification=paragraph(" ".join(row["justification"])),
            strategy=paragraph(" ".join(row["strategy"])),
            evidence=first_ids(row["evidence"]),
        )
        for row in islice(rows, MOST_GROUPS)
    ]


def sentences(text: str) -> list[str]:
    """The text parted after its full stops; none of an empty one."""
    return [each for each in re.split(r"(?<=\.) ", text) if each]


def group_shown(row: Mapping[str, Any]) -> str:
    """A group's name as agents see it."""
    return clipped(str(row["group"]), VALUE_CHARS)


def methods_shown(draft: Mapping[str, Any]) -> list[str]:
    """The draft's methods as agents see them."""
    return [clipped(str(method), VALUE_CHARS) for method in draft.get("methods") or ()][:MOST_PHRASES]


def _amount(value: Any, words: str) -> str:
    """Shares as percent, counts as they are; the numbers are the tool's."""
    if isinstance(value, float) and value <= 1:
        return f"{value:.0%} {words}"
    return f"{value:g} {words}" if isinstance(value, int | float) else words
