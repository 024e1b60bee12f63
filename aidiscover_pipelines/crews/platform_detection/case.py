"""The one case of the platform detection crew: what the rules know about access to the estate."""

from collections.abc import Mapping
from typing import Any

from aidiscover_pipelines.crews.cases import case_file, first_ids, paragraph
from aidiscover_pipelines.crews.platform_detection.contract import PlatformAnswer
from aidiscover_pipelines.crews.platform_detection.crew import crew
from aidiscover_pipelines.crews.platform_detection.offline import methods_shown
from aidiscover_pipelines.crews.text import json_value
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.tenancy import TenantId

DRAFT_COLUMNS = ("tier", "automation_percent", "methods", "justification", "strategy")


def platform_case(tenant: TenantId, draft: Mapping[str, Any]) -> CaseFile:
    """Case of a tenant. `draft` has the columns of PlatformAssessment; its capabilities are the evidence."""
    capabilities = [
        {"capability": str(name), "value": json_value(value), "evidence": [f"capability:{name}"]}
        for name, value in draft["capabilities"].items()
    ]
    fallback = PlatformAnswer(
        tier=int(draft["tier"]),
        justification=paragraph(draft["justification"]),
        methods=methods_shown(draft),
        strategy=paragraph(draft["strategy"]),
        evidence=first_ids(*(row["evidence"] for row in capabilities)),
    )
    tier_draft = {name: draft[name] for name in DRAFT_COLUMNS}
    return case_file(tenant, crew(), "tenant", {"capabilities": capabilities, "tier_draft": [tier_draft]}, fallback)
