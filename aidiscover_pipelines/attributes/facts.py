"""What is known of each application: its own recorded values, and those of its servers and edges rolled up to it."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.backing import FIGURES, all_impossible, backing, with_backing
from aidiscover_pipelines.attributes.cells import Addresses, Cells
from aidiscover_pipelines.attributes.connections import edge_facts, role_facts
from aidiscover_pipelines.attributes.estate import places
from aidiscover_pipelines.attributes.grouping import Groups, columns_of, joined, joined_values, number_texts
from aidiscover_pipelines.attributes.rollups import POWERED_OFF, ROLLUPS
from aidiscover_pipelines.attributes.standing import Sources
from aidiscover_pipelines.attributes.technology import technology_facts
from aidiscover_pipelines.attributes.told import Told, Weighed, told_of, weighed
from aidiscover_pipelines.attributes.validity import faults
from aidiscover_pipelines.attributes.wide import CITED, Flags

FACT_COLUMNS = ["application_id", "field", "value", "number", *CITED, "basis", "conflict", *FIGURES, "why", "problem"]
_KEY = ["application", "field"]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Kinds that say whether a server is physical; of an unknown one or a database nobody has said.
SERVER_KINDS = ("physical", "virtual", "cloud")
_NUMERIC = {rollup.fact: rollup.how for rollup in ROLLUPS if rollup.how in ("sum", "mean", "max", "min")}


class Judgement(NamedTuple):
    """Values with what is wrong with them (columns validity.FLAGGED), and every address that is cited."""

    cells: Cells
    faulty: pd.DataFrame
    addresses: Addresses


class Facts(NamedTuple):
    """`rows` have FACT_COLUMNS, which cite `addresses` by code."""

    rows: pd.DataFrame
    addresses: Addresses

    def evidence(self) -> "pd.Series[str]":
        """JSON lists of the addresses of each row."""
        return self.addresses.lists(self.rows[CITED].to_numpy())


def judge(
    values: pd.DataFrame,
    links: pd.DataFrame,
    edges: pd.DataFrame,
    uses: pd.DataFrame,
    today: date,
    sources: Sources,
    unitless: frozenset[str] = frozenset(),
) -> Judgement:
    """Validate values and weigh their sources; `unitless` as in `faults`."""
    cells = Cells(values)
    addresses = Addresses(sources, *(rows["evidence_id"] for rows in (values, links, edges, uses)))
    return Judgement(cells, faults(cells, today, unitless), addresses)


def application_facts(
    applications: pd.DataFrame,
    assets: pd.DataFrame,
    links: pd.DataFrame,
    edges: pd.DataFrame,
    uses: pd.DataFrame,
    today: date,
    judged: Judgement,
    of: Sequence[str] | None = None,
) -> Facts:
    """Facts of every application in `applications`, or only `of` some of them: names of others serve for edges.

    Shape: one row per (application_id, field), in that order, FACT_COLUMNS: the stored columns, with evidence as codes
    of `judged.addresses`; `conflict`, whether sources disagree on a value it rests on; `why` its values stand; means
    over those values of FIGURES; and the `problem` that some of them have. The application's own value wins over a
    rolled-up one; an application without assets lacks what only assets tell. Only chosen values count, and peaks of a
    utilisation. Impossible ones make no fact: where all are, a row with an empty value says so.
    `today` decides what is past its end. `judged` is made of the values and of these links, edges and uses. Edges may
    name applications outside `applications`; their recorded text stands for their name. Evidence follows the row order
    of the values, which the store keeps. Empty in, empty out.
    """
    cells = judged.cells
    ids = sorted(applications["application_id"] if of is None else of)
    served, linked = places(links["asset_id"], assets["asset_id"]), places(links["application_id"], ids)
    entities = pd.Series(cells.entity_id.texts, dtype="str")
    values = weighed(cells, judged.addresses, judged.faulty)
    known = places(entities, ids), places(entities, assets["asset_id"])
    own, of_assets = told_of(values, *known, linked[linked >= 0], served[linked >= 0])
    behind = backing(values, own, of_assets)
    own, of_assets = values.possible(own), values.possible(of_assets)
    serving = pd.DataFrame({"application": linked, "asset": served, "cell": judged.addresses.links, "conflict": False})
    serving = serving[linked >= 0]
    found = serving[serving["asset"] >= 0]
    layers = [
        _joined(values, own, "application", np.full(len(values.names), True)),
        _measured(values, of_assets),
        _joined(values, of_assets, "assets", np.isin(values.names, _rolled_up("join"))),
        _extreme_dates(values, of_assets),
        _asset_counts(serving, found, assets, values, of_assets),
        role_facts(found, assets),
        edge_facts(applications, edges, judged.addresses.edges, ids),
        technology_facts(values, own, of_assets, uses, today),
        all_impossible(behind, values.names),
    ]
    facts = pd.concat(layers, ignore_index=True)
    fields, names = pd.factorize(facts["field"], sort=True)
    _, firsts = np.unique(facts["application"].to_numpy() * len(names) + fields, return_index=True)
    facts = facts.iloc[firsts].reset_index(drop=True)
    facts["application_id"] = pd.Categorical.from_codes(facts["application"], pd.Index(ids, dtype="str"))
    rows = with_backing(facts, behind, values.names, judged.addresses)[FACT_COLUMNS]
    return Facts(rows, judged.addresses)


def _rolled_up(how: str) -> list[str]:
    return [rollup.field for rollup in ROLLUPS if rollup.how == how]


def _joined(values: Weighed, told: Told, basis: str, of: Flags) -> pd.DataFrame:
    """Texts of each application and fact; of several numbers for one the largest is the fact's number where its own."""
    told = told.where(of[told.fact])
    groups = Groups.by(values.key(told))
    value, firsts = values.cells.value, groups.firsts
    texts, cited = joined_values(groups, value.codes[told.row], value.texts, values.addresses.values[told.row])
    itself = basis == "application"
    return pd.DataFrame(
        {
            "application": told.application[firsts],
            "field": pd.Series(values.names[told.fact[firsts]], dtype=object),
            "value": pd.Series(texts, dtype=object),
            "number": groups.max(values.cells.number[told.row]) if itself else np.nan,
            "conflict": groups.any(values.cells.conflict[told.row]),
            "basis": basis,
            **columns_of(cited),
        }
    )


def _measured(values: Weighed, told: Told) -> pd.DataFrame:
    """Numeric roll-ups. Several measurements of one server (average and peak) count once, the largest."""
    told = values.of(told, *_NUMERIC)
    told = told.where(~np.isnan(values.cells.number[told.row]))
    key = values.key(told)
    of_server = Groups.by(key * (int(told.asset.max(initial=0)) + 1) + told.asset)
    number = of_server.max(values.cells.number[told.row])
    groups, cells = Groups.by(key[of_server.firsts]), Groups.by(key)
    names = values.names[told.fact[cells.firsts]]
    rule = np.array([_NUMERIC[name] for name in names.tolist()], dtype=object)
    numbers = pd.Series(
        np.select(
            [rule == "sum", rule == "mean", rule == "max"],
            [groups.sum(number), groups.mean(number), groups.max(number)],
            groups.min(number),
        )
    )
    return pd.DataFrame(
        {
            "application": told.application[cells.firsts],
            "field": pd.Series(names, dtype=object),
            "value": number_texts(numbers),
            "number": numbers,
            "conflict": cells.any(values.cells.conflict[told.row]),
            "basis": "assets",
            **columns_of(cells.cited(values.addresses.values[told.row])),
        }
    )


def _extreme_dates(values: Weighed, told: Told) -> pd.DataFrame:
    """Earliest or latest of ISO dates, which sort as text."""
    parts = []
    order: tuple[tuple[str, Literal["first", "last"]], ...] = (("earliest", "first"), ("latest", "last"))
    for how, keep in order:
        rows = values.frame(values.of(told, *_rolled_up(how)))
        rows["value"] = values.cells.value.texts[rows["value"].to_numpy()]
        rows = rows[rows["value"].str.match(_DAY).astype(bool)]
        rows = rows.sort_values([*_KEY, "value"], kind="stable")
        parts.append(joined(rows.drop_duplicates(_KEY, keep=keep), _KEY))
    return pd.concat(parts, ignore_index=True).assign(number=np.nan, basis="assets")


def _asset_counts(
    serving: pd.DataFrame, found: pd.DataFrame, assets: pd.DataFrame, values: Weighed, told: Told
) -> pd.DataFrame:
    """asset_count, kinds (number: share of physical ones among SERVER_KINDS; NaN without any) and power_off_share.

    The latter is a share of those whose state is known. `found` are the links of which the asset is known.
    """
    typed = found.assign(value=assets["kind"].to_numpy(dtype=object)[found["asset"].to_numpy()])
    power = values.frame(values.of(told, "power_state"))
    codes, distinct = pd.factorize(power["value"])
    off = [re.search(POWERED_OFF, values.cells.value.texts[state].lower()) is not None for state in distinct]
    counted, kinds, states = (Groups(rows, ["application"]) for rows in (serving, typed, power))
    parts = [
        (counted, counted.sizes(), serving, "asset_count"),
        (states, states.mean(np.array(off, dtype=bool)[codes]), power, "power_off_share"),
    ]
    facts: list[pd.DataFrame] = [
        groups.keys.assign(
            field=fact,
            number=number,
            value=number_texts(number),
            conflict=groups.any(rows["conflict"]),
            **columns_of(groups.cited(rows["cell"])),
        )
        for groups, number, rows, fact in parts
    ]
    is_server = typed["value"].isin(SERVER_KINDS)
    physical = kinds.mean_known(typed["value"].eq("physical").astype(float).where(is_server))
    facts.append(joined(typed, ["application"]).assign(field="kinds", number=physical))
    return pd.concat(facts, ignore_index=True).assign(basis="assets")
