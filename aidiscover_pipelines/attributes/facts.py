"""What is known of each application: its own recorded values, and those of its servers and edges rolled up to it."""

import re
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.attributes.backing import FIGURES, all_impossible, backing, with_backing
from aidiscover_pipelines.attributes.catalogue import BEHIND
from aidiscover_pipelines.attributes.connections import edge_facts, role_facts
from aidiscover_pipelines.attributes.grouping import Groups, joined, number_texts
from aidiscover_pipelines.attributes.rollups import AVERAGES, PEAKS, POWERED_OFF, ROLLUPS, STATISTIC_FACTS
from aidiscover_pipelines.attributes.standing import Sources, agreement
from aidiscover_pipelines.attributes.technology import technology_facts
from aidiscover_pipelines.attributes.validity import IMPOSSIBLE, faults, validity
from aidiscover_pipelines.domain.tables import ApplicationFact, SourceStanding, TechnologyUse
from aidiscover_pipelines.domain.vocabulary import EntityKind

FACT_COLUMNS = [*ApplicationFact.columns(), "conflict", *FIGURES, "why", "problem"]
_KEY = ["application_id", "field"]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Kinds that say whether a server is physical; of an unknown one or a database nobody has said.
SERVER_KINDS = ("physical", "virtual", "cloud")
# Fields of assets that facts of applications are made of.
_OF_ASSETS = sorted(
    {rollup.field for rollup in ROLLUPS} | {name for fields in BEHIND.values() for name in fields} | {"power_state"}
)


class Judgement(NamedTuple):
    """What is wrong with EntityValue rows (columns validity.FLAGGED), and what is known of their sources."""

    faulty: pd.DataFrame
    sources: Sources


def judge(
    values: pd.DataFrame,
    today: date,
    standings: pd.DataFrame | None = None,
    seen: pd.DataFrame | None = None,
    unitless: frozenset[str] = frozenset(),
) -> Judgement:
    """Validate values and their sources.

    `standings` are SourceStanding rows, `seen` the values of last_seen of all entities, `unitless` as in `faults`.
    """
    standings = pd.DataFrame(columns=SourceStanding.columns()) if standings is None else standings
    seen = values[values["field"].eq("last_seen")] if seen is None else seen
    return Judgement(faults(values, today, unitless), Sources(standings, seen, today))


def application_facts(
    applications: pd.DataFrame,
    assets: pd.DataFrame,
    values: pd.DataFrame,
    application_assets: pd.DataFrame,
    dependencies: pd.DataFrame,
    today: date,
    judgement: Judgement | None = None,
    uses: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Facts of every application in `applications`.

    Shape: one row per (application_id, field), in that order, FACT_COLUMNS: the stored columns; `conflict`, whether
    sources disagree on a value it rests on; `why` its values stand; means over those values of FIGURES; and the
    `problem` that some of them have. The application's own value wins over a rolled-up one; an application without
    assets lacks what only assets tell. Only chosen `values` count, and peaks of a utilisation. Impossible ones make no
    fact: where all are, a row with an empty value says so.
    `today` decides what is past its end. Without a judgement nothing is known of the sources, without `uses`
    (TechnologyUse rows) nothing of the products that texts name.
    `dependencies` may name applications outside `applications`; their recorded text stands for their name. Evidence
    follows the row order of `values`, which the store keeps. Empty in, empty out.
    """
    judged = judgement or judge(values, today)
    counted = _counted(values, judged)
    ids = sorted(applications["application_id"])
    recorded_for = _coded(counted["entity_id"], ids)
    own = counted.assign(application_id=recorded_for)[~counted["is_asset"] & recorded_for.notna()]
    links = application_assets.assign(application_id=_coded(application_assets["application_id"], ids), conflict=False)
    links = links[links["application_id"].notna()]
    linked = _linked(counted, links, sorted(assets["asset_id"]))
    behind = backing(own, linked)
    named = pd.DataFrame(columns=TechnologyUse.columns(), dtype=object) if uses is None else uses
    own, linked = (rows[rows["validity"] > IMPOSSIBLE] for rows in (own, linked))
    layers = [
        _own_facts(own),
        _measured(linked),
        _joined(linked),
        _extreme_dates(linked),
        _asset_counts(links, assets, linked),
        role_facts(links, assets),
        edge_facts(applications, dependencies),
        technology_facts(own, linked, named, today),
    ]
    facts = pd.concat([*layers, all_impossible(behind, ids)], ignore_index=True).astype({"number": float})
    facts["application"] = pd.Index(ids, dtype=object).get_indexer(facts["application_id"])
    facts["place"] = facts["application"] * len(facts) + pd.factorize(facts["field"], sort=True)[0]
    facts = facts[~facts["place"].duplicated()].sort_values("place").reset_index(drop=True)
    return with_backing(facts, behind, judged.sources)[FACT_COLUMNS]


def _linked(counted: pd.DataFrame, links: pd.DataFrame, asset_ids: list[str]) -> pd.DataFrame:
    """Values of assets, once for each application that runs on them, in the order of the links."""
    told_of = _coded(counted["entity_id"], asset_ids)
    held = pd.DataFrame({"asset": told_of.cat.codes, "row": np.arange(len(counted))})
    held = held[counted["is_asset"] & told_of.notna()]
    runs_on = pd.DataFrame({"asset": _coded(links["asset_id"], asset_ids).cat.codes, "link": np.arange(len(links))})
    pairs = runs_on.merge(held, on="asset")
    rows, places = pairs["row"].to_numpy(), pairs["link"].to_numpy()
    values = counted.iloc[rows].reset_index(drop=True)
    applications = links["application_id"].iloc[places].reset_index(drop=True)
    return values.assign(application_id=applications, asset_id=told_of.iloc[rows].reset_index(drop=True))


def _counted(values: pd.DataFrame, judgement: Judgement) -> pd.DataFrame:
    """Values that count, with what is thought of each (FIGURES, problem, why), and `field` as codes to group by.

    Averages of a utilisation keep their field, peaks go to its `_max` fact; other statistics of it are no facts.
    """
    field_codes, fields = _codes(values["field"])
    statistic_codes, statistics = _codes(values["statistic"].fillna(""))
    entity_codes, entities = _codes(values["entity"])
    id_codes, entity_ids = _codes(values["entity_id"])
    asset = (entities == EntityKind.ASSET.value)[entity_codes]
    measured = np.isin(fields, list(STATISTIC_FACTS))[field_codes]
    peak = measured & np.isin(statistics, PEAKS)[statistic_codes]
    typical = ~measured | np.isin(statistics, AVERAGES)[statistic_codes]
    used = ~asset | np.isin(fields, _OF_ASSETS)[field_codes]
    rows = np.flatnonzero(used & (peak | (typical & values["chosen"].to_numpy(dtype=bool))))
    names = np.array(sorted({*fields, *STATISTIC_FACTS.values()}), dtype=object)
    own, top = (pd.Index(names).get_indexer([how(name) for name in fields]) for how in (str, STATISTIC_FACTS.get))
    fact = np.where(peak, top[field_codes], own[field_codes])[rows]
    held = values[["value", "number", "evidence_id", "conflict", "rule"]].iloc[rows]
    problem = pd.Series("", index=values.index, dtype=object)
    faulty = judgement.faulty
    wrong = values.iloc[faulty["row"].to_numpy()]
    said = wrong["value"].astype(object) + " in " + wrong["evidence_id"].astype(object)
    problem.iloc[faulty["row"].to_numpy()] = (
        said.to_numpy()
        + " is "
        + faulty["problem"].to_numpy(dtype=object)
        + ": "
        + faulty["what"].to_numpy(dtype=object)
    )
    believed = judgement.sources.believe(held["evidence_id"])
    return pd.DataFrame(
        {
            "is_asset": asset[rows],
            "entity_id": pd.Categorical.from_codes(id_codes[rows], categories=pd.Index(entity_ids)),
            "field": pd.Categorical.from_codes(fact, dtype=pd.CategoricalDtype(pd.Index(names), ordered=True)),
            "value": _objects(held["value"]),
            "number": held["number"].to_numpy(dtype=float),
            "evidence_id": _objects(held["evidence_id"]),
            "conflict": held["conflict"].to_numpy(dtype=bool),
            "validity": validity(len(values), faulty)[rows],
            "agreement": agreement(values)[rows],
            "trust": believed.trust,
            "age": believed.age,
            "why": _objects(held["rule"]),
            "problem": pd.Series(problem.to_numpy()[rows], dtype=object),
            "faulty": np.isin(rows, faulty["row"].to_numpy()),
        }
    )


def _objects(texts: "pd.Series[str]") -> "pd.Series[Any]":
    """Texts as Python objects: they are handed on many times, and each time Arrow would copy them."""
    return pd.Series(texts.to_numpy(dtype=object), dtype=object)


def _codes(texts: "pd.Series[str]") -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    """Codes of each text, and the distinct texts."""
    codes, distinct = pd.factorize(texts)
    return codes, np.asarray(distinct, dtype=object)


def _coded(texts: "pd.Series[str]", known: list[str]) -> "pd.Series[str]":
    """Texts as codes into `known`, which is sorted; others become missing."""
    told, distinct = _codes(texts)
    codes = pd.Index(known, dtype=object).get_indexer(pd.Index(distinct))[told]
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
        rows = linked[linked["field"].isin(fields)]
        rows = rows[rows["value"].str.match(_DAY)]
        rows = rows.sort_values([*_KEY, "value"], kind="stable")
        parts.append(joined(rows.drop_duplicates(_KEY, keep=keep), _KEY))
    return pd.concat(parts, ignore_index=True).assign(basis="assets")


def _asset_counts(links: pd.DataFrame, assets: pd.DataFrame, linked: pd.DataFrame) -> pd.DataFrame:
    """asset_count, kinds (number: share of physical ones among SERVER_KINDS; NaN without any) and power_off_share.

    The latter is a share of those whose state is known.
    """
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
    is_server = typed["value"].isin(SERVER_KINDS)
    physical = kinds.mean_known(typed["value"].eq("physical").astype(float).where(is_server))
    facts.append(joined(typed, ["application_id"]).assign(field="kinds", number=physical))
    return pd.concat(facts, ignore_index=True).assign(basis="assets")
