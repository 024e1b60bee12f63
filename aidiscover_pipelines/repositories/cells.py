"""Facts of a repository to cells: the same rows, with an address, that a column of an uploaded file becomes.

An address is `repository:<host/path>@<commit>.<file>.<line>.<column>`; dots part it, so those of names are underscores.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.tables import RepositoryCell
from aidiscover_pipelines.domain.vocabulary import EntityKind

PREFIX = "repository"
WHOLE = "repository"  # stands for the file where the whole repository tells something
_COMMIT_CHARS = 12
# Of code, where a program counts as medium and as complex: the bounds of attributes.rules for lines that texts count.
_MEDIUM_LINES, _HIGH_LINES = 50_000, 500_000
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\u2028\u2029]")


def file_id(repository_id: str, commit: str) -> str:
    """What stands for the file in addresses of a repository's cells."""
    return f"{PREFIX}:{_without_dots(repository_id)}@{commit[:_COMMIT_CHARS]}"


def repository_cells(repository_id: str, commit: str, facts: Mapping[str, Any], scanned: date) -> pd.DataFrame:
    """RepositoryCell rows by address. Facts that could not be measured have none."""
    place = file_id(repository_id, commit)
    rows = [_row(place, *told) for told in (*_technologies(facts), *_measured(facts, scanned))]
    cells = pd.DataFrame(rows).assign(repository_id=repository_id)
    return cells[RepositoryCell.columns()].sort_values("evidence_id", ignore_index=True)


def _technologies(facts: Mapping[str, Any]) -> Iterator[tuple[str, int, str, str, str, str]]:
    for number, one in enumerate(facts["technologies"]):
        text = printable(f"{one['name']} {one['version']}".strip())
        field = "database_engine" if one["kind"] == "database" else "technology_stack"
        yield one["path"] or WHOLE, one["line"], f"{field}_{number}", field, text, f"{one['kind']} {text}"


def _measured(facts: Mapping[str, Any], scanned: date) -> Iterator[tuple[str, int, str, str, str, str]]:
    """Values of the whole repository: file, line, column, field, value, and the figures it comes from."""
    for field, told in (("code_quality_score", "code_quality"), ("documentation_quality", "documentation")):
        score = facts[told]
        if score["value"] is not None:
            parts = ", ".join(f"{name} {value:g}" for name, value in score["parts"].items())
            yield WHOLE, 0, field, field, score["band"], f"{score['value']:g} of 1: {parts}"
    lines = facts["lines"]["code"]
    if lines:
        size = "high" if lines >= _HIGH_LINES else "medium" if lines >= _MEDIUM_LINES else "low"
        field = "business_logic_complexity"
        yield WHOLE, 0, field, field, size, f"{lines} lines of code"
    flaws = facts["vulnerabilities"]
    if flaws is not None and facts["exact_versions"]:
        field = "vulnerability_count"
        checked = f"{flaws['count']} in {facts['exact_versions']} dependencies of a known version"
        yield WHOLE, 0, field, field, str(flaws["count"]), checked
    yield WHOLE, 0, "last_seen", "last_seen", scanned.isoformat(), scanned.isoformat()


def _row(place: str, path: str, line: int, column: str, field: str, value: str, original: str) -> dict[str, Any]:
    record = f"{place}.{_without_dots(printable(path))}.{line}"
    number = float(value) if BY_NAME[field].kind == "int|score" else None
    return {
        "evidence_id": f"{record}.{column}",
        "record_id": record,
        "file_id": place,
        "entity": str(EntityKind.APPLICATION),
        "field": field,
        "value": value,
        "number": number,
        "statistic": None,
        "original": original,
        "transform": "",
        "rule": "",
    }


def printable(text: str) -> str:
    """A text of a stranger's file or file name without characters that no store or terminal should meet."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _without_dots(text: str) -> str:
    return text.replace(".", "_")
