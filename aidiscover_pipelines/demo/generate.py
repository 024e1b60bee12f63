"""A portfolio of any size for benchmarks: two vendor formats and an edge list, built from columns, same for a seed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.demo import data_mix as mix

Strings = Any  # numpy object arrays of text: numpy types neither their elements nor their sums

_SUBJECTS = ("Order", "Claims", "Billing", "Partner", "Customer", "Asset", "Plant", "Pricing", "Quality", "Logistics")
_UNITS = ("Sales", "Finance", "Operations", "Logistics", "Human Resources", "IT", "Engineering", "Service")
_OWNERS = ("A. Novak", "B. Hansen", "C. Moreau", "D. Rossi", "E. Lindqvist", "F. Okafor", "G. Tanaka", "H. Silva")
_CHUNK_ROWS = 100_000  # rows formatted at a time, so that memory stays flat at 400,000 servers


def write_portfolio_files(folder: Path, applications: int, seed: int = 7) -> list[Path]:
    """Write applications, ServiceNow servers (four each) and dependencies as CSV files; returns their paths.

    Dependencies are about two per application and long-tailed. Shares and their sources: `demo.data_mix`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Fixed seed: two benchmark runs must read the same bytes.
    rng = np.random.default_rng(seed)
    kinds = rng.choice(len(mix.ARCHETYPES), applications, p=[kind.share for kind in mix.ARCHETYPES])
    names = _application_names(kinds)
    paths = [folder / name for name in ("applications.csv", "servicenow_servers.csv", "dependencies.csv")]
    _write(_application_rows(rng, kinds, names), paths[0])
    _write(_server_rows(rng, kinds, names), paths[1])
    _write(_dependency_rows(rng, names), paths[2])
    return paths


def _application_names(kinds: np.ndarray) -> Strings:
    number = np.arange(len(kinds))
    nouns = np.array([kind.noun for kind in mix.ARCHETYPES], dtype=object)
    subjects = np.array(_SUBJECTS, dtype=object)
    return subjects[number % len(_SUBJECTS)] + " " + nouns[kinds] + " " + _numbered(number, 6)


def _application_rows(rng: np.random.Generator, kinds: np.ndarray, names: Strings) -> pd.DataFrame:
    count = len(kinds)

    def of_kind(attribute: str) -> Strings:
        return np.array([getattr(kind, attribute) for kind in mix.ARCHETYPES], dtype=object)[kinds]

    frame = pd.DataFrame({
        "Application ID": "APP" + _numbered(np.arange(count), 6),
        "Application Name": names,
        "Business Unit": _pick(rng, _UNITS, count),
        "Business Owner": _pick(rng, _OWNERS, count),
        "Business Criticality": _pick(rng, ("Critical", "High", "Medium", "Low"), count, (0.1, 0.3, 0.4, 0.2)),
        "Environment": "Production",
        "Technology Stack": of_kind("technology"),
        "Database": of_kind("database"),
        "Architecture": of_kind("architecture"),
        "Users": np.ceil(rng.lognormal(5.0, 1.6, count)).astype(int).astype(object),
        "Data Volume (GB)": np.ceil(rng.lognormal(4.6, 1.5, count)).astype(int).astype(object),
        "Maintenance Window": _pick(rng, ("Sun 02:00-06:00", "Sat 20:00-24:00", "none (24x7)", "any time"), count),
        "Compliance": _pick(rng, ("GDPR", "SOX", "PCI DSS", "none", "GDPR; SOX"), count),
        "Lifecycle": _pick(rng, ("Active", "Phase out", "Retired", "Planned"), count, (0.82, 0.11, 0.04, 0.03)),
        "Vendor": of_kind("vendor"),
        "Annual Cost (USD)": (np.ceil(rng.lognormal(10.8, 1.0, count) / 500) * 500).astype(int).astype(object),
        "RTO (h)": _pick(rng, ("1", "4", "8", "24", "72"), count),
        "Documentation": _pick(rng, ("complete", "partial", "none"), count),
        "Open Vulnerabilities": rng.poisson(5, count).astype(object),
        "Complexity": _pick(rng, ("high", "medium", "low"), count, (0.25, 0.45, 0.3)),
    })  # fmt: skip
    return _with_gaps(rng, frame)


def _server_rows(rng: np.random.Generator, kinds: np.ndarray, names: Strings) -> pd.DataFrame:
    owner = np.repeat(np.arange(len(kinds)), mix.SERVERS_PER_APPLICATION)
    count = len(owner)
    number = np.arange(count)
    on_windows = rng.random(count) < np.array([kind.windows for kind in mix.ARCHETYPES])[kinds][owner]
    os, version = _systems(rng, on_windows)
    host = "srv" + _numbered(number, 7)
    idle = rng.random(count) < mix.IDLE_SHARE
    busy = rng.lognormal(np.log(mix.BUSY_CPU_MEDIAN_PERCENT), mix.BUSY_CPU_SIGMA, count)
    cpu = np.clip(np.where(idle, rng.exponential(mix.IDLE_CPU_PERCENT, count), busy), 0.1, 97.0)
    cores = rng.choice([2, 4, 8, 16], count, p=[0.3, 0.4, 0.22, 0.08])
    role = np.array(["Production", "Production", "Production", "Test"], dtype=object)[number % 4]
    frame = pd.DataFrame({
        "sys_id": "c0ffee" + _numbered(number, 26),
        "name": host,
        "fqdn": host + ".corp.example",
        "ip_address": _addresses(number),
        "os": os,
        "os_version": version,
        "cpu_count": "1",
        "cpu_core_count": _text(cores),
        "ram": _text(cores * rng.choice([2048, 4096, 8192], count)),
        "disk_space": _text(np.ceil(rng.lognormal(5.0, 0.8, count)).astype(int)),
        "u_cpu_util_avg_30d": _text(np.round(cpu, 1)),
        "serial_number": "VMware-42" + _numbered(number, 12),
        "manufacturer": "VMware, Inc.",
        "model_id": "VMware Virtual Platform",
        "sys_class_name": np.where(on_windows, "Windows Server", "Linux Server"),
        "u_application": names[owner],
        "used_for": role,
        "install_status": _pick(rng, ("Installed", "Retired"), count, (0.98, 0.02)),
        "support_group": np.where(on_windows, "Windows Operations", "Linux Operations"),
        "last_discovered": "2026-10-29 03:12:44",
    })  # fmt: skip
    return _with_gaps(rng, frame)


def _dependency_rows(rng: np.random.Generator, names: Strings) -> pd.DataFrame:
    """Edges point at more needed applications, whose share falls with rank by the power law; a few are mutual."""
    count = len(names)
    drawn = count * mix.DEPENDENCIES_PER_APPLICATION
    weights = np.arange(1, count + 1) ** (-1 / (mix.DEGREE_EXPONENT - 1))
    needed = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(drawn)).clip(max=count - 1)
    source = rng.integers(0, count, drawn)
    low, high = np.minimum(source, needed), np.maximum(source, needed)
    edges = np.unique(np.column_stack([high, low])[high != low], axis=0)
    back = edges[(rng.random(len(edges)) < mix.MUTUAL_SHARE) & (edges[:, 1] > count * mix.HUB_SHARE)][:, ::-1]
    edges = np.vstack([edges, back])
    # Rank is not the order of the rows: the most needed application may stand anywhere.
    place = rng.permutation(count)
    return pd.DataFrame({
        "Source Application": names[place[edges[:, 0]]],
        "Target Application": names[place[edges[:, 1]]],
        "Port": _pick(rng, ("443", "1521", "1433", "5432", "8080"), len(edges)),
        "Protocol": "TCP",
        "Dependency Type": _pick(rng, ("API", "Database", "File transfer", "Messaging"), len(edges)),
    })  # fmt: skip


def _systems(rng: np.random.Generator, on_windows: np.ndarray) -> tuple[Strings, Strings]:
    os = np.empty(len(on_windows), dtype=object)
    version = np.empty(len(on_windows), dtype=object)
    for chosen, table in ((on_windows, mix.WINDOWS), (~on_windows, mix.LINUX)):
        drawn = rng.choice(len(table), int(chosen.sum()), p=[share for _, _, share in table])
        os[chosen] = np.array([name for name, _, _ in table], dtype=object)[drawn]
        version[chosen] = np.array([text for _, text, _ in table], dtype=object)[drawn]
    return os, version


def _pick(
    rng: np.random.Generator, values: Sequence[str], count: int, shares: Sequence[float] | None = None
) -> Strings:
    return np.array(values, dtype=object)[rng.choice(len(values), count, p=shares)]


def _with_gaps(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    for column, share in mix.GAPS.items():
        if column in frame:
            frame[column] = frame[column].mask(rng.random(len(frame)) < share, None)
    return frame


def _addresses(number: np.ndarray) -> Strings:
    octets = [_text(part) for part in (number // 65536 % 256, number // 256 % 256, number % 256)]
    return "10." + octets[0] + "." + octets[1] + "." + octets[2]


def _numbered(number: np.ndarray, width: int) -> Strings:
    return np.char.zfill(number.astype(str), width).astype(object)


def _text(number: np.ndarray) -> Strings:
    return number.astype(str).astype(object)


def _write(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, encoding="utf-8", chunksize=_CHUNK_ROWS)
