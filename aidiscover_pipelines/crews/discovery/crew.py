"""The discovery crew as data, and the bounds of its answer."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aidiscover_pipelines.crews.discovery import offline
from aidiscover_pipelines.crews.discovery.contract import DiscoveryAnswer, GapReview, SourceReview
from aidiscover_pipelines.crews.spec import CrewSpec, load_crew
from aidiscover_pipelines.domain.crew import CaseFile


def out_of_bounds(case: CaseFile, answer: Mapping[str, Any]) -> str:
    """Columns only as offered, questions only about gaps, a name only for a pattern."""
    offered = {
        (row["file_id"], row["sheet_index"], row["column_index"]): offline.fields_offered(row)
        for row in case.sections.get("mapping_doubts", ())
    }
    for mapping in answer["mappings"]:
        fields = offered.get((mapping["file_id"], mapping["sheet_index"], mapping["column_index"]))
        if fields is None:
            return "a mapping names a column that is not in doubt"
        if mapping["field"] is not None and mapping["field"] not in fields:
            return "a mapping names a field that was not offered for its column"
    gaps = {(row["application_id"], row["attribute"]) for row in case.sections.get("attribute_gaps", ())}
    if any((question["application_id"], question["attribute"]) not in gaps for question in answer["questions"]):
        return "a question is about something that is no gap of this case"
    if answer["label"] and "cluster" not in case.sections:
        return "a pattern is named although the case holds none"
    return ""


@cache
def crew() -> CrewSpec:
    """The crew; its texts are read now. Raises: ConfigError."""
    return load_crew(
        Path(__file__).parent,
        contracts={
            "review_sources": SourceReview,
            "judge_gaps": GapReview,
            "name_pattern": DiscoveryAnswer,
        },
        tools={
            "asset_intelligence": ("mapping_doubts", "sheet_columns", "application_facts"),
            "data_quality": ("attribute_gaps",),
            "pattern_recognition": ("cluster_profile",),
        },
        composers={
            "review_sources": offline.review_sources,
            "judge_gaps": offline.judge_gaps,
            "name_pattern": offline.name_pattern,
        },
        limits=out_of_bounds,
    )
