"""Rough bands of effort and running cost, from published ranges and what is known of each application.

A band is a range, never a figure: what is not known leaves it as wide as it is published, and where nothing is known
there is no number and `basis` says why. The figures and their sources stand in bands.yaml.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, Bands
from aidiscover_pipelines.strategy.signals import FactTable

FIGURES = Path(__file__).with_name("bands.yaml")
Band = dict[str, Any]

_NO_EFFORT: Mapping[Strategy, Band] = {
    Strategy.RETAIN: {"band": "", "days_low": 0, "days_high": 0, "basis": "it stays where it is; nothing is moved"},
    Strategy.RETIRE: {
        "band": "",
        "days_low": None,
        "days_high": None,
        "basis": "no figure is published for retiring an application; ask who keeps its data",
    },
    Strategy.REPURCHASE: {
        "band": "",
        "days_low": None,
        "days_high": None,
        "basis": "it depends on the product; ask its vendor for data take-over, interfaces and training",
    },
}
# Sizes on which a person-day estimate is rounded, times powers of ten: more digits would be invented.
_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
_NOT_KNOWN = "not known: "


@cache
def figures() -> Mapping[str, Any]:
    """The published figures that ship."""
    document: Mapping[str, Any] = yaml.safe_load(FIGURES.read_text(encoding="utf-8"))
    return document


def effort_of(frame: pd.DataFrame, chosen: np.ndarray, bands: Bands) -> list[Band]:
    """{"band", "days_low", "days_high", "basis"} of each application for its chosen strategy; {} where switched off.

    Days are person days of the move; None where no figure is published or nothing that drives the work is known.
    """
    if not bands.effort:
        return [{} for _ in range(len(frame))]
    drivers = figures()["drivers"]
    levels = np.column_stack([chosen, *(_level(frame, driver) for driver in drivers.values())])
    distinct, inverse = np.unique(levels, axis=0, return_inverse=True)
    told = [_effort(STRATEGIES[row[0]], row[1:].tolist()) for row in distinct]
    return [told[place] for place in inverse.tolist()]


def _level(frame: pd.DataFrame, driver: Mapping[str, Any]) -> np.ndarray:
    """Position among the driver's levels, -1 where it is not known."""
    bounds = [level["up_to"] for level in driver["levels"] if "up_to" in level]
    values = frame[driver["signal"]].to_numpy(dtype="float64")
    return np.where(np.isnan(values), -1, np.searchsorted(bounds, np.nan_to_num(values), side="left"))


def _effort(strategy: Strategy, places: list[int]) -> Band:
    """The band for one combination of levels."""
    published = figures()["effort"].get(strategy.value)
    if published is None:
        return _NO_EFFORT[strategy]
    drivers = figures()["drivers"]
    known = [driver["levels"][place] for driver, place in zip(drivers.values(), places, strict=True) if place >= 0]
    unknown = [name for name, place in zip(drivers, places, strict=True) if place < 0]
    if not known:
        return {"band": "", "days_low": None, "days_high": None, "basis": "nothing that drives the work is known"}
    low_at = sum(level["at"][0] for level in known) / len(drivers)
    high_at = (sum(level["at"][1] for level in known) + len(unknown)) / len(drivers)
    span = published["high"] / published["low"]
    low, high = published["low"] * span**low_at, published["low"] * span**high_at
    high *= max(level.get("times", 1) for level in known)
    middle = (low * high) ** 0.5
    letter = next((name for name, most in figures()["letters"].items() if middle <= most), "XL")
    basis = f"{strategy.value}, {published['low']} to {published['high']} days published; " + ", ".join(
        level["says"] for level in known
    )
    return {
        "band": letter,
        "days_low": _rounded(low, up=False),
        "days_high": _rounded(high, up=True),
        "basis": basis + (f"; {_NOT_KNOWN}{', '.join(unknown)}" if unknown else ""),
    }


def _rounded(days: float, up: bool) -> float:
    """The next step outwards: bands are widened by rounding, never narrowed."""
    power = 10.0 ** np.floor(np.log10(days))
    steps = [step * power for step in (*_STEPS, 10.0)]
    return float(
        next(step for step in steps if step >= days - 1e-9) if up else max(s for s in steps if s <= days + 1e-9)
    )


def cost_of(frame: pd.DataFrame, table: FactTable, chosen: np.ndarray, bands: Bands) -> list[Band]:
    """{"low", "high", "currency", "basis"} of each application, a month after the move; {} where switched off.

    Low buys for three years and sizes by measured use, high pays list prices for what is installed. None where neither
    cores nor memory are known, or where the cost hangs on a product or a design that is not chosen yet.
    """
    if not bands.cost:
        return [{} for _ in range(len(frame))]
    prices = figures()["cost"]
    runs = np.isin(chosen, [STRATEGIES.index(Strategy(name)) for name in prices["after"]])
    size = _Size(frame, table, prices)
    after = np.array([prices["after"].get(strategy.value, np.nan) for strategy in STRATEGIES])[chosen]
    managed = np.where(chosen == STRATEGIES.index(Strategy.REHOST), 1.0, prices["managed"])
    low = (size.compute_low * prices["committed"] + size.disk * prices["disk_gb_month"][0]) * after
    high = size.compute_high * managed + size.disk * prices["disk_gb_month"][1]
    kept = frame["data_gb"].to_numpy(dtype="float64")
    retires = (chosen == STRATEGIES.index(Strategy.RETIRE)) & (kept > 0)
    low, high = (
        np.where(runs, moved, np.where(retires, kept * price, np.nan))
        for moved, price in zip((low, high), prices["archive_gb_month"], strict=True)
    )
    told = np.array([_COST_BASIS.get(strategy, "") for strategy in STRATEGIES], dtype=object)[chosen]
    told = np.where(retires, "archive storage of its data", np.where(runs, size.basis, told))
    return [
        {"low": first, "high": last, "currency": prices["currency"], "basis": basis}
        for first, last, basis in zip(_money(low, np.floor), _money(high, np.ceil), told.tolist(), strict=True)
    ]


_COST_BASIS: Mapping[Strategy, str] = {
    Strategy.RETAIN: "it stays: what it costs today goes on",
    Strategy.RETIRE: "its data volume is not known, so what an archive costs is not either",
    Strategy.REPURCHASE: "it depends on the product and its users; ask its vendor for an offer",
}


class _Size:
    """What each application needs, in US dollars a month for `compute`, and GB of `disk`; NaN where unknown."""

    def __init__(self, frame: pd.DataFrame, table: FactTable, prices: Mapping[str, Any]) -> None:
        cores, memory = _number(table, "cpu_cores"), _number(table, "memory_mb") / 1024.0
        least, most = prices["memory_per_core_gb"]
        by_memory = np.isnan(cores)
        by_cores = np.isnan(memory)
        low_cores, high_cores = (np.where(by_memory, memory / each, cores) for each in (most, least))
        low_memory, high_memory = (np.where(by_cores, cores * each, memory) for each in (least, most))
        used = {
            signal: np.clip(frame[signal].to_numpy(dtype="float64") * prices["comfort"] / 100.0, 0.0, 1.0)
            for signal in ("cpu_util", "memory_util")
        }
        sized = {signal: np.where(np.isnan(share), 1.0, share) for signal, share in used.items()}
        hours, core, gigabyte = prices["hours_a_month"], prices["core_hour"], prices["memory_gb_hour"]
        windows = _says(table, "os_names", "windows")
        self.compute_low = hours * (low_cores * sized["cpu_util"] * core + low_memory * sized["memory_util"] * gigabyte)
        licence = np.where(windows, prices["windows_core_hour"], 0.0)
        self.compute_high = hours * (high_cores * (core + licence) + high_memory * gigabyte)
        disk = _number(table, "storage_total_gb")
        self.disk = np.nan_to_num(disk)
        measured = ~np.isnan(used["cpu_util"]) | ~np.isnan(used["memory_util"])
        self.basis = self._told(by_memory, by_cores, np.isnan(disk), measured, windows)

    @staticmethod
    def _told(*unknown_and_known: np.ndarray) -> np.ndarray:
        """In words what the size rests on; each distinct combination once."""
        distinct, inverse = np.unique(np.column_stack(unknown_and_known), axis=0, return_inverse=True)
        return np.array([_size_basis(*row) for row in distinct.tolist()], dtype=object)[inverse]


def _size_basis(no_cores: bool, no_memory: bool, no_disk: bool, is_measured: bool, has_windows: bool) -> str:
    if no_cores and no_memory:
        return _NOT_KNOWN + "cores and memory of its servers"
    parts = ["low end sized by measured use, three years committed" if is_measured else "sized as installed; low end "
             "three years committed", "high end list price"]  # fmt: skip
    if has_windows:
        parts.append("with Windows licences at the high end")
    missing = [name for name, gone in (("cores", no_cores), ("memory", no_memory), ("disks", no_disk)) if gone]
    if missing:
        parts.append(_NOT_KNOWN + ", ".join(missing))
    return "; ".join(parts)


def _number(table: FactTable, name: str) -> np.ndarray:
    """A recorded amount; what is 0 or less is no size."""
    if name not in table.number:
        return np.full(len(table.index), np.nan)
    values = table.number[name].to_numpy(dtype="float64")
    return np.where(values > 0, values, np.nan)


def _says(table: FactTable, name: str, words: str) -> np.ndarray:
    if not table.has(name):
        return np.zeros(len(table.index), dtype=bool)
    return table.text[name].str.contains(words, regex=False, na=False).to_numpy(dtype=bool)


def _money(amounts: np.ndarray, towards: np.ufunc) -> list[float | None]:
    """Two digits, rounded outwards; None where there is no number."""
    known = amounts > 0
    power = 10.0 ** (np.floor(np.log10(np.where(known, amounts, 1.0))) - 1)
    rounded = np.round(towards(np.round(np.where(known, amounts, 0.0) / power, 6)) * power, 4)
    return [amount if is_known else None for amount, is_known in zip(rounded.tolist(), known.tolist(), strict=True)]
