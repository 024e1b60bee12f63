"""Questions beyond equality: both stores answer and refuse alike. Ledger rows and memories are what is asked about."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import Permanent, UnknownTenant
from aidiscover_pipelines.domain.tables import AgentMemory, CrewAnswer, LlmCall, ToolCall
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import AttributeState
from aidiscover_pipelines.ports import Condition, PortfolioStore
from resources.questions import OPERATORS

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOSTILE = [
    "",
    "it's",
    'say "hi"',
    "a\\b",
    "50%",
    "a_c",
    "{}",
    "%(x)s",
    "'; DROP TABLE portfolio.llm_calls; --",
    "數 🙂",
]


def blank(table: Any) -> dict[str, Any]:
    values = {str: "", int: 0, float: 0.0, bool: False, datetime: NOON}
    kinds = {name: field.annotation for name, field in table.model_fields.items()}
    return {name: values.get(kind, {} if "dict" in str(kind) else [] if "list" in str(kind) else None)
            for name, kind in kinds.items()}  # fmt: skip


def calls(*rows: dict[str, Any]) -> pd.DataFrame:
    numbered = [blank(LlmCall) | {"call_id": f"c{place}"} | row for place, row in enumerate(rows)]
    return pd.DataFrame(numbered, columns=LlmCall.columns())


def memories(vectors: Any, **columns: Any) -> pd.DataFrame:
    rows = [blank(AgentMemory) | {"record_id": f"m{place:05}", "embedding": list(map(float, vector))}
            for place, vector in enumerate(vectors)]  # fmt: skip
    return pd.DataFrame(rows, columns=AgentMemory.columns()).assign(**columns)


def unit(*places: int) -> np.ndarray:
    vector = np.zeros(EMBEDDING_DIMENSIONS)
    vector[list(places)] = 1.0
    return vector


def found(portfolio: PortfolioStore, tenant: TenantId, *conditions: tuple[str, str, Any]) -> list[str]:
    page, total = portfolio.page(tenant, LlmCall, [Condition(*one) for one in conditions])
    assert total == len(page)
    return page["call_id"].tolist()


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        ("=", 0, 1, 0),
        ("!=", 1, 0, 1),
        ("<", 1, 0, 0),
        ("<=", 1, 1, 0),
        (">", 0, 0, 1),
        (">=", 0, 1, 1),
    ],
)
@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("crew", ["B", "a", "ä"]),  # by code point
        ("step", [-1, 2, 2**40]),
        ("latency_ms", [-0.5, 0.1, float("inf")]),
        ("cost_usd", [0.0, 0.1, 2.0]),
        ("at", [NOON - timedelta(microseconds=1), NOON, NOON + timedelta(days=400)]),
    ],
)
def test_every_comparison_holds_for_every_kind_of_column(
    portfolio: PortfolioStore, acme: TenantId, column: str, values: list[Any], operator: str, below: int, equal: int,
    above: int,
) -> None:  # fmt: skip
    portfolio.append(acme, {LlmCall: calls(*({column: value} for value in values))})
    wanted = [f"c{place}" for place, hit in enumerate((below, equal, above)) if hit]
    assert found(portfolio, acme, (column, operator, values[1])) == wanted


def test_booleans_enums_and_numbers_of_numpy_compare_as_what_they_are(
    portfolio: PortfolioStore, acme: TenantId
) -> None:
    portfolio.append(acme, {AgentMemory: memories([unit(0), unit(1)], private=[True, False])})
    page, _ = portfolio.page(acme, AgentMemory, [Condition("private", "=", np.bool_(True))])
    assert page["record_id"].tolist() == ["m00000"]
    portfolio.append(acme, {LlmCall: calls({"status": "present", "step": 3}, {"status": "absent"})})
    assert found(portfolio, acme, ("status", "=", AttributeState.PRESENT)) == ["c0"]
    assert found(portfolio, acme, ("step", "=", np.int64(3))) == ["c0"]
    assert found(portfolio, acme, ("step", ">", 2.5)) == ["c0"]
    assert found(portfolio, acme, ("at", "<=", pd.Timestamp("2026-11-21T13:00:00+01:00"))) == ["c0", "c1"]


def test_a_missing_value_meets_no_condition(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.append(acme, {LlmCall: calls({"cost_usd": None}, {"cost_usd": 1.0})})
    for operator in ("=", "!=", "<", "<=", ">", ">="):
        assert "c0" not in found(portfolio, acme, ("cost_usd", operator, 0.5))
    portfolio.append(acme, {AgentMemory: memories([unit(0)], source=None)})
    for operator in ("~", "^", "!="):
        assert portfolio.page(acme, AgentMemory, [Condition("source", operator, "")])[1] == 0


def test_text_contains_whatever_its_case_and_begins_exactly(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.append(acme, {LlmCall: calls(*({"crew": text} for text in ("Größe", "GRÖSSE", "ÄRZTE ab", "%ab")))})
    assert found(portfolio, acme, ("crew", "~", "gRÖ")) == ["c0", "c1"]
    assert found(portfolio, acme, ("crew", "~", "AB")) == ["c2", "c3"]
    assert found(portfolio, acme, ("crew", "~", "%")) == ["c3"]
    assert found(portfolio, acme, ("crew", "~", "ärzte")) == ["c2"]
    assert found(portfolio, acme, ("crew", "^", "Gr")) == ["c0"]
    assert found(portfolio, acme, ("crew", "^", "%")) == ["c3"]
    assert found(portfolio, acme, ("crew", "^", "")) == ["c0", "c1", "c2", "c3"]


@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_a_text_holds_it_is_compared_and_nothing_else(
    portfolio: PortfolioStore, acme: TenantId, value: str
) -> None:
    portfolio.append(acme, {LlmCall: calls(*({"crew": text} for text in HOSTILE))})
    place = f"c{HOSTILE.index(value)}"
    assert found(portfolio, acme, ("crew", "=", value)) == [place]
    assert found(portfolio, acme, ("crew", "=", [value])) == [place]
    assert place in found(portfolio, acme, ("crew", "~", value))
    assert place in found(portfolio, acme, ("crew", "^", value))
    assert portfolio.delete(acme, LlmCall, [Condition("crew", "=", value)]) == 1
    assert portfolio.page(acme, LlmCall)[1] == len(HOSTILE) - 1


def test_a_list_means_any_of_it_and_conditions_all_hold(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.append(acme, {LlmCall: calls({"step": 1}, {"step": 2}, {"step": 3, "crew": "x"})})
    assert found(portfolio, acme, ("step", "=", [1, 3])) == ["c0", "c2"]
    assert found(portfolio, acme, ("step", "=", [1, 3]), ("crew", "=", "x")) == ["c2"]
    assert found(portfolio, acme, ("step", ">", 1), ("step", "<", 3)) == ["c1"]
    assert found(portfolio, acme, ("step", "=", [])) == []


REFUSED = [
    ("colour", "=", "x", "by 'colour': it has no such column"),
    ("tenant_id", "=", "x", "by 'tenant_id': it has no such column"),
    ('crew" OR true --', "=", "x", "it has no such column"),
    ("crew", "LIKE", "x", "by 'LIKE': use one of"),
    ("crew", "= '' OR", "x", "use one of"),
    ("step", "~", "1", "use one of"),
    ("at", "^", "2026", "use one of"),
    ("crew", "=", 3, "it holds text"),
    ("crew", "=", None, "it holds text"),
    ("crew", "!=", ["a"], "it holds text"),
    ("crew", "=", "a\0", "it holds text"),
    ("crew", "=", "\ud800", "it holds text"),
    ("step", "=", "3", "it holds int"),
    ("step", "=", True, "it holds int"),
    ("latency_ms", "<", float("nan"), "it holds float"),
    ("at", "<", NOON.replace(tzinfo=None), "it holds time"),
    ("at", "<", "2026-11-21", "it holds time"),
]


@pytest.mark.parametrize(("column", "operator", "value", "message"), REFUSED)
def test_what_cannot_be_compared_is_refused_everywhere(
    portfolio: PortfolioStore, acme: TenantId, column: str, operator: str, value: Any, message: str
) -> None:
    portfolio.append(acme, {LlmCall: calls({})})
    asked = [Condition(column, operator, value)]
    for ask in (
        lambda: portfolio.page(acme, LlmCall, asked),
        lambda: portfolio.sums(acme, LlmCall, ["step"], asked),
        lambda: portfolio.delete(acme, LlmCall, asked),
    ):
        with pytest.raises(Permanent, match=f"cannot compare.*{message}"):
            ask()
    assert portfolio.page(acme, LlmCall)[1] == 1


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("column", ["details", "embedding"])
def test_lists_and_vectors_are_not_compared(
    portfolio: PortfolioStore, acme: TenantId, column: str, operator: str
) -> None:
    with pytest.raises(Permanent, match=rf"cannot compare agent_memories.{column} by"):
        portfolio.page(acme, AgentMemory, [Condition(column, operator, "x")])


def test_a_page_comes_in_its_order_with_the_key_between_equals(portfolio: PortfolioStore, acme: TenantId) -> None:
    rows = [{"crew": "b", "cost_usd": 1.0}, {"crew": "a", "cost_usd": None}, {"crew": "b", "cost_usd": 2.0},
            {"crew": "a", "cost_usd": 1.0}]  # fmt: skip
    portfolio.append(acme, {LlmCall: calls(*rows).sample(frac=1, random_state=1)})

    def order(*named: str) -> list[str]:
        listed: list[str] = portfolio.page(acme, LlmCall, order=named)[0]["call_id"].tolist()
        return listed

    assert order() == ["c0", "c1", "c2", "c3"]
    assert order("crew") == ["c1", "c3", "c0", "c2"]
    assert order("-crew") == ["c0", "c2", "c1", "c3"]
    assert order("crew", "-cost_usd") == ["c3", "c1", "c2", "c0"], "missing values come last"
    assert order("cost_usd") == ["c0", "c3", "c2", "c1"]
    assert order("-call_id") == ["c3", "c2", "c1", "c0"]
    assert order("at") == ["c0", "c1", "c2", "c3"]


def test_pages_add_up_and_one_past_the_end_is_empty(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.append(acme, {LlmCall: calls(*({"step": place % 3} for place in range(10)))})
    seen: list[str] = []
    for offset in range(0, 12, 4):
        page, total = portfolio.page(acme, LlmCall, order=["-step"], limit=4, offset=offset)
        assert total == 10
        seen += page["call_id"].tolist()
    assert sorted(seen) == [f"c{place}" for place in range(10)]
    page, total = portfolio.page(acme, LlmCall, limit=5, offset=10)
    assert (len(page), total, list(page)) == (0, 10, LlmCall.columns())
    page, total = portfolio.page(acme, LlmCall, limit=0)
    assert (len(page), total) == (0, 10)
    assert page.dtypes.to_dict() == portfolio.read(acme, LlmCall).dtypes.to_dict()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"order": ["colour"]}, "cannot sort llm_calls by 'colour'"),
        ({"order": ["-colour"]}, "cannot sort llm_calls by 'colour'"),
        ({"order": ["call_id; DROP TABLE x"]}, "cannot sort llm_calls"),
        ({"limit": -1}, "neither may be negative"),
        ({"offset": -1}, "neither may be negative"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused(
    portfolio: PortfolioStore, acme: TenantId, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(Permanent, match=message):
        portfolio.page(acme, LlmCall, **asked)
    with pytest.raises(Permanent, match="cannot sort tool_calls by 'arguments': its values have no order"):
        portfolio.page(acme, ToolCall, order=["arguments"])


def test_sums_leave_out_what_is_missing(portfolio: PortfolioStore, acme: TenantId) -> None:
    assert portfolio.sums(acme, LlmCall, ["step", "cost_usd"]) == {"step": 0.0, "cost_usd": 0.0, "rows": 0.0}
    rows = ({"step": 2, "cost_usd": 0.5}, {"step": 3, "cost_usd": None}, {"step": 2**40, "cost_usd": 1.0, "crew": "x"})
    portfolio.append(acme, {LlmCall: calls(*rows)})
    assert portfolio.sums(acme, LlmCall, ["step", "cost_usd"]) == {"step": 5.0 + 2**40, "cost_usd": 1.5, "rows": 3.0}
    assert portfolio.sums(acme, LlmCall, ["cost_usd"], [Condition("crew", "=", "x")]) == {"cost_usd": 1.0, "rows": 1.0}
    assert portfolio.sums(acme, LlmCall, []) == {"rows": 3.0}
    for column, message in (("crew", "holds no numbers"), ("at", "holds no numbers"), ("colour", "no such column")):
        with pytest.raises(Permanent, match=f"cannot sum up llm_calls.*{message}"):
            portfolio.sums(acme, LlmCall, [column])


def test_delete_says_how_many_went(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.append(acme, {LlmCall: calls({"step": 1}, {"step": 2}, {"step": 3})})
    assert portfolio.delete(acme, LlmCall, [Condition("step", "=", 9)]) == 0
    assert portfolio.delete(acme, LlmCall, [Condition("step", ">=", 2), Condition("step", "<", 3)]) == 1
    assert found(portfolio, acme) == ["c0", "c2"]
    assert portfolio.delete(acme, LlmCall, []) == 2
    assert portfolio.delete(acme, LlmCall, []) == 0


def test_append_overwrites_by_key_and_keeps_the_rest(portfolio: PortfolioStore, acme: TenantId) -> None:
    portfolio.append(acme, {LlmCall: calls({"step": 1}, {"step": 2})})
    portfolio.append(acme, {LlmCall: calls({"step": 9}), CrewAnswer: pd.DataFrame(columns=CrewAnswer.columns())})
    assert portfolio.page(acme, LlmCall)[0]["step"].tolist() == [9, 2]
    with pytest.raises(Permanent, match=r"llm_calls.crew.*NUL"):
        portfolio.append(acme, {LlmCall: calls({"crew": "a\0"})})


def test_tenants_are_never_mixed(portfolio: PortfolioStore, acme: TenantId, registered: Callable[[], TenantId]) -> None:
    other = registered()
    portfolio.append(acme, {LlmCall: calls({"step": 1}), AgentMemory: memories([unit(0)], content="ours")})
    portfolio.append(
        other, {LlmCall: calls({"step": 2}, {"step": 4}), AgentMemory: memories([unit(0)], content="theirs")}
    )
    assert portfolio.page(acme, LlmCall)[0]["step"].tolist() == [1]
    assert portfolio.sums(other, LlmCall, ["step"]) == {"step": 6.0, "rows": 2.0}
    ((near, _),) = portfolio.nearest(acme, AgentMemory, list(unit(0)), [], 10)
    assert near.content == "ours"
    assert portfolio.delete(acme, LlmCall, []) == 1
    assert portfolio.page(other, LlmCall)[1] == 2


@pytest.mark.parametrize("method", ["append", "delete", "page", "sums", "nearest"])
def test_an_unregistered_tenant_is_named(portfolio: PortfolioStore, method: str) -> None:
    nobody = TenantId("nobody")
    asks: dict[str, Any] = {
        "append": lambda: portfolio.append(nobody, {LlmCall: calls({})}),
        "delete": lambda: portfolio.delete(nobody, LlmCall, []),
        "page": lambda: portfolio.page(nobody, LlmCall),
        "sums": lambda: portfolio.sums(nobody, LlmCall, ["step"]),
        "nearest": lambda: portfolio.nearest(nobody, AgentMemory, list(unit(0)), [], 1),
    }
    with pytest.raises(UnknownTenant, match="'nobody' is not registered"):
        asks[method]()


def test_eight_threads_append_and_delete_at_once_and_nothing_is_lost(portfolio: PortfolioStore, acme: TenantId) -> None:
    together = threading.Barrier(8)

    def work(thread: int) -> None:
        together.wait()
        for turn in range(6):
            own = [{"call_id": f"own-{thread}-{turn}-{place}", "step": 1} for place in range(5)]
            shared = [{"call_id": f"shared-{place}", "crew": f"{thread}"} for place in range(20)]
            # Every thread writes the shared rows in an order of its own: without one order they wait for each other.
            mixed = calls(*own, *shared).sample(frac=1, random_state=thread * 10 + turn)
            portfolio.append(
                acme, {LlmCall: mixed, AgentMemory: memories([unit(thread)], record_id=f"{thread}-{turn}")}
            )
            portfolio.append(acme, {LlmCall: calls({"call_id": f"gone-{thread}"})})
            assert portfolio.delete(acme, LlmCall, [Condition("call_id", "=", f"gone-{thread}")]) == 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert portfolio.sums(acme, LlmCall, ["step"]) == {"step": 240.0, "rows": 260.0}
    assert portfolio.page(acme, AgentMemory)[1] == 48


def test_the_nearest_come_first_with_their_cosine(portfolio: PortfolioStore, acme: TenantId) -> None:
    kept = [unit(0, 1), 5 * unit(0), unit(2), -unit(0), np.zeros(EMBEDDING_DIMENSIONS), unit(0)]
    portfolio.append(acme, {AgentMemory: memories(kept, scope=["a", "a", "a", "a", "a", "b"], details=[{"n": 1}] * 6)})
    near = portfolio.nearest(acme, AgentMemory, list(3 * unit(0)), [], 10)
    ids = [row.record_id for row, _ in near]
    assert ids == ["m00001", "m00005", "m00000", "m00002", "m00003"], "no zero vector; ties by key"
    assert [similarity for _, similarity in near] == pytest.approx([1, 1, 0.5**0.5, 0, -1], abs=1e-6)
    assert [row.details for row, _ in near] == [{"n": 1}] * 5
    assert near[0][0].embedding == pytest.approx(list(5 * unit(0)))
    scoped = portfolio.nearest(acme, AgentMemory, list(unit(0)), [Condition("scope", "=", "b")], 1)
    assert [row.record_id for row, _ in scoped] == ["m00005"]
    assert portfolio.nearest(acme, AgentMemory, list(np.zeros(EMBEDDING_DIMENSIONS)), [], 10) == []
    assert portfolio.nearest(acme, AgentMemory, list(unit(0)), [], 0) == []


def test_the_nearest_of_many_are_those_that_numpy_finds(portfolio: PortfolioStore, acme: TenantId) -> None:
    rng = np.random.default_rng(7)
    kept = rng.normal(size=(3000, EMBEDDING_DIMENSIONS)).astype("float32").astype(float)
    kept[::100] = 0.0
    portfolio.append(acme, {AgentMemory: memories(kept)})
    asked = rng.normal(size=EMBEDDING_DIMENSIONS)
    lengths = np.linalg.norm(kept, axis=1) * np.linalg.norm(asked)
    cosines = np.divide(kept @ asked, lengths, out=np.full(len(kept), -2.0), where=lengths > 0)
    best = np.argsort(-cosines)[:20]
    near = portfolio.nearest(acme, AgentMemory, list(asked), [], 20)
    assert [row.record_id for row, _ in near] == [f"m{place:05}" for place in best]
    assert [similarity for _, similarity in near] == pytest.approx(cosines[best].tolist(), abs=1e-5)


@pytest.mark.parametrize(
    ("table", "vector", "limit", "message"),
    [
        (LlmCall, list(unit(0)), 1, "cannot search llm_calls by 'embedding': it has no such column"),
        (AgentMemory, [1.0], 1, "needs 256 finite numbers"),
        (AgentMemory, [float("nan")] * EMBEDDING_DIMENSIONS, 1, "needs 256 finite numbers"),
        (AgentMemory, list(unit(0)), -1, "neither may be negative"),
    ],
)
def test_what_has_no_neighbours_is_refused(
    portfolio: PortfolioStore, acme: TenantId, table: Any, vector: list[float], limit: int, message: str
) -> None:
    with pytest.raises(Permanent, match=message):
        portfolio.nearest(acme, table, vector, [], limit)
