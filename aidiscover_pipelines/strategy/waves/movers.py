"""What is known of the applications that move, as columns in order of their ids."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import RiskLevel, Strategy

STAYS = (Strategy.RETIRE.value, Strategy.RETAIN.value)
RISK_ORDER = {RiskLevel.LOW.value: 0, RiskLevel.MEDIUM.value: 1, RiskLevel.HIGH.value: 2}
CRITICALITY_ORDER = {"low": 0, "medium": 1, "high": 2, "critical": 3}
# Unknown criticality is no reason to be first: it ranks with high.
CRITICALITY_UNKNOWN = 2
# Facts that the plan reads.
FACTS = ["business_criticality", "business_unit", "change_tolerance"]


@dataclass(frozen=True)
class Inputs:
    """The tables that a plan is made of.

    facts: rows of FACTS. links: ApplicationAsset. previous and previous_waves: WaveAssignment and Wave of the plan
    before, empty for none.
    """

    recommendations: pd.DataFrame
    dependencies: pd.DataFrame
    applications: pd.DataFrame
    facts: pd.DataFrame
    links: pd.DataFrame
    previous: pd.DataFrame
    previous_waves: pd.DataFrame

    @cached_property
    def known(self) -> pd.DataFrame:
        """Recommendations of applications that are still in the inventory, by application_id."""
        held = self.recommendations["application_id"].isin(self.applications["application_id"])
        return self.recommendations[held].sort_values("application_id", kind="stable")


@dataclass(frozen=True, slots=True)
class Movers:
    """Applications that move; all columns have the length of `ids`, `places` leads from id and name to positions.

    rank: 0 goes first among equals (priority, risk, criticality, id). risk: 0 low to 2 high, 3 unknown. effort: person
    days, NaN where unknown. wave: in the plan before, 0 for none. units and tolerance are empty where nothing is told.
    """

    ids: list[str]
    names: list[str]
    priority: np.ndarray
    risk: np.ndarray
    criticality: np.ndarray
    rank: np.ndarray
    servers: np.ndarray
    effort: np.ndarray
    wave: np.ndarray
    units: list[tuple[str, ...]]
    tolerance: list[str]
    places: Mapping[str, int]

    def position(self, name: str) -> int | None:
        """Where the application of that id or name is; None where none of the movers is called so."""
        return self.places.get(name, self.places.get(folded(name)))

    def positions(self, ids: "pd.Series[str]") -> np.ndarray:
        """Where the applications of those ids are; -1 for what does not move."""
        return pd.Index(self.ids).get_indexer(pd.Index(ids))


def read_movers(inputs: Inputs, frozen: Iterable[int] = ()) -> Movers:
    """The applications whose recommendation moves them, and those in waves that have started whatever it says."""
    known = inputs.known
    before = inputs.previous.drop_duplicates("application_id").set_index("application_id")["wave"]
    wave = known["application_id"].map(before).fillna(0).astype(int)
    chosen = ~known["strategy"].astype("str").isin(STAYS) | wave.isin(list(frozen))
    moving, wave = known[chosen], wave[chosen]
    ids = moving["application_id"].tolist()
    told = {
        field: rows.drop_duplicates("application_id").set_index("application_id")["value"].astype("str").str.strip()
        for field, rows in inputs.facts.groupby("field", sort=False)
    }
    nothing = pd.Series(dtype="str")

    def fact(field: str) -> pd.Series:
        return moving["application_id"].map(told.get(field, nothing)).astype(object).fillna("").astype("str")

    criticality = (
        fact("business_criticality").str.lower().map(CRITICALITY_ORDER).fillna(CRITICALITY_UNKNOWN).to_numpy(dtype=int)
    )
    priority = moving["priority"].to_numpy(dtype=int)
    risk = moving["risk"].astype("str").map(RISK_ORDER).fillna(len(RISK_ORDER)).to_numpy(dtype=int)
    rank = np.empty(len(ids), dtype=int)
    rank[np.lexsort((criticality, risk, priority))] = np.arange(len(ids))  # stable, and ids are in order
    called = dict(zip(inputs.applications["application_id"], inputs.applications["name"], strict=True))
    names = [called[key] for key in ids]
    servers = inputs.links.groupby("application_id")["asset_id"].nunique()
    return Movers(
        ids,
        names,
        priority,
        risk,
        criticality,
        rank,
        moving["application_id"].map(servers).fillna(0).to_numpy(dtype=np.int64),
        np.array([_days(band) for band in moving["effort"]], dtype=float),
        wave.to_numpy(dtype=int),
        [tuple(filter(None, (part.strip() for part in text.split(";")))) for text in fact("business_unit")],
        fact("change_tolerance").tolist(),
        _places(ids, names),
    )


def _days(band: Mapping[str, Any]) -> float:
    """Middle of an effort band, person days; NaN where nobody knows."""
    low, high = band.get("days_low"), band.get("days_high")
    return np.nan if low is None or high is None else (low + high) / 2


def _places(ids: list[str], names: list[str]) -> dict[str, int]:
    """An id goes before a name; of several with one name the first, whose id tells them apart."""
    by_name = {folded(name): place for place, name in reversed(list(enumerate(names)))}
    return {**by_name, **{key: place for place, key in enumerate(ids)}}


def folded(name: str) -> str:
    """A name as it is compared."""
    return " ".join(name.casefold().split())


def ids_by_name(applications: pd.DataFrame) -> dict[str, list[str]]:
    """Ids of the applications of each name, whatever its case and spaces."""
    found: dict[str, list[str]] = {}
    for key, name in zip(applications["application_id"], applications["name"], strict=True):
        found.setdefault(folded(name), []).append(key)
    return found


def unknown_names(named: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Those that nobody is called by, whatever their case, each with what to do: the nearest names."""
    wanted = dict.fromkeys(named)
    by_folded = {folded(name): name for name in known} if wanted else {}
    found = {}
    for name in wanted:
        if folded(name) not in by_folded:
            near = difflib.get_close_matches(folded(name), list(by_folded), n=3, cutoff=0.6)
            asked = " or ".join(repr(by_folded[each]) for each in near)
            found[name] = f"did you mean {asked}?" if near else "see the names in the report's workbook"
    return found
