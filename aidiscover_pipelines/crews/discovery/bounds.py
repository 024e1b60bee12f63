"""What an answer of the discovery crew may say, whole or one task's part of it.

Each check returns what is out of bounds in one line, or empty.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aidiscover_pipelines.crews.grounding import evidence_in
from aidiscover_pipelines.domain.crew import CaseFile, application_in
from aidiscover_pipelines.domain.json_leaves import leaves
from aidiscover_pipelines.domain.vocabulary import CLOSED_ATTRIBUTES, AttributeState

# Sections whose rows are about one application each.
_OF_APPLICATIONS = ("attribute_standing", "application_facts", "data_flags", "attribute_gaps")
# A number that stands alone: 6R, c01 and HTTP/2 hold none.
_NUMBER = re.compile(r"(?<![\w/])\d[\d.,']*(?![\w/])")

Answer = Mapping[str, Any]
Row = Mapping[str, Any]


def out_of_bounds(case: CaseFile, answer: Answer) -> str:
    """Everything that is checked, the first problem only."""
    checks = (columns_offered, questions_about_gaps, only_of_patterns, verdicts, proposals, methods_offered)
    return next((problem for check in checks if (problem := check(case, answer))), "")


def columns_offered(case: CaseFile, answer: Answer) -> str:
    """Columns in doubt only, and for each only a field that was offered."""
    offered = {
        (row["file_id"], row["sheet_index"], row["column_index"]): fields_offered(row)
        for row in case.sections.get("mapping_doubts", ())
    }
    for mapping in answer.get("mappings", ()):
        fields = offered.get((mapping["file_id"], mapping["sheet_index"], mapping["column_index"]))
        if fields is None:
            return "a mapping names a column that is not in doubt"
        if mapping["field"] is not None and mapping["field"] not in fields:
            return "a mapping names a field that was not offered for its column"
    return ""


def questions_about_gaps(case: CaseFile, answer: Answer) -> str:
    """Questions only about gaps of the case."""
    gaps = {_key(row) for row in case.sections.get("attribute_gaps", ())}
    if any(_key(question) not in gaps for question in answer.get("questions", ())):
        return "a question is about something that is no gap of this case"
    return ""


def only_of_patterns(case: CaseFile, answer: Answer) -> str:
    """A name and a gap report only for a pattern; the report's numbers are those of the case."""
    report = answer.get("gap_report", "")
    if (answer.get("label") or report) and "cluster" not in case.sections:
        return "a pattern is named or reported on although the case holds none"
    if numbers_in(report) - numbers_in(case.sections):
        return "the gap report holds a number that no tool shows"
    return ""


def verdicts(case: CaseFile, answer: Answer) -> str:
    """Verdicts on conclusions of the case, each once, by cells of the same application."""
    standing = _standing(case)
    for row in answer.get("inferences", ()):
        if standing.get(_key(row), {}).get("state") != AttributeState.INFERRED:
            return "a verdict is about something that is not inferred in this case"
    return _twice(answer.get("inferences", ()), "verdicts") or _foreign(case, answer.get("inferences", ()), "verdict")


def proposals(case: CaseFile, answer: Answer) -> str:
    """Values for what is open, or for a conclusion that the same answer doubts; nothing that the cells do not carry."""
    standing = _standing(case)
    doubted = {_key(row) for row in answer.get("inferences", ()) if row["verdict"] == "doubted"}
    for row in answer.get("proposals", ()):
        held = standing.get(_key(row))
        if held is None:
            return "a proposal is about an attribute that is not open in this case"
        if held["state"] == AttributeState.INFERRED and _key(row) not in doubted:
            return "a proposal replaces a conclusion that the answer does not doubt"
        if row["value"] not in CLOSED_ATTRIBUTES.get(row["attribute"], (row["value"],)):
            return "a proposed value is not one of the choices of its attribute"
        if numbers_in(row["value"]) - numbers_in(list(_rows_of(case, row["application_id"]))):
            return "a proposed value holds a number that is not recorded for its application"
    return _twice(answer.get("proposals", ()), "proposals") or _foreign(case, answer.get("proposals", ()), "proposal")


def methods_offered(case: CaseFile, answer: Answer) -> str:
    """Methods only as offered for their attribute."""
    offered = {(row["attribute"], row["method"]) for row in case.sections.get("collection_methods", ())}
    if any((row["attribute"], row["method"]) not in offered for row in answer.get("methods", ())):
        return "a method was not offered for its attribute"
    return ""


def fields_offered(doubt: Row) -> list[str]:
    """The field taken and its alternatives, likeliest first."""
    alternatives = [alternative["field"] for alternative in doubt["alternatives"]]
    return [field for field in (doubt["field"], *alternatives) if field]


def numbers_in(value: Any) -> set[str]:
    """The numbers in a text or JSON value by their digits, so that 1.100 and 1,100 are one; shares also in percent."""
    found: set[str] = set()
    for number in _numbers(value):
        if isinstance(number, str):
            found.add(re.sub(r"\D", "", number))
        else:
            found.update(re.sub(r"\D", "", f"{told:g}") for told in (number, round(number), round(100 * number)))
    return found


def _numbers(value: Any) -> Iterator[str | float]:
    for leaf in leaves(value):
        if isinstance(leaf, str):
            yield from _NUMBER.findall(leaf)
        elif isinstance(leaf, int | float) and not isinstance(leaf, bool):
            yield float(leaf)


def _key(row: Row) -> tuple[Any, Any]:
    return row["application_id"], row["attribute"]


def _standing(case: CaseFile) -> dict[tuple[Any, Any], Row]:
    return {_key(row): row for row in case.sections.get("attribute_standing", ())}


def _rows_of(case: CaseFile, application: str) -> Iterator[Row]:
    for section in _OF_APPLICATIONS:
        for row in case.sections.get(section, ()):
            if row.get("application_id", application_in(case.subject)) == application:
                yield row


def _twice(rows: Iterable[Row], what: str) -> str:
    repeated = any(count > 1 for count in Counter(map(_key, rows)).values())
    return f"two {what} are about one attribute of one application" if repeated else ""


def _foreign(case: CaseFile, rows: Iterable[Row], what: str) -> str:
    for row in rows:
        own = set(evidence_in(list(_rows_of(case, row["application_id"]))))
        if not own.issuperset(row["evidence"]):
            return f"a {what} cites cells that do not belong to its application"
    return ""
