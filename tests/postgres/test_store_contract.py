"""One contract, two stores: whatever a stage may rely on holds in memory and in PostgreSQL alike."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import Permanent, StaleWrite, UnknownTenant
from aidiscover_pipelines.domain.tables import (
    TABLES,
    ApplicationAsset,
    AttributeValue,
    CrewAnswer,
    Dependency,
    DiscoveryKpi,
    EntityValue,
    FieldMapping,
    Row,
    SourceFile,
    SourceRecord,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.domain.vocabulary import AttributeState, FileStatus
from aidiscover_pipelines.ports import PortfolioStore
from resources.scratch_store import ScratchStore

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RUN = RunRef("run-1", NOON)


def kpis(**values: float) -> pd.DataFrame:
    return pd.DataFrame({"kpi": list(values), "value": list(values.values()), "unit": "rows"})


def attributes(*applications: str, value: str = "java") -> pd.DataFrame:
    rows = [
        {
            "application_id": application,
            "attribute": "technology_stack",
            "state": AttributeState.PRESENT,
            "value": value,
            "quality": 0.5,
            "evidence": ["f.1.2.3"],
            "question": "",
            **dict.fromkeys(("rule", "problem"), ""),
            **dict.fromkeys(("presence", "validity", "freshness", "agreement", "trust"), 1.0),
        }
        for application in applications
    ]
    return pd.DataFrame(rows, columns=AttributeValue.columns())


def test_a_tenant_is_registered_once_and_renamed_after(portfolio: PortfolioStore) -> None:
    tenant = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    assert portfolio.add_tenant(Tenant(tenant, "Old", "0 1 * * *"))
    assert not portfolio.add_tenant(Tenant(tenant, "New", "0 3 * * *"))
    assert portfolio.tenant(tenant, "look") == Tenant(tenant, "New", "0 3 * * *")
    assert [each for each in portfolio.tenants() if each.id == tenant] == [Tenant(tenant, "New", "0 3 * * *")]


def test_tenants_come_in_order_of_their_ids(portfolio: PortfolioStore, registered: Callable[[], TenantId]) -> None:
    mine = sorted(registered() for _ in range(3))
    assert [tenant.id for tenant in portfolio.tenants() if tenant.id in mine] == mine


@pytest.mark.parametrize("method", ["tenant", "read", "replace", "upsert"])
def test_an_unregistered_tenant_is_named_with_what_was_attempted(portfolio: PortfolioStore, method: str) -> None:
    nobody = TenantId("nobody")
    calls: dict[str, Any] = {
        "tenant": lambda: portfolio.tenant(nobody, "discover"),
        "read": lambda: portfolio.read(nobody, DiscoveryKpi),
        "replace": lambda: portfolio.replace(nobody, RUN, {DiscoveryKpi: kpis(a=1)}),
        "upsert": lambda: portfolio.upsert(nobody, RUN, {DiscoveryKpi: kpis(a=1)}),
    }
    with pytest.raises(UnknownTenant, match="'nobody' is not registered"):
        calls[method]()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.table)
def test_an_empty_table_has_its_columns_and_dtypes(portfolio: PortfolioStore, acme: TenantId, table: type[Row]) -> None:
    frame = portfolio.read(acme, table)
    assert list(frame.columns) == table.columns()
    assert len(frame) == 0
    pd.testing.assert_frame_equal(frame, ScratchStore(Tenant(acme, "")).read(acme, table))


def test_every_kind_of_value_comes_back_as_it_went_in(portfolio: PortfolioStore, acme: TenantId) -> None:
    texts = [
        "",
        " ",
        'a "quoted", text\nof two lines',
        "\\.",
        "\\N",
        "NULL",
        "Größe 数 🙂",
        "'; DROP TABLE x; --",
        "\t",
    ]
    mappings = pd.DataFrame(
        {
            "file_id": "f",
            "sheet_index": range(1, len(texts) + 1),
            "sheet": texts,
            "entity": [None, *["asset"] * (len(texts) - 1)],
            "column_index": 2**40,
            "header": texts,
            "field": [np.nan, *texts[1:]],
            "unit": None,
            "statistic": "",
            "confidence": np.linspace(0, 1 / 3, len(texts)),
            "decision": "review",
            "alternatives": [[{"field": text, "confidence": 0.1}, None, True, {"größe": [1, 2.5]}] for text in texts],
            "reason": texts,
        }
    )
    portfolio.replace(acme, RUN, {FieldMapping: mappings})
    held = portfolio.read(acme, FieldMapping)
    assert held["header"].tolist() == texts
    assert held["alternatives"].tolist() == mappings["alternatives"].tolist()
    assert held["confidence"].tolist() == mappings["confidence"].tolist()
    assert held["column_index"].tolist() == [2**40] * len(texts)
    assert held["field"].isna().tolist() == [True] + [False] * (len(texts) - 1)
    assert held["unit"].isna().all()
    assert held["statistic"].tolist() == [""] * len(texts)
    assert held.dtypes.astype(str).to_dict() == {
        **dict.fromkeys(["file_id", "sheet", "entity", "header", "field", "unit", "statistic", "decision"], "str"),
        "reason": "str",
        **dict.fromkeys(["sheet_index", "column_index"], "int64"),
        "confidence": "float64",
        "alternatives": "object",
    }


def test_times_come_back_in_utc_with_microseconds(portfolio: PortfolioStore, acme: TenantId) -> None:
    received = pd.Timestamp("2026-11-21 13:00:00.123456+01:00")
    row = dict.fromkeys(SourceFile.columns(), "x") | {"bytes": 3, "status": FileStatus.ACCEPTED, "warnings": []}
    portfolio.upsert(acme, RUN, {SourceFile: pd.DataFrame([row | {"received_at": received}])})
    held = portfolio.read(acme, SourceFile)
    assert held["received_at"].tolist() == [received]
    assert str(held["received_at"].dtype) == "datetime64[us, UTC]"
    assert held["status"].tolist() == ["accepted"]


def test_booleans_gaps_in_numbers_and_maps_survive(portfolio: PortfolioStore, acme: TenantId) -> None:
    ports = pd.DataFrame({name: ["a", "b"] for name in Dependency.columns()}).assign(
        port=[443, None], target_asset=None, directed=True, strength=0.5, observations=1, evidence=[["x"], []]
    )
    values = pd.DataFrame({name: ["a", "b"] for name in EntityValue.columns()}).assign(
        number=[1.5, None], chosen=[True, False], conflict=[False, True]
    )
    answers = pd.DataFrame({name: ["a"] for name in CrewAnswer.columns()}).assign(
        answer=[{"strategy": "rehost", "n": np.int64(3), "x": np.array([1.5])}],
        **dict.fromkeys(["llm_calls", "prompt_tokens", "completion_tokens", "cost_usd", "seconds"], 1),
    )
    portfolio.upsert(acme, RUN, {Dependency: ports, EntityValue: values, CrewAnswer: answers})
    assert portfolio.read(acme, Dependency)["port"].fillna(-1).tolist() == [443.0, -1.0]
    held = portfolio.read(acme, EntityValue)
    assert held["chosen"].tolist() == [True, False]
    assert held["chosen"].dtype == bool
    assert held["number"].isna().tolist() == [False, True]
    assert portfolio.read(acme, CrewAnswer)["answer"].tolist() == [{"strategy": "rehost", "n": 3, "x": [1.5]}]


def test_rows_come_in_key_order_by_code_point(portfolio: PortfolioStore, acme: TenantId) -> None:
    keys = ["b", "B", "a", "ä", "_", "10", "9", "数"]
    portfolio.replace(acme, RUN, {DiscoveryKpi: kpis(**dict.fromkeys(keys, 1.0))})
    assert portfolio.read(acme, DiscoveryKpi)["kpi"].tolist() == sorted(keys)


def test_filters_name_one_value_or_a_list_of_them(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.replace(acme, RUN, {DiscoveryKpi: kpis(a=1, b=2, c=3)})
    assert portfolio.read(acme, DiscoveryKpi, kpi="b")["value"].tolist() == [2]
    assert portfolio.read(acme, DiscoveryKpi, kpi=["c", "a"])["kpi"].tolist() == ["a", "c"]
    assert portfolio.read(acme, DiscoveryKpi, value=[2.0, 3.0], unit="rows")["kpi"].tolist() == ["b", "c"]
    assert portfolio.read(acme, DiscoveryKpi, kpi=[])["kpi"].tolist() == []
    assert portfolio.read(acme, DiscoveryKpi, kpi="%' OR true --")["kpi"].tolist() == []


def test_an_unknown_filter_column_is_refused(portfolio: PortfolioStore, acme: TenantId) -> None:
    with pytest.raises(Permanent, match="cannot read discovery_kpis by 'application_id'"):
        portfolio.read(acme, DiscoveryKpi, application_id="crm")


def test_replace_leaves_exactly_the_frames_rows(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.replace(acme, RUN, {DiscoveryKpi: kpis(a=1, b=2)})
    portfolio.replace(acme, RUN, {DiscoveryKpi: kpis(b=3, c=4)})
    assert portfolio.read(acme, DiscoveryKpi)["kpi"].tolist() == ["b", "c"]
    portfolio.replace(acme, RUN, {DiscoveryKpi: kpis()})
    assert len(portfolio.read(acme, DiscoveryKpi)) == 0


def test_replace_within_a_scope_leaves_other_rows_alone(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.replace(acme, RUN, {AttributeValue: attributes("crm", "erp", "hr"), DiscoveryKpi: kpis(a=1)})
    portfolio.replace(
        acme, RUN, {AttributeValue: attributes("crm", value="go"), DiscoveryKpi: kpis(b=2)}, application_id="crm"
    )
    held = portfolio.read(acme, AttributeValue)
    assert dict(zip(held["application_id"], held["value"], strict=True)) == {"crm": "go", "erp": "java", "hr": "java"}
    assert portfolio.read(acme, DiscoveryKpi)["kpi"].tolist() == ["b"], "a table without the column is replaced whole"
    portfolio.replace(acme, RUN, {AttributeValue: attributes()}, application_id=["erp", "hr"])
    assert portfolio.read(acme, AttributeValue)["application_id"].tolist() == ["crm"]


def test_upsert_overwrites_by_key_and_keeps_the_rest(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.upsert(acme, RUN, {AttributeValue: attributes("crm", "erp")})
    portfolio.upsert(acme, RUN, {AttributeValue: attributes("erp", "hr", value="go")})
    held = portfolio.read(acme, AttributeValue)
    assert dict(zip(held["application_id"], held["value"], strict=True)) == {"crm": "java", "erp": "go", "hr": "go"}


def test_the_last_of_two_rows_with_one_key_wins(portfolio: PortfolioStore, acme: TenantId) -> None:
    twice = pd.concat([attributes("crm", value="old"), attributes("crm", value="new")])
    portfolio.replace(acme, RUN, {AttributeValue: twice})
    assert portfolio.read(acme, AttributeValue)["value"].tolist() == ["new"]
    portfolio.upsert(acme, RUN, {AttributeValue: twice})
    assert portfolio.read(acme, AttributeValue)["value"].tolist() == ["new"]


def test_columns_that_no_table_has_are_left_out(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.replace(acme, RUN, {DiscoveryKpi: kpis(a=1).assign(extra=1)[["unit", "extra", "value", "kpi"]]})
    assert list(portfolio.read(acme, DiscoveryKpi).columns) == DiscoveryKpi.columns()


def test_what_was_read_or_written_is_not_shared(portfolio: PortfolioStore, acme: TenantId) -> None:
    written = attributes("crm", "erp")
    portfolio.replace(acme, RUN, {AttributeValue: written})
    written.loc[0, "evidence"].append("changed after writing")
    portfolio.read(acme, AttributeValue).loc[0, "evidence"].append("changed after reading")
    assert portfolio.read(acme, AttributeValue)["evidence"].tolist() == [["f.1.2.3"], ["f.1.2.3"]]


def test_tenants_hold_the_same_keys_apart(
    portfolio: PortfolioStore, acme: TenantId, registered: Callable[[], TenantId]
) -> None:
    other = registered()
    portfolio.replace(acme, RUN, {DiscoveryKpi: kpis(a=1)})
    portfolio.replace(other, RUN, {DiscoveryKpi: kpis(a=2, b=3)})
    portfolio.replace(other, RUN, {DiscoveryKpi: kpis(a=4)})
    assert portfolio.read(acme, DiscoveryKpi)["value"].tolist() == [1]
    assert portfolio.read(other, DiscoveryKpi)["value"].tolist() == [4]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (RunRef("late", NOON), RunRef("early", NOON - timedelta(seconds=1))),
        (RunRef("same", NOON, attempt=2), RunRef("same", NOON, attempt=1)),
    ],
)
@pytest.mark.parametrize("method", ["replace", "upsert"])
def test_a_run_that_was_overtaken_cannot_write(
    portfolio: PortfolioStore, acme: TenantId, first: RunRef, second: RunRef, method: str
) -> None:
    portfolio.replace(acme, first, {DiscoveryKpi: kpis(a=1)})
    with pytest.raises(StaleWrite, match=f"run '{first.run_id}' started later"):
        getattr(portfolio, method)(acme, second, {ApplicationAsset: edges("crm"), DiscoveryKpi: kpis(b=1)})
    assert portfolio.read(acme, DiscoveryKpi)["kpi"].tolist() == ["a"]
    assert len(portfolio.read(acme, ApplicationAsset)) == 0, "all or nothing"
    portfolio.upsert(acme, second, {ApplicationAsset: edges("crm")})


def test_a_run_may_write_again_and_a_later_one_after_it(portfolio: PortfolioStore, acme: TenantId) -> None:
    for run in (RUN, RUN, RunRef(RUN.run_id, NOON, attempt=1), RunRef("next", NOON + timedelta(seconds=1))):
        portfolio.upsert(acme, run, {DiscoveryKpi: kpis(**{run.run_id.replace("-", "_"): 1.0})})
    assert portfolio.read(acme, DiscoveryKpi)["kpi"].tolist() == ["next", "run_1"]


def edges(*applications: str) -> pd.DataFrame:
    return pd.DataFrame({"application_id": applications, "asset_id": "s1", "evidence_id": "f.1.2.3", "how": "name"})


LONELY = "\ud800"
REFUSED: list[tuple[str, type[Row], Any, str]] = [
    ("NUL in a text", ApplicationAsset, lambda: edges("c\0rm"), "application_assets.application_id.*NUL"),
    (
        "half a surrogate pair",
        ApplicationAsset,
        lambda: edges("x").assign(application_id=pd.Series([LONELY], dtype=object)),
        "application_assets.application_id.*surrogate",
    ),
    ("missing text", ApplicationAsset, lambda: edges("crm").assign(how=None), "application_assets.how.*1 values are m"),
    ("missing column", ApplicationAsset, lambda: edges("crm").drop(columns="how"), "assets.how: the frame has no such"),
    ("text for a number", DiscoveryKpi, lambda: kpis(a=1).assign(value="many"), "discovery_kpis.value.*convert to fl"),
    ("broken whole number", SourceRecord, lambda: record(row=1.5), "source_records.row.*convert to int"),
    ("missing whole number", SourceRecord, lambda: record(row=None), "source_records.row.*missing"),
    ("NUL in JSON", SourceRecord, lambda: record(cells=["a\0"]), "source_records.cells.*NUL"),
    ("surrogate in JSON", SourceRecord, lambda: record(cells=[LONELY]), "source_records.cells.*surrogate"),
    ("NaN in JSON", SourceRecord, lambda: record(cells=[float("nan")]), "source_records.cells.*not JSON"),
    ("an object in JSON", SourceRecord, lambda: record(cells=[object()]), "source_records.cells.*not JSON"),
    ("a text for JSON", SourceRecord, lambda: record(cells="a"), "source_records.cells.*neither a list nor a dict"),
    ("NUL in JSON text", SourceRecord, lambda: record(cells='["\\u0000"]'), "source_records.cells.*NUL"),
]


def record(**changes: Any) -> pd.DataFrame:
    row = {"record_id": "f.1.2", "file_id": "f", "sheet_index": 1, "row": 2, "cells": ["a"]}
    return pd.DataFrame([row | changes], columns=SourceRecord.columns())


@pytest.mark.parametrize(
    ("table", "frame", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_cannot_be_stored_is_refused_by_table_and_column(
    portfolio: PortfolioStore, acme: TenantId, table: type[Row], frame: Any, message: str
) -> None:
    with pytest.raises(Permanent, match=message):
        portfolio.upsert(acme, RUN, {table: frame()})
    assert len(portfolio.read(acme, table)) == 0


def test_a_backslash_before_u0000_is_text_and_no_nul(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.upsert(acme, RUN, {SourceRecord: record(cells=["\\u0000", "\\\\u0000"])})
    assert portfolio.read(acme, SourceRecord)["cells"].tolist() == [["\\u0000", "\\\\u0000"]]


def test_a_reader_may_ask_for_some_columns_and_the_first_rows(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.replace(acme, RUN, {DiscoveryKpi: kpis(a=1.0, b=2.0, c=3.0)})
    found = portfolio.read(acme, DiscoveryKpi, columns=["value"], first=2)
    assert found.to_dict("list") == {"value": [1.0, 2.0]}
    assert portfolio.read(acme, DiscoveryKpi, first=0).empty
    assert list(portfolio.read(acme, DiscoveryKpi, columns=["unit"], kpi="none")) == ["unit"]
    with pytest.raises(Permanent, match="colour"):
        portfolio.read(acme, DiscoveryKpi, columns=["colour"])
