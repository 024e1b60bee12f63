"""Writing in parts: more rows than memory holds go into several tables in one transaction, in both stores alike."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import Permanent, StaleWrite, UnknownTenant
from aidiscover_pipelines.domain.tables import Row, SkippedRow, SourceRecord
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import PortfolioStore

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RUN = RunRef("run-1", NOON)
TABLES = (SourceRecord, SkippedRow)


def records(*numbers: int, cells: Any = '["a"]') -> tuple[type[Row], pd.DataFrame]:
    rows = [
        {"record_id": f"f.1.{number}", "file_id": "f", "sheet_index": 1, "row": number, "cells": cells}
        for number in numbers
    ]
    return SourceRecord, pd.DataFrame(rows)


def skipped(number: int, stage: str) -> tuple[type[Row], pd.DataFrame]:
    row = {"record_id": f"f.1.{number}", "file_id": "f", "sheet": "s", "row": number, "stage": stage, "reason": "why"}
    return SkippedRow, pd.DataFrame([row | {"cells": ["x", ""]}])


def test_parts_of_several_tables_replace_what_was_there(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.replace_in_parts(acme, RUN, TABLES, [records(9), skipped(9, "reading")])
    portfolio.replace_in_parts(acme, RUN, TABLES, [records(2, 3), skipped(1, "reading"), records(5)])
    assert portfolio.read(acme, SourceRecord)["row"].tolist() == [2, 3, 5]
    assert portfolio.read(acme, SkippedRow)["cells"].tolist() == [["x", ""]]
    portfolio.replace_in_parts(acme, RUN, TABLES, [])
    assert len(portfolio.read(acme, SourceRecord)) == len(portfolio.read(acme, SkippedRow)) == 0


def test_a_scope_narrows_the_tables_that_have_its_column(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.replace_in_parts(acme, RUN, TABLES, [records(2), skipped(2, "mapping"), skipped(3, "reading")])
    portfolio.replace_in_parts(acme, RUN, TABLES, [records(4), skipped(5, "reading")], stage="reading")
    assert portfolio.read(acme, SourceRecord)["row"].tolist() == [4]
    held = portfolio.read(acme, SkippedRow)
    assert sorted(zip(held["row"], held["stage"], strict=True)) == [(2, "mapping"), (5, "reading")]


def test_json_text_is_stored_as_the_json_it_is(portfolio: PortfolioStore, acme: TenantId) -> None:
    text = '["Gr\u00f6\u00dfe","a \\"b\\"","","\\\\u0000","tab\\t"]'
    portfolio.replace_in_parts(acme, RUN, [SourceRecord], [records(2, cells=text)])
    assert portfolio.read(acme, SourceRecord)["cells"][0] == ["Gr\u00f6\u00dfe", 'a "b"', "", "\\u0000", "tab\t"]


def test_a_fault_in_the_last_part_leaves_everything_as_it_was(portfolio: PortfolioStore, acme: TenantId) -> None:
    def broken() -> Iterator[tuple[type[Row], pd.DataFrame]]:
        yield records(7)
        raise KeyError("no more")

    portfolio.replace_in_parts(acme, RUN, TABLES, [records(2)])
    with pytest.raises(KeyError):
        portfolio.replace_in_parts(acme, RUN, TABLES, broken())
    with pytest.raises(Permanent, match="neither a list nor a dict"):
        portfolio.replace_in_parts(acme, RUN, TABLES, [records(7), records(8, cells="x")])
    assert portfolio.read(acme, SourceRecord)["row"].tolist() == [2]


def test_parts_of_an_older_run_or_an_unknown_tenant_are_refused(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.replace_in_parts(acme, RUN, TABLES, [records(2)])
    with pytest.raises(StaleWrite):
        portfolio.replace_in_parts(acme, RunRef("older", NOON - timedelta(seconds=1)), TABLES, [records(3)])
    with pytest.raises(UnknownTenant):
        portfolio.replace_in_parts(TenantId("nobody"), RUN, TABLES, [records(3)])
    assert portfolio.read(acme, SourceRecord)["row"].tolist() == [2]
