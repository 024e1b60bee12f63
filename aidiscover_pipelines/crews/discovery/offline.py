"""What the offline analyst says about sources, gaps and patterns, from tool results and earlier answers alone.

It decides no column: it knows nothing that the mapping did not weigh already. It tells a person what to look at.
"""

from collections.abc import Mapping
from typing import Any

from aidiscover_pipelines.crews.cases import first_ids, phrase
from aidiscover_pipelines.crews.discovery.contract import DiscoveryAnswer, GapReview, Question, SourceReview
from aidiscover_pipelines.crews.spec import Answers, ToolResults
from aidiscover_pipelines.crews.text import clipped, in_words, listed, sentence

MOST_FINDINGS = 70
MOST_QUESTIONS = 22  # one for each critical attribute
LABEL_CHARS, DESCRIPTION_CHARS = 80, 600


def review_sources(results: ToolResults, answers: Answers) -> SourceReview:
    """A finding for each doubtful column, or how well the application is recorded."""
    doubts = _rows(results, "mapping_doubts")
    settled = _rows(results, "sheet_columns")
    facts = _rows(results, "application_facts")
    findings = [_doubt(row, settled) for row in doubts]
    if facts:
        own = sum(row["basis"] == "application" for row in facts)
        findings.append(
            f"{len(facts)} facts are known: {own} recorded for the application itself, {len(facts) - own} rolled up "
            "from its assets and dependencies."
        )
    return SourceReview(
        mappings=[],
        findings=[phrase(text) for text in findings][:MOST_FINDINGS],
        evidence=first_ids(*(row["evidence"] for row in (*doubts, *facts))),
    )


def judge_gaps(results: ToolResults, answers: Answers) -> GapReview:
    """The drafted questions, the widest gap first; a question that serves many says so."""
    gaps = [row for row in _rows(results, "attribute_gaps") if row["question"]]
    missing = [in_words(row["attribute"]) for row in gaps if row["state"] == "missing"]
    inferred = [in_words(row["attribute"]) for row in gaps if row["state"] != "missing"]
    findings = [
        sentence(what, listed(names, most=6))
        for what, names in (("missing:", missing), ("inferred, not recorded:", inferred))
        if names
    ]
    return GapReview(
        questions=[
            Question(application_id=row["application_id"], attribute=row["attribute"], question=_question(row))
            for row in gaps[:MOST_QUESTIONS]
        ],
        findings=[phrase(text) for text in findings],
        evidence=first_ids(*(row["evidence"] for row in gaps)),
    )


def name_pattern(results: ToolResults, answers: Answers) -> DiscoveryAnswer:
    """The pattern's name and what it shares, with the earlier findings."""
    sources: SourceReview = answers["review_sources"]
    gaps: GapReview = answers["judge_gaps"]
    profile = results.get("cluster_profile", {})
    cluster = profile.get("about") or {}
    findings = [*sources.findings, *gaps.findings]
    if cluster.get("anomalies"):
        findings.append(f"{cluster['anomalies']} of {cluster['size']} members stand out and are looked at alone.")
    return DiscoveryAnswer(
        label=clipped(cluster["label"], LABEL_CHARS) if cluster.get("label") else None,
        description=clipped(_description(cluster), DESCRIPTION_CHARS) if cluster else None,
        mappings=sources.mappings,
        questions=gaps.questions,
        findings=findings[:MOST_FINDINGS],
        evidence=first_ids(sources.evidence, gaps.evidence, *(row["evidence"] for row in profile.get("rows", ()))),
    )


def fields_offered(doubt: Mapping[str, Any]) -> list[str]:
    """The field taken and its alternatives, likeliest first."""
    alternatives = [alternative["field"] for alternative in doubt["alternatives"]]
    return [field for field in (doubt["field"], *alternatives) if field]


def _rows(results: ToolResults, tool: str) -> list[dict[str, Any]]:
    return list(results.get(tool, {}).get("rows", ()))


def _doubt(row: Mapping[str, Any], settled: list[dict[str, Any]]) -> str:
    offered = [in_words(field) for field in fields_offered(row)]
    taken = f"{offered[0]} ({row['confidence']:.0%})" if offered else "nothing known"
    others = f" or {listed(offered[1:], most=2)}" if offered[1:] else ""
    rival = next((one["header"] for one in settled if _is_rival(one, row)), None)
    clash = f"; column '{rival}' of the same sheet is {offered[0]} already" if rival else ""
    return f"Column '{row['header']}' of '{row['sheet']}' reads as {taken}{others}{clash}; a person should confirm it."


def _is_rival(settled: Mapping[str, Any], doubt: Mapping[str, Any]) -> bool:
    return bool(doubt["field"]) and (settled["sheet_index"], settled["field"]) == (doubt["sheet_index"], doubt["field"])


def _question(row: Mapping[str, Any]) -> str:
    if row.get("members", 1) <= 1:
        return phrase(row["question"])
    return phrase(f"{row['question']} (the same is open for {row['members']} similar applications)")


def _description(cluster: Mapping[str, Any]) -> str:
    return cluster["description"] or f"{cluster['size']} applications that look alike."
