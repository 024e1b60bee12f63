"""The tools agents read a case with. Each is a pure function of the case; none can reach another tenant or write."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aidiscover_pipelines.crews.text import shown_value
from aidiscover_pipelines.domain.crew import CaseFile

# Enough for the 67 fields of one application or the columns of one source; a prompt stays below 20k tokens.
MOST_ROWS = 70

Arguments = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool: what it is called and for, the text arguments it takes, the sections it reads.

    `rows` is the section listed, `about` the one-row section shown beside it. `narrows_by` are columns that an argument
    of the same name can restrict; empty arguments restrict nothing.
    """

    name: str
    description: str
    rows: str
    about: str = ""
    narrows_by: Mapping[str, str] | None = None

    @property
    def arguments(self) -> Mapping[str, str]:
        """Argument name -> what it means."""
        return self.narrows_by or {}

    def is_useful(self, case: CaseFile) -> bool:
        """Whether the case holds anything that this tool shows."""
        return bool(case.sections.get(self.rows) or (self.about and case.sections.get(self.about)))

    def read(self, case: CaseFile, arguments: Arguments) -> dict[str, Any]:
        """`{"about": {...}, "rows": [...], "total": n}`: cleaned rows, at most 70, and how many there are."""
        rows = [row for row in case.sections.get(self.rows, ()) if self._is_wanted(row, arguments)]
        about = case.sections.get(self.about, ()) if self.about else ()
        return {
            "about": _shown(about[0]) if about else {},
            "rows": [_shown(row) for row in rows[:MOST_ROWS]],
            "total": len(rows),
        }

    def _is_wanted(self, row: Mapping[str, Any], arguments: Arguments) -> bool:
        return all(str(row.get(name)) == arguments[name] for name in self.arguments if arguments.get(name))


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: shown_value(value) for name, value in row.items()}


TOOLS: Mapping[str, ToolSpec] = {
    tool.name: tool
    for tool in (
        ToolSpec(
            "platform_capabilities",
            "Facts about how the estate can be read: files received, cloud services reached, coverage.",
            rows="capabilities",
        ),
        ToolSpec(
            "tier_draft",
            "The tier that the rules give, its collection methods cheapest first, and the next step.",
            rows="capabilities",
            about="tier_draft",
        ),
        ToolSpec(
            "mapping_doubts",
            "Source columns whose meaning is in doubt: header, the field taken, its confidence and the alternatives.",
            rows="mapping_doubts",
            narrows_by={"sheet": "Only columns of this sheet"},
        ),
        ToolSpec(
            "sheet_columns",
            "Columns of the same sheets whose meaning is settled, for context.",
            rows="sheet_columns",
            narrows_by={"sheet": "Only columns of this sheet"},
        ),
        ToolSpec(
            "application_facts",
            "Recorded and rolled-up facts of the application, each with the cells it comes from.",
            rows="application_facts",
            about="application",
            narrows_by={"field": "Only this canonical field"},
        ),
        ToolSpec(
            "attribute_gaps",
            "Critical attributes that are missing or only inferred, with the question that would settle each.",
            rows="attribute_gaps",
            narrows_by={"attribute": "Only this attribute"},
        ),
        ToolSpec(
            "cluster_profile",
            "What the applications of a pattern share, how many there are and which stand out.",
            rows="cluster_traits",
            about="cluster",
        ),
        ToolSpec(
            "policy_scores",
            "The six strategies as the policy ranks them: score, whether it is allowed, and the reasons.",
            rows="policy_scores",
            about="policy_draft",
        ),
        ToolSpec(
            "dependency_view",
            "What the application depends on and what depends on it.",
            rows="dependencies",
        ),
        ToolSpec(
            "risk_factors",
            "Risks that the rules see in the facts, with level, mitigation and evidence.",
            rows="risk_factors",
        ),
    )
}
