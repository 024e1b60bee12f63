"""Records of servers as several sources give them, with the faults of real exports and the truth beside them.

For measuring resolution (`aidiscover evaluate resolution --records N --seed S`). Same seed, same records.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

Strings = Any  # numpy object arrays of text: numpy types neither their elements nor their sums

TRUTH = "true_id"


@dataclass(frozen=True, slots=True)
class Noise:
    """Shares of records (of machines where said) that have each fault. 0 to 1.

    No public study counts these faults; the shares are declared, at or above what the exports at hand showed.
    """

    typo: float = 0.03
    upper_case: float = 0.3
    with_domain: float = 0.35
    other_domain: float = 0.05
    renamed: float = 0.02
    readdressed: float = 0.08
    address_reused: float = 0.5  # of the readdressed: the address is another machine's
    cloned_machines: float = 0.01  # machines that carry the UUID of the machine they were copied from
    wrong_uuid: float = 0.003  # records that carry the UUID of any other machine
    placeholder_uuid: float = 0.01
    placeholder_serial: float = 0.06
    resized: float = 0.02
    other_disk: float = 0.1
    system_unversioned: float = 0.15


@dataclass(frozen=True, slots=True)
class Source:
    """A source: how many of the machines it lists, and shares of its rows without a value, by column."""

    name: str
    covers: float
    swapped: bool  # whether it writes the first three groups of a UUID in the other byte order
    lacks: dict[str, float]


# Coverage as of a CMDB, a hypervisor and a cloud scan of one estate: 2.2 records for each machine. "cmdb" lists a few
# machines twice. A hypervisor knows no asset serial; a CMDB kept by hand misses UUIDs and MACs most.
SOURCES = (
    Source("cmdb", 0.9, False, {"uuid": 0.35, "serial_number": 0.1, "mac_address": 0.5, "ip_address": 0.08}),
    Source("vcenter", 0.75, False, {"serial_number": 1.0, "mac_address": 0.1, "ip_address": 0.08}),
    Source("cloud", 0.5, True, {"uuid": 0.15, "serial_number": 0.3, "mac_address": 0.2, "ip_address": 0.08}),
    Source("cmdb", 0.04, False, {"uuid": 0.35, "serial_number": 0.1, "mac_address": 0.5, "ip_address": 0.08}),
)
RECORDS_PER_MACHINE = sum(source.covers for source in SOURCES)

_SITES, _STAGES = ("lon", "nyc", "fra", "sin", "syd"), ("p", "u", "t", "d")
_ROLES = ("app", "web", "db", "file", "mq", "dc", "bat")
_SYSTEMS = (
    ("Microsoft Windows Server", ("2012 R2", "2016", "2019", "2022")),
    ("Red Hat Enterprise Linux", ("7.9", "8.6", "9.2")),
    ("Ubuntu Linux", ("20.04", "22.04")),
    ("SUSE Linux Enterprise Server", ("12 SP5", "15 SP4")),
)
_PLACEHOLDER_SERIALS = ("None", "To Be Filled By O.E.M.", "0123456789", "SN-NOT-SET")
_PLACEHOLDER_UUIDS = ("00000000-0000-0000-0000-000000000000", "4c4c4544-0000-2010-8020-80c04f202020")


def noisy_estate(records: int, seed: int = 0, noise: Noise | None = None) -> pd.DataFrame:
    """About `records` rows of text, one per record of a machine in a source, in random order.

    Columns: source, name, uuid, serial_number, mac_address, ip_address, os, cpu_cores, memory_gb, disk_gb and true_id.
    """
    rng = np.random.default_rng(seed)
    shares = noise or Noise()
    machines = _machines(rng, max(1, round(records / RECORDS_PER_MACHINE)), shares)
    parts = [_seen_by(rng, machines, source, shares) for source in SOURCES]
    frame = pd.concat(parts, ignore_index=True)
    return frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)


def _machines(rng: np.random.Generator, count: int, noise: Noise) -> pd.DataFrame:
    number = np.arange(count)
    place = [np.array(words, dtype=object)[rng.integers(0, len(words), count)] for words in (_SITES, _STAGES, _ROLES)]
    # Numbers run per site and role, as people give them: many machines differ from the next in one digit only.
    counters = pd.Series(place[0] + place[2]).groupby(place[0] + place[1] + place[2]).cumcount().to_numpy()
    width = max(3, len(str(counters.max())))
    system = rng.integers(0, len(_SYSTEMS), count)
    version = [versions[draw % len(versions)] for draw, (_, versions) in
               zip(rng.integers(0, 12, count), (_SYSTEMS[kind] for kind in system), strict=True)]  # fmt: skip
    cores = rng.choice([1, 2, 4, 8, 16, 32], count, p=[0.06, 0.32, 0.33, 0.18, 0.08, 0.03])
    frame = pd.DataFrame({
        "name": place[0] + place[1] + place[2] + np.char.zfill(counters.astype(str), width).astype(object),
        "uuid": _uuids(rng, count),
        # Serials and MAC addresses are dealt out, not drawn: drawn ones would collide among 100,000 and the benchmark
        # would punish the resolver for its own generator's fault.
        "serial_number": _hexadecimal((number * 2_654_435_761 + int(rng.integers(2**32))) % 2**32, 8),
        "mac_address": _macs((number * 6_700_417 + int(rng.integers(2**24))) % 2**24),
        "ip_address": _addresses((number * 40_503 + int(rng.integers(2**22))) % 2**22),
        "family": np.array([name for name, _ in _SYSTEMS], dtype=object)[system],
        "version": np.array(version, dtype=object),
        "cpu_cores": cores,
        "memory_gb": cores * rng.choice([2, 4, 8], count, p=[0.3, 0.5, 0.2]),
        "disk_gb": np.ceil(rng.lognormal(np.log(120), 0.9, count)).astype(int) + 20,
        "true_id": "m" + number.astype(str).astype(object),
    })  # fmt: skip
    copies = np.flatnonzero(rng.random(count) < noise.cloned_machines)
    copied = rng.integers(0, count, len(copies))
    # A clone starts with what its template has; name, addresses and serial number are its own.
    for column in ("uuid", "family", "version", "cpu_cores", "memory_gb", "disk_gb"):
        values = frame[column].to_numpy(copy=True)
        values[copies] = values[copied]
        frame[column] = values
    return frame


def _seen_by(rng: np.random.Generator, machines: pd.DataFrame, source: Source, noise: Noise) -> pd.DataFrame:
    seen = machines[rng.random(len(machines)) < source.covers]
    count = len(seen)

    def drawn(share: float) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        return rng.random(count) < share

    def anyone(column: str) -> Strings:
        return machines[column].to_numpy(dtype=object)[rng.integers(0, len(machines), count)]

    uuid = np.where(drawn(noise.wrong_uuid), anyone("uuid"), seen["uuid"].to_numpy(dtype=object))
    uuid = np.where(drawn(noise.placeholder_uuid), _one_of(rng, _PLACEHOLDER_UUIDS, count), uuid)
    fresh = _addresses(rng.integers(2**22, 2**23, count))
    moved = np.where(drawn(noise.address_reused), anyone("ip_address"), fresh)
    cores = np.where(drawn(noise.resized), seen["cpu_cores"] * 2, seen["cpu_cores"])
    disk = np.where(drawn(noise.other_disk), seen["disk_gb"] + rng.integers(1, 100, count), seen["disk_gb"])
    system = seen["family"] + np.where(drawn(noise.system_unversioned), "", " " + seen["version"])
    frame = pd.DataFrame({
        "source": source.name,
        "name": _names(rng, seen["name"].to_numpy(dtype=object), drawn, noise),
        "uuid": _swapped(uuid) if source.swapped else uuid,
        "serial_number": np.where(
            drawn(noise.placeholder_serial), _one_of(rng, _PLACEHOLDER_SERIALS, count), seen["serial_number"]
        ),
        "mac_address": seen["mac_address"].str.upper() if source.name == "cmdb" else seen["mac_address"],
        "ip_address": np.where(drawn(noise.readdressed), moved, seen["ip_address"]),
        "os": system,
        "cpu_cores": cores.astype(str),
        "memory_gb": seen["memory_gb"].astype(str),
        "disk_gb": disk.astype(str),
        TRUTH: seen["true_id"],
    })  # fmt: skip
    for column, share in source.lacks.items():
        frame[column] = frame[column].mask(drawn(share), "")
    return frame


def _names(rng: np.random.Generator, names: Strings, drawn: Any, noise: Noise) -> Strings:
    misspelt = drawn(noise.typo)
    names = names.copy()
    names[misspelt] = [_misspelt(rng, name) for name in names[misspelt]]
    renamed = drawn(noise.renamed)
    count = int(renamed.sum())
    names[renamed] = _one_of(rng, ("srv", "tmp", "mig", "old"), count) + _text(rng.integers(10_000, 1_000_000, count))
    domain = np.where(drawn(noise.other_domain), ".emea.example.net", ".corp.example.com")
    names = np.where(drawn(noise.with_domain), names + domain, names)
    upper = drawn(noise.upper_case)
    return np.where(upper, pd.Series(names, dtype=object).str.upper(), names)


def _misspelt(rng: np.random.Generator, name: str) -> str:
    """One letter swapped with the next, left out, doubled or hit beside; digits stay."""
    letters = len(name.rstrip("0123456789"))
    place = int(rng.integers(0, max(1, letters - 1)))
    before, one, other, after = name[:place], name[place], name[place + 1], name[place + 2 :]
    return (
        before + other + one + after,
        before + other + after,
        before + one + one + other + after,
        before + chr(97 + (ord(one) - 96) % 26) + other + after,
    )[int(rng.integers(0, 4))]


def _uuids(rng: np.random.Generator, count: int) -> Strings:
    digits = np.frombuffer(rng.bytes(16 * count).hex().encode(), dtype="S32").astype(str)
    return pd.Series(digits).str.replace(r"^(.{8})(.{4})(.{4})(.{4})", r"\1-\2-\3-\4-", regex=True).to_numpy(object)


def _swapped(uuids: Strings) -> Strings:
    found = pd.Series(uuids, dtype=object).str
    return (
        (found[6:8] + found[4:6] + found[2:4] + found[0:2] + "-" + found[11:13] + found[9:11])
        + ("-" + found[16:18] + found[14:16] + found[18:])
    ).to_numpy(dtype=object)  # fmt: skip


def _macs(number: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Strings:
    digits = pd.Series(_hexadecimal(number, 6), dtype=object).str.lower().str
    return ("00:50:56:" + digits[0:2] + ":" + digits[2:4] + ":" + digits[4:6]).to_numpy(dtype=object)


def _addresses(number: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Strings:
    octets = [_text(part) for part in (number >> 16 & 255, number >> 8 & 255, number & 255)]
    return "10." + octets[0] + "." + octets[1] + "." + octets[2]


def _hexadecimal(number: "np.ndarray[tuple[int], np.dtype[np.int64]]", width: int) -> Strings:
    return np.array([f"{value:0{width}X}" for value in number.tolist()], dtype=object)


def _one_of(rng: np.random.Generator, values: tuple[str, ...], count: int) -> Strings:
    return np.array(values, dtype=object)[rng.integers(0, len(values), count)]


def _text(number: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Strings:
    return number.astype(str).astype(object)
