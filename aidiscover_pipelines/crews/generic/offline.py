"""What the offline analyst says for a tenant's crew: what the tools returned, counted and shown, and nothing it thinks.

It reads no task text, so it answers no question that a definition asks; it shows what an answer could rest on.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aidiscover_pipelines.crews.cases import first_ids, paragraph, phrase
from aidiscover_pipelines.crews.generic.contract import MOST_FINDINGS, CrewFindings, Finding
from aidiscover_pipelines.crews.spec import Answers, ToolResults
from aidiscover_pipelines.crews.text import in_words, listed, sentence

ROWS_EACH = 3
VALUES_EACH = 4
# Columns that say what the column `value` beside them is.
NAMING = ("field", "attribute", "trait", "capability")


def compose(results: ToolResults, answers: Answers) -> CrewFindings:
    """Counts and first rows of each tool's result, then the findings of earlier answers; the same each time."""
    own = [finding for name, result in results.items() for finding in _findings(name, result)]
    earlier = [finding for answer in answers.values() for finding in answer.findings]
    # Where anything carries evidence, what carries none is no finding (grounding.check_final).
    carried = [finding for finding in [*own, *earlier] if finding.evidence] or [*own, *earlier]
    findings = list({finding.statement: finding for finding in carried}.values())[:MOST_FINDINGS]
    counted = [count for name, result in results.items() for count in _counts(name, result)]
    told = [answer.summary for answer in answers.values() if answer.findings]
    summary = " ".join([sentence("The tools returned", listed(counted, most=8)) if counted else "", *told]).strip()
    return CrewFindings(
        summary=paragraph(summary or "No tool had anything to show about this case."),
        findings=findings,
        evidence=first_ids(*(finding.evidence for finding in findings)),
    )


def fallback(sections: Mapping[str, Sequence[Any]]) -> CrewFindings:
    """What stands where no answer of the crew may: what there was to look at, without a finding."""
    held = [f"{len(rows)} {in_words(name)}" for name, rows in sections.items()]
    return CrewFindings(
        summary=paragraph(sentence("No answer of the crew stands; the case holds", listed(held, most=8) or "nothing")),
        findings=[],
        evidence=[],
    )


def _findings(name: str, result: Mapping[str, Any]) -> Iterator[Finding]:
    """First rows of a tool's result as statements, those with evidence first; a coworker's answer hands on its own."""
    for row in sorted(_rows(result), key=lambda row: not row.get("evidence"))[:ROWS_EACH]:
        if words := _words(row):
            yield Finding(
                statement=phrase(sentence(f"{in_words(name)}:", ", ".join(words[:VALUES_EACH]))),
                evidence=first_ids(row.get("evidence")),
            )
    for told in result.get("findings") or ():
        if isinstance(told, Mapping) and told.get("statement"):
            yield Finding(statement=phrase(told["statement"]), evidence=first_ids(told.get("evidence")))


def _counts(name: str, result: Mapping[str, Any]) -> Iterator[str]:
    if handed_on := result.get("findings"):
        yield f"{len(handed_on)} {'finding' if len(handed_on) == 1 else 'findings'} of a coworker"
    elif "rows" in result:
        total = result.get("total", len(_rows(result)))
        yield f"{total} {'row' if total == 1 else 'rows'} of {in_words(name)}"


def _words(row: Mapping[str, Any]) -> list[str]:
    """The row's values with their names; where one column names what another holds, the two as one."""
    values = {key: value for key, value in row.items() if _is_told(key, value)}
    naming = next((key for key in NAMING if key in values and "value" in values), None)
    if naming is None:
        return [f"{in_words(key)} {value}" for key, value in values.items()]
    return [f"{in_words(str(values[naming]))} {values['value']}"]


def _rows(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in result.get("rows") or () if isinstance(row, Mapping)]


def _is_told(key: str, value: Any) -> bool:
    return key != "evidence" and isinstance(value, str | int | float | bool) and value != ""
