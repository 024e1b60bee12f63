"""crewai's storage protocol over both stores: everything it asks for, one tenant, and nothing by a trick of words."""

from datetime import timedelta
from pathlib import Path

import pytest

from resources.llm.environment import import_crewai
from tests.memory.conftest import EMBEDDER, NOON, completed, keep

HOSTILE = ["/../globex", "/..", "%", "/%", "/_ntity", "/entity/%", "/tenant/{other}", "{other}", "/'; DROP TABLE x; --",
           "\\", "/entity/crm\0", "\ud800", "/ENTITY/CRM"]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def crewai(tmp_path_factory: pytest.TempPathFactory) -> None:
    import_crewai(Path(tmp_path_factory.mktemp("home")))


@pytest.fixture
def storage(portfolio, acme):
    from resources.memory.storage import TenantStorage

    return TenantStorage(portfolio, acme, EMBEDDER.name)


@pytest.fixture
def foreign(portfolio, globex):
    from resources.memory.storage import TenantStorage

    return TenantStorage(portfolio, globex, EMBEDDER.name)


def record(content: str, scope: str = "/entity/crm", **more):
    from crewai.memory.types import MemoryRecord

    (vector,) = EMBEDDER.embed([content])
    at = NOON.replace(tzinfo=None)
    return MemoryRecord(
        content=content, scope=scope, **{"embedding": vector, "created_at": at, "last_accessed": at} | more
    )


def vector(text: str) -> list[float]:
    return EMBEDDER.embed([text])[0]


def test_it_is_a_storage_backend(storage) -> None:
    from crewai.memory.storage.backend import StorageBackend

    assert isinstance(storage, StorageBackend)


def test_a_record_comes_back_as_it_went_in(storage) -> None:
    kept = record(
        "oracle", categories=["db"], metadata={"evidence": ["f.1"]}, importance=0.9, source="ann", private=True
    )
    storage.save([kept, record("nginx", "/", embedding=None)])
    back = storage.get_record(kept.id)
    assert back.model_dump(exclude={"embedding"}) == kept.model_dump(exclude={"embedding"})
    assert back.embedding == pytest.approx(kept.embedding, abs=1e-6)
    assert [one.scope for one in storage.list_records()].count("/") == 1
    assert storage.get_record("none") is None
    storage.update(kept.model_copy(update={"content": "postgres"}))
    assert storage.get_record(kept.id).content == "postgres"
    assert storage.count() == 2


def test_search_is_nearest_first_and_meets_its_filters_before_its_limit(storage) -> None:
    storage.save(
        [record(f"oracle {n}", categories=["even" if n % 2 == 0 else "odd"], metadata={"n": n}) for n in range(40)]
    )
    storage.save([record("nginx", "/long_term/x"), record("no vector", embedding=None)])
    found = storage.search(vector("oracle 7"), limit=3)
    assert found[0][0].content == "oracle 7"
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert len(storage.search(vector("oracle"), categories=["even"], limit=15)) == 15
    assert [one.content for one, _ in storage.search(vector("oracle 7"), metadata_filter={"n": 30})] == ["oracle 30"]
    assert storage.search(vector("oracle"), metadata_filter={"n": None}) == []
    assert storage.search(vector("oracle"), scope_prefix="/long_term", min_score=0.9) == []
    assert storage.search(vector("oracle"), limit=0) == []
    assert "no vector" not in {one.content for one, _ in storage.search(vector("oracle"), limit=100, min_score=-1)}


def test_vectors_of_another_embedder_are_not_searched(storage, portfolio, acme) -> None:
    keep(portfolio, acme, "oracle", embedder="other/model")
    assert storage.search(vector("oracle")) == []


def test_deletes_meet_every_filter(storage) -> None:
    storage.save([record("a", categories=["x"]), record("b", "/entity/crm/db")])
    storage.save([record("c", "/entity/crm-2", metadata={"n": 1})])
    storage.save([record("d", created_at=(NOON - timedelta(days=9)).replace(tzinfo=None))])
    assert storage.delete(older_than=NOON.replace(tzinfo=None)) == 1
    assert storage.delete(categories=["y"]) == storage.delete(record_ids=[]) == storage.delete(record_ids=["none"]) == 0
    assert storage.delete(scope_prefix="/entity/crm", metadata_filter={"n": 1}) == 0
    assert storage.delete(metadata_filter={"n": 1}) == 1
    assert storage.delete(scope_prefix="/entity/crm/db") == 1
    (left,) = storage.list_records()
    assert storage.delete(record_ids=[left.id]) == 1


def test_scopes_and_categories_are_counted(storage) -> None:
    storage.save([record("a", "/entity/crm", categories=["x", "y"]), record("b", "/entity/crm/db", categories=["x"]),
                  record("c", "/entity/erp"), record("d", "/long_term/assessment")])  # fmt: skip
    assert storage.list_scopes() == ["/entity", "/long_term"]
    assert storage.list_scopes("/entity") == ["/entity/crm", "/entity/erp"]
    assert storage.list_scopes("/entity/erp") == []
    assert storage.list_categories("/entity/crm") == {"x": 2, "y": 1}
    assert (storage.count("/entity/crm"), storage.count("/entity"), storage.count()) == (2, 3, 4)
    info = storage.get_scope_info("/entity/crm")
    assert (info.path, info.record_count, info.categories, info.child_scopes) == (
        "/entity/crm", 2, ["x", "y"], ["/entity/crm/db"]
    )  # fmt: skip
    assert info.oldest_record == info.newest_record == NOON.replace(tzinfo=None)
    assert storage.get_scope_info("/none").oldest_record is None
    storage.reset("/entity")
    assert storage.list_scopes() == ["/long_term"]
    storage.reset()
    assert storage.count() == 0


def test_many_records_are_walked_page_by_page(storage, monkeypatch) -> None:
    monkeypatch.setattr("resources.memory.storage._PAGE", 7)
    storage.save([record(f"m{n}", categories=["x"]) for n in range(25)])
    assert storage.list_categories() == {"x": 25}
    assert storage.delete(categories=["x"]) == 25


def test_listing_is_newest_first(storage) -> None:
    storage.save([record(f"m{n}", created_at=(NOON + timedelta(minutes=n)).replace(tzinfo=None)) for n in range(5)])
    assert [one.content for one in storage.list_records(limit=2, offset=1)] == ["m3", "m2"]


def test_asynchronous_calls_do_the_same(storage) -> None:
    async def work():
        await storage.asave([record("oracle")])
        found = await storage.asearch(vector("oracle"), limit=5)
        return found, await storage.adelete(scope_prefix="/entity")

    found, gone = completed(work())
    assert ([one.content for one, _ in found], gone) == (["oracle"], 1)


@pytest.mark.parametrize("scope", HOSTILE)
def test_no_scope_leads_to_another_tenant_or_to_more_than_it_names(storage, foreign, globex, scope: str) -> None:
    scope = scope.replace("{other}", globex)
    foreign.save([record("globex payroll secret"), record("globex payroll secret", f"/tenant/{globex}")])
    storage.save([record("our own payroll", "/entity/crm")])
    for found in (storage.search(vector("payroll"), scope_prefix=scope), storage.list_records(scope),
                  storage.list_scopes(scope), storage.list_categories(scope)):  # fmt: skip
        assert not found
    assert storage.count(scope) == storage.delete(scope_prefix=scope) == 0
    storage.reset(scope)
    assert (storage.count(), foreign.count()) == (1, 2)


def test_no_id_leads_to_another_tenant(storage, foreign) -> None:
    theirs = record("globex payroll secret")
    foreign.save([theirs])
    assert storage.get_record(theirs.id) is None
    assert storage.delete(record_ids=[theirs.id]) == 0
    storage.save([theirs.model_copy(update={"content": "ours"})])
    assert foreign.get_record(theirs.id).content == "globex payroll secret", "the same id is another record"
    storage.reset()
    assert foreign.count() == 1
