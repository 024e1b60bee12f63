"""The tools that agents may use: one registry, and the gate that every call passes.

All of them read; none writes, calls out or takes a tenant. docs/tools.md lists them.
"""

from collections.abc import Mapping
from typing import Any

from aidiscover_pipelines.crews.text import clipped
from aidiscover_pipelines.crews.tools.access_tools import ACCESS_TOOLS
from aidiscover_pipelines.crews.tools.case_tools import CASE_TOOLS
from aidiscover_pipelines.crews.tools.collector import COLLECTOR_TOOLS
from aidiscover_pipelines.crews.tools.desk import Desk, Recall, RoomFunctions, TenantView
from aidiscover_pipelines.crews.tools.discovery_tools import DISCOVERY_TOOLS
from aidiscover_pipelines.crews.tools.pattern_tools import PATTERN_TOOLS
from aidiscover_pipelines.crews.tools.quality_tools import QUALITY_TOOLS
from aidiscover_pipelines.crews.tools.query_tools import QUERY_TOOLS
from aidiscover_pipelines.crews.tools.spec import ANY, MOST_ROWS, RESULT_CHARS, Arguments, ToolSpec
from aidiscover_pipelines.domain.errors import ForbiddenTool

TOOLS: Mapping[str, ToolSpec] = {
    tool.name: tool
    for family in (
        CASE_TOOLS,
        ACCESS_TOOLS,
        DISCOVERY_TOOLS,
        COLLECTOR_TOOLS,
        PATTERN_TOOLS,
        QUALITY_TOOLS,
        QUERY_TOOLS,
    )
    for tool in family
}

_NAME_CHARS = 60


def allowed(role: str, tool: str) -> bool:
    """Whether agents of that role may use the tool. A role that the registry does not know has the tools for any."""
    spec = TOOLS.get(tool)
    if spec is None:
        return False
    names = {each.casefold() for each in spec.roles}
    return ANY in names or " ".join(role.split()).casefold() in names


def check_call(role: str, tool: str, arguments: Mapping[str, Any]) -> Arguments:
    """The checked arguments of a call. Raises: ForbiddenTool, one line that a model can act on."""
    if tool not in TOOLS:
        raise ForbiddenTool(
            f"cannot use tool {clipped(tool, _NAME_CHARS)!r}: there is none of that name; use one offered"
        )
    if not allowed(role, tool):
        raise ForbiddenTool(
            f"cannot use tool {tool!r}: the role {clipped(role, _NAME_CHARS)!r} may not; go on with the tools offered"
        )
    return TOOLS[tool].check(arguments)


__all__ = [
    "MOST_ROWS",
    "RESULT_CHARS",
    "TOOLS",
    "Arguments",
    "Desk",
    "Recall",
    "RoomFunctions",
    "TenantView",
    "ToolSpec",
    "allowed",
    "check_call",
]
