"""What one file's reader makes of it, with every row sorted into data and rejected."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from aidiscover_pipelines.domain.tenancy import Tenant, tenant_id
from aidiscover_pipelines.ingest.formats import FORMATS, detect_format
from aidiscover_pipelines.ingest.sheet import table_of
from aidiscover_pipelines.ingest.tables import separate
from resources.landing import LocalTenantFiles
from resources.scratch_store import ScratchStore

ACME = tenant_id("acme")


@pytest.fixture
def store() -> ScratchStore:
    """Of the one tenant ACME."""
    return ScratchStore(Tenant(ACME, "ACME"))


@pytest.fixture
def files(tmp_path: Path) -> LocalTenantFiles:
    """Folders in which a file is settled at once."""
    return LocalTenantFiles(tmp_path / "home", settle_s=0)


@dataclass
class ReadTable:
    name: str
    hidden: bool
    header_row: int
    headers: list[str]
    rows: list[tuple[int, list[str]]]
    rejected: list[tuple[int, list[str], str]]
    warnings: list[str]


ReadTables = Callable[..., list[ReadTable]]


@pytest.fixture
def read_tables() -> ReadTables:
    """The tables of a file by the reader that its content asks for, or by that of a format, in this process."""

    def read(path: Path, key: str = "") -> list[ReadTable]:
        found = next((row for row in FORMATS if row.key == key), None) or detect_format(path, path.name)
        module, _, function = found.reader.partition(":")
        tables = []
        for grid in separate(getattr(importlib.import_module(module), function)(path)):
            table = table_of(grid)
            sorted_rows = list(table.rows)
            rows = [(number, cells) for number, cells, reason in sorted_rows if not reason]
            rejected = [row for row in sorted_rows if row[2]]
            tables.append(
                ReadTable(grid.name, grid.hidden, table.header_row, table.headers, rows, rejected, table.warnings)
            )
        return tables

    return read
