"""What is known of each application: its own recorded values, and those of its servers and edges rolled up to it."""

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.grouping import Groups, joined, number_texts
from aidiscover_pipelines.attributes.rollups import AVERAGES, PEAKS, POWERED_OFF, ROLLUPS, STATISTIC_FACTS
from aidiscover_pipelines.attributes.technology import technology_facts
from aidiscover_pipelines.domain.tables import ApplicationFact

FACT_COLUMNS = [*ApplicationFact.columns(), "conflict"]
_KEY = ["application_id", "field"]


def application_facts(
    applications: pd.DataFrame,
    assets: pd.DataFrame,
    values: pd.DataFrame,
    application_assets: pd.DataFrame,
    dependencies: pd.DataFrame,
    today: date,
) -> pd.DataFrame:
    """Facts of every application in `applications`.

    Shape: one row per (application_id, field), in that order, FACT_COLUMNS: the stored columns and `conflict`, whether
    sources disagree on a value it rests on. The application's own value wins over a rolled-up one; an application
    without assets lacks what only assets tell. Only chosen `values` count, and peaks of a utilisation.
    `today` decides what is past its end.
    `dependencies` may name applications outside `applications`; their recorded text stands for their name. Evidence
    follows the row order of `values`, which the store keeps. Empty in, empty out.
    """
    chosen = _with_codes(values)
    ids = sorted(applications["application_id"])
    own = chosen[chosen["entity"].eq("application")]
    own = own.assign(application_id=_coded(own["entity_id"], ids))
    own = own[own["application_id"].notna()]
    links = application_assets.assign(application_id=_coded(application_assets["application_id"], ids), conflict=False)
    links = links[links["application_id"].notna()]
    asset_ids = sorted(assets["asset_id"])
    of_assets = chosen[chosen["entity"].eq("asset")]
    of_assets = of_assets.assign(asset_id=_coded(of_assets["entity_id"], asset_ids)).dropna(subset="asset_id")
    linked = links[["application_id"]].assign(asset_id=_coded(links["asset_id"], asset_ids))
    linked = linked.merge(of_assets, on="asset_id")
    layers = [
        _own_facts(own),
        _measured(linked),
        _joined(linked),
        _extreme_dates(linked),
        _asset_counts(links, assets, linked),
        _edges(applications, dependencies),
        technology_facts(own, linked, today),
    ]
    filled = [layer.reindex(columns=FACT_COLUMNS) for layer in layers if len(layer)]
    if not filled:
        return pd.DataFrame(columns=FACT_COLUMNS)
    facts = pd.concat(filled, ignore_index=True).drop_duplicates(_KEY, keep="first")
    return facts.sort_values(_KEY, kind="stable").reset_index(drop=True)


def _with_codes(values: pd.DataFrame) -> pd.DataFrame:
    """Values that count, with `field` as codes, because every step groups by it.

    Averages of a utilisation keep their field, peaks go to its `_max` fact; other statistics of it are no facts.
    """
    field = values["field"].astype(object)
    statistic = values["statistic"].astype(object).fillna("")
    measured = field.isin(STATISTIC_FACTS)
    peak = measured & statistic.isin(PEAKS)
    field = field.mask(peak, field.map(STATISTIC_FACTS))
    names = sorted(field.unique())
    coded = values[["entity", "entity_id", "number", "conflict"]].assign(
        field=_coded(field, names),
        value=values["value"].astype(object),
        evidence_id=values["evidence_id"].astype(object),
    )
    return coded[peak | (values["chosen"].eq(True) & (~measured | statistic.isin(AVERAGES)))]


def _coded(texts: "pd.Series[str]", known: list[str]) -> "pd.Series[str]":
    """Texts as codes into `known`, which is sorted; others become missing."""
    codes = pd.Index(known, dtype=object).get_indexer(pd.Index(texts.astype(object)))
    dtype = pd.CategoricalDtype(pd.Index(known, dtype=object), ordered=True)
    return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype), index=texts.index)


def _own_facts(own: pd.DataFrame) -> pd.DataFrame:
    """Recorded values of the applications; of several numbers for one field the largest is the fact's number."""
    return joined(own, _KEY).assign(number=Groups(own, _KEY).max(own["number"]), basis="application")


def _measured(linked: pd.DataFrame) -> pd.DataFrame:
    """Numeric roll-ups. Several measurements of one server (average and peak) count once, the largest."""
    how = {rollup.fact: rollup.how for rollup in ROLLUPS if rollup.how in ("sum", "mean", "max", "min")}
    rows = linked[linked["field"].isin(how) & linked["number"].notna()]
    largest = Groups(rows, [*_KEY, "asset_id"])
    per_asset = largest.keys.assign(number=largest.max(rows["number"]))
    groups = Groups(per_asset, _KEY)
    number = per_asset["number"]
    rule = groups.keys["field"].map(how)
    numbers = pd.Series(
        np.select(
            [rule.eq("sum"), rule.eq("mean"), rule.eq("max")],
            [groups.sum(number), groups.mean(number), groups.max(number)],
            groups.min(number),
        )
    )
    cells = Groups(rows, _KEY)
    return groups.keys.assign(
        value=number_texts(numbers),
        number=numbers,
        evidence=cells.evidence(rows["evidence_id"]),
        conflict=cells.any(rows["conflict"]),
        basis="assets",
    )


def _joined(linked: pd.DataFrame) -> pd.DataFrame:
    fields = [rollup.field for rollup in ROLLUPS if rollup.how == "join"]
    return joined(linked[linked["field"].isin(fields)], _KEY).assign(basis="assets")


def _extreme_dates(linked: pd.DataFrame) -> pd.DataFrame:
    """Earliest or latest of ISO dates, which sort as text."""
    parts = []
    order: tuple[tuple[str, Literal["first", "last"]], ...] = (("earliest", "first"), ("latest", "last"))
    for how, keep in order:
        fields = [rollup.field for rollup in ROLLUPS if rollup.how == how]
        rows = linked[linked["field"].isin(fields)].sort_values([*_KEY, "value"], kind="stable")
        parts.append(joined(rows.drop_duplicates(_KEY, keep=keep), _KEY))
    return pd.concat(parts, ignore_index=True).assign(basis="assets")


def _asset_counts(links: pd.DataFrame, assets: pd.DataFrame, linked: pd.DataFrame) -> pd.DataFrame:
    """asset_count, kinds (number: share of physical ones) and power_off_share (of those whose state is known)."""
    typed = links.merge(assets[["asset_id", "kind"]], on="asset_id").rename(columns={"kind": "value"})
    power = linked[linked["field"] == "power_state"]
    is_off = power["value"].str.lower().str.contains(POWERED_OFF, regex=True)
    counted, kinds, states = (Groups(rows, ["application_id"]) for rows in (links, typed, power))
    parts = [
        (counted, counted.sizes(), links, "asset_count"),
        (states, states.mean(is_off), power, "power_off_share"),
    ]
    facts = [
        groups.keys.assign(
            field=fact,
            number=number,
            value=number_texts(number),
            evidence=groups.evidence(rows["evidence_id"]),
            conflict=groups.any(rows["conflict"]),
        )
        for groups, number, rows, fact in parts
    ]
    physical = kinds.mean(typed["value"].eq("physical"))
    facts.append(joined(typed, ["application_id"]).assign(field="kinds", number=physical))
    return pd.concat(facts, ignore_index=True).assign(basis="assets")


def _edges(applications: pd.DataFrame, dependencies: pd.DataFrame) -> pd.DataFrame:
    """depends_on and depended_on_by by name, with their counts.

    An end outside the portfolio counts where someone named it (relation, mention), not where only traffic was seen:
    clients and monitors would drown the rest.
    """
    ids = applications["application_id"]
    source, target = dependencies["source_application"], dependencies["target_application"]
    named = (
        target.isna() & dependencies["kind"].ne("flow") & dependencies["target_text"].astype(object).fillna("").ne("")
    )
    between = source.notna() & target.notna() & source.ne(target)
    parts = []
    for rows, own, other, fact, count in (
        (between | (source.notna() & named), "source", "target", "depends_on", "dependency_count"),
        (between, "target", "source", "depended_on_by", "depended_on_count"),
    ):
        edges = dependencies[rows & dependencies[f"{own}_application"].isin(ids)]
        ends = _ends(edges, own, other, applications)
        names = joined(ends, ["application_id"])
        number = Groups(ends.drop_duplicates(["application_id", "end"]), ["application_id"]).sizes()
        parts.append(names.assign(field=fact))
        parts.append(names.assign(field=count, number=number, value=number_texts(number)))
    return pd.concat(parts, ignore_index=True).assign(basis="dependencies")


def _ends(edges: pd.DataFrame, own: str, other: str, applications: pd.DataFrame) -> pd.DataFrame:
    names = applications.set_index("application_id")["name"].astype(object)
    text = edges[f"{other}_text"].astype(object)
    end = edges[f"{other}_application"].astype(object)
    return pd.DataFrame(
        {
            "application_id": edges[f"{own}_application"].astype(object),
            "end": end.where(end.notna(), text),
            "value": end.map(names).where(end.isin(names.index), text),
            "evidence_id": edges["evidence_id"].astype(object),
            "conflict": False,
        }
    ).reset_index(drop=True)
