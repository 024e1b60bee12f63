"""What the stage reads: small tables of the whole portfolio once, values of its applications part by part."""

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

from aidiscover_pipelines.attributes.standing import Sources, arrow_texts
from aidiscover_pipelines.attributes.validity import SHARES, column_keys
from aidiscover_pipelines.attributes.wide import Flags
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

    `here` marks the values that count in this part: those of a server count in one part, however many applications it
    serves, if any. `neighbours` are ids and names of the applications at the ends of its edges.
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
    """The portfolio of a tenant, or of it what concerns one application; `parts` reads the values."""

    def __init__(
        self, store: PortfolioStore, tenant: TenantId, today: date, application: ApplicationId | None = None
    ) -> None:
        self._read, self._alone = partial(store.read, tenant), application is not None
        self.applications = self._read(Application, columns=["application_id", "name"])
        known = self.applications["application_id"]
        one: dict[str, Any] = {} if application is None else {"application_id": application}
        self.ids: list[str] = (known if application is None else known[known == application]).tolist()
        self._links = self._read(ApplicationAsset, columns=_LINK, **one)
        served: dict[str, Any] = {} if application is None else {"asset_id": self._links["asset_id"].tolist()}
        self._assets = self._read(Asset, columns=["asset_id", "name", "kind"], **served)
        self._edges = self._read_edges(application)
        self._asked = self._read(AttributeQuestion, columns=["application_id", "attribute"], **one)
        self.entities: dict[str, Any] = (
            {} if application is None else {"entity_id": [application, *self._links["asset_id"].tolist()]}
        )
        seen = self._read(EntityValue, columns=["value", "evidence_id"], field="last_seen", **self.entities)
        self.sources = Sources(self._read(SourceStanding), seen, today)
        self.unitless = _columns_without_unit(store, tenant)

    @cached_property
    def names(self) -> dict[str, str]:
        """application_id -> name, of all of the tenant's."""
        return dict(zip(self.applications["application_id"], self.applications["name"], strict=True))

    def common_digest(self, today: date) -> str:
        """Digest of what all applications share: the code, the day that ages are counted from, columns without unit."""
        shared = repr((edition("attributes", "domain"), today.isoformat(), sorted(self.unitless)))
        return hashlib.sha256(shared.encode()).hexdigest()[:16]

    def parts(self, at_once: int, only: list[str] | None = None) -> Iterator[Part]:
        """The applications in order, or only some of them, so many at once.

        Where one part holds all, values are read as one table.
        """
        wanted = self.ids if only is None else only
        if only is not None and not only:
            return
        count = max(-(-len(wanted) // at_once), 1)  # servers of no application have values too
        runs_on, asked = (places(frame["application_id"], wanted) for frame in (self._links, self._asked))
        ends = [places(self._edges[f"{end}_application"], wanted) for end in ("source", "target")]
        server = places(self._links["asset_id"], self._assets["asset_id"])
        home = np.arange(len(self._assets)) * count // max(len(self._assets), 1)  # of servers of none
        linked = (runs_on >= 0) & (server >= 0)
        home[server[linked][::-1]] = runs_on[linked][::-1] // at_once  # of several applications the first one's
        for number in range(count):
            first, last = number * at_once, (number + 1) * at_once
            named = (runs_on >= first) & (runs_on < last)
            held = home == number
            held[server[named & linked]] = True
            assets = self._assets[held]
            ids = wanted[first:last]
            values, uses = self._told(
                ids, assets["asset_id"].tolist(), whole=count == 1 and only is None and not self._alone
            )
            elsewhere = assets.loc[home[held] != number, "asset_id"]
            is_asset = values["entity"].eq(EntityKind.ASSET.value).to_numpy(dtype=bool)
            edges = self._edges[np.any([(end >= first) & (end < last) for end in ends], axis=0)]
            named_ends = pd.concat([edges["source_application"], edges["target_application"]])
            yield Part(
                ids,
                self.applications[places(self.applications["application_id"], named_ends) >= 0],
                assets,
                values,
                self._links[named],
                edges,
                uses,
                self._asked[(asked >= first) & (asked < last)],
                ~(is_asset & (places(values["entity_id"], elsewhere) >= 0)),
            )

    def _told(self, ids: list[str], assets: list[str], *, whole: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Values and technology uses of these applications and assets."""
        if whole:
            return self._read(EntityValue), self._read(TechnologyUse, columns=_USE)
        kinds = ((EntityKind.APPLICATION, ids), (EntityKind.ASSET, assets))
        values = [self._read(EntityValue, entity=kind.value, entity_id=named) for kind, named in kinds]
        return _stacked(values), self._read(TechnologyUse, columns=_USE, entity_id=[*ids, *assets])

    def _read_edges(self, application: ApplicationId | None) -> pd.DataFrame:
        if application is None:
            return self._read(Dependency, columns=_EDGE)
        ends: tuple[dict[str, Any], ...] = ({"source_application": application}, {"target_application": application})
        touching = [self._read(Dependency, columns=_EDGE, **end) for end in ends]
        edges = _stacked(touching).drop_duplicates("dependency_id")
        return edges.sort_values("dependency_id", kind="stable", ignore_index=True)


def places(texts: "pd.Series[str]", known: "Sequence[str] | pd.Series[str]") -> npt.NDArray[np.int64]:
    """Where each text stands among those known; -1 where it does not."""
    values = arrow_texts(known if isinstance(known, pd.Series) else pd.Series(known, dtype="str"))
    found = pc.index_in(arrow_texts(texts), value_set=values).fill_null(-1)
    out: npt.NDArray[np.int64] = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return out


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of all frames; empty ones are left out, because their columns have no types."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


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
