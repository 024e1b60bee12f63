"""Texts that repeat: written and read as categories or as texts, alone or in parts, they say the same."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import Permanent
from aidiscover_pipelines.domain.tables import CleansedCell
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import PortfolioStore

RUN = RunRef("run-1")
ROWS = 40_000  # more than two blocks hold


def cells() -> pd.DataFrame:
    numbers = range(ROWS)
    frame = pd.DataFrame(
        {
            "evidence_id": [f"f.1.{number:06d}.1" for number in numbers],
            "record_id": [f"f.1.{number // 10:05d}" for number in numbers],
            "field": [("asset_name", "os_name", "owner")[number % 3] for number in numbers],
            "value": [f"value {number}" for number in numbers],
            "number": 1.0,
            "statistic": [None if number % 2 else "p95" for number in numbers],
        }
    )
    constant = {"file_id": "f", "entity": "asset", "original": "", "transform": "", "rule": ""}
    return frame.assign(**constant).astype({"statistic": "str"})[CleansedCell.columns()]


def test_categories_are_stored_as_the_texts_they_stand_for(portfolio: PortfolioStore, acme: TenantId) -> None:
    told = cells()
    coded = told.astype(dict.fromkeys(("record_id", "field", "statistic"), "category"))
    portfolio.replace(acme, RUN, {CleansedCell: coded})
    pd.testing.assert_frame_equal(portfolio.read(acme, CleansedCell), told)


def test_columns_asked_for_as_categories_say_the_same(portfolio: PortfolioStore, acme: TenantId) -> None:
    told = cells()
    portfolio.replace(acme, RUN, {CleansedCell: told})
    asked = ["record_id", "statistic", "value"]
    for where in ({}, {"field": "os_name"}, {"field": "nobody"}):
        read = portfolio.read(acme, CleansedCell, columns=[*asked, "number"], coded=asked, **where)
        assert all(isinstance(read[name].dtype, pd.CategoricalDtype) for name in asked)
        texts = portfolio.read(acme, CleansedCell, columns=[*asked, "number"], **where)
        pd.testing.assert_frame_equal(read.astype(dict.fromkeys(asked, "str")), texts)


def test_a_missing_text_is_equal_to_none_that_is_asked_for(portfolio: PortfolioStore, acme: TenantId) -> None:
    told = cells()
    portfolio.replace(acme, RUN, {CleansedCell: told})
    asked = told["statistic"].eq("p95").fillna(False) & told["field"].isin(["os_name", "owner"])
    read = portfolio.read(acme, CleansedCell, statistic="p95", field=["os_name", "owner"])
    pd.testing.assert_frame_equal(read, told[asked.astype(bool)].reset_index(drop=True))


def test_parts_below_each_other_are_the_whole(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.replace(acme, RUN, {CleansedCell: cells()})
    parts = list(portfolio.read_in_parts(acme, CleansedCell, field=["os_name", "owner"]))
    assert len(parts) > 1
    whole = portfolio.read(acme, CleansedCell, field=["os_name", "owner"])
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_a_category_that_holds_nul_is_refused(portfolio: PortfolioStore, acme: TenantId) -> None:
    spoilt = cells().head(3).assign(field=pd.Categorical(["os_name", "a\0b", "os_name"]))
    with pytest.raises(Permanent, match=r"field: a text holds a NUL character"):
        portfolio.replace(acme, RUN, {CleansedCell: spoilt})


def test_parts_that_follow_what_is_there_join_it(portfolio: PortfolioStore, acme: TenantId) -> None:
    told = cells()
    portfolio.replace(acme, RUN, {CleansedCell: told.head(100)})
    portfolio.upsert(acme, RUN, {CleansedCell: told.iloc[100:200]})
    portfolio.upsert(acme, RUN, {CleansedCell: told.iloc[150:300].assign(value="new")})
    expected = pd.concat([told.head(150), told.iloc[150:300].assign(value="new")], ignore_index=True)
    pd.testing.assert_frame_equal(portfolio.read(acme, CleansedCell), expected)
