"""Rows of the ledger, written to a store as the layer would write them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.scratch_store import ScratchStore

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BLANK: dict[Any, Any] = {str: "", int: 0, float: 0.0, datetime: NOW, bool: False}

Add = Callable[..., None]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(params=["scratch", "postgres"])
def ledger(request: pytest.FixtureRequest) -> tuple[Any, TenantId]:
    """A store and a tenant without rows, in memory and in PostgreSQL."""
    if request.param == "postgres":
        return request.getfixturevalue("store"), request.getfixturevalue("tenant")
    return ScratchStore(Tenant(TenantId("acme"), "Acme")), TenantId("acme")


@pytest.fixture
def add() -> Add:
    """Append rows of a table; columns that a row does not name are blank, and keys are numbered."""
    numbers = iter(range(1, 1_000_000))

    def append(store: Any, tenant: TenantId, table: type[Row], *rows: dict[str, Any]) -> None:
        full = []
        for row in rows:
            blank = {
                name: [] if "list" in str(field.annotation) else {} if "dict" in str(field.annotation) else None
                for name, field in table.model_fields.items()
            }
            blank |= {
                name: BLANK[field.annotation] for name, field in table.model_fields.items() if field.annotation in BLANK
            }
            ids = {name: f"{next(numbers):06d}" for name in table.key if blank[name] == ""}
            full.append(blank | ids | {"status": "answered", "agent": "Risk Assessment"} | row)
        store.append(tenant, {table: pd.DataFrame(full)})

    return append
