"""Counting what applications have: distinct values of facts with how many applications have them and sample cells."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.crews.tools.desk import TenantView
from aidiscover_pipelines.crews.tools.spec import ROW_EVIDENCE, only
from aidiscover_pipelines.domain.tables import ApplicationFact

SEPARATOR = "; "  # how facts join several values


def values_of_facts(
    view: TenantView, fields: Mapping[str, str], application: str, named: str = "dimension"
) -> list[dict[str, Any]]:
    """Rows {named, value, applications, share, evidence} for each value of the facts, most frequent first.

    `fields` maps what a row is called to the fact it is read from. Of one application `applications` is 1.
    """
    facts = view.read(
        ApplicationFact,
        columns=["application_id", "field", "value", "evidence"],
        field=list(fields.values()),
        **only("application_id", application),
    )
    rows = []
    for name, fact in fields.items():
        known = facts[facts["field"] == fact]
        long = known.assign(value=known["value"].astype(object).str.split(SEPARATOR)).explode("value")
        long = long[long["value"].fillna("").ne("")].drop_duplicates(["application_id", "value"])
        for value, each in long.groupby("value", sort=True):
            rows.append(
                {
                    named: name,
                    "field": fact,
                    "value": value,
                    "applications": len(each),
                    "share": round(len(each) / known["application_id"].nunique(), 3),
                    "evidence": first_cells(each["evidence"].tolist()),
                }
            )
    order = list(fields)
    return sorted(rows, key=lambda row: (order.index(row[named]), -row["applications"]))


def first_cells(lists: Sequence[Sequence[str]]) -> list[str]:
    """Distinct ids of several evidence lists: the first of each before the second of any, ROW_EVIDENCE at most."""
    by_place = (each[place] for place in range(ROW_EVIDENCE) for each in lists[:ROW_EVIDENCE] if place < len(each))
    return list(dict.fromkeys(by_place))[:ROW_EVIDENCE]


def counts(column: "pd.Series[Any]") -> dict[str, int]:
    """How often each value occurs, most frequent first."""
    return {str(value): int(count) for value, count in column.value_counts().items()}
