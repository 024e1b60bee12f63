"""What stands behind each fact: validity, agreement, trust and age of the values that it was made of."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.attributes.catalogue import BEHIND
from aidiscover_pipelines.attributes.grouping import Groups
from aidiscover_pipelines.attributes.rollups import STATISTIC_FACTS
from aidiscover_pipelines.attributes.standing import UNKNOWN_TRUST, Sources
from aidiscover_pipelines.attributes.validity import IMPOSSIBLE

FIGURES = ["validity", "agreement", "trust", "age"]
PROBLEMS_TOLD = 3
_BASES = ("application", "assets", "dependencies")
_UNKNOWN: dict[str, Any] = {
    "validity": 1.0,
    "agreement": 1.0,
    "trust": UNKNOWN_TRUST,
    "age": np.nan,
    "why": "",
    "problem": "",
}


def backing(own: pd.DataFrame, linked: pd.DataFrame) -> pd.DataFrame:
    """Means of FIGURES over the values of each application, basis and field, the first reason, the first problems.

    Both frames have the columns of facts._counted, and application_id as codes. Columns of the result: application
    (its code), basis, name (the field), FIGURES, why, values (how many), problem, evidence (of the problem).
    """
    rows = pd.concat([_means(own, _BASES[0]), _means(linked, _BASES[1])], ignore_index=True)
    derived = [
        _combined(rows[rows["name"].isin(fields)]).assign(name=fact, problem="")
        for fact, fields in BEHIND.items()
        if fact not in STATISTIC_FACTS.values()
    ]
    return pd.concat([rows, *derived], ignore_index=True)


def _means(rows: pd.DataFrame, basis: str) -> pd.DataFrame:
    fields = rows["field"].cat.categories
    coded = rows.assign(application=rows["application_id"].cat.codes, code=rows["field"].cat.codes)
    groups = Groups(coded, ["application", "code"])
    faulty = coded[coded["faulty"]]
    told = Groups(faulty, ["application", "code"])
    out = groups.keys.astype("int64").assign(
        basis=basis,
        validity=groups.mean(rows["validity"]),
        agreement=groups.mean(rows["agreement"]),
        trust=groups.mean(rows["trust"]),
        age=groups.mean_known(rows["age"]),
        why=groups.first(rows["why"]),
        values=groups.sizes(),
    )
    out["name"] = np.asarray(fields, dtype=object)[out["code"].to_numpy()]
    problems = told.keys.astype("int64").assign(
        problem=pd.Series(["; ".join(few) for few in told.lists(faulty["problem"], PROBLEMS_TOLD)], dtype=object),
        evidence=told.evidence(faulty["evidence_id"]),
    )
    merged: pd.DataFrame = out.merge(problems, on=["application", "code"], how="left").drop(columns="code")
    return merged.assign(problem=merged["problem"].astype(object).fillna(""))


def all_impossible(behind: pd.DataFrame, ids: list[str]) -> pd.DataFrame:
    """Facts without a value where every value is impossible.

    Columns: application_id, field, value, number, evidence, conflict, basis.
    """
    nothing = behind[behind["validity"].eq(IMPOSSIBLE) & behind["problem"].ne("")]
    named = np.array(ids, dtype=object)[nothing["application"].to_numpy()]
    facts = nothing[["basis", "evidence"]].assign(application_id=named, field=nothing["name"].astype(object))
    return facts.assign(value="", number=np.nan, conflict=False)


def with_backing(facts: pd.DataFrame, behind: pd.DataFrame, sources: Sources) -> pd.DataFrame:
    """Facts with FIGURES, why and problem. Facts of links and edges have the standing of their first cell.

    `facts` have a column `application`, the code that `behind` knows them by.
    """
    names = pd.Index(facts["field"].unique(), dtype=object)
    keys = []
    for application, name, basis in (
        (facts["application"], facts["field"], facts["basis"]),
        (behind["application"], behind["name"], behind["basis"]),
    ):
        place, base = _places(name, names), _places(basis, pd.Index(_BASES, dtype=object))
        key = (application.to_numpy(dtype=np.int64) * len(names) + place) * len(_BASES) + base
        keys.append(np.where(place < 0, -1, key))
    behind = behind[keys[1] >= 0]
    row = pd.Index(keys[1][keys[1] >= 0]).get_indexer(pd.Index(keys[0]))
    columns: dict[str, Any] = {}
    for column, nothing in _UNKNOWN.items():
        held: npt.NDArray[Any] = behind[column].to_numpy()
        columns[column] = np.where(row >= 0, held[row], nothing) if len(held) else nothing
    out = facts.drop(columns="application").assign(**columns)
    bare = np.flatnonzero((row < 0) & (facts["evidence"].str.len().to_numpy(dtype=float) > 0))
    believed = sources.believe(facts["evidence"].iloc[bare].str[0])
    return out.assign(trust=_put(out["trust"], bare, believed.trust), age=_put(out["age"], bare, believed.age))


def _places(texts: "pd.Series[Any]", known: "pd.Index[Any]") -> npt.NDArray[np.intp]:
    codes, distinct = pd.factorize(texts)
    return known.get_indexer(pd.Index(np.asarray(distinct, dtype=object)))[codes]


def _put(column: "pd.Series[Any]", rows: "np.ndarray[Any, Any]", figures: "np.ndarray[Any, Any]") -> Any:
    filled = column.to_numpy(dtype=float, copy=True)
    filled[rows] = figures
    return filled


def _combined(rows: pd.DataFrame) -> pd.DataFrame:
    """Several fields of an application as one, each value counted once."""
    groups = Groups(rows, ["application", "basis"])
    total = groups.sum(rows["values"])
    means = {name: groups.sum(rows[name] * rows["values"]) / total for name in FIGURES[:3]}
    keys = groups.keys.astype({"application": "int64"})
    return keys.assign(**means, age=groups.mean_known(rows["age"]), why=groups.first(rows["why"]), values=total)
