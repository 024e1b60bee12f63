"""Servers, applications and edges of a tenant as frames that every export picks from."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    Asset,
    CleansedCell,
    CloudCell,
    Dependency,
    EntityValue,
    Recommendation,
    TechnologyUse,
    Wave,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.exports.template import texts

_FIRST = ["entity_id", "field", "evidence_id"]
_VALUES = ["entity_id", "field", "value", "number", "statistic", "evidence_id"]
_CELLS = (CleansedCell, CloudCell)
_WORDS = ["strategy", "decided_by", "risk", "target", "rationale", "question"]


@dataclass(frozen=True)
class Estate:
    """What exports read, as the store has it.

    `values` are the chosen ones of assets; `applications` have their recommendation and wave, their words empty where
    they have none; `edges` are distinct, between two known applications.
    """

    assets: pd.DataFrame
    values: pd.DataFrame
    applications: pd.DataFrame
    facts: pd.DataFrame
    technologies: pd.DataFrame
    links: pd.DataFrame
    edges: pd.DataFrame
    waves: pd.DataFrame

    def text(self, field: str) -> "pd.Series[str]":
        """The value of a field for each asset, by its position in `assets`; empty where unknown."""
        return texts(self._placed(self.values[self.values["field"] == field], "value"))

    def number(self, field: str, *statistics: str) -> "pd.Series[float]":
        """The number of a field for each asset: of the first of these statistics that it has, "" is one not told."""
        held = self.values[self.values["field"] == field]
        rank = texts(held["statistic"]).map({name: place for place, name in enumerate(statistics or ("",))})
        return self._placed(held.assign(rank=rank).dropna(subset="rank").sort_values("rank", kind="stable"), "number")

    def names(self) -> "pd.Series[str]":
        """Host name with its domain where one is known, else the name to show; the name that tools match by."""
        hosts = self.text("hostname")
        return hosts.where(hosts.str.contains(".", regex=False), self.assets["name"])

    def addresses(self, field: str) -> "pd.Series[Any]":
        """All addresses of each asset."""
        return self.text(field).map(lambda told: [part for part in told.split("; ") if part])

    def fact(self, field: str) -> "pd.Series[str]":
        """The value of a fact for each application, by its position in `applications`; empty where unknown."""
        held = self.facts[self.facts["field"] == field].set_index("application_id")["value"]
        return texts(self.applications["application_id"].map(held))

    @cached_property
    def of_server(self) -> "pd.Series[Any]":
        """Positions in `applications` of those that run on each asset, by name."""
        position = pd.Series(self.applications.index, index=self.applications["application_id"])
        links = self.links.assign(place=self.links["application_id"].map(position)).dropna(subset="place")
        grouped = links.astype({"place": int}).sort_values("place").groupby("asset_id")["place"].agg(list)
        return self.assets["asset_id"].map(grouped).map(lambda held: held if isinstance(held, list) else [])

    @cached_property
    def calendar(self) -> dict[int, dict[str, str]]:
        """First day, last day and kind of each planned wave; a day is empty where no dates are planned."""
        return {
            int(row["wave"]): {
                "starts": "" if pd.isna(row["starts"]) else str(row["starts"]),
                "ends": "" if pd.isna(row["ends"]) else str(row["ends"]),
                "kind": "pilot wave" if row["is_pilot"] else "wave",
            }
            for row in self.waves.to_dict("records")
        }

    def _placed(self, held: pd.DataFrame, column: str) -> pd.Series:
        first = held.drop_duplicates("entity_id").set_index("entity_id")[column]
        return self.assets["asset_id"].map(first)


def read_estate(store: PortfolioStore, tenant: TenantId) -> Estate:
    """Read the tenant's inventory and plan. Raises: UnknownTenant."""
    store.tenant(tenant, "export a plan")
    values = store.read(tenant, EntityValue, columns=_VALUES, entity=EntityKind.ASSET.value, chosen=True)
    applications = store.read(tenant, Application, columns=["application_id", "name", "origin"])
    for plan, columns in ((Recommendation, None), (WaveAssignment, ["application_id", "wave"])):
        applications = applications.merge(store.read(tenant, plan, columns=columns), on="application_id", how="left")
    applications[_WORDS] = applications[_WORDS].apply(texts)
    return Estate(
        assets=_by_name(store.read(tenant, Asset), "asset_id"),
        values=_with_summed_disks(store, tenant, values).sort_values(_FIRST, kind="stable", ignore_index=True),
        applications=_by_name(applications, "application_id"),
        facts=store.read(tenant, ApplicationFact, columns=["application_id", "field", "value"]),
        technologies=store.read(
            tenant, TechnologyUse, columns=["entity", "entity_id", "product", "name", "version", "category"]
        ),
        links=store.read(tenant, ApplicationAsset, columns=["application_id", "asset_id"]),
        edges=_edges(store.read(tenant, Dependency)),
        waves=store.read(tenant, Wave),
    )


def _with_summed_disks(store: PortfolioStore, tenant: TenantId, values: pd.DataFrame) -> pd.DataFrame:
    """Values with all disks of each sum of disks: the sum stands on the cell of the first one, which is a disk too."""
    disk = "disk_size_gb"
    cells = [store.read(tenant, table, columns=["evidence_id", "number"], field=disk) for table in _CELLS]
    size = pd.concat([each for each in cells if len(each)] or cells).set_index("evidence_id")["number"]
    first = values[(values["field"] == "storage_total_gb") & values["evidence_id"].isin(size.index)]
    if first.empty:
        return values
    first = first.assign(field=disk, number=first["evidence_id"].map(size))
    listed = store.read(tenant, EntityValue, columns=_VALUES, entity=EntityKind.ASSET.value, field=disk)
    sheet = first.set_index("entity_id")["evidence_id"].pipe(_sheets)
    listed = listed[listed["entity_id"].map(sheet) == _sheets(listed["evidence_id"])]
    others = values[~((values["field"] == disk) & values["entity_id"].isin(sheet.index))]
    disks = pd.concat([first, listed[listed["number"] >= 0]])
    return pd.concat([others, disks.assign(value=disks["number"].map("{:.10g}".format))], ignore_index=True)


def _sheets(addresses: "pd.Series[str]") -> "pd.Series[str]":
    """Sheet of each cell."""
    return addresses.astype("str").str.rsplit(".", n=2).str[0]


def wave_name(wave: Any) -> str:
    """Name of a wave in every export; empty for what does not move or has no wave."""
    return "" if pd.isna(wave) or not wave else f"Wave {int(wave)}"


def os_family(name: str) -> str:
    """The word windows or linux; empty for another system and for an unknown one."""
    folded = name.casefold()
    if "windows" in folded:
        return "windows"
    linux = ("linux", "ubuntu", "centos", "debian", "fedora", "suse", "red hat", "rhel", "rocky", "alma")
    return "linux" if any(word in folded for word in linux) else ""


def _by_name(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    order = frame.assign(folded=frame["name"].str.casefold()).sort_values(["folded", key], kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _edges(dependencies: pd.DataFrame) -> pd.DataFrame:
    """Distinct edges between two known applications: source_application, target_application, directed."""
    columns = ["source_application", "target_application", "directed"]
    known = dependencies[columns].dropna()
    known = known[known["source_application"] != known["target_application"]]
    return known.drop_duplicates().sort_values(columns, kind="stable", ignore_index=True)
