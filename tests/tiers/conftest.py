"""An estate in memory: files, scans, assets, applications and what they are told to have."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    Asset,
    AttributeValue,
    CloudConnection,
    CloudCoverage,
    Dependency,
    EntityValue,
    Row,
    SourceFile,
    SourceStanding,
    TenantPolicy,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.scratch_store import ScratchStore

TENANT = TenantId("acme")
RUN = RunRef("r1")
WHEN = datetime(2026, 11, 20, tzinfo=UTC)
FRANKFURT = "aws:123:eu-central-1"
TABLES: tuple[type[Row], ...] = (
    *(SourceFile, SourceStanding, CloudCoverage, CloudConnection, TenantPolicy),
    *(Asset, Application, ApplicationAsset, Dependency, EntityValue, AttributeValue),
)


class Estate:
    """Rows of each table, given as tuples in the order of its columns; `store` holds what was given so far."""

    tenant, run = TENANT, RUN

    def __init__(self) -> None:
        self.rows: dict[type[Row], list[tuple]] = {table: [] for table in TABLES}

    def file(self, file_id="f1", status="accepted", name="cmdb.csv"):
        self.rows[SourceFile].append((file_id, name, "0" * 64, 10, "csv", status, "", WHEN, []))
        return self

    def read(self, *outcomes, scope=FRANKFURT, permission="ec2:DescribeInstances"):
        """One coverage row for each outcome, of services of one account and region."""
        cloud, account, region = scope.split(":")
        for outcome in outcomes:
            number = len(self.rows[CloudCoverage])
            told = "" if outcome in ("called", "empty") else permission
            row = {
                "cloud": cloud,
                "account": account,
                "region": region,
                "service": f"service{number}",
                "operation": "List",
                "outcome": outcome,
                "resources": 1,
                "calls": 1,
                "permission": told,
                "reason": "",
                "scanned_at": WHEN,
                "read_at": WHEN,
                "digest": "",
            }
            self.rows[CloudCoverage].append(tuple(row[name] for name in CloudCoverage.columns()))
        return self

    def assets(self, count, source=FRANKFURT, prefix="a"):
        for number in range(count):
            name = f"{prefix}{number}"
            sources = [source] if isinstance(source, str) else list(source)
            self.rows[Asset].append((name, name, "virtual", sources, 1, "single", 1.0))
        return self

    def application(self, name, *assets, source="f1"):
        self.rows[Application].append((name, name, [source], 1, "recorded", 1.0, "single"))
        self.rows[ApplicationAsset].extend((name, asset, f"{source}.1.9.9", "asset row") for asset in assets)
        return self

    def value(self, entity_id, field, text="x", source="f1.1.1", entity="asset"):
        number = len(self.rows[EntityValue])
        self.rows[EntityValue].append(
            (entity, entity_id, field, text, None, None, f"{source}.{number}", True, False, "only value")
        )
        return self

    def measured(self, count, prefix="a", source=f"{FRANKFURT}.cloudwatch.r"):
        for number in range(count):
            self.value(f"{prefix}{number}", "cpu_util_pct", "12", source)
        return self

    def declared(self, *groups, version=1):
        self.rows[TenantPolicy].append(("access", version, {"air_gapped": list(groups)}, "says security", "ann", WHEN))
        return self

    def add(self, table, *row):
        self.rows[table].append(row)
        return self

    @property
    def store(self) -> ScratchStore:
        made = ScratchStore(Tenant(TENANT, "Acme"))
        frames = {table: pd.DataFrame(rows, columns=table.columns()) for table, rows in self.rows.items() if rows}
        made.replace(TENANT, RUN, frames)
        return made


@pytest.fixture(scope="session")
def estate() -> type[Estate]:
    """The class: `estate()` is an empty one."""
    return Estate
