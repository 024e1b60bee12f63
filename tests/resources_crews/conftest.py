"""Cases for real kickoffs: one of each kind, and as many of one crew as a test asks for."""

import os
from collections.abc import Callable
from types import SimpleNamespace

import pandas as pd
import pytest

from aidiscover_pipelines.crews.assessment import case as assessment
from aidiscover_pipelines.crews.discovery import case as discovery
from aidiscover_pipelines.crews.discovery.material import FLAG_COLUMNS, Material
from aidiscover_pipelines.crews.platform_detection.case import platform_case
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.settings import OFFLINE_MODEL
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.crews.runner import CrewAIRunner
from resources.llm.offline import OfflineAnalyst
from resources.llm.scripted import ScriptedBackend
from resources.memory.embedding import WordsEmbedder
from resources.scratch_store import ScratchStore

TENANT = TenantId("acme")
RANKED = ("replatform", "rehost", "refactor", "repurchase", "retain", "retire")


@pytest.fixture(autouse=True)
def environment():
    """The runner sets switches for the whole process; other tests get theirs back."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def _assessment_case(number: int, technology: str = "Java 8", tenant: TenantId = TENANT) -> CaseFile:
    name, cell = f"app-{number}", f"f1.1.{number}"
    ranking = [
        {
            "strategy": strategy,
            "score": 2.0 - place * 0.3,
            "allowed": strategy != "retire",
            "reasons": [{"text": f"for: reason {number}", "evidence": [f"{cell}.2"]}],
        }
        for place, strategy in enumerate(RANKED)
    ]
    risk = {"kind": "technical", "level": "high", "risk": "old", "mitigation": "renew", "evidence": [f"{cell}.2"]}
    draft = {
        "application_id": name,
        "strategy": "replatform",
        "confidence": 0.7,
        "margin": 0.02,
        "exception": "low margin",
        "risk": "high",
        "ranking": ranking,
        "risks": [risk],
        "rationale": "Replatform.",
        "next_steps": ["Prove it"],
        "evidence": [f"{cell}.2"],
    }
    facts = pd.DataFrame(
        [
            (name, "technology_stack", technology, [f"{cell}.3"], "application"),
            (name, "depends_on", "ledger", [f"{cell}.4"], "dependencies"),
        ],
        columns=["application_id", "field", "value", "evidence", "basis"],
    )
    return assessment.application_case(tenant, draft, facts)


def _cluster_case() -> CaseFile:
    clusters = pd.DataFrame(
        [("c01", "Java on WebLogic", "Java applications.", 2, "crm", {"java": 0.9})],
        columns=["cluster_id", "label", "description", "size", "representative", "traits"],
    )
    members = pd.DataFrame([("crm", "c01", False)], columns=["application_id", "cluster_id", "anomaly"])
    attributes = pd.DataFrame(
        [
            ("crm", "user_load", "missing", "", "How many people use it?", [], ""),
            ("crm", "stakeholder_impact", "inferred", "Sales", "Who is affected?", ["f1.1.1.5"], "its business unit"),
            ("crm", "security_requirements", "missing", "", "", [], ""),
        ],
        columns=["application_id", "attribute", "state", "value", "question", "evidence", "rule"],
    )
    facts = pd.DataFrame(
        [("crm", "description", "Used by 300 users", ["f1.1.1.4"]), ("crm", "business_unit", "Sales", ["f1.1.1.5"])],
        columns=["application_id", "field", "value", "evidence"],
    )
    flags = pd.DataFrame(
        [("crm", "out of range", "cpu_cores", "10^9", "set aside", ["f1.1.1.6"])], columns=FLAG_COLUMNS
    )
    return discovery.cluster_cases(TENANT, clusters, members, attributes, Material(facts, flags))[0]


def _platform_case() -> CaseFile:
    draft = {
        "tier": 3,
        "automation_percent": 41.0,
        "methods": ["file", "manual"],
        "justification": "Tier 3: files only.",
        "strategy": "Ask for an account.",
        "capabilities": {"files_accepted": 2, "permissions_granted_share": 0.0},
        "groups": [],
    }
    return platform_case(TENANT, draft)


@pytest.fixture
def run() -> RunRef:
    return RunRef("run-1")


@pytest.fixture
def memory_store() -> ScratchStore:
    return ScratchStore(Tenant(TENANT, "Acme"))


def embedder(tenant: TenantId) -> WordsEmbedder:
    return WordsEmbedder()


@pytest.fixture
def offline(tmp_path, memory_store, run):
    """What the offline analyst answers to cases."""

    def analyst(tenant, crew):
        return OfflineAnalyst(OFFLINE_MODEL, crew)

    runner = CrewAIRunner(OFFLINE_MODEL, tmp_path, memory_store, analyst, analyst, embedder, threads=1)
    return SimpleNamespace(answer=lambda cases: runner.answer(cases, run))


@pytest.fixture
def scripted(tmp_path, memory_store, run):
    """What a model answers that follows a script: script(messages, task) -> text or tool calls."""

    def runner(script, workers=1, **more):
        def build(tenant, crew):
            return ScriptedBackend(script, **more)

        made = CrewAIRunner("scripted/test", tmp_path, memory_store, build, build, embedder, workers)
        return SimpleNamespace(answer=lambda cases: made.answer(cases, run))

    return runner


@pytest.fixture
def assessment_case() -> Callable[..., CaseFile]:
    return _assessment_case


@pytest.fixture
def one_of_each() -> list[CaseFile]:
    return [_platform_case(), _cluster_case(), _assessment_case(1)]
