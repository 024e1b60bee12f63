"""What the offline analyst says about sources, gaps and patterns, from tool results and earlier answers alone.

It decides no column: it knows nothing that the mapping did not weigh already. It tells a person what to look at, and
proposes a value only where a cell states it.
"""

from collections.abc import Mapping
from typing import Any

from aidiscover_pipelines.crews.cases import first_ids, phrase
from aidiscover_pipelines.crews.discovery.bounds import fields_offered
from aidiscover_pipelines.crews.discovery.contract import GapReview, PatternName, Question, SourceReview
from aidiscover_pipelines.crews.discovery.gap_report import cheapest_methods, gap_report
from aidiscover_pipelines.crews.discovery.readings import judged, proposed
from aidiscover_pipelines.crews.spec import Answers, ToolResults
from aidiscover_pipelines.crews.text import clipped, in_words, listed, sentence
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES

MOST_FINDINGS = 70
MOST_QUESTIONS = 22  # one for each critical attribute
LABEL_CHARS, DESCRIPTION_CHARS = 80, 600


def review_sources(results: ToolResults, answers: Answers) -> SourceReview:
    """A finding for each doubtful column or flag, verdicts on conclusions, values that texts state."""
    doubts = _rows(results, "mapping_doubts")
    settled = _rows(results, "sheet_columns")
    facts = _rows(results, "application_facts")
    standing = _rows(results, "attribute_standing")
    flags = _rows(results, "data_flags")
    findings = [_doubt(row, settled) for row in doubts]
    if facts and "basis" in facts[0]:  # a case about one application has all its facts
        own = sum(row["basis"] == "application" for row in facts)
        findings.append(
            f"{len(facts)} facts are known: {own} recorded for the application itself, {len(facts) - own} rolled up "
            "from its assets and dependencies."
        )
    findings += [_flagged(row) for row in flags]
    return SourceReview(
        mappings=[],
        inferences=judged(standing, facts, flags),
        proposals=proposed(standing, facts),
        findings=[phrase(text) for text in findings][:MOST_FINDINGS],
        evidence=first_ids(*(row["evidence"] for row in (*doubts, *facts, *flags))),
    )


def judge_gaps(results: ToolResults, answers: Answers) -> GapReview:
    """The drafted questions, the widest gap first; a question that serves many says so. Methods, cheapest first."""
    methods = _rows(results, "collection_methods")
    gaps = [row for row in _rows(results, "attribute_gaps") if row["question"]]
    missing = [in_words(row["attribute"]) for row in gaps if row["state"] in OPEN_STATES]
    inferred = [in_words(row["attribute"]) for row in gaps if row["state"] not in OPEN_STATES]
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
        methods=cheapest_methods(methods),
        gap_report=gap_report(gaps, methods) if methods else "",
        findings=[phrase(text) for text in findings],
        evidence=first_ids(*(row["evidence"] for row in gaps)),
    )


def name_pattern(results: ToolResults, answers: Answers) -> PatternName:
    """The pattern's name and what it shares, as the code drafted them."""
    profile = results.get("cluster_profile", {})
    cluster = profile.get("about") or {}
    findings = []
    if cluster.get("anomalies"):
        findings.append(f"{cluster['anomalies']} of {cluster['size']} members stand out and are looked at alone.")
    return PatternName(
        label=clipped(cluster["label"], LABEL_CHARS) if cluster.get("label") else None,
        description=clipped(_description(cluster), DESCRIPTION_CHARS) if cluster else None,
        findings=findings,
        evidence=first_ids(*(row["evidence"] for row in profile.get("rows", ()))),
    )


def _rows(results: ToolResults, tool: str) -> list[dict[str, Any]]:
    return list(results.get(tool, {}).get("rows", ()))


def _doubt(row: Mapping[str, Any], settled: list[dict[str, Any]]) -> str:
    offered = [in_words(field) for field in fields_offered(row)]
    taken = f"{offered[0]} ({row['confidence']:.0%})" if offered else "nothing known"
    others = f" or {listed(offered[1:], most=2)}" if offered[1:] else ""
    rival = next((one["header"] for one in settled if _is_rival(one, row)), None)
    clash = f"; column '{rival}' of the same sheet is {offered[0]} already" if rival else ""
    return f"Column '{row['header']}' of '{row['sheet']}' reads as {taken}{others}{clash}; a person should confirm it."


def _flagged(row: Mapping[str, Any]) -> str:
    field = f" in {in_words(row['field'])}" if row.get("field") else ""
    times = f", {row['times']} times" if row["times"] > 1 else ""
    return sentence(f"{row['problem']} at {row['application_id']}{field}{times}:", row["what"])


def _is_rival(settled: Mapping[str, Any], doubt: Mapping[str, Any]) -> bool:
    return bool(doubt["field"]) and (settled["sheet_index"], settled["field"]) == (doubt["sheet_index"], doubt["field"])


def _question(row: Mapping[str, Any]) -> str:
    if row.get("members", 1) <= 1:
        return phrase(row["question"])
    return phrase(f"{row['question']} (the same is open for {row['members']} similar applications)")


def _description(cluster: Mapping[str, Any]) -> str:
    return cluster["description"] or f"{cluster['size']} applications that look alike."
