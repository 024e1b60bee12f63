"""What stands behind each fact: validity, agreement, trust and age of the values that it was made of."""

from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.catalogue import BEHIND
from aidiscover_pipelines.attributes.cells import Addresses
from aidiscover_pipelines.attributes.estate import places
from aidiscover_pipelines.attributes.grouping import Groups, columns_of
from aidiscover_pipelines.attributes.rollups import STATISTIC_FACTS
from aidiscover_pipelines.attributes.standing import UNKNOWN_TRUST
from aidiscover_pipelines.attributes.told import Told, Weighed
from aidiscover_pipelines.attributes.validity import IMPOSSIBLE
from aidiscover_pipelines.attributes.wide import CITED, NO_CELL, Codes, Texts

FIGURES = ["validity", "agreement", "trust", "age"]
PROBLEMS_TOLD = 3
BASES = ("application", "assets", "dependencies")
_UNKNOWN: dict[str, Any] = {
    "validity": 1.0,
    "agreement": 1.0,
    "trust": UNKNOWN_TRUST,
    "age": np.nan,
    "why": "",
    "problem": "",
}


def backing(values: Weighed, own: Told, linked: Told) -> pd.DataFrame:
    """Means of FIGURES over the values of each application, basis and field, the first reason, the first problems.

    Columns of the result: application, fact (codes), basis (its place in BASES), FIGURES, why, values (how many),
    problem, CITED (of the problem).
    """
    rows = pd.concat([_means(values, told, basis) for basis, told in enumerate((own, linked))], ignore_index=True)
    code = {name: place for place, name in enumerate(values.names.tolist())}
    derived = [
        _combined(rows[rows["fact"].isin([code[name] for name in fields if name in code])]).assign(fact=code[fact])
        for fact, fields in BEHIND.items()
        if fact not in STATISTIC_FACTS.values()
    ]
    return pd.concat([rows, *derived], ignore_index=True)


def _means(values: Weighed, told: Told, basis: int) -> pd.DataFrame:
    row, cell = told.row, values.addresses.values[told.row]
    believed = values.addresses.believed
    groups = Groups.by(values.key(told))
    first = groups.firsts
    out = pd.DataFrame(
        {
            "application": told.application[first],
            "fact": told.fact[first],
            "basis": basis,
            "validity": groups.mean(values.validity[row]),
            "agreement": groups.mean(values.agreement[row]),
            "trust": groups.mean(believed.trust[cell]),
            "age": groups.mean_known(believed.age[cell]),
            "why": values.cells.rule.take(row[first]),
            "values": groups.sizes(),
            "problem": "",
            **dict.fromkeys(CITED, NO_CELL),
        }
    )
    faulty = told.where(values.fault[row] >= 0)
    wrong = Groups.by(values.key(faulty))
    said = wrong.lists(pd.Series(values.problems[values.fault[faulty.row]]), PROBLEMS_TOLD)
    at = np.searchsorted(values.key(told)[first], values.key(faulty)[wrong.firsts])
    problem = out["problem"].to_numpy(dtype=object, copy=True)
    problem[at] = ["; ".join(few) for few in said]
    cited = np.full((len(out), len(CITED)), NO_CELL, dtype=np.int64)
    cited[at] = wrong.cited(values.addresses.values[faulty.row])
    return out.assign(problem=pd.Series(problem, dtype=object), **columns_of(cited))


def all_impossible(behind: pd.DataFrame, names: Texts) -> pd.DataFrame:
    """Facts without a value where every value is impossible.

    Columns: application, field, value, number, CITED, conflict, basis.
    """
    nothing = behind[behind["validity"].eq(IMPOSSIBLE) & behind["problem"].ne("")]
    facts = nothing[["application", *CITED]].assign(field=names[nothing["fact"].to_numpy()])
    basis = np.array(BASES, dtype=object)[nothing["basis"].to_numpy()]
    return facts.assign(value="", number=np.nan, conflict=False, basis=basis)


def with_backing(facts: pd.DataFrame, behind: pd.DataFrame, names: Texts, addresses: Addresses) -> pd.DataFrame:
    """Facts with FIGURES, why and problem. Facts of links and edges have the standing of their first cell."""
    fact, basis = places(facts["field"], names.tolist()), places(facts["basis"], BASES)
    wanted = np.where(fact < 0, -1, _key(facts["application"].to_numpy(), fact, basis, len(names)))
    application, known, told_by = (behind[name].to_numpy() for name in ("application", "fact", "basis"))
    held = _key(application, known, told_by, len(names))
    order = np.argsort(held, kind="stable")
    at = np.searchsorted(held, wanted, sorter=order)
    found = np.append(held[order], -2)[at] == wanted
    row = np.append(order, 0)[at[found]]
    columns: dict[str, Any] = {}
    for column, nothing in _UNKNOWN.items():
        told = behind[column].to_numpy()
        columns[column] = np.full(len(facts), nothing, dtype=object if isinstance(nothing, str) else float)
        columns[column][found] = told[row]
    first = facts[CITED[0]].to_numpy()
    bare = ~found & (first != NO_CELL)
    columns["trust"][bare] = addresses.believed.trust[first[bare]]
    columns["age"][bare] = addresses.believed.age[first[bare]]
    return facts.assign(**{name: pd.Series(column, facts.index, column.dtype) for name, column in columns.items()})


def _key(application: Codes, fact: Codes, basis: Codes, facts: int) -> Codes:
    return (application * facts + fact) * len(BASES) + basis


def _combined(rows: pd.DataFrame) -> pd.DataFrame:
    """Several fields of an application as one, each value counted once."""
    groups = Groups(rows, ["application", "basis"])
    total = groups.sum(rows["values"])
    means = {name: groups.sum(rows[name] * rows["values"]) / total for name in FIGURES[:3]}
    why = groups.first(rows["why"])
    cited = dict.fromkeys(CITED, NO_CELL)
    return groups.keys.assign(**means, age=groups.mean_known(rows["age"]), why=why, values=total, problem="", **cited)
