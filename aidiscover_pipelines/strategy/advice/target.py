"""Where each application would land: a kind of landing zone by declared rules over strategy, technology and data."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.advice import landing_zones as zones
from aidiscover_pipelines.strategy.advice.landing_zones import CATEGORIES, DATABASES, Zone
from aidiscover_pipelines.strategy.advice.wording import Quoter
from aidiscover_pipelines.strategy.policy.conditions import Condition, any_of, at_least, unless, yes
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES
from aidiscover_pipelines.strategy.signals import FactTable

_ENGINE = ("database_engine", "technology_stack")
_PLATFORM = ("virtualization_platform", "hardware_model", "technology_stack", "description")
_IDENTITY = ("application_name", "application_type", "technology_stack", "description")


@dataclass(frozen=True, slots=True)
class Landing:
    """Applications with `strategy` land in `zone` where `when` holds and `words` are found in one of `fields`.

    `why` may show the value behind a signal as {signal}. `with_database`: each engine goes to its managed twin.
    """

    strategy: Strategy
    zone: Zone
    why: str
    when: Condition | None = None
    words: str = ""
    fields: tuple[str, ...] = field(default=_PLATFORM)
    with_database: bool = False


REHOST, REPLATFORM, REFACTOR = Strategy.REHOST, Strategy.REPLATFORM, Strategy.REFACTOR
REPURCHASE, RETIRE, RETAIN = Strategy.REPURCHASE, Strategy.RETIRE, Strategy.RETAIN

# The first that fits counts; the last of each strategy always does. A table reads better with its own line breaks.
# fmt: off
LANDINGS: tuple[Landing, ...] = (
    Landing(REHOST, zones.BARE_METAL, "{oracle_rac|database_appliance} is licensed and tuned for hardware of its own",
            any_of("oracle_rac", "database_appliance")),
    Landing(REHOST, zones.VMWARE, "its VMware machines can move unchanged, and that is asked for",
            any_of("asks_no_change", "asks_speed"), r"vmware|vsphere|\besxi?\b"),
    Landing(REHOST, zones.VIRTUAL_MACHINE, "its servers move as they are"),
    Landing(REPLATFORM, zones.CONTAINERS, "it runs in containers already ({containerised})", yes("containerised"),
            with_database=True),
    Landing(REPLATFORM, zones.CONTAINERS, "{portable_runtime} in small or often released parts fits containers",
            yes("portable_runtime") & any_of("microservices", "asks_delivery"), with_database=True),
    Landing(REPLATFORM, zones.CONTAINERS, "it could run in containers as it is ({container_ready})",
            yes("container_ready"), with_database=True),
    Landing(REPLATFORM, zones.FILES, "it serves files ({file_service})", yes("file_service")),
    Landing(REPLATFORM, zones.DIRECTORY, "it is a directory ({core_directory})", yes("core_directory")),
    Landing(REPLATFORM, zones.WAREHOUSE, "it is a data warehouse ({warehouse})", yes("warehouse")),
    Landing(REPLATFORM, zones.CONVERTED, "{non_x86} has no server of its kind in a cloud", yes("non_x86")),
    Landing(REPLATFORM, zones.APP_SERVICE, "{portable_runtime} runs unchanged on a platform that patches itself",
            yes("portable_runtime") & unless("packaged", "legacy_language"), with_database=True),
    Landing(REPLATFORM, zones.VIRTUAL_MACHINE, "its programs stay on servers, with a renewed operating system",
            with_database=True),
    Landing(REFACTOR, zones.SERVERLESS, "functions or events are asked for ({asks_cloud_native})",
            yes("asks_cloud_native"), r"serverless|\bfunctions\b|event[- ]driven",
            ("description", "tags", "change_tolerance"), with_database=True),
    Landing(REFACTOR, zones.CONTAINERS, "its parts are redesigned to be released and scaled one by one",
            with_database=True),
    Landing(REPURCHASE, zones.SAAS, "a product takes over its function"),
    Landing(RETIRE, zones.ARCHIVE, "its data outlives it",
            at_least("compliance", 1) | at_least("data_gb", 1)
            | any_of("open_database", "mssql", "oracle", "closed_database")),
    Landing(RETIRE, zones.DECOMMISSION, "no data and no duty to keep any is recorded; confirm that before"),
    Landing(RETAIN, zones.VENDOR_CLOUD, "{saas} runs at its vendor", yes("saas") & unless("custom")),
    Landing(RETAIN, zones.EDGE, "it is tied to its place ({stays_on_site|data_residency}) and can run virtualised",
            any_of("stays_on_site", "data_residency") & any_of("virtual", "containerised")),
    Landing(RETAIN, zones.ON_SITE, "it stays where it is"),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Targets:
    """For each application: the kinds of zone in words, why, and the cells behind it."""

    names: list[str]
    whys: list[str]
    cells: list[list[str]]


def targets_of(frame: pd.DataFrame, chosen: np.ndarray, table: FactTable, quoter: Quoter) -> Targets:
    """The landing zone of each application for its chosen strategy (positions in Strategy order)."""
    names: list[str] = [""] * len(frame)
    whys: list[str] = [""] * len(frame)
    cells: list[list[str]] = [[] for _ in names]
    engines = _Engines(table)
    categories = _categories(table, np.flatnonzero(chosen == STRATEGIES.index(REPURCHASE)))
    free = np.ones(len(frame), dtype=bool)
    for landing in LANDINGS:
        fits = free & (chosen == STRATEGIES.index(landing.strategy))
        if landing.when is not None:
            fits &= landing.when.holds(frame)
        if landing.words:
            fits[fits] = _found(table, landing.fields, landing.words, np.flatnonzero(fits))
        free &= ~fits
        rows = np.flatnonzero(fits)
        signals = landing.when.signals if landing.when else ()
        texts, cited = quoter.text(landing.why, rows), quoter.cite(signals, rows)
        twins = engines.twins(frame, rows, landing) if landing.with_database else [()] * len(rows)
        for row, text, evidence, managed in zip(rows.tolist(), texts, cited, twins, strict=True):
            category = categories.get(row, "")
            names[row] = _name(landing.zone, managed, category)
            whys[row] = _why(landing.zone, managed, text)
            cells[row] = [*evidence, *(engines.cells(row) if managed else ())]
    return Targets(names, whys, cells)


def _name(zone: Zone, managed: Sequence[Zone], category: str) -> str:
    kinds = " and ".join([zone.name, *(twin.name for twin in managed)])
    return f"{kinds} ({category})" if category else kinds


def _why(zone: Zone, managed: Sequence[Zone], text: str) -> str:
    offers = [f"{each.name}: {each.offers}" for each in (zone, *managed) if each.offers]
    told = f"{text[:1].upper()}{text[1:]}."
    return f"{told} For example {'; '.join(offers)}." if offers else told


class _Engines:
    """The managed twins of the database engines that each application names."""

    def __init__(self, table: FactTable) -> None:
        held = [field for field in _ENGINE if table.has(field)]
        said = pd.Series("", index=table.index)
        for name in held:
            said = said + " ; " + table.text[name].fillna("")
        self._codes, texts = pd.factorize(said)
        found = np.zeros((len(texts), len(DATABASES)), dtype=bool)
        for place, (pattern, _) in enumerate(DATABASES):
            found[:, place] = pd.Series(texts, dtype="str").str.contains(pattern, regex=True).to_numpy(dtype=bool)
        self._twins = [tuple(DATABASES[place][1] for place in np.flatnonzero(row)) for row in found]
        self._evidence = table.evidence["database_engine"].tolist() if table.has("database_engine") else []

    def twins(self, frame: pd.DataFrame, rows: np.ndarray, landing: Landing) -> list[tuple[Zone, ...]]:
        """What their engines become; nothing where an engine is only spoken of, or cannot be left to a cloud."""
        own = [self._twins[code] for code in self._codes[rows]]
        bound = _BOUND.holds(frame)[rows]
        leaves = _LEAVES_ENGINE.holds(frame)[rows] if landing.strategy is REFACTOR else np.zeros(len(rows), dtype=bool)
        return [
            (zones.OPEN_ENGINE,) if gone else tuple(twin for twin in told if not (stuck and twin is zones.ORACLE))
            for told, stuck, gone in zip(own, bound, leaves, strict=True)
        ]

    def cells(self, row: int) -> list[str]:
        """Cells that name its database."""
        return self._evidence[row] if self._evidence else []


# Managed Oracle takes neither clusters nor an ERP or warehouse (AWS: supported R types of homogeneous migrations).
_BOUND = yes("oracle") & any_of("oracle_rac", "erp", "warehouse")
# A redesign that leaves an engine without a managed twin, or by request, leaves it for an open one.
_LEAVES_ENGINE = any_of("asks_engine_change", "closed_database", "oracle_rac")


def _categories(table: FactTable, rows: np.ndarray) -> dict[int, str]:
    """The category of product that takes over, by row; without those that no words tell."""
    found: dict[int, str] = {}
    for pattern, category in CATEGORIES:
        left = np.array([row for row in rows.tolist() if row not in found], dtype=int)
        found.update(dict.fromkeys(left[_found(table, _IDENTITY, pattern, left)].tolist(), category))
    return found


def _found(table: FactTable, fields: Sequence[str], pattern: str, rows: np.ndarray) -> np.ndarray:
    """For each of some rows whether one of the fields holds the pattern."""
    hit = np.zeros(len(rows), dtype=bool)
    for name in fields:
        if table.has(name) and len(rows):
            hit |= table.text[name].iloc[rows].str.contains(pattern, regex=True, na=False).to_numpy(dtype=bool)
    return hit
