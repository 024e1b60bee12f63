"""A small estate for the exports: what a template asks for, and what it cannot take."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    Asset,
    Dependency,
    EntityValue,
    Recommendation,
    TechnologyUse,
    Wave,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.exports.export import Request
from aidiscover_pipelines.reporting.exports.made import Target
from resources.scratch_store import ScratchStore

TENANT, RUN = TenantId("acme"), RunRef("run-1")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TARGET = Target("111122223333", "eu-central-1")
HOSTILE = "=cmd|' /C calc'!A0"

# name, kind, host, address, system, version, cores, MB, disks, application(s)
SERVERS = [
    ("web01", "virtual", "web01.acme.example", "10.0.0.1; 10.0.0.2", "Ubuntu", "22.04", 4, 8192, (50, 100), ("shop",)),
    ("web02", "virtual", "web02.acme.example", "10.0.0.3", "Windows Server 2019 Standard", "10.0.17763", 2, 4096,
     (80,), ("shop", "crm")),
    ("db01", "physical", "db01.acme.example", "10.0.0.4", "Red Hat Enterprise Linux 7", "7.9", 16, 65536, (),
     ("crm",)),
    ("as400", "unknown", "", "10.0.0.5", "IBM i", "", 8, 16384, (), ("erp",)),
    ("bare", "virtual", "", "", "", "", None, None, (), ()),
]  # fmt: skip
# id, name, strategy, wave
APPLICATIONS = [
    ("shop", "Web shop", "rehost", 1),
    ("crm", 'CRM, "old" \N{EM DASH} Zürich\nsecond line', "replatform", 2),
    ("erp", HOSTILE, "retain", 0),
    ("new", "@not assessed", None, None),
]


def frame(table, rows):
    return pd.DataFrame(rows, columns=table.columns())


def recommendation(identity, strategy):
    other = dict.fromkeys(Recommendation.columns(), "")
    told = {
        "application_id": identity, "strategy": strategy, "confidence": 0.8, "foretold": 0.8, "decided_by": "policy",
        "ranking": [],
        "risk": "low", "risks": [], "rationale": f"Facts speak for {strategy}.", "priority": 2, "evidence": [],
        "next_steps": ["Confirm the owner", "Plan a pilot"], "counterfactuals": [], "target": "virtual machines",
        "effort": {"band": "small", "days_low": 2, "days_high": 5},
        "cost": {"low": 100, "high": 200, "currency": "USD"},
    }  # fmt: skip
    return tuple({**other, **told}[column] for column in Recommendation.columns())


def value(asset, field, text, statistic=None):
    number = float(text) if field.endswith(("_cores", "_sockets", "_mb", "_gb", "_pct")) else None
    cell = f"f1.1.{asset}.{field}.{text}"
    return ("asset", asset, field, str(text), number, statistic, cell, True, False, "single")


def values():
    for name, _, host, address, system, version, cores, memory, disks, _ in SERVERS:
        for field, text in (
            ("hostname", host), ("ip_address", address), ("os_name", system), ("os_version", version),
            ("cpu_cores", cores), ("memory_mb", memory), ("storage_total_gb", sum(disks) or None),
        ):  # fmt: skip
            if text:
                yield value(name, field, text)
        yield from (value(name, "disk_size_gb", size) for size in disks)
    yield value("web01", "cpu_util_pct", "40", "avg")
    yield value("web01", "cpu_util_pct", "90", "max")
    yield value("web01", "memory_util_pct", "50", "avg")
    yield value("web01", "last_seen", "2026-10-01T06:12:44")
    yield value("web01", "serial_number", "1aa31158-8fb5-58be-b3a8-262aeb134b37")
    yield value("web01", "virtualization_platform", "VMware vCenter Server 7")
    yield value("web02", "cpu_util_pct", "1610")  # megahertz that nobody marked as such
    yield value("db01", "storage_total_gb", "500")
    yield value("db01", "serial_number", "CZ3B63047D")


def estate_store() -> PortfolioStore:
    """The estate above in a store of its own."""
    store = ScratchStore(Tenant(TENANT, "Acme Example Ltd"))
    edge = (None, None, "a", "b", "relation", None, "f1.1.1.1")
    told = (0.9, 1, ["f1.1.1.1"])
    store.replace(
        TENANT,
        RUN,
        {
            Asset: frame(Asset, [(row[0], row[0], row[1], ["f1"], 1, "single", 1.0) for row in SERVERS]),
            Application: frame(
                Application, [(key, name, ["f1"], 1, "recorded", 0.9, "single") for key, name, *_ in APPLICATIONS]
            ),
            ApplicationAsset: frame(
                ApplicationAsset, [(key, row[0], "f1.1.1.1", "asset row") for row in SERVERS for key in row[-1]]
            ),
            EntityValue: frame(EntityValue, list(values())),
            ApplicationFact: frame(
                ApplicationFact,
                [
                    ("shop", "business_unit", "Retail", None, [], "application"),
                    ("shop", "technical_owner", "Ann Lee <ann@acme.example>", None, [], "application"),
                    ("crm", "technical_owner", "the CRM team", None, [], "application"),
                    ("crm", "description", "Customers", None, [], "application"),
                ],
            ),
            TechnologyUse: frame(
                TechnologyUse,
                [
                    ("application", "shop", "f1.1.1.9", "technology_stack", "Java 8", "java", "Java", "Oracle",
                     "language", "java", "8", "8", 0.99, None, None, None, "unknown", ""),
                    ("asset", "web01", "f1.1.1.8", "os_name", "Ubuntu", "ubuntu", "Ubuntu", "Canonical",
                     "operating system", "linux", "22.04", "22.04", 0.99, None, None, None, "supported", ""),
                ],
            ),
            Dependency: frame(
                Dependency,
                [
                    ("d1", "shop", "crm", *edge, True, *told),
                    ("d2", "crm", "erp", *edge, True, *told),
                    ("d3", "shop", "erp", *edge, False, *told),
                    ("d4", "shop", None, *edge, True, *told),
                ],
            ),
            Recommendation: frame(
                Recommendation, [recommendation(key, strategy) for key, _, strategy, _ in APPLICATIONS if strategy]
            ),
            WaveAssignment: frame(
                WaveAssignment, [(key, wave, "order", []) for key, *_, wave in APPLICATIONS if wave is not None]
            ),
            Wave: frame(Wave, [(1, True, "2027-01-11", "2027-02-19", 1, 2, 3.0, 10, {"low": 1}, {"Retail": 1})]),
        },
    )  # fmt: skip
    return store


def request(store=None, target=TARGET) -> Request:
    """What `write_export` takes, of the estate above where no store is given."""
    return Request(store or estate_store(), TENANT, RUN, NOW, target)
