"""What kind of thing an asset is, from what its sources say of it."""

import pandas as pd

# Field -> (pattern on the lower-case value, kind), strongest statement first; the first match of an asset stands.
EVIDENCE: tuple[tuple[str, str, str], ...] = (
    ("asset_type", r"^database$|\bdatabase\b|\brds\b|dbinstance", "database"),
    ("asset_type", r"^cloud$|\bec2\b|compute engine|azure ?vm|lambda|cloud", "cloud"),
    ("virtualization_platform", r"\bec2\b|\baws\b|amazon|azure|\bgcp\b|google", "cloud"),
    ("hardware_model", r"amazon ec2|google compute", "cloud"),
    ("asset_type", r"^virtual$|virtual|\bvm\b|container", "virtual"),
    ("asset_type", r"^physical$|physical|bare ?metal|blade|esx", "physical"),
    ("virtualization_platform", r"vmware|esx|hyper-?v|kvm|xen|nutanix|ahv|proxmox|virtualbox|ovirt|rhev", "virtual"),
    ("hardware_model", r"vmware|virtual machine|virtualbox|\bkvm\b|qemu|hvm domu", "virtual"),
    ("hypervisor_host", r".", "virtual"),
    ("hardware_model", r".", "physical"),
)
CLOUDS = ("aws", "azure", "gcp")
_SCANNED = tuple(f"{cloud}:" for cloud in CLOUDS)
REPOSITORY = "repository"
_SERVER_FIELDS = ("os_name", "memory_mb", "ip_address", "mac_address")


def asset_kinds(chosen: pd.DataFrame, cells: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Kind by asset_id: virtual, physical, cloud or database; assets that nothing tells of are absent.

    What a cloud scan returned is of the cloud, or a database where the scan says so.
    """
    scanned = rows["record_id"].isin(cells.loc[cells["file_id"].str.startswith(_SCANNED), "record_id"])
    told = chosen[chosen["field"].isin({*(field for field, _, _ in EVIDENCE), *_SERVER_FIELDS, "database_engine"})]
    hits = [_telling(told, field, pattern) for field, pattern, _ in EVIDENCE]
    # What a scan returned comes after an explicit database and before all else.
    ranked = [(hits[0], EVIDENCE[0][2]), (rows.loc[scanned, "asset_id"], "cloud")]
    ranked += [(hit, kind) for hit, (_, _, kind) in zip(hits[1:], EVIDENCE[1:], strict=True)]
    ranked.append((_bare_databases(told), "database"))
    kinds = pd.concat([pd.Series(kind, index=hit.to_numpy(), dtype=object) for hit, kind in ranked])
    return kinds[~kinds.index.duplicated()]


def _telling(told: pd.DataFrame, field: str, pattern: str) -> pd.Series:
    held = told[told["field"] == field]
    return held.loc[held["value"].str.lower().str.contains(pattern, regex=True), "entity_id"]


def _bare_databases(told: pd.DataFrame) -> pd.Series:
    """Entries of a list of databases: an engine, and nothing that a server has."""
    engines = told.loc[told["field"] == "database_engine", "entity_id"]
    if engines.empty:
        return engines
    return engines[~engines.isin(told.loc[told["field"].isin(_SERVER_FIELDS), "entity_id"])]
