"""Tools over the frozen case alone: pure functions of its sections."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import Field, create_model

from aidiscover_pipelines.crews.tools.desk import Desk
from aidiscover_pipelines.crews.tools.spec import (
    ANY,
    ASSET_INTELLIGENCE,
    DATA_QUALITY,
    PLATFORM_DETECTION,
    Arguments,
    Found,
    Text,
    ToolSpec,
)

# Cases are cut when they are made, and their crews must see what the fallback was made from.
CASE_CHARS = 60_000


def _case_tool(
    name: str,
    description: str,
    *,
    rows: str,
    about: str = "",
    narrows_by: Mapping[str, str] | None = None,
    roles: tuple[str, ...] = (ANY,),
) -> ToolSpec:
    """`rows` is the section listed, `about` the one-row section shown beside it.

    `narrows_by` are columns that an argument of the same name can restrict.
    """
    fields: dict[str, Any] = {
        column: (Text, Field(default="", description=meaning)) for column, meaning in (narrows_by or {}).items()
    }
    return ToolSpec(
        name,
        description,
        frozenset(roles),
        schema=cast(type[Arguments], create_model(f"{name}_arguments", __base__=Arguments, **fields)),
        find=_reader(rows, about),
        is_useful=lambda desk: bool(desk.case.sections.get(rows) or (about and desk.case.sections.get(about))),
        most_chars=CASE_CHARS,
    )


def _reader(rows: str, about: str) -> Callable[[Desk, Any], Found]:
    def find(desk: Desk, arguments: Arguments) -> Found:
        wanted = {name: value for name, value in arguments.model_dump().items() if value}
        told = desk.case.sections.get(about, ()) if about else ()
        listed = [
            row
            for row in desk.case.sections.get(rows, ())
            if all(str(row.get(name)) == value for name, value in wanted.items())
        ]
        return Found(listed, dict(told[0]) if told else {})

    return find


CASE_TOOLS: tuple[ToolSpec, ...] = (
    _case_tool(
        "platform_capabilities",
        "Facts about how the estate can be read: files received, cloud services reached, coverage.",
        rows="capabilities",
        roles=(ASSET_INTELLIGENCE, PLATFORM_DETECTION),
    ),
    _case_tool(
        "tier_draft",
        "The tier that the rules give, its collection methods cheapest first, and the next step.",
        rows="capabilities",
        about="tier_draft",
        roles=(ASSET_INTELLIGENCE, PLATFORM_DETECTION),
    ),
    _case_tool(
        "asset_groups",
        "Groups of assets that are hardest to reach, each with its tier, methods, reasons and strategy by the rules.",
        rows="asset_groups",
        narrows_by={"group": "Only this group"},
        roles=(ASSET_INTELLIGENCE, PLATFORM_DETECTION),
    ),
    _case_tool(
        "mapping_doubts",
        "Source columns whose meaning is in doubt: header, the field taken, its confidence and the alternatives.",
        rows="mapping_doubts",
        narrows_by={"sheet": "Only columns of this sheet"},
        roles=(ASSET_INTELLIGENCE,),
    ),
    _case_tool(
        "sheet_columns",
        "Columns of the same sheets whose meaning is settled, for context.",
        rows="sheet_columns",
        narrows_by={"sheet": "Only columns of this sheet"},
        roles=(ASSET_INTELLIGENCE,),
    ),
    _case_tool(
        "application_facts",
        "Recorded and rolled-up facts of the application, each with the cells it comes from.",
        rows="application_facts",
        about="application",
        narrows_by={"field": "Only this canonical field"},
    ),
    _case_tool(
        "attribute_standing",
        "Attributes that are open or only inferred: state, value, the rule behind it, choices where they are closed.",
        rows="attribute_standing",
        narrows_by={"application_id": "Only this application", "attribute": "Only this attribute"},
        roles=(ASSET_INTELLIGENCE, DATA_QUALITY),
    ),
    _case_tool(
        "data_flags",
        "What is flagged about the applications and their servers: values that cannot be right, doubtful merges.",
        rows="data_flags",
        narrows_by={"application_id": "Only this application"},
        roles=(ASSET_INTELLIGENCE, DATA_QUALITY),
    ),
    _case_tool(
        "collection_methods",
        "The ways to collect each attribute that many lack, cheapest first, with the minutes for all of them.",
        rows="collection_methods",
        narrows_by={"attribute": "Only this attribute"},
        roles=(ASSET_INTELLIGENCE, DATA_QUALITY),
    ),
    _case_tool(
        "attribute_gaps",
        "Critical attributes that are missing or only inferred, with the question that would settle each.",
        rows="attribute_gaps",
        narrows_by={"attribute": "Only this attribute"},
    ),
    _case_tool(
        "cluster_profile",
        "What the applications of a pattern share, how many there are and which stand out.",
        rows="cluster_traits",
        about="cluster",
    ),
    _case_tool(
        "policy_scores",
        "The six strategies as the policy ranks them: score, whether it is allowed, and the reasons.",
        rows="policy_scores",
        about="policy_draft",
    ),
    _case_tool(
        "dependency_view",
        "What the application depends on and what depends on it.",
        rows="dependencies",
    ),
    _case_tool(
        "risk_factors",
        "Risks that the rules see in the facts, with level, mitigation and evidence.",
        rows="risk_factors",
    ),
    _case_tool(
        "precedents",
        "What people decided about similar applications of this tenant, with their reason and what is shared.",
        rows="precedents",
    ),
)
