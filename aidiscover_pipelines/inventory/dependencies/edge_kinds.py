"""What an edge's port and words say: who listens, what is used, which way it points, how much it binds.

Ports are those registered with IANA for servers of each kind. Strengths are declared, not fitted: they order edges.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.inventory.names import plain_name
from aidiscover_pipelines.inventory.references import keyed

# Service -> (ports, strength of a flow to it). A database far from its application hurts most; every server talks to
# monitoring, backup and name services, which binds it to nobody.
SERVICES: dict[str, tuple[tuple[int, ...], float]] = {
    "database": ((1433, 1434, 1521, 1526, 2483, 2484, 3050, 3306, 5000, 5432, 6379, 7000, 9042, 11211, 27017, 30013,
                  30015, 50000), 0.7),
    "messaging": ((1414, 1883, 4222, 5671, 5672, 5701, 8883, 9092, 9093, 61613, 61616), 0.6),
    "file": ((20, 21, 111, 139, 445, 548, 873, 989, 990, 2049), 0.5),
    "application": ((1099, 3200, 3300, 3299, 3600, 4848, 7001, 7002, 8009, 9080, 9443), 0.55),
    "web": ((80, 443, 3000, 8000, 8008, 8080, 8081, 8088, 8443, 8888, 9000), 0.5),
    "search": ((8983, 9200, 9300), 0.5),
    "mail": ((25, 110, 143, 465, 587, 993, 995), 0.3),
    "directory": ((88, 389, 464, 636, 1812, 1813, 3268, 3269), 0.3),
    "remote access": ((22, 23, 3389, 5900, 5985, 5986), 0.1),
    "operations": ((53, 67, 68, 69, 123, 137, 138, 161, 162, 514, 1556, 1984, 4505, 4506, 8140, 8834, 9100, 9101, 9102,
                    10050, 10051, 13724, 17472), 0.1),
}  # fmt: skip
SERVICE_OF_PORT = {port: service for service, (ports, _) in SERVICES.items() for port in ports}
# Clients get their ports from here up (Linux; Windows and IANA from 49152): nobody listens there unless registered.
EPHEMERAL = 32_768
KIND_STRENGTH: dict[str, float] = {
    "relation": 0.8,
    "mention": 0.6,
    "flow": 0.4,
    "shared database": 0.7,
    "shared host": 0.3,
    "text": 0.2,
}
_CRITICALITY = {"critical": 0.95, "high": 0.9, "hoch": 0.9, "medium": 0.7, "mittel": 0.7, "low": 0.5, "niedrig": 0.5}
# Relations that are told from the needed end, as plain names; ServiceNow writes both halves: "Used by::Uses".
_REVERSED = frozenset(
    ("used by", "is used by", "required by", "needed by", "depended on by", "provides to", "provides", "serves",
     "provides service to", "hosts", "runs", "consumed by", "called by", "receives requests from", "genutzt von",
     "wird genutzt von", "benötigt von", "utilisé par", "usado por", "utilizado por", "usato da", "gebruikt door")
)  # fmt: skip
_MUTUAL = frozenset(
    ("exchanges data with", "communicates with", "connected with", "related to", "relates to", "peer", "bidirectional",
     "both", "cluster of", "cluster", "associated with", "tauscht daten mit", "kommuniziert mit", "bidirektional")
)  # fmt: skip


def services(ports: pd.Series) -> pd.Series:
    """What listens on each port; empty where unknown."""
    return pd.to_numeric(ports, errors="coerce").map(SERVICE_OF_PORT).astype("str").fillna("")


def is_listener(ports: pd.Series) -> npt.NDArray[np.bool_]:
    """Whether a server listens on each port: a registered one or one below those that clients get."""
    numbers = pd.to_numeric(ports, errors="coerce")
    listens = numbers.isin(list(SERVICE_OF_PORT)) | (numbers < EPHEMERAL)
    return np.asarray(listens.to_numpy(dtype=bool))


def pointing(types: pd.Series) -> pd.Series:
    """What a relation's words tell: reversed where the needed end comes first, mutual where neither needs the other."""
    first = keyed(types.astype("str").fillna("").str.split("::").str[0], plain_name)
    words = {
        **dict.fromkeys(map(plain_name, _REVERSED), "reversed"),
        **dict.fromkeys(map(plain_name, _MUTUAL), "mutual"),
    }
    return first.map(words).astype("str").fillna("")


def base_strength(kinds: pd.Series, ports: pd.Series, types: pd.Series) -> pd.Series:
    """Strength of one observation: by kind, by what a flow uses, by the criticality that a relation's words name."""
    strength = kinds.map(KIND_STRENGTH).astype(float)
    by_service = services(ports).map({service: weight for service, (_, weight) in SERVICES.items()}).astype(float)
    strength = by_service.where((kinds == "flow") & by_service.notna(), strength)
    told = keyed(types.astype("str").fillna(""), plain_name).map(_CRITICALITY).astype(float)
    return told.where((kinds == "relation") & told.notna(), strength)


def strength(base: pd.Series, counted: pd.Series) -> pd.Series:
    """Base strength, less of its doubt for every tenfold of observations or traffic; never quite 1."""
    found = 1 - (1 - base.to_numpy(dtype=float)) / (1 + np.log10(counted.clip(lower=1).to_numpy(dtype=float)))
    return pd.Series(found.clip(max=0.99).round(3), index=base.index)
