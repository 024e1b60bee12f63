"""The portfolio behind the files: which applications and servers there are, the same for a seed.

Kinds and counts of all applications are held as small integers; texts are made for a span at a time, so that a million
servers need no more memory than the span.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.demo.generate import mix

Strings = Any  # numpy object arrays of text: numpy types neither their elements nor their sums
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]

SPAN = 5_000  # applications whose texts are held at a time
_SUBJECTS = ("Order", "Claims", "Billing", "Partner", "Customer", "Asset", "Plant", "Pricing", "Quality", "Logistics")
_SITES, _ROLES = ("lon", "nyc", "fra", "sin", "syd"), ("app", "web", "db", "file", "mq", "bat")
_MAC_MULTIPLIER, _IP_MULTIPLIER, _SERIAL_MULTIPLIER = 6_700_417, 40_503, 2_654_435_761  # odd: a power of two is a ring


class Truth:
    """n applications with their servers and dependencies; texts come by span, numbers are held."""

    def __init__(self, applications: int, seed: int) -> None:
        self.seed = seed
        rng = self.rng("whole")
        self.kinds = rng.choice(len(mix.ARCHETYPES), applications, p=[kind.share for kind in mix.ARCHETYPES]).astype(
            "i1"
        )
        # Dealt out and not drawn: the long tail would make one portfolio a tenth larger than another of its size.
        place = np.searchsorted(np.cumsum(list(mix.SERVERS.values())), (np.arange(applications) + 0.5) / applications)
        counts = rng.permutation(np.array(list(mix.SERVERS))[place.clip(max=len(mix.SERVERS) - 1)])
        self.first_server = np.concatenate([[0], np.cumsum(counts)])
        # Below the share of the subsidiary: listed there; those near the border in both lists.
        self.listing = rng.random(applications).astype("f4")

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def servers(self) -> int:
        return int(self.first_server[-1])

    def rng(self, stream: str, span: int = 0) -> np.random.Generator:
        """Draws of one purpose and span: they do not depend on what was drawn for another."""
        return np.random.default_rng([self.seed, *stream.encode(), span])

    def spans(self) -> list[range]:
        return [range(start, min(start + SPAN, len(self))) for start in range(0, len(self), SPAN)]

    def names(self, which: Numbers) -> Strings:
        """Names of applications by number."""
        nouns = np.array([kind.noun for kind in mix.ARCHETYPES], dtype=object)
        subjects = np.array(_SUBJECTS, dtype=object)
        return subjects[which % len(_SUBJECTS)] + " " + nouns[self.kinds[which]] + " " + zero_filled(which, 6)

    def of_kind(self, which: Numbers, attribute: str) -> Strings:
        """What archetypes say of applications by number."""
        return np.array([getattr(kind, attribute) for kind in mix.ARCHETYPES], dtype=object)[self.kinds[which]]

    def servers_of(self, span: range) -> pd.DataFrame:
        """The machines of a span of applications, one row each, with the bits of the products that know it."""
        rng = self.rng("servers", span.start)
        begins = self.first_server[span.start : span.stop + 1]
        owner = np.repeat(np.arange(span.start, span.stop), np.diff(begins))
        number = np.arange(begins[0], begins[-1])
        count = len(number)
        windows = rng.random(count) < np.array([kind.windows for kind in mix.ARCHETYPES])[self.kinds[owner]]
        system = np.where(windows, _drawn(rng, mix.WINDOWS, count), len(mix.WINDOWS) + _drawn(rng, mix.LINUX, count))
        cores = rng.choice([2, 4, 8, 16], count, p=[0.3, 0.4, 0.22, 0.08])
        seen = rng.choice(list(mix.SEEN_BY), count, p=list(mix.SEEN_BY.values()))
        physical = (seen & mix.VCENTER == 0) & (rng.random(count) < mix.PHYSICAL_SHARE)
        environment = pick(rng, mix.ENVIRONMENTS, count)
        stage = pd.Series(environment).str[0].str.lower().to_numpy(dtype=object)
        role, site = pick(rng, _ROLES, count), pick(rng, _SITES, count)
        busy = rng.lognormal(np.log(mix.BUSY_CPU_MEDIAN_PERCENT), mix.BUSY_CPU_SIGMA, count)
        cpu = np.where(rng.random(count) < mix.IDLE_SHARE, rng.exponential(mix.IDLE_CPU_PERCENT, count), busy)
        uuid = _uuids(rng, count)
        # Keys are dealt out, not drawn: drawn ones would collide, and the resolver would be blamed for the generator.
        tag = _hexadecimal((number * _SERIAL_MULTIPLIER + self.seed) % 2**32, 8)
        return pd.DataFrame({
            "owner": owner,
            "seen": seen,
            "physical": physical,
            "windows": windows,
            "system": system,
            "name": site + stage + role + zero_filled(number, 5),
            "domain": "." + site + ".corp.example",
            "site": site,
            "uuid": uuid,
            "serial": np.where(physical, tag, _vmware_serials(uuid)),
            "mac": _macs((number * _MAC_MULTIPLIER + self.seed) % 2**24),
            "ip": _addresses((number * _IP_MULTIPLIER + self.seed) % 2**22),
            "cores": cores,
            "memory_gb": cores * rng.choice([2, 4, 8], count),
            "disk_gb": np.ceil(rng.lognormal(5.0, 0.8, count)).astype(int),
            "cpu_percent": np.clip(cpu, 0.1, 97.0).round(1),
            "environment": environment,
            "application": self.names(owner),
        })  # fmt: skip

    @cached_property
    def dependencies(self) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """(needing, needed) applications; the share of the needed falls with rank by the power law, few are mutual."""
        rng, count = self.rng("dependencies"), len(self)
        drawn = count * mix.DEPENDENCIES_PER_APPLICATION
        weights = np.arange(1, count + 1) ** (-1 / (mix.DEGREE_EXPONENT - 1))
        needed = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(drawn)).clip(max=count - 1)
        source = rng.integers(0, count, drawn)
        low, high = np.minimum(source, needed), np.maximum(source, needed)
        edges = np.unique(np.column_stack([high, low])[high != low], axis=0)
        back = edges[(rng.random(len(edges)) < mix.MUTUAL_SHARE) & (edges[:, 1] > count * mix.HUB_SHARE)][:, ::-1]
        # Rank is not the order of the rows: the most needed application may stand anywhere.
        placed: np.ndarray[tuple[int, int], np.dtype[np.int64]] = rng.permutation(count)[np.vstack([edges, back])]
        return placed


def pick(rng: np.random.Generator, values: Sequence[str] | Mapping[str, float], count: int) -> Strings:
    """One of the values for each row, all alike or by the shares of a mapping."""
    shares = list(values.values()) if isinstance(values, Mapping) else None
    return np.array(list(values), dtype=object)[rng.choice(len(values), count, p=shares)]


def zero_filled(number: Numbers, width: int) -> Strings:
    """Decimal texts of at least so many digits."""
    return np.char.zfill(number.astype(str), width).astype(object)


def text(number: Any) -> Strings:
    """Numbers as texts."""
    return number.astype(str).astype(object)


def _drawn(rng: np.random.Generator, systems: tuple[mix.System, ...], count: int) -> Numbers:
    return rng.choice(len(systems), count, p=[system.share for system in systems])


def _uuids(rng: np.random.Generator, count: int) -> Strings:
    digits = np.frombuffer(rng.bytes(16 * count).hex().encode(), dtype="S32").astype(str)
    return pd.Series(digits).str.replace(r"^(.{8})(.{4})(.{4})(.{4})", r"\1-\2-\3-\4-", regex=True).to_numpy(object)


def _vmware_serials(uuids: Strings) -> Strings:
    """What a guest of VMware reports: its UUID in pairs of digits, a dash in the middle."""
    pairs = pd.Series(uuids).str.replace("-", "").str.replace(r"(..)", r"\1 ", regex=True).str.rstrip()
    return ("VMware-" + pairs.str[:23] + "-" + pairs.str[24:]).to_numpy(object)


def _macs(number: Numbers) -> Strings:
    digits = pd.Series(_hexadecimal(number, 6)).str
    return ("00:50:56:" + digits[0:2] + ":" + digits[2:4] + ":" + digits[4:6]).to_numpy(object)


def _addresses(number: Numbers) -> Strings:
    octets = [text(part) for part in (number >> 16 & 255, number >> 8 & 255, number & 255)]
    return "10." + octets[0] + "." + octets[1] + "." + octets[2]


def _hexadecimal(number: Numbers, width: int) -> Strings:
    """Decimal texts of at least so many digits."""
    return np.array([f"{value:0{width}X}" for value in number.tolist()], dtype=object)
