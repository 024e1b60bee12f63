"""Values that count, as they are told of applications: columns of codes, sorted by application and fact."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.attributes.catalogue import BEHIND
from aidiscover_pipelines.attributes.cells import Addresses, Cells
from aidiscover_pipelines.attributes.rollups import AVERAGES, PEAKS, ROLLUPS, STATISTIC_FACTS
from aidiscover_pipelines.attributes.standing import agreement, arrow_texts
from aidiscover_pipelines.attributes.validity import COMPARED, IMPOSSIBLE, validity
from aidiscover_pipelines.attributes.wide import Codes, Flags, Numbers, Texts
from aidiscover_pipelines.domain.vocabulary import EntityKind

# Fields of assets that facts of applications are made of.
_OF_ASSETS = {
    *(rollup.field for rollup in ROLLUPS),
    *(name for fields in BEHIND.values() for name in fields),
    "power_state",
}
NO_ASSET = -1


class Told(NamedTuple):
    """Rows of values by application and fact (codes), in the store's order within these.

    `row` is the place among the values, `place` the one in the order of links and values.
    """

    application: Codes
    fact: Codes
    row: Codes
    asset: Codes
    place: Codes

    def where(self, kept: Flags) -> "Told":
        """Some of the rows."""
        return Told(*(column[kept] for column in self))


@dataclass(frozen=True, slots=True)
class Weighed:
    """Values with what is thought of each of them. `names` are the facts by code; `fault` is a place in `problems`."""

    cells: Cells
    addresses: Addresses
    names: Texts
    validity: Numbers
    agreement: Numbers
    fault: Codes
    problems: Texts

    def key(self, told: Told) -> Codes:
        """One number for each application and fact, in their order."""
        return told.application * len(self.names) + told.fact

    def of(self, told: Told, *facts: str) -> Told:
        """What is told of some facts."""
        return told.where(np.isin(self.names, facts)[told.fact])

    def possible(self, told: Told) -> Told:
        """Without what cannot be right."""
        return told.where(self.validity[told.row] > IMPOSSIBLE)

    def frame(self, told: Told) -> pd.DataFrame:
        """In the order of links and values: application, asset, entity, value (codes), field, cell, conflict."""
        cells, order = self.cells, np.argsort(told.place)
        told = Told(*(column[order] for column in told))
        return pd.DataFrame(
            {
                "application": told.application,
                "asset": told.asset,
                "entity": cells.entity_id.codes[told.row],
                "field": pd.Categorical.from_codes(told.fact, pd.Index(self.names, dtype="str")),
                "value": cells.value.codes[told.row],
                "cell": self.addresses.values[told.row],
                "conflict": cells.conflict[told.row],
            }
        )


def may_count(values: pd.DataFrame) -> Flags:
    """Which EntityValue rows say anything here: what stands, what is disputed, and what is compared with its limits."""
    field, chosen, conflict = arrow_texts(values["field"]), values["chosen"].to_numpy(), values["conflict"].to_numpy()
    of_assets, compared = (
        pc.is_in(field, pa.array(sorted(names), pa.large_string())).to_numpy(zero_copy_only=False)
        for names in (_OF_ASSETS, COMPARED)
    )
    itself = values["entity"].eq(EntityKind.APPLICATION.value).to_numpy(dtype=bool)
    flags: Flags = (chosen & (itself | of_assets)) | conflict | compared
    return flags


def weighed(cells: Cells, addresses: Addresses, faulty: pd.DataFrame) -> Weighed:
    """`faulty` are rows of validity.faults."""
    rows = faulty["row"].to_numpy(dtype=np.int64)
    fault = np.full(len(cells), -1)
    fault[rows] = np.arange(len(rows))
    said = zip(
        cells.value.take(rows).tolist(),
        addresses.texts[addresses.values[rows]].tolist(),
        faulty["problem"].tolist(),
        faulty["what"].tolist(),
        strict=True,
    )
    problems = [f"{value} in {cell} is {problem}: {what}" for value, cell, problem, what in said]
    names = sorted({*cells.field.texts.tolist(), *STATISTIC_FACTS.values(), *BEHIND})
    return Weighed(
        cells,
        addresses,
        np.array(names, dtype=object),
        validity(len(cells), faulty),
        agreement(cells.values),
        fault,
        np.array(problems, dtype=object),
    )


def told_of(values: Weighed, of_entity: Codes, assets: Codes, linked: Codes, served: Codes) -> tuple[Told, Told]:
    """What applications record themselves, and what their assets do, once for each application that runs on them.

    `of_entity` and `assets` are the codes of each distinct entity as application and as asset; `linked` and `served`
    the applications and assets of links. Averages of a utilisation keep their field, peaks go to its `_max` fact; other
    statistics of it are no facts.
    """
    cells, names = values.cells, pd.Index(values.names)
    measured, statistic = cells.field.among(STATISTIC_FACTS), cells.statistic
    peak = measured & statistic.among(PEAKS)
    typical = ~measured | statistic.among(AVERAGES)
    used = ~cells.is_asset | cells.field.among(_OF_ASSETS)
    rows = np.flatnonzero(used & (peak | (typical & cells.chosen)))
    own = names.get_indexer(pd.Index(cells.field.texts))
    top = names.get_indexer(pd.Index([STATISTIC_FACTS.get(name, name) for name in cells.field.texts.tolist()]))
    field = cells.field.codes[rows]
    fact = np.where(peak[rows], top[field], own[field]).astype(np.int64)
    entity, is_asset = cells.entity_id.codes[rows], cells.is_asset[rows]
    recorded = np.flatnonzero(~is_asset & (of_entity[entity] >= 0))
    nothing, place = np.full(len(recorded), NO_ASSET, dtype=np.int64), np.arange(len(recorded))
    itself = Told(of_entity[entity[recorded]], fact[recorded], rows[recorded], nothing, place)

    held = np.flatnonzero(is_asset & (assets[entity] >= 0))
    held = held[np.argsort(assets[entity[held]], kind="stable")]
    counts = np.bincount(assets[entity[held]], minlength=int(served.max(initial=-1)) + 1)
    ends = np.cumsum(counts)
    known = served >= 0
    times = counts[served[known]]
    first = np.repeat((ends - counts)[served[known]] - (np.cumsum(times) - times), times)
    at = held[first + np.arange(len(first))]
    application, asset = np.repeat(linked[known], times), np.repeat(served[known], times)
    of_links = Told(application, fact[at], rows[at], asset, np.arange(len(at)))
    return _sorted(values, itself), _sorted(values, of_links)


def _sorted(values: Weighed, told: Told) -> Told:
    order = np.argsort(values.key(told), kind="stable")
    return Told(*(column[order] for column in told))
