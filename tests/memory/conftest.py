"""Both stores, an answer of a crew, and memories by hand."""

import asyncio
import uuid
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from aidiscover_pipelines.domain.crew import CaseAnswer, CaseFile, KickoffUsage
from aidiscover_pipelines.domain.tables import AgentMemory
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from aidiscover_pipelines.governance.memory.memories import record_id
from aidiscover_pipelines.ports import PortfolioStore
from resources.memory.embedding import WordsEmbedder
from resources.scratch_store import ScratchStore

Found = TypeVar("Found")

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EMBEDDER = WordsEmbedder()

RATIONALE = "The order database runs on Oracle 12c, which nobody supports any more"


@pytest.fixture(params=["scratch", "postgres"])
def portfolio(request: pytest.FixtureRequest) -> PortfolioStore:
    if request.param == "scratch":
        return ScratchStore()
    store: PortfolioStore = request.getfixturevalue("store")
    return store


@pytest.fixture
def acme(portfolio: PortfolioStore) -> TenantId:
    return registered(portfolio)


@pytest.fixture
def globex(portfolio: PortfolioStore) -> TenantId:
    return registered(portfolio)


def completed(work: Coroutine[Any, Any, Found]) -> Found:
    """What a coroutine returns. asyncio.run would drop, unclosed, a loop that litellm has left in this thread."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def registered(portfolio: PortfolioStore) -> TenantId:
    tenant = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    portfolio.add_tenant(Tenant(tenant, "Acme"))
    return tenant


def answered(
    tenant: TenantId,
    subject: str = "application:crm",
    crew: str = "assessment",
    status: str = "answered",
    answer: Mapping[str, Any] | None = None,
) -> CaseAnswer:
    case = CaseFile(tenant, crew, subject, {}, {}, "digest")
    held = answer or {
        "strategy": "replatform",
        "rationale": RATIONALE,
        "considered": [{"strategy": "rehost", "why_not": "No support"}],
        "risks": [
            {"kind": "technical", "level": "high", "risk": "PL/SQL packages", "mitigation": "", "evidence": ["f.2"]},
            {"kind": "business", "level": "low", "risk": "Month end", "mitigation": "Wait", "evidence": ["f.3"]},
        ],
        "next_steps": ["Upgrade Oracle"],
        "evidence": ["f.1", "f.2"],
    }  # fmt: skip
    return CaseAnswer(case, status, held, KickoffUsage("offline/analyst-v1"))


def keep(portfolio: PortfolioStore, tenant: TenantId, *contents: str, **changes: Any) -> list[str]:
    """Memories written as they are; their ids."""
    scope = changes.get("scope", "/long_term/assessment/")
    rows = [
        AgentMemory(
            **{
                "record_id": record_id(scope, None, content),
                "scope": scope,
                "embedder": EMBEDDER.name,
                "embedding": vector,
                "application_id": "",
                "content": content,
                "categories": [],
                "details": {"evidence": ["f.1"]},
                "importance": 0.5,
                "source": None,
                "private": False,
                "created_at": NOON,
                **changes,
            }
        )
        for content, vector in zip(contents, EMBEDDER.embed(contents), strict=True)
    ]
    portfolio.put(tenant, rows)
    return [row.record_id for row in rows]
