"""What is kept of an answer that was checked, and what is found again."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from aidiscover_pipelines.domain.errors import ProviderDown, UnknownTenant
from aidiscover_pipelines.domain.tables import AgentMemory
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.memory.memories import Remembered, recall, remember_answer
from aidiscover_pipelines.governance.memory.scopes import application_of, entity, scope_path, short_term
from aidiscover_pipelines.ports import PortfolioStore
from resources.memory.embedding import WordsEmbedder
from tests.memory.conftest import EMBEDDER, NOON, RATIONALE, answered, keep


class OtherEmbedder(WordsEmbedder):
    """The same vectors under another name."""

    name = "other/model"


class DeadEmbedder:
    name = "dead/model"

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        raise ProviderDown("cannot embed texts with 'dead/model': no answer; try again")


def remember(portfolio: PortfolioStore, tenant: TenantId, given=None, run="r1", at=NOON) -> Remembered:
    return remember_answer(portfolio, EMBEDDER, given or answered(tenant), run, at)


def contents(portfolio: PortfolioStore, tenant: TenantId, scope: str) -> list[str]:
    rows = portfolio.read(tenant, AgentMemory, scope=scope)
    return sorted(rows["content"])


def test_an_answer_is_kept_for_its_run_its_crew_and_its_application(portfolio, acme) -> None:
    assert remember(portfolio, acme) == Remembered(7)
    for scope, many in (("/short_term/r1/", 3), ("/entity/crm/", 3), ("/long_term/assessment/", 1)):
        assert len(contents(portfolio, acme, scope)) == many
    (conclusion,) = contents(portfolio, acme, "/long_term/assessment/")
    assert conclusion == (
        f"assessment on application:crm: strategy: replatform. rationale: {RATIONALE}. next steps: Upgrade Oracle"
    )
    risk = portfolio.read(acme, AgentMemory, scope="/entity/crm/").set_index("importance").loc[0.9]
    assert risk["content"].startswith("risks of application:crm: kind: technical. level: high. risk: PL/SQL packages")
    assert risk["details"] == {
        "evidence": ["f.2"], "crew": "assessment", "model": "offline/analyst-v1", "run_id": "r1"
    }  # fmt: skip
    assert (risk["application_id"], risk["source"]) == ("crm", "assessment on application:crm")


def test_an_answer_about_no_application_has_no_entity(portfolio, acme) -> None:
    assert remember(portfolio, acme, answered(acme, subject="cluster:3")) == Remembered(4)
    assert set(portfolio.read(acme, AgentMemory)["application_id"]) == {""}


def test_a_fallback_is_not_remembered(portfolio, acme) -> None:
    assert remember(portfolio, acme, answered(acme, status="fallback")) == Remembered()
    assert portfolio.page(acme, AgentMemory)[1] == 0


def test_the_same_answer_again_is_the_same_memory_and_another_takes_its_place(portfolio, acme) -> None:
    remember(portfolio, acme)
    first = portfolio.read(acme, AgentMemory)
    remember(portfolio, acme, at=NOON + timedelta(hours=1))
    again = portfolio.read(acme, AgentMemory)
    assert again["record_id"].tolist() == first["record_id"].tolist()
    assert (again["created_at"] - first["created_at"] == timedelta(hours=1)).all()
    changed = answered(acme, answer={"strategy": "retire", "rationale": "Nobody uses it", "evidence": ["f.9"]})
    remember(portfolio, acme, changed, "r2", NOON + timedelta(hours=2))
    assert contents(portfolio, acme, "/entity/crm/") == contents(portfolio, acme, "/long_term/assessment/")
    assert "retire" in contents(portfolio, acme, "/entity/crm/")[0], "an application has one standing conclusion"
    assert len(contents(portfolio, acme, "/short_term/r1/")) == 3, "what the earlier run found stays as it was"


def test_crews_and_applications_do_not_displace_each_other(portfolio, acme) -> None:
    remember(portfolio, acme)
    remember(portfolio, acme, answered(acme, crew="discovery"), at=NOON + timedelta(hours=1))
    remember(portfolio, acme, answered(acme, subject="application:erp"), at=NOON + timedelta(hours=2))
    assert len(contents(portfolio, acme, "/entity/crm/")) == 6
    assert len(contents(portfolio, acme, "/long_term/assessment/")) == 2


def test_eight_kickoffs_at_once_lose_nothing(portfolio, acme) -> None:
    def one(number: int) -> Remembered:
        return remember(portfolio, acme, answered(acme, subject=f"application:a{number}"))

    with ThreadPoolExecutor(8) as pool:
        assert sum(kept.memories for kept in pool.map(one, range(24))) == 24 * 7
    assert portfolio.page(acme, AgentMemory)[1] == 24 * 7


def test_where_no_vectors_can_be_had_nothing_is_written_and_it_is_said(portfolio, acme) -> None:
    kept = remember_answer(portfolio, DeadEmbedder(), answered(acme), "r1", NOON)
    assert kept == Remembered(0, "cannot embed texts with 'dead/model': no answer; try again")
    assert portfolio.page(acme, AgentMemory)[1] == 0
    with pytest.raises(ProviderDown):
        recall(portfolio, acme, "oracle", DeadEmbedder())


def test_recall_finds_the_nearest_once_with_its_evidence(portfolio, acme) -> None:
    remember(portfolio, acme)
    remember(
        portfolio, acme, answered(acme, subject="application:web", answer={"rationale": "nginx serves static pages"})
    )
    found = recall(portfolio, acme, "unsupported Oracle database", EMBEDDER, limit=2)
    assert [one["source"] for one in found] == ["assessment on application:crm"] * len(found)
    assert len({one["content"] for one in found}) == len(found), "an answer lies in three scopes and is named once"
    assert found[0]["details"]["evidence"] == ["f.1", "f.2"]
    assert found[0]["created_at"] == "2026-11-21T12:00:00+00:00"
    assert found[0]["similarity"] > 0.3
    assert set(found[0]) == {"id", "content", "scope", "similarity", "source", "created_at", "details"}
    assert recall(portfolio, acme, "", EMBEDDER) == []


def test_recall_stays_within_its_scope(portfolio, acme) -> None:
    for scope in ("/entity/crm/", "/entity/crm-2/", "/entity/crm/db/", "/long_term/x/"):
        keep(portfolio, acme, f"oracle in {scope}", scope=scope)

    def scopes(asked: str) -> set[str]:
        return {one["scope"] for one in recall(portfolio, acme, "oracle", EMBEDDER, scope=asked, limit=10)}

    assert scopes("/entity/crm") == {"/entity/crm/", "/entity/crm/db/"}
    assert scopes("entity//crm/") == {"/entity/crm/", "/entity/crm/db/"}
    assert scopes("/entity") == {"/entity/crm/", "/entity/crm-2/", "/entity/crm/db/"}
    assert len(scopes("/")) == 4
    assert scopes("/entity/c%") == scopes("/entity/c_m") == scopes("/entity/crm/../x") == set()


def test_vectors_of_different_embedders_are_never_compared(portfolio, acme) -> None:
    keep(portfolio, acme, "oracle")
    assert recall(portfolio, acme, "oracle", OtherEmbedder()) == []
    assert len(recall(portfolio, acme, "oracle", EMBEDDER)) == 1


def test_private_memories_are_not_recalled_for_everybody(portfolio, acme) -> None:
    keep(portfolio, acme, "oracle password policy", private=True, source="ann")
    assert recall(portfolio, acme, "oracle password policy", EMBEDDER) == []


def test_recall_answers_one_tenant_only(portfolio, acme, globex) -> None:
    remember(portfolio, globex)
    keep(portfolio, globex, "oracle", scope=f"/tenant/{acme}/")
    for scope in (
        "/",
        f"/tenant/{acme}",
        f"/../{globex}",
        f"/tenant/{globex}",
        "%",
        "/%/",
        "' OR true --",
        "/entity/crm",
    ):
        assert recall(portfolio, acme, "oracle", EMBEDDER, scope=scope) == []
    with pytest.raises(UnknownTenant):
        recall(portfolio, TenantId("nobody"), "oracle", EMBEDDER)


def test_recall_changes_nothing(portfolio, acme) -> None:
    remember(portfolio, acme)
    before = portfolio.read(acme, AgentMemory)
    recall(portfolio, acme, "oracle", EMBEDDER)
    after = portfolio.read(acme, AgentMemory)
    assert after.drop(columns="embedding").equals(before.drop(columns="embedding"))


@pytest.mark.parametrize("name", ["crm", "a/b", "50%", "a%2Fb", "../x", "数", "a\0b", "\ud800", " "])
def test_a_name_is_one_part_of_a_path_whatever_it_holds(portfolio, acme, name: str) -> None:
    path = entity(name)
    assert path.count("/") == 3
    assert scope_path(path) == path
    keep(portfolio, acme, "oracle", scope=path)
    assert len(recall(portfolio, acme, "oracle", EMBEDDER, scope=path)) == 1
    assert len(recall(portfolio, acme, "oracle", EMBEDDER, scope=short_term(name))) == 0
    if "\0" not in name and "\ud800" not in name:
        assert application_of(path) == name


def test_long_answers_are_clipped(portfolio, acme) -> None:
    remember(portfolio, acme, answered(acme, answer={"rationale": "oracle " * 1000, "evidence": ["f.1"]}))
    assert {len(text) for text in portfolio.read(acme, AgentMemory)["content"]} == {2000}
