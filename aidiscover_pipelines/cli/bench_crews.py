"""`python -m aidiscover_pipelines.cli.bench_crews HOME`: what crews and models cost; a part of `aidiscover bench`.

A process of its own, because the first kickoff after the preload is one of the figures. Prints JSON.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.crews.platform_detection.case import platform_case
from aidiscover_pipelines.domain.crew import ANSWERED, CaseFile
from aidiscover_pipelines.domain.settings import OFFLINE_MODEL, Settings
from aidiscover_pipelines.domain.tables import AgentMemory
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ports import PortfolioStore

TENANT = TenantId("bench-crews")
KICKOFFS, CALLS, RECALLS, MEMORIES = 30, 100, 100, 10_000
WORDS = [
    "oracle",
    "java",
    "crm",
    "billing",
    "server",
    "retire",
    "rehost",
    "risk",
    "vendor",
    "linux",
    "windows",
    "database",
    "tomcat",
    "payroll",
    "invoice",
]


def measure(settings: Settings) -> dict[str, float]:
    """All figures; milliseconds unless the name says otherwise, medians where something is done many times."""
    store = open_portfolio(settings)
    store.add_tenant(Tenant(TENANT, "Bench"))
    return {**kickoffs(settings, store), **calls(settings, store), **recalls(store)}


def kickoffs(settings: Settings, store: PortfolioStore) -> dict[str, float]:
    """The platform detection crew (three agents, three tasks, five calls), offline, ledger and memory included."""
    from resources.crews.open import open_runner
    from resources.llm.environment import import_crewai

    import_crewai(settings.home)
    import resources.crews.kickoff  # noqa: F401  what a worker preloads

    runner = open_runner(replace(settings, model=OFFLINE_MODEL), store)

    def kickoff(number: int) -> None:
        (answer,) = runner.answer([_case(number)], RunRef(f"bench-{number}"))
        if answer.status != ANSWERED:
            raise RuntimeError(f"the crew gave no answer: {answer.reason}")

    began = time.perf_counter()
    kickoff(0)
    first = time.perf_counter() - began
    cpu, wall = zip(*(_timed(kickoff, number) for number in range(1, KICKOFFS + 1)), strict=True)
    return {
        "first kickoff after the preload, s": first,
        "kickoff warm, CPU ms": statistics.median(cpu),
        "kickoff warm, ms": statistics.median(wall),
    }


def calls(settings: Settings, store: PortfolioStore) -> dict[str, float]:
    """One call of a provider on loopback: through the whole layer, and by the openai SDK alone."""
    import openai

    from aidiscover_pipelines.governance.budget import open_book
    from aidiscover_pipelines.governance.kept import KeptAnswers
    from aidiscover_pipelines.governance.ledger import Asker, CallScope, Ledger
    from aidiscover_pipelines.governance.policy import Budget
    from aidiscover_pipelines.governance.redaction.redactor import Redactor
    from resources.llm.governor import Governor, Rules
    from resources.llm.rehearsal import RehearsalServer, answering
    from resources.llm.router import build_backend

    with RehearsalServer(answering("OK")) as server:
        environment = {"OPENAI_API_KEY": "rehearsal", "OPENAI_BASE_URL": server.openai_url}
        backend = build_backend("openai/gpt-4.1-mini", limits="openai=8:0:0", environment=environment)
        book = open_book(store, TENANT, "bench", Budget(run_tokens=10**9), datetime.now(UTC))
        rules = Rules(backend, "bench", book, KeptAnswers(store, TENANT, 1))
        ledger = Ledger(store, CallScope(TENANT, "bench", "bench", "bench", "tenant"))
        governor = Governor(rules, ledger, Redactor())
        client = openai.OpenAI(api_key="rehearsal", base_url=server.openai_url)
        row = json.dumps([{"field": "operating_system", "value": "RHEL 7", "evidence": ["f.1.2.3"]}] * 40)

        def said(number: int) -> list[dict[str, str]]:
            return [{"role": "system", "content": "You judge."}, {"role": "user", "content": f"Case {number}. {row}"}]

        def governed(number: int) -> None:
            governor.ask(said(number), [], Asker("Judge", f"task {number}"), "small")

        def bare(number: int) -> None:
            client.chat.completions.create(model="gpt-4.1-mini", messages=said(number), temperature=0)  # type: ignore[arg-type]  # plain dicts

        for number in range(-5, 0):  # connections, plans and lazy imports
            governed(number)
            bare(number)
        pairs = [(_timed(governed, number)[1], _timed(bare, number)[1]) for number in range(CALLS)]
    layer, sdk = (statistics.median(part) for part in zip(*pairs, strict=True))
    return {"call through the layer, ms": layer, "call by the SDK alone, ms": sdk, "layer per call, ms": layer - sdk}


def recalls(store: PortfolioStore) -> dict[str, float]:
    """The nearest five of 10,000 memories, whatever their scope, and of one application's."""
    from aidiscover_pipelines.governance.memory.memories import recall, record_id
    from resources.memory.embedding import WordsEmbedder

    embedder, now = WordsEmbedder(), datetime.now(UTC)
    texts = [" ".join([*(WORDS[(n * k) % 15] for k in range(1, 9)), f"application-{n}"]) for n in range(MEMORIES)]
    places = ("/short_term/bench/", "/long_term/assessment/", "/entity/a{}/")
    scopes = [places[number % 3].format(number % 300) for number in range(MEMORIES)]
    for start in range(0, MEMORIES, 500):
        part = texts[start : start + 500]
        rows = [
            AgentMemory(
                record_id=record_id(scope, "bench", text),
                scope=scope,
                embedder=embedder.name,
                embedding=vector,
                application_id="",
                content=text,
                categories=[],
                details={"evidence": ["f.1.2.3"]},
                importance=0.5,
                source="bench",
                private=False,
                created_at=now,
            )
            for text, vector, scope in zip(part, embedder.embed(part), scopes[start : start + 500], strict=True)
        ]
        store.put(TENANT, rows)
    query = "is the oracle database of billing out of support"

    def asked(scope: str) -> float:
        def once(number: int) -> None:
            recall(store, TENANT, f"{query} {number}", embedder, scope=scope, limit=5)

        return statistics.median(_timed(once, number)[1] for number in range(RECALLS))

    return {"recall of 10,000 memories, ms": asked("/"), "recall of one application, ms": asked("/entity/a2")}


def _case(number: int) -> CaseFile:
    draft = {
        "tier": 3,
        "automation_percent": 41.0,
        "methods": ["file", "manual"],
        "justification": f"Tier 3: files only ({number}).",
        "strategy": "Ask for a read-only account.",
        "capabilities": {"files_accepted": number + 2, "permissions_granted_share": 0.0},
        "groups": [],
    }
    return platform_case(TENANT, draft)


def _timed(work: Callable[[int], None], number: int) -> tuple[float, float]:
    """CPU and wall milliseconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    work(number)
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(replace(Settings.from_environment(), home=Path(sys.argv[1]), database_url=""))))
