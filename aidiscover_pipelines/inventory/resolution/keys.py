"""Keys that tell whether two rows mean the same asset, read from cleansed cells."""

import numpy as np
import pandas as pd

from aidiscover_pipelines.inventory.addresses import sheet_keys

# Strongest first: which of several shared keys a merge is named after, and which an asset's id is made from.
STRENGTH = ("uuid", "cloud_id", "serial", "mac", "fqdn", "asset_id", "tag", "name", "ip")

# What BIOSes report when nobody set a serial number or UUID.
PLACEHOLDER_SERIALS = frozenset(
    (
        "none",
        "0",
        "00000000",
        "000000000000",
        "to be filled by o.e.m.",
        "default string",
        "system serial number",
        "chassis serial number",
        "not specified",
        "not applicable",
        "empty",
        "unknown",
        "n/a",
        "xxxxxxxxxx",
        "123456789",
        "1234567890",
        "0123456789",
    )
)
PLACEHOLDER_UUIDS = frozenset(
    (
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "03000200-0400-0500-0006-000700080009",
        "4c4c4544-0000-2010-8020-80c04f202020",
        "12345678-1234-5678-90ab-cddeefaabbcc",
    )
)
# Host names that images ship with.
PLACEHOLDER_NAMES = frozenset(
    (
        *("localhost", "localhost.localdomain", "ubuntu", "debian", "centos", "photon", "photon-machine", "linux"),
        *("windows", "server", "vm", "test", "default", "template", "host", "new-vm", "virtualmachine"),
    )
)
PLACEHOLDER_MACS = frozenset(("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"))

KEY_FIELDS = ("asset_id", "serial_number", "hostname", "asset_name", "mac_address", "ip_address")
NAME_FIELDS = ("hostname", "asset_name")
# A column that few rows share is no list of hypervisors: where a sheet has no other name, it holds the names.
_NAMES_DISTINCT = 0.3
# A machine has a few names; what stands beside more different ones is their domain.
_MOST_NAMES_BESIDE = 20

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# Places of a UUID's characters when the bytes of its first three groups are read backwards.
_SWAPPED = [6, 7, 4, 5, 2, 3, 0, 1, 8, 11, 12, 9, 10, 13, 16, 17, 14, 15, *range(18, 36)]
_VMWARE_SERIAL = r"^vmware-((?:[0-9a-f]{2}[ -]?){16})$"
_CLOUD_ID = r"i-[0-9a-f]{8,17}|arn:.+|/subscriptions/.+|projects/.+"
_FQDN = r"[a-z0-9_][a-z0-9_-]*(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]+"
# Ids that count up within one product, so that two sources give the same one to different machines.
_COUNTED_ID = (
    r"\d{1,9}|(?:vm|host|domain-c|group-[a-z]?|resgroup|network|row|id|ci|rec(?:ord)?|asset|server|srv)[-_ ]?\d+"
)
# Loopback and link-local addresses are the same on every machine.
_LOCAL = r"127\.|169\.254\.|0\.0\.0\.0$|::1$|fe80:"

# Kind and the values of its keys, by the position of their cells.
_Keyed = tuple[str, pd.Series]


def asset_keys(cells: pd.DataFrame) -> pd.DataFrame:
    """Frame (record_id, kind, value, cell) of the keys in cells of entity asset; `cell` is its position in `cells`.

    Kinds: those of STRENGTH, and domain. Placeholders are left out. UUIDs are brought to one byte order, names to the
    short form; asset_id has its file in front, tag is an id that may mean the same in every file.
    """
    cells = cells.reset_index(drop=True)
    held = cells.loc[cells["field"].isin(KEY_FIELDS), ["file_id", "field", "value"]]
    held = held.assign(value=held["value"].str.lower())
    parts = [*_identifiers(held), *_names(held, cells["record_id"]), *_addresses(held)]
    kind = np.repeat(np.arange(len(parts), dtype=np.int8), [len(values) for _, values in parts])
    keys = pd.DataFrame({"value": pd.concat([values for _, values in parts])})
    keys["kind"] = pd.Categorical.from_codes(kind, pd.Index([name for name, _ in parts]))
    keys = keys[keys["value"].notna() & (keys["value"] != "")].reset_index(names="cell")
    return keys.assign(record_id=cells["record_id"].take(keys["cell"].to_numpy()).to_numpy())[
        ["record_id", "kind", "value", "cell"]
    ]


def with_host_names(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells in which a "host" column that was read as the hypervisor's is the host name it must be.

    That is so in a sheet that names its machines nowhere else, where hardly two rows share a host.
    """
    hosts = (cells["field"] == "hypervisor_host").to_numpy()
    if not hosts.any():
        return cells
    sheets = sheet_keys(cells.loc[hosts, "record_id"])
    named = set(sheet_keys(cells.loc[cells["field"].isin(NAME_FIELDS), "record_id"].drop_duplicates()))
    texts = cells.loc[hosts, "value"].str.lower().groupby(sheets)
    names = (texts.transform("nunique") >= _NAMES_DISTINCT * texts.transform("size")) & ~sheets.isin(named)
    if not names.any():
        return cells
    field = cells["field"].astype(object)
    field[names.index[names]] = "hostname"
    return cells.assign(field=field.astype("str"))


def canonical_uuids(values: pd.Series) -> pd.Series:
    """The smaller of a UUID and the same with its first three groups byte-swapped: VMware and SMBIOS order differ."""
    if values.empty:
        return values
    letters = values.to_numpy(dtype="S36").view("S1").reshape(-1, 36)[:, _SWAPPED]
    swapped = pd.Series(np.ascontiguousarray(letters).view("S36").ravel().astype(str), index=values.index, dtype="str")
    return values.where(values <= swapped, swapped)


def placeholder_cells(cells: pd.DataFrame) -> pd.Series:
    """Which cells hold a serial number or UUID that nobody set."""
    ids = cells["field"].isin(("serial_number", "asset_id"))
    texts = cells.loc[ids, "value"].str.lower()
    return texts.isin(PLACEHOLDER_SERIALS | PLACEHOLDER_UUIDS).reindex(cells.index, fill_value=False)


def _identifiers(held: pd.DataFrame) -> list[_Keyed]:
    ids = held[held["field"].isin(("asset_id", "serial_number"))]
    values = ids["value"]
    vmware = values.str.startswith("vmware-")
    if vmware.any():
        digits = values[vmware].str.extract(_VMWARE_SERIAL, expand=False).str.replace(r"[ -]", "", regex=True)
        dashed = digits.str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", r"\1-\2-\3-\4-\5", regex=True)
        values = values.where(~vmware, dashed.reindex(values.index).where(lambda found: found.notna(), values))
    is_uuid = values.str.fullmatch(_UUID)
    is_cloud = values.str.fullmatch(_CLOUD_ID)
    usable = ~values.isin(PLACEHOLDER_UUIDS | PLACEHOLDER_SERIALS)
    is_serial = ids["field"] == "serial_number"
    plain = usable & ~is_uuid & ~is_cloud
    # Bare numbers count up in every sheet, so they identify nothing. Nor do serials of three characters or fewer.
    own_ids = plain & ~is_serial & ~values.str.fullmatch(r"\d{1,6}")
    tags = own_ids & (values.str.len() > 4) & values.str.contains(r"\d", regex=True)
    tags &= ~values.str.fullmatch(_COUNTED_ID)
    return [
        ("uuid", canonical_uuids(values[is_uuid & usable])),
        ("cloud_id", values[is_cloud & usable]),
        ("serial", values[plain & is_serial & (values.str.len() > 3)]),
        ("asset_id", ids.loc[own_ids, "file_id"].astype("str") + " " + values[own_ids]),
        ("tag", values[tags]),
    ]


def _names(held: pd.DataFrame, records: pd.Series) -> list[_Keyed]:
    named = held.loc[held["field"].isin(NAME_FIELDS), "value"]
    values = named[~named.isin(PLACEHOLDER_NAMES)].str.replace(r"\s+", " ", regex=True).str.strip()
    is_fqdn = values.str.fullmatch(_FQDN)
    domains = is_fqdn & _stand_beside_names(values, records)
    whole = values[is_fqdn & ~domains]
    # An underscore is no letter of a host name: people write it for the dash that is.
    short = values.where(~is_fqdn, values.str.replace(r"\..*$", "", regex=True)).str.replace("_", "-", regex=False)
    return [
        ("fqdn", whole),
        ("domain", pd.concat([whole.str.replace(r"^[^.]*\.", "", regex=True), values[domains]])),
        ("name", short[~short.isin(PLACEHOLDER_NAMES) & ~domains]),
    ]


def _stand_beside_names(values: pd.Series, records: pd.Series) -> pd.Series:
    """Names that are the domain's: they stand in rows of many machines, beside other names."""
    counts = values.value_counts()
    common = values.isin(counts.index[counts > _MOST_NAMES_BESIDE])
    if not common.any():
        return common
    record = records.reindex(values.index)
    pairs = pd.DataFrame({"record": record[common], "value": values[common]}).merge(
        pd.DataFrame({"record": record, "other": values}), on="record"
    )
    beside = pairs[pairs["value"] != pairs["other"]].groupby("value")["other"].nunique()
    return values.isin(beside.index[beside > _MOST_NAMES_BESIDE])


def _addresses(held: pd.DataFrame) -> list[_Keyed]:
    keyed = []
    for field, kind in (("mac_address", "mac"), ("ip_address", "ip")):
        values = held.loc[held["field"] == field, "value"]
        several = values.str.contains(";", regex=False)
        listed = pd.concat([values[~several], values[several].str.split("; ").explode().astype("str")])
        keyed.append((kind, listed[~listed.str.match(_LOCAL) & ~listed.isin(PLACEHOLDER_MACS)]))
    return keyed
