"""Cases of the discovery crew: one for each source with doubtful columns, each pattern, or one application."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.crews.cases import Rows, case_file, first_ids, phrase, rows_of
from aidiscover_pipelines.crews.discovery.contract import DiscoveryAnswer, Question
from aidiscover_pipelines.crews.discovery.crew import crew
from aidiscover_pipelines.crews.discovery.gap_report import cheapest_methods, gap_report
from aidiscover_pipelines.crews.discovery.material import (
    KNOWN,
    ByApplication,
    Material,
    by_application,
    fact_rows,
    flag_rows,
    method_rows,
    standing_rows,
)
from aidiscover_pipelines.crews.discovery.offline import MOST_QUESTIONS
from aidiscover_pipelines.crews.text import VALUE_CHARS, clipped
from aidiscover_pipelines.domain.crew import APPLICATION, CaseFile
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import MappingDecision

DOUBT_COLUMNS = (
    "file_id",
    "sheet_index",
    "sheet",
    "entity",
    "column_index",
    "header",
    "field",
    "unit",
    "statistic",
    "confidence",
    "alternatives",
    "reason",
)
SETTLED_COLUMNS = ("sheet_index", "sheet", "header", "field")
FACT_COLUMNS = ("field", "value", "basis", "evidence")
GAP_COLUMNS = ("application_id", "attribute", "state", "value", "question", "members", "of", "evidence")
# Questions that a group is asked at once: more, and nobody answers them.
QUESTIONS_PER_CLUSTER = 5
# Members whose values a crew judges: the typical one, and those that it can help most.
SHOWN_MEMBERS = 3


def mapping_cases(tenant: TenantId, mappings: pd.DataFrame) -> list[CaseFile]:
    """One case for each file with columns in review, by file id. `mappings` has the columns of FieldMapping."""
    doubtful = mappings[mappings["decision"] == MappingDecision.REVIEW]
    accepted = mappings[mappings["decision"] == MappingDecision.ACCEPT]
    settled = dict(tuple(accepted.groupby("file_id", sort=False)))
    return [
        _mapping_case(tenant, str(file_id), doubts, settled.get(file_id, accepted.iloc[:0]))
        for file_id, doubts in doubtful.groupby("file_id", sort=True)
    ]


def shown_members(clusters: pd.DataFrame, members: pd.DataFrame, attributes: pd.DataFrame) -> dict[str, list[str]]:
    """By cluster the applications whose values its case shows: the typical one, then those with most attributes open.

    Frames of PatternCluster, ClusterMember and AttributeValue.
    """
    standing = attributes.loc[~attributes["state"].isin(KNOWN), "application_id"].value_counts()
    typical = members["cluster_id"].map(clusters.set_index("cluster_id")["representative"])
    ranked = members[["application_id", "cluster_id"]].assign(
        is_other=members["application_id"] != typical,
        standing=-members["application_id"].map(standing).fillna(0).astype(int),
    )
    ordered = ranked.sort_values(["is_other", "standing", "application_id"], kind="stable")
    shown = ordered.groupby("cluster_id", sort=False).head(SHOWN_MEMBERS)
    return {
        str(cluster_id): [str(each) for each in rows]
        for cluster_id, rows in shown.groupby("cluster_id")["application_id"]
    }


def cluster_cases(
    tenant: TenantId,
    clusters: pd.DataFrame,
    members: pd.DataFrame,
    attributes: pd.DataFrame,
    material: Material,
) -> list[CaseFile]:
    """One case for each pattern, the largest first. Frames of PatternCluster, ClusterMember and AttributeValue.

    `attributes` are as the rules left them; `material` is of the applications that `shown_members` names. The fallback
    of a case holds the gap report and the methods that code finds.
    """
    gaps = _common_gaps(clusters, members, attributes)
    shown = shown_members(clusters, members, attributes)
    anomalies = members[members["anomaly"].astype(bool)].groupby("cluster_id").size()
    ordered = clusters.sort_values(["size", "cluster_id"], ascending=[False, True], kind="stable")
    judged = attributes[attributes["application_id"].isin([one for names in shown.values() for one in names])]
    held = [by_application(frame) for frame in (judged, material.facts, material.flags)]
    return [
        _cluster_case(
            tenant,
            {**row, "anomalies": int(anomalies.get(row["cluster_id"], 0))},
            gaps.get(str(row["cluster_id"]), []),
            judgeable(held, shown.get(str(row["cluster_id"]), [])),
            material.tier_of(members.loc[members["cluster_id"] == row["cluster_id"], "application_id"]),
        )
        for row in ordered.to_dict("records")
    ]


def application_case(
    tenant: TenantId, application_id: str, attributes: pd.DataFrame, facts: pd.DataFrame, flags: pd.DataFrame
) -> CaseFile:
    """Case of one application. Frames of AttributeValue and ApplicationFact, flags in material.FLAG_COLUMNS.

    Rows of other applications are ignored; `attributes` are as the rules left them.
    """
    own = attributes[attributes["application_id"] == application_id]
    gaps = rows_of(own[_is_gap(own)].assign(members=1, of=1), GAP_COLUMNS)
    known = rows_of(facts[facts["application_id"] == application_id], FACT_COLUMNS)
    sections: dict[str, Rows] = {
        "application": [{"application_id": application_id}] if known else [],
        "application_facts": known,
        "attribute_standing": standing_rows(by_application(own), [application_id]),
        "data_flags": flag_rows(by_application(flags), [application_id]),
        "attribute_gaps": gaps,
    }
    return case_file(tenant, crew(), f"{APPLICATION}{application_id}", sections, _fallback(gaps, questions=gaps))


def judgeable(held: Sequence[ByApplication], applications: Sequence[str]) -> dict[str, Rows]:
    """Sections about single applications: what is open or inferred, the facts for it, what is flagged.

    `held` are rows of attributes, facts and flags.
    """
    attributes, facts, flags = held
    standing = standing_rows(attributes, applications)
    return {
        "attribute_standing": standing,
        "application_facts": fact_rows(facts, standing),
        "data_flags": flag_rows(flags, applications),
    }


def _mapping_case(tenant: TenantId, file_id: str, doubts: pd.DataFrame, settled: pd.DataFrame) -> CaseFile:
    rows = rows_of(doubts, DOUBT_COLUMNS)
    for row in rows:
        # The address of a whole column: a cell's address with any row.
        row["evidence"] = [f"{file_id}.{row['sheet_index']}.*.{row['column_index']}"]
    same_sheets = settled[settled["sheet_index"].isin(doubts["sheet_index"])]
    sections = {"mapping_doubts": rows, "sheet_columns": rows_of(same_sheets, SETTLED_COLUMNS)}
    return case_file(tenant, crew(), f"file:{file_id}", sections, _fallback([]))


def _cluster_case(
    tenant: TenantId, row: Mapping[Any, Any], gaps: list[dict[str, Any]], judged: Mapping[str, Rows], tier: int
) -> CaseFile:
    cluster_id = str(row["cluster_id"])
    about = {name: row[name] for name in ("cluster_id", "label", "description", "size", "representative", "anomalies")}
    traits = [
        {"trait": trait, "value": value, "evidence": [f"{cluster_id}.{trait}"]}
        for trait, value in row["traits"].items()
    ]
    methods = method_rows(gaps, tier)
    sections: dict[str, Rows] = {
        "cluster": [about],
        "cluster_traits": traits,
        **judged,
        "attribute_gaps": gaps,
        "collection_methods": methods,
    }
    return case_file(tenant, crew(), f"cluster:{cluster_id}", sections, _fallback(gaps, methods=methods))


def _is_gap(attributes: pd.DataFrame) -> pd.Series:
    return ~attributes["state"].isin(KNOWN) & attributes["question"].fillna("").ne("")


def _common_gaps(
    clusters: pd.DataFrame, members: pd.DataFrame, attributes: pd.DataFrame
) -> dict[str, list[dict[str, Any]]]:
    """The commonest gaps of each cluster, each told on its representative or else on the first member that has it."""
    gaps = attributes[_is_gap(attributes)].merge(members[["application_id", "cluster_id"]], on="application_id")
    if gaps.empty:
        return {}
    representatives = clusters.set_index("cluster_id")["representative"]
    keys = ["cluster_id", "attribute"]
    gaps["is_other"] = gaps["application_id"] != gaps["cluster_id"].map(representatives)
    gaps["members"] = gaps.groupby(keys)["application_id"].transform("size")
    gaps["of"] = gaps["cluster_id"].map(clusters.set_index("cluster_id")["size"])
    told = gaps.sort_values(["is_other", "application_id"], kind="stable").drop_duplicates(keys)
    ordered = told.sort_values(["members", "attribute"], ascending=[False, True], kind="stable")
    return {
        str(cluster_id): rows_of(rows.head(QUESTIONS_PER_CLUSTER), GAP_COLUMNS)
        for cluster_id, rows in ordered.groupby("cluster_id", sort=False)
    }


def _fallback(
    gaps: list[dict[str, Any]], *, questions: Sequence[Mapping[str, Any]] = (), methods: Rows = ()
) -> DiscoveryAnswer:
    """What stands without a crew.

    An application has its drafted `questions`, a pattern (with `methods`) its gap report; nothing is named or decided.
    """
    return DiscoveryAnswer(
        label=None,
        description=None,
        mappings=[],
        inferences=[],
        proposals=[],
        questions=[
            Question(
                application_id=clipped(str(gap["application_id"]), VALUE_CHARS),
                attribute=gap["attribute"],
                question=phrase(gap["question"]),
            )
            for gap in questions[:MOST_QUESTIONS]
        ],
        methods=cheapest_methods(methods),
        gap_report=gap_report(gaps, methods) if methods else "",
        findings=[],
        evidence=first_ids(*(gap["evidence"] for gap in gaps)),
    )
