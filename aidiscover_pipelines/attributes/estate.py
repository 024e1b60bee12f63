"""What the stage reads: small tables of the whole portfolio, each value as it goes by, then those of some by parts."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from aidiscover_pipelines.attributes.shelf import Shelf
from aidiscover_pipelines.attributes.standing import Sources, arrow_texts
from aidiscover_pipelines.attributes.survey import Survey, entity_starts, whole_entities
from aidiscover_pipelines.attributes.told import may_count
from aidiscover_pipelines.attributes.validity import SHARES, column_keys
from aidiscover_pipelines.attributes.wide import Codes, Flags
from aidiscover_pipelines.domain.edition import edition
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    Asset,
    AttributeQuestion,
    Dependency,
    EntityValue,
    FieldMapping,
    SourceStanding,
    TechnologyUse,
)
from aidiscover_pipelines.domain.tenancy import ApplicationId, TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind, MappingDecision
from aidiscover_pipelines.ports import PortfolioStore

NOBODY = ""
"""In place of an application: the servers that none runs on. Their values are flagged too."""

_USED = [MappingDecision.ACCEPT.value, MappingDecision.REVIEW.value]
_LINK = ["application_id", "asset_id", "evidence_id"]
_EDGE = [
    "dependency_id", "source_application", "target_application", "source_text", "target_text", "kind", "port",
    "evidence_id", "directed",
]  # fmt: skip
_USE = ["entity_id", "evidence_id", "field", "name", "category", "kind", "cycle", "end_of_life", "status"]


@dataclass(frozen=True, slots=True)
class Part:
    """Some applications with all that is read of them, rows in the store's order.

    `values` are those that facts or flags may be made of. `here` marks the ones that count in this part: those of a
    server count in one part, however many applications it serves, if any. `neighbours` are ids and names of the
    applications at the ends of its edges.
    """

    ids: list[str]
    neighbours: pd.DataFrame
    assets: pd.DataFrame
    values: pd.DataFrame
    links: pd.DataFrame
    dependencies: pd.DataFrame
    uses: pd.DataFrame
    asked: pd.DataFrame
    here: Flags


class Estate:
    """The portfolio of a tenant, or of it what concerns one application; `parts` reads the values again.

    `served` and `serving` are the places of each link's server and application, -1 where it is not known.
    """

    def __init__(
        self, store: PortfolioStore, tenant: TenantId, today: date, application: ApplicationId | None = None
    ) -> None:
        self._read, self._values = partial(store.read, tenant), partial(store.read_in_parts, tenant, EntityValue)
        self.alone = application is not None
        self.applications = self._read(Application, columns=["application_id", "name"])
        known = self.applications["application_id"]
        one: dict[str, Any] = {} if application is None else {"application_id": application}
        self.ids: list[str] = (known if application is None else known[known == application]).tolist()
        self.links = self._read(ApplicationAsset, columns=_LINK, **one)
        served: dict[str, Any] = {} if application is None else {"asset_id": self.links["asset_id"].tolist()}
        self.assets = self._read(Asset, columns=["asset_id", "name", "kind"], **served)
        self.served = places(self.links["asset_id"], self.assets["asset_id"])
        self.serving = places(self.links["application_id"], self.ids)
        self.edges = self._read_edges(application)
        self.asked = self._read(AttributeQuestion, columns=["application_id", "attribute"], **one)
        self.entities: dict[str, Any] = (
            {} if application is None else {"entity_id": [application, *self.links["asset_id"].tolist()]}
        )
        self.uses = self._read(TechnologyUse, columns=_USE, coded=_USE[2:], **self.entities)
        self.survey = Survey(self._values(**self.entities))
        self.sources = Sources(self._read(SourceStanding), self.survey.seen, today)
        self.unitless = _columns_without_unit(store, tenant)

    @cached_property
    def names(self) -> dict[str, str]:
        """application_id -> name, of all of the tenant's."""
        return dict(zip(self.applications["application_id"], self.applications["name"], strict=True))

    @cached_property
    def serve_nobody(self) -> Flags:
        """Assets that no known application runs on."""
        idle: Flags = np.ones(len(self.assets), dtype=bool)
        idle[self.served[(self.served >= 0) & (self.serving >= 0)]] = False
        return idle

    def common_digest(self, today: date) -> str:
        """Digest of what all applications share: the code, the day that ages are counted from, columns without unit."""
        shared = repr((edition("attributes", "domain"), today.isoformat(), sorted(self.unitless)))
        return hashlib.sha256(shared.encode()).hexdigest()[:16]

    def parts(self, at_once: int, only: Sequence[str] | None = None) -> Iterator[Part]:
        """The applications in order and servers of NOBODY, or only some of these, so many at once.

        Values are read once, however many parts there are.
        """
        if only is not None and not len(only):
            return
        wanted = self.ids if only is None else [key for key in only if key != NOBODY]
        count = max(-(-len(wanted) // at_once), 1)
        runs_on = places(self.links["application_id"], wanted)
        linked = (runs_on >= 0) & (self.served >= 0)
        home = np.full(len(self.assets), -1)
        if only is None or NOBODY in only:
            home[self.serve_nobody] = np.arange(self.serve_nobody.sum()) * count // max(self.serve_nobody.sum(), 1)
        home[self.served[linked][::-1]] = runs_on[linked][::-1] // at_once  # of several applications the first one's
        at_home = np.flatnonzero(home >= 0)
        held = np.unique(
            np.append(self.served[linked], at_home) * count + np.append(runs_on[linked] // at_once, home[at_home])
        )
        shelf = self._shelved(
            wanted, np.arange(len(wanted)) // at_once, held // count, held % count, some=only is not None
        )
        ends = [places(self.edges[f"{end}_application"], wanted) for end in ("source", "target")]
        asked, user = places(self.asked["application_id"], wanted), self.uses["entity_id"]
        for number in range(count):
            first, last = number * at_once, (number + 1) * at_once
            ids, assets = wanted[first:last], self.assets.iloc[held[held % count == number] // count]
            values = shelf.taken(number)
            elsewhere = assets.loc[home[assets.index] != number, "asset_id"]
            is_asset = values["entity"].eq(EntityKind.ASSET.value).to_numpy(dtype=bool)
            edges = self.edges[np.any([(end >= first) & (end < last) for end in ends], axis=0)]
            named_ends = pd.concat([edges["source_application"], edges["target_application"]])
            yield Part(
                ids,
                self.applications[places(self.applications["application_id"], named_ends) >= 0],
                assets,
                values,
                self.links[(runs_on >= first) & (runs_on < last)],
                edges,
                self.uses[(places(user, ids) >= 0) | (places(user, assets["asset_id"]) >= 0)],
                self.asked[(asked >= first) & (asked < last)],
                ~(is_asset & (places(values["entity_id"], elsewhere) >= 0)),
            )

    def _shelved(self, ids: list[str], part: Codes, assets: Codes, part_of: Codes, *, some: bool) -> Shelf:
        """The values of applications, each in its `part`, and of `assets`, ascending places with the part of each.

        An asset may stand in several parts.
        """
        servers = self.assets["asset_id"]
        asked = {"entity_id": [*ids, *servers.iloc[np.unique(assets)].tolist()]} if some else self.entities
        counts = np.bincount(assets, minlength=len(servers) + 1)  # none of what is no asset of these
        first = np.cumsum(counts) - counts
        shelf = Shelf(EntityValue.columns())
        for values in whole_entities(self._values(**asked)):
            starts = entity_starts(values)
            told, entity = values[starts], np.cumsum(starts) - 1
            is_asset = told["entity"].eq(EntityKind.ASSET.value).to_numpy(dtype=bool)
            server, application = places(told["entity_id"], servers), places(told["entity_id"], ids)
            times = np.where(is_asset, counts[server], application >= 0)[entity] * may_count(values)
            row = np.repeat(np.arange(len(values)), times)
            turn = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
            of_asset = np.append(part_of, -1)[np.minimum(first[server][entity][row] + turn, len(part_of))]
            of_application = np.append(part, -1)[application][entity][row]
            shelf.put(values, row, np.where(is_asset[entity][row], of_asset, of_application))
        return shelf

    def _read_edges(self, application: ApplicationId | None) -> pd.DataFrame:
        if application is None:
            return self._read(Dependency, columns=_EDGE)
        ends: tuple[dict[str, Any], ...] = ({"source_application": application}, {"target_application": application})
        touching = [self._read(Dependency, columns=_EDGE, **end) for end in ends]
        filled = [edges for edges in touching if len(edges)] or touching[:1]  # empty columns have no types
        edges = pd.concat(filled).drop_duplicates("dependency_id")
        return edges.sort_values("dependency_id", kind="stable", ignore_index=True)


def places(texts: "pd.Series[str]", known: "Sequence[str] | pd.Series[str]") -> npt.NDArray[np.int64]:
    """Where each text stands among those known; -1 where it does not."""
    values = arrow_texts(known if isinstance(known, pd.Series) else pd.Series(known, dtype="str"))
    found = pc.index_in(arrow_texts(texts), value_set=values).fill_null(-1)
    out: npt.NDArray[np.int64] = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return out


def _columns_without_unit(store: PortfolioStore, tenant: TenantId) -> frozenset[str]:
    """Columns of utilisations that name no unit and hold no number above 1, as validity.column_keys writes them."""
    mapped = store.read(tenant, FieldMapping, field=list(SHARES), decision=_USED)
    mapped = mapped[mapped["unit"].isna()]
    if mapped.empty:
        return frozenset()
    keys = mapped["file_id"] + "." + mapped["sheet_index"].astype(str) + "/" + mapped["column_index"].astype(str)
    told = store.read(tenant, EntityValue, columns=["number", "evidence_id"], field=list(SHARES))
    most = told["number"].groupby(column_keys(told["evidence_id"])).max()
    return frozenset(most.index[most <= 1]) & frozenset(keys)
