"""Rows as models: both stores keep, overwrite, find and refuse alike."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aidiscover_pipelines.domain.errors import Permanent, UnknownTenant
from aidiscover_pipelines.domain.tables import AgentMemory, TenantSetting
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import Condition, PortfolioStore

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def setting(name: str, value: Any = 1, by: str = "ann") -> TenantSetting:
    return TenantSetting(name=name, value={"value": value}, by=by, at=NOON)


def memory(**changes: Any) -> AgentMemory:
    row: dict[str, Any] = {
        "record_id": "m", "scope": "/entity/crm/", "embedder": "e", "embedding": [1.0] + [0.0] * 255,
        "application_id": "crm", "content": "c", "categories": ["a"], "details": {"evidence": ["f.1"]},
        "importance": 1 / 3, "source": None, "private": True, "created_at": NOON,
    }  # fmt: skip
    return AgentMemory(**row | changes)


def test_a_row_comes_back_as_it_went_in(portfolio: PortfolioStore, acme: TenantId) -> None:
    text = '\'; DROP TABLE x; -- \\u0000 %s {} "数🙂"\n'
    kept = memory(content=text, details={"größe": [1, 2.5, None, True, text]}, source=text)
    portfolio.put(acme, [kept, setting(text, {"a": []}), setting("b")])
    assert portfolio.find(acme, AgentMemory, record_id="m") == kept
    assert portfolio.find(acme, TenantSetting, name=text) == setting(text, {"a": []})
    assert portfolio.find(acme, TenantSetting, name="none") is None
    assert portfolio.page(acme, TenantSetting)[1] == 2


def test_the_last_of_two_rows_with_one_key_stands(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.put(acme, [setting("a", 1), setting("a", 2)])
    portfolio.put(acme, [])
    portfolio.put(acme, [setting("b", 3)])
    assert portfolio.find(acme, TenantSetting, name="a") == setting("a", 2)


def test_rows_take_the_place_of_others_at_once_or_not_at_all(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.put(acme, [memory(record_id="old"), memory(record_id="other", scope="/entity/hr/")])
    earlier = {AgentMemory: [Condition("scope", "=", "/entity/crm/"), Condition("created_at", "<", NOON + SECOND)]}
    with pytest.raises(Permanent):
        portfolio.put(acme, [memory(record_id="new", details={"a": object()})], instead_of=earlier)
    assert portfolio.find(acme, AgentMemory, record_id="old") is not None
    portfolio.put(acme, [memory(record_id="new", created_at=NOON + SECOND), setting("a")], instead_of=earlier)
    held = portfolio.read(acme, AgentMemory, columns=["record_id"])["record_id"]
    assert set(held) == {"new", "other"} and portfolio.find(acme, TenantSetting, name="a") is not None


def test_tenants_hold_the_same_keys_apart(
    portfolio: PortfolioStore, acme: TenantId, registered: Callable[[], TenantId]
) -> None:
    other = registered()
    portfolio.put(acme, [setting("a", 1)])
    portfolio.put(other, [setting("a", 2)])
    assert portfolio.find(acme, TenantSetting, name="a") == setting("a", 1)
    with pytest.raises(UnknownTenant, match="'nobody' is not registered"):
        portfolio.put(TenantId("nobody"), [setting("a")])
    with pytest.raises(UnknownTenant, match="'nobody' is not registered"):
        portfolio.find(TenantId("nobody"), TenantSetting, name="a")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (lambda: memory(content="a\0"), "content"),
        (lambda: memory(content="\ud800"), "content"),
        (lambda: memory(details={"a": "\0"}), "details"),
        (lambda: memory(details={"a": ["\udfff"]}), "details"),
        (lambda: memory(details={"a": float("nan")}), "details"),
        (lambda: memory(details={"a": object()}), "details"),
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_of_it_stays(
    portfolio: PortfolioStore, acme: TenantId, row: Any, column: str
) -> None:
    with pytest.raises(Permanent, match=f"cannot store agent_memories.{column}"):
        portfolio.put(acme, [memory(record_id="first"), row()])
    assert portfolio.page(acme, AgentMemory)[1] == 0


def test_a_find_by_a_column_that_no_row_has_is_refused(portfolio: PortfolioStore, acme: TenantId) -> None:
    with pytest.raises(Permanent, match="by 'colour': it has no such column"):
        portfolio.find(acme, TenantSetting, colour="red")


def test_eight_threads_write_the_same_rows_in_any_order(portfolio: PortfolioStore, acme: TenantId) -> None:
    together = threading.Barrier(8)

    def work(thread: int) -> None:
        together.wait()
        for turn in range(10):
            rows = [setting(f"s{(place * (thread + 1)) % 23}", turn, f"t{thread}") for place in range(23)]
            portfolio.put(acme, [*rows, memory(record_id=f"{thread}-{turn}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert portfolio.page(acme, TenantSetting)[1] == 23
    assert portfolio.page(acme, AgentMemory)[1] == 80


def test_a_vector_of_another_length_is_refused(portfolio: PortfolioStore, acme: TenantId) -> None:
    with pytest.raises(Permanent):
        portfolio.put(acme, [memory(embedding=[1.0] * (EMBEDDING_DIMENSIONS - 1))])
