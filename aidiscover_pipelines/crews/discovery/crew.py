"""The discovery crew as data."""

from functools import cache
from pathlib import Path

from aidiscover_pipelines.crews.cases import first_ids
from aidiscover_pipelines.crews.discovery import offline
from aidiscover_pipelines.crews.discovery.bounds import out_of_bounds
from aidiscover_pipelines.crews.discovery.contract import DiscoveryAnswer, GapReview, PatternName, SourceReview
from aidiscover_pipelines.crews.spec import Answers, CrewSpec, Join, load_crew


def joined(answers: Answers) -> DiscoveryAnswer:
    """The answers of the three tasks as one; findings and evidence in that order, as many as the contract takes."""
    sources: SourceReview = answers["review_sources"]
    gaps: GapReview = answers["judge_gaps"]
    pattern: PatternName = answers["name_pattern"]
    return DiscoveryAnswer(
        label=pattern.label,
        description=pattern.description,
        mappings=sources.mappings,
        inferences=sources.inferences,
        proposals=sources.proposals,
        questions=gaps.questions,
        methods=gaps.methods,
        gap_report=gaps.gap_report,
        findings=[*sources.findings, *gaps.findings, *pattern.findings][: offline.MOST_FINDINGS],
        evidence=first_ids(sources.evidence, gaps.evidence, pattern.evidence),
    )


@cache
def crew() -> CrewSpec:
    """The crew; its texts are read now. Raises: ConfigError."""
    return load_crew(
        Path(__file__).parent,
        contracts={
            "review_sources": SourceReview,
            "judge_gaps": GapReview,
            "name_pattern": PatternName,
        },
        tools={
            "asset_intelligence": (
                *("mapping_doubts", "sheet_columns"),
                *("attribute_standing", "application_facts", "data_flags"),
            ),
            "data_quality": ("attribute_gaps", "collection_methods"),
            "pattern_recognition": ("cluster_profile",),
        },
        composers={
            "review_sources": offline.review_sources,
            "judge_gaps": offline.judge_gaps,
            "name_pattern": offline.name_pattern,
        },
        limits=out_of_bounds,
        join=Join(DiscoveryAnswer, joined),
    )
