"""The one case of the platform detection crew: what the rules know about access to the estate."""

from collections.abc import Mapping, Sequence
from typing import Any

from aidiscover_pipelines.crews.cases import case_file, first_ids, paragraph
from aidiscover_pipelines.crews.platform_detection.contract import MOST_GROUPS, PlatformAnswer
from aidiscover_pipelines.crews.platform_detection.crew import crew
from aidiscover_pipelines.crews.platform_detection.offline import group_tiers, methods_shown, sentences
from aidiscover_pipelines.crews.text import json_value
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.tenancy import TenantId

DRAFT_COLUMNS = ("tier", "automation_percent", "methods", "justification", "strategy")
GROUP_COLUMNS = ("group", "kind", "assets", *DRAFT_COLUMNS)


def platform_case(tenant: TenantId, draft: Mapping[str, Any]) -> CaseFile:
    """Case of a tenant. `draft` has the columns of PlatformAssessment; its capabilities and groups are the evidence.

    The crew sees the groups that are hardest to reach; what the rules say of the others stands.
    """
    capabilities = [
        {"capability": str(name), "value": json_value(value), "evidence": [f"capability:{name}"]}
        for name, value in draft["capabilities"].items()
    ]
    hardest = sorted(draft["groups"], key=lambda group: (-group["tier"], -group["assets"], group["group"]))
    groups = [
        {**_shown(group, GROUP_COLUMNS), "evidence": [f"group:{number}"]}
        for number, group in enumerate(hardest[:MOST_GROUPS], start=1)
    ]
    fallback = PlatformAnswer(
        tier=int(draft["tier"]),
        justification=paragraph(draft["justification"]),
        methods=methods_shown(draft),
        strategy=paragraph(draft["strategy"]),
        groups=group_tiers(groups),
        evidence=first_ids(*(row["evidence"] for row in capabilities)),
    )
    tier_draft = _shown(draft, DRAFT_COLUMNS)
    sections = {"capabilities": capabilities, "tier_draft": [tier_draft], "asset_groups": groups}
    return case_file(tenant, crew(), "tenant", sections, fallback)


def _shown(row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """These columns; texts as their sentences, because tools cut long texts and keep lists."""
    told = {name: json_value(row[name]) for name in columns}
    return told | {name: sentences(str(row[name])) for name in ("justification", "strategy")}
