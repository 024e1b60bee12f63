"""Portfolios with planted archetypes, as the files of an upload and the truth beside them.

For measuring patterns (`aidiscover evaluate patterns`). Same seed, same files. What is planted stands in
`demo.data_archetypes`; sizes are unequal, cells are missing or another application's, and a few applications are made
of the halves of two or contradict themselves.
"""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.demo.data_archetypes import CONTRADICTIONS, KINDS, Kind, Weighted

Strings = Any  # numpy object arrays of text: numpy types neither their elements nor their sums

NAME = "Application Name"
FEWEST_KINDS, MOST_KINDS = 7, 12
_SIZE_EXPONENT = 0.8  # sizes fall with rank by this power: the largest of ten kinds holds a quarter, the smallest 4 %
_MOST_SERVERS = 40
_UNITS = ("Sales", "Finance", "Operations", "Logistics", "Human Resources", "IT", "Engineering", "Service")
_SERVER_OF = "Application"
_WRITTEN = (2026, 1, 1, 0, 0, 0)  # a bundle's files carry a time; two benchmark runs must read the same bytes


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares, 0 to 1, of empty cells, applications without a server, cells of any other application, anomalies."""

    missing: float = 0.25
    unrecorded: float = 0.1
    foreign: float = 0.05
    anomalies: float = 0.02


@dataclass(frozen=True, slots=True)
class PlantedPortfolio:
    """`applications`, `servers` and `dependencies` as tables of text to upload; `truth` has name, kind and anomaly.

    anomaly is '' (none), 'halves' (half of its cells and all of its servers are those of an application of another
    kind) or 'contradiction'.
    """

    applications: pd.DataFrame
    servers: pd.DataFrame
    dependencies: pd.DataFrame
    truth: pd.DataFrame

    def write(self, path: Path) -> None:
        """A ZIP bundle of three CSV files, without the truth; the same bytes for the same portfolio."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name in ("applications", "servers", "dependencies"):
                frame: pd.DataFrame = getattr(self, name)
                bundle.writestr(zipfile.ZipInfo(f"{name}.csv", _WRITTEN), frame.to_csv(index=False))


def planted_portfolio(applications: int, seed: int, faults: Faults | None = None) -> PlantedPortfolio:
    """So many applications of 7 to 12 kinds, drawn by the seed."""
    rng = np.random.default_rng(seed)
    shares = faults or Faults()
    count = int(rng.integers(FEWEST_KINDS, MOST_KINDS + 1))
    kinds = [KINDS[place] for place in rng.permutation(len(KINDS))[:count]]
    size = np.arange(1, count + 1) ** -_SIZE_EXPONENT
    of = rng.choice(count, applications, p=size / size.sum())
    frame = _applications(rng, kinds, of)
    anomaly, donor = _anomalies(rng, of, shares.anomalies)
    frame = _with_anomalies(rng, frame, anomaly, donor)
    servers = _servers(rng, kinds, of, np.where(anomaly == "halves", donor, np.arange(applications)), frame[NAME])
    recorded = set(frame.loc[rng.random(applications) >= shares.unrecorded, NAME])
    return PlantedPortfolio(
        _with_faults(rng, frame, shares, keys=("Application ID", NAME)),
        _with_faults(rng, servers[servers[_SERVER_OF].isin(recorded)], shares, keys=("Server Name", _SERVER_OF)),
        _dependencies(rng, kinds, of, frame[NAME]),
        pd.DataFrame({"name": frame[NAME], "kind": [kinds[kind].key for kind in of], "anomaly": anomaly}),
    )


def _applications(rng: np.random.Generator, kinds: Sequence[Kind], of: np.ndarray) -> pd.DataFrame:
    count = len(of)
    number = np.char.zfill(np.arange(count).astype(str), 6).astype(object)

    def drawn(choices: Callable[[Kind], Weighted]) -> Strings:
        return _drawn(rng, kinds, of, choices)

    def around(median: Callable[[Kind], float], spread: float) -> Strings:
        amounts = np.array([median(kind) for kind in kinds])[of] * rng.lognormal(0, spread, count)
        return np.ceil(amounts).astype(int).astype(str).astype(object)

    return pd.DataFrame({
        "Application ID": "APP" + number,
        NAME: "Application " + number,
        "Business Unit": np.array(_UNITS, dtype=object)[rng.integers(0, len(_UNITS), count)],
        "Business Criticality": drawn(lambda kind: kind.criticality),
        "Application Type": drawn(lambda kind: kind.form),
        "Technology Stack": drawn(lambda kind: kind.stack),
        "Database": drawn(lambda kind: kind.database),
        "Architecture": drawn(lambda kind: kind.architecture),
        "Users": around(lambda kind: kind.users, 0.9),
        "Data Volume (GB)": around(lambda kind: kind.data_gb, 0.9),
        "Compliance": drawn(lambda kind: kind.compliance),
    })  # fmt: skip


def _servers(
    rng: np.random.Generator, kinds: Sequence[Kind], of: np.ndarray, like: np.ndarray, names: pd.Series
) -> pd.DataFrame:
    """Servers of each application, as those of application `like` would be; all of one application run one system."""
    made = of[like]
    median = np.array([kind.servers for kind in kinds])[made]
    number = np.where(median > 0, np.ceil(median * rng.lognormal(-0.2, 0.5, len(of))), 0).astype(int)
    system = _drawn(rng, kinds, made, lambda kind: kind.system or (("", 1.0),))
    owner = np.repeat(np.arange(len(of)), number.clip(max=_MOST_SERVERS))
    kind_of = made[owner]
    count = len(owner)

    def around(median_of: Callable[[Kind], float], spread: float, step: float) -> Strings:
        medians = np.array([median_of(kind) for kind in kinds])[kind_of]
        amounts = np.maximum(np.round(medians * rng.lognormal(0, spread, count) / step), 1) * step
        return amounts.astype(int).astype(str).astype(object)

    return pd.DataFrame({
        "Server Name": "srv" + np.char.zfill(np.arange(count).astype(str), 7).astype(object),
        _SERVER_OF: names.to_numpy(dtype=object)[owner],
        "Operating System": system[owner],
        "Server Type": _drawn(rng, kinds, kind_of, lambda kind: kind.server_type or (("", 1.0),)),
        "CPU Cores": around(lambda kind: kind.cores, 0.4, 2),
        "Memory (GB)": around(lambda kind: kind.memory_gb, 0.4, 4),
        "Disk (GB)": around(lambda kind: kind.disk_gb, 0.6, 10),
        "CPU Utilization Avg (%)": rng.lognormal(np.log(12), 0.8, count).clip(0.5, 95).round(1).astype(str),
        "Environment": np.where(rng.random(count) < 0.75, "Production", "Test").astype(object),
    }, dtype=object)  # fmt: skip


def _dependencies(rng: np.random.Generator, kinds: Sequence[Kind], of: np.ndarray, names: pd.Series) -> pd.DataFrame:
    """Each application calls some others; those that call many are called by many."""
    needs = np.array([kind.needs for kind in kinds])
    source = np.repeat(np.arange(len(of)), rng.poisson(needs[of]))
    called = rng.choice(len(of), len(source), p=needs[of] / needs[of].sum())
    pairs = np.unique(np.column_stack([source, called])[source != called], axis=0)
    named = names.to_numpy(dtype=object)
    return pd.DataFrame({"Source Application": named[pairs[:, 0]], "Target Application": named[pairs[:, 1]]})


def _anomalies(rng: np.random.Generator, of: np.ndarray, share: float) -> tuple[Strings, np.ndarray]:
    """What is odd about each application, and the application of another kind that it would borrow from."""
    count = len(of)
    anomaly = np.full(count, "", dtype=object)
    chosen = rng.permutation(count)[: round(count * share)]
    anomaly[chosen] = np.where(np.arange(len(chosen)) % 3 == 2, "contradiction", "halves")
    donor = rng.integers(0, count, count)
    while (same := of[donor] == of).any():
        donor[same] = rng.integers(0, count, int(same.sum()))
    return anomaly, donor


def _with_anomalies(rng: np.random.Generator, frame: pd.DataFrame, anomaly: Strings, donor: np.ndarray) -> pd.DataFrame:
    made = frame.copy()
    columns = list(frame.columns[3:])
    for row in np.flatnonzero(anomaly == "halves"):
        for column in rng.permutation(columns)[: len(columns) // 2]:
            made.loc[row, column] = frame.loc[donor[row], column]
    for row in np.flatnonzero(anomaly == "contradiction"):
        for column, told in CONTRADICTIONS[int(rng.integers(len(CONTRADICTIONS)))].items():
            made.loc[row, column] = told
    return made


def _with_faults(rng: np.random.Generator, frame: pd.DataFrame, faults: Faults, keys: Sequence[str]) -> pd.DataFrame:
    """Cells beside the keys: some are those of any other row, some are empty."""
    made = frame.reset_index(drop=True)
    for column in [name for name in frame.columns if name not in keys]:
        cells = made[column].to_numpy(dtype=object)
        foreign = rng.random(len(cells)) < faults.foreign
        cells = np.where(foreign, cells[rng.integers(0, max(len(cells), 1), len(cells))], cells)
        made[column] = np.where(rng.random(len(cells)) < faults.missing, "", cells)
    return made


def _drawn(
    rng: np.random.Generator, kinds: Sequence[Kind], of: np.ndarray, choices: Callable[[Kind], Weighted]
) -> Strings:
    texts = np.full(len(of), "", dtype=object)
    for place, kind in enumerate(kinds):
        rows = np.flatnonzero(of == place)
        words, shares = zip(*choices(kind), strict=True)
        texts[rows] = np.array(words, dtype=object)[rng.choice(len(words), len(rows), p=shares)]
    return texts
