"""What kind of thing an asset is, from what its sources say of it."""

import numpy as np
import pandas as pd

from aidiscover_pipelines.inventory.survivorship.agreement import Objects
from aidiscover_pipelines.inventory.survivorship.ranking import Codes

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
SCANNED = tuple(f"{cloud}:" for cloud in CLOUDS)
REPOSITORY = "repository"
_SERVER_FIELDS = ("os_name", "memory_mb", "ip_address", "mac_address")


KIND_FIELDS = frozenset((*(field for field, _, _ in EVIDENCE), *_SERVER_FIELDS, "database_engine"))
UNKNOWN = "unknown"


def asset_kinds(chosen: pd.DataFrame, scanned: Codes) -> Objects:
    """Kind of each asset: virtual, physical, cloud, database, or unknown where nothing tells. Shape: (assets,).

    `chosen`: values of KIND_FIELDS that stand, with `entity_id` as a category for each asset. `scanned`: codes of the
    assets that a cloud scan returned: they are of the cloud, or a database where the scan says so.
    """
    owner = chosen["entity_id"].cat.codes.to_numpy()
    by_field = {
        field: np.flatnonzero(chosen["field"] == field) for field in KIND_FIELDS & set(chosen["field"].unique())
    }
    nobody = np.zeros(0, dtype=np.int64)
    texts = {field: pd.factorize(chosen["value"].iloc[rows]) for field, rows in by_field.items()}
    hits = []
    for field, pattern, kind in EVIDENCE:
        codes, distinct = texts.get(field, (nobody, pd.Index([], dtype="str")))
        fits = pd.Series(distinct, dtype="str").str.lower().str.contains(pattern, regex=True).to_numpy(bool)
        hits.append((owner[by_field.get(field, nobody)[fits[codes]]], kind))
    # What a scan returned comes after an explicit database and before all else.
    hits.insert(1, (scanned, "cloud"))
    # Entries of a list of databases: an engine, and nothing that a server has.
    engines = owner[by_field.get("database_engine", nobody)]
    servers = [owner[by_field[field]] for field in _SERVER_FIELDS if field in by_field] if len(engines) else []
    hits.append((engines[~np.isin(engines, np.concatenate([nobody, *servers]))], "database"))
    kinds = np.full(len(chosen["entity_id"].cat.categories), UNKNOWN, dtype=object)
    for told, kind in reversed(hits):
        kinds[told] = kind
    return kinds
