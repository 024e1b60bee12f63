"""How three products list the servers: ServiceNow, a vCenter through RVTools, and Lansweeper.

Headers are those of the products' exports (`mapping/templates`), columns that begin with u_ and the last two of vInfo a
customer's own. Where two products know a machine they differ: spelling, case, domain, memory, environment, address.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from aidiscover_pipelines.demo.generate import mix
from aidiscover_pipelines.demo.generate.truth import Strings, Truth, pick, text, zero_filled

VCENTER_ROWS = 50_000  # machines of one vCenter; a larger estate has several, each exported alone

_SYSTEMS = mix.WINDOWS + mix.LINUX
_VCENTER_STAGES = {"Production": "PROD", "Test": "TST", "Development": "DEV"}


def cmdb_rows(truth: Truth) -> Iterator[pd.DataFrame]:
    """ServiceNow's cmdb_ci_server: whoever keeps it fills some keys, and lists a few machines twice."""
    for span in truth.spans():
        rng = truth.rng("cmdb", span.start)
        machines = _known(truth, span, mix.CMDB)
        twice = machines[rng.random(len(machines)) < mix.LISTED_TWICE]
        older = np.repeat([False, True], [len(machines), len(twice)])
        seen = pd.concat([machines, twice], ignore_index=True)
        count = len(seen)
        windows = seen["windows"].to_numpy()
        rows = pd.DataFrame({
            "sys_id": _sys_ids(rng, count),
            "name": _names(rng, seen),
            "fqdn": np.where(older, "", seen["name"] + seen["domain"]),
            "ip_address": _moved(rng, seen),
            "mac_address": seen["mac"],
            "os": _of_system(seen, "servicenow"),
            "os_version": _of_system(seen, "version"),
            # In ServiceNow the first counts sockets and the second the cores of each.
            "cpu_count": "1",
            "cpu_core_count": text(seen["cores"].to_numpy()),
            "ram": text(_resized(rng, seen) * 1024),
            "disk_space": text(seen["disk_gb"].to_numpy()),
            "u_cpu_util_avg_30d": text(seen["cpu_percent"].to_numpy()),
            "serial_number": seen["serial"],
            "u_bios_uuid": seen["uuid"],
            "manufacturer": np.where(seen["physical"], "Dell Inc.", "VMware, Inc."),
            "model_id": np.where(seen["physical"], "PowerEdge R640", "VMware Virtual Platform"),
            "sys_class_name": np.where(windows, "Windows Server", "Linux Server"),
            "u_application": _spelt(rng, seen["application"].to_numpy(dtype=object)),
            "used_for": _other(rng, seen),
            "install_status": pick(rng, {"Installed": 0.98, "Retired": 0.02}, count),
            "support_group": np.where(windows, "Windows Operations", "Linux Operations"),
            "last_discovered": np.where(older, "2025-02-11 22:40:10", "2026-10-29 03:12:44"),
        })  # fmt: skip
        yield with_junk(with_gaps(rng, rows))


def vcenter_rows(truth: Truth) -> Iterator[pd.DataFrame]:
    """RVTools' vInfo of the MiB era: names as people typed them, no serial number, the hypervisor's own id."""
    for span in truth.spans():
        rng = truth.rng("vcenter", span.start)
        seen = _known(truth, span, mix.VCENTER)
        count = len(seen)
        on = rng.random(count) < 0.95
        disk = seen["disk_gb"].to_numpy() * 1024
        rows = pd.DataFrame({
            "VM": _names(rng, seen),
            "Powerstate": np.where(on, "poweredOn", "poweredOff"),
            "Template": "False",
            "DNS Name": np.where(on, seen["name"] + seen["domain"], ""),
            "Guest state": np.where(on, "running", "notRunning"),
            "CPUs": seen["cores"],
            "Memory": _resized(rng, seen) * 1024,
            "NICs": 1,
            "Disks": 1,
            "Total disk capacity MiB": disk,
            "Primary IP Address": np.where(on, _moved(rng, seen), ""),
            "Network #1": "VLAN_" + zero_filled(rng.integers(0, 400, count), 4),
            "Provisioned MiB": disk,
            "In Use MiB": (disk * rng.uniform(0.3, 0.9, count)).astype(int),
            "HW version": rng.choice([11, 13, 15, 19], count),
            "Datacenter": seen["site"].str.upper() + "-DC1",
            "Cluster": seen["site"].str.upper() + "-CL" + zero_filled(rng.integers(1, 9, count), 2),
            "Host": "esx" + zero_filled(rng.integers(0, 60, count), 3) + seen["domain"],
            "OS according to the configuration file": _of_system(seen, "vcenter"),
            "OS according to the VMware Tools": np.where(on, _of_system(seen, "vcenter"), ""),
            "VM ID": "vm-" + text(np.arange(count) + 1000 * (span.start + 1)),
            "SMBIOS UUID": seen["uuid"],
            "VI SDK Server": "vcenter01.corp.example",
            "Application": _spelt(rng, seen["application"].to_numpy(dtype=object)),
            "Environment": pd.Series(_other(rng, seen)).map(_VCENTER_STAGES),
        })  # fmt: skip
        yield with_gaps(rng, rows)


def lansweeper_rows(truth: Truth) -> Iterator[pd.DataFrame]:
    """Lansweeper's active servers: what a scanner reads from the machine, its application in a custom field."""
    for span in truth.spans():
        rng = truth.rng("lansweeper", span.start)
        seen = _known(truth, span, mix.LANSWEEPER)
        count = len(seen)
        name = _names(rng, seen)
        rows = pd.DataFrame({
            "AssetID": text(np.arange(count) + 100 * (span.start + 1)),
            "AssetName": pd.Series(name, dtype=object).str.partition(".")[0].str.upper(),
            "FQDN": seen["name"] + seen["domain"],
            "AssetType": np.where(seen["windows"], "Windows", "Linux"),
            "OS": _of_system(seen, "lansweeper"),
            "Model": np.where(seen["physical"], "PowerEdge R640", "VMware Virtual Platform"),
            "Manufacturer": np.where(seen["physical"], "Dell Inc.", "VMware, Inc."),
            "IPAddress": _moved(rng, seen),
            "MACAddress": seen["mac"].str.upper(),
            "Processors": text(seen["cores"].to_numpy()),
            "Memory (MB)": text(_resized(rng, seen) * 1024),
            "Location": seen["site"].str.upper(),
            "Serialnumber": seen["serial"],
            "Application": _spelt(rng, seen["application"].to_numpy(dtype=object)),
            "LastSeen": "30.10.2026 04:05",
        })  # fmt: skip
        yield with_junk(with_gaps(rng, rows))


def with_gaps(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the declared share of cells left empty."""
    for column, share in mix.GAPS.items():
        if column in rows:
            rows[column] = rows[column].mask(rng.random(len(rows)) < share, None)
    return rows


def with_junk(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with lines between them that exports glued together by hand have: a blank, dashes, the header again."""
    junk = pd.DataFrame([dict.fromkeys(rows, ""), dict.fromkeys(rows, "---"), dict(zip(rows, rows, strict=True))])
    parts = []
    for place in range(0, len(rows), mix.JUNK_EVERY):
        which = place // mix.JUNK_EVERY % len(junk)
        parts += [rows.iloc[place : place + mix.JUNK_EVERY], junk.iloc[which : which + 1]]
    return pd.concat(parts, ignore_index=True) if parts else rows


def _known(truth: Truth, span: range, product: int) -> pd.DataFrame:
    machines = truth.servers_of(span)
    return machines[machines["seen"].to_numpy() & product > 0].reset_index(drop=True)


def _of_system(seen: pd.DataFrame, product: str) -> Strings:
    return np.array([getattr(system, product) for system in _SYSTEMS], dtype=object)[seen["system"].to_numpy()]


def _names(rng: np.random.Generator, seen: pd.DataFrame) -> Strings:
    names = seen["name"].to_numpy(dtype=object, copy=True)
    misspelt = rng.random(len(names)) < mix.TYPO
    # Two letters swapped, the commonest slip of typists.
    names[misspelt] = [name[0] + name[2] + name[1] + name[3:] for name in names[misspelt]]
    names = np.where(rng.random(len(names)) < mix.WITH_DOMAIN, names + seen["domain"], names)
    upper = rng.random(len(names)) < mix.UPPER_CASE
    names[upper] = [name.upper() for name in names[upper]]
    return names


def _moved(rng: np.random.Generator, seen: pd.DataFrame) -> Strings:
    octets = [text(rng.integers(low, high, len(seen))) for low, high in ((16, 32), (0, 256), (1, 255))]
    return np.where(
        rng.random(len(seen)) < mix.READDRESSED, "172." + octets[0] + "." + octets[1] + "." + octets[2], seen["ip"]
    )


def _resized(rng: np.random.Generator, seen: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.where(rng.random(len(seen)) < mix.RESIZED, seen["memory_gb"] // 2, seen["memory_gb"])


def _other(rng: np.random.Generator, seen: pd.DataFrame) -> Strings:
    wrong = rng.random(len(seen)) < mix.OTHER_ENVIRONMENT
    return np.where(wrong, pick(rng, list(mix.ENVIRONMENTS), len(seen)), seen["environment"])


def _spelt(rng: np.random.Generator, names: Strings) -> Strings:
    lower = rng.random(len(names)) < mix.OTHER_SPELLING
    names = names.copy()
    names[lower] = [name.lower() for name in names[lower]]
    return names


def _sys_ids(rng: np.random.Generator, count: int) -> Strings:
    return np.frombuffer(rng.bytes(16 * count).hex().encode(), dtype="S32").astype(str).astype(object)
