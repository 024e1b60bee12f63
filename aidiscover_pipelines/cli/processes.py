"""`python -m aidiscover_pipelines.cli.processes`: one crew in the three processes, as docs/crews.md shows it."""

import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aidiscover_pipelines.cli.output import console, messages, table
from aidiscover_pipelines.cli.runs import open_portfolio, own_home
from aidiscover_pipelines.crews.cases import case_file
from aidiscover_pipelines.crews.definition import Definition
from aidiscover_pipelines.crews.definition_rules import read_definition
from aidiscover_pipelines.crews.generic.crew import crew_of
from aidiscover_pipelines.crews.generic.offline import fallback
from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.crews.tenant_crews import create_crew
from aidiscover_pipelines.domain.crew import ANSWERED
from aidiscover_pipelines.domain.settings import OFFLINE_MODEL
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ports import PortfolioStore

if TYPE_CHECKING:
    from resources.llm.completion import Backend

PROCESSES = ("sequential", "parallel", "hierarchical")
KICKOFFS = 9
WAIT_S = 0.3
LOOKS = {"technology": "application_facts", "risk": "risk_factors", "gap": "attribute_gaps"}
SECTIONS = {
    "application_facts": [{"field": "technology_stack", "value": "Java 8; WebLogic 12", "evidence": ["f1.1.2.3"]}],
    "risk_factors": [{"risk": "Oracle 11g is out of support", "level": "high", "evidence": ["f1.1.2.4"]}],
    "attribute_gaps": [{"attribute": "user_load", "state": "missing", "evidence": ["f1.1.2.5"]}],
}
COLUMNS = ["process", "model calls", "prompt tokens", "offline, ms", "offline, CPU ms", f"{WAIT_S} s for each call, ms"]


def crew_in(process: str) -> Definition:
    """Three analysts who need nothing of each other and a writer who joins what they found; a manager where led."""
    text = {"goal": "Report what is recorded.", "backstory": "You read facts and guess nothing."}
    is_led = process == "hierarchical"
    agents = {key: {"role": f"{key.title()} Analyst", **text, "tools": [tool]} for key, tool in LOOKS.items()}
    looks = [
        {"name": f"look_at_{key}", "description": f"Report the {key}.", "expected_output": "Findings.", "agent": key}
        for key in LOOKS
    ]
    join = {"name": "join", "description": "Join them.", "expected_output": "One answer.", "agent": "writer"}
    return read_definition(
        {
            "name": f"{process}_review",
            "description": "Technology, risks and gaps of an application.",
            "process": process,
            "agents": {**agents, "writer": {"role": "Writer", **text}}
            | ({"lead": {"role": "Lead", **text}} if is_led else {}),
            "tasks": [*looks, {**join, "context": [look["name"] for look in looks]}],
            "manager": "lead" if is_led else None,
        }
    )


def measured(
    store: PortfolioStore, process: str, home: Path, wait_s: float, kickoffs: int = KICKOFFS
) -> dict[str, float]:
    """Medians over kickoffs of one crew: calls, prompt tokens, wall and CPU milliseconds. The first is not counted."""
    from resources.crews.runner import CrewAIRunner
    from resources.llm.completion import Completion, Request
    from resources.llm.offline import OfflineAnalyst
    from resources.memory.embedding import WordsEmbedder

    class Awaited(OfflineAnalyst):
        """The analyst, which takes as long as a provider might."""

        def complete(self, request: Request) -> Completion:
            time.sleep(wait_s)
            return super().complete(request)

    def backend(tenant: TenantId, crew: CrewSpec) -> "Backend":
        return Awaited(OFFLINE_MODEL, crew)

    tenant, definition = TenantId(f"{process}-{wait_s:.0%}".rstrip("%")), crew_in(process)
    store.add_tenant(Tenant(tenant, "Measured"))
    create_crew(store, tenant, definition, "measured")
    case = case_file(tenant, crew_of(definition), "application:crm", SECTIONS, fallback(SECTIONS))
    runner = CrewAIRunner(OFFLINE_MODEL, home, store, backend, backend, lambda tenant: WordsEmbedder(), threads=1)
    taken = []
    for _ in range(kickoffs + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        (answer,) = runner.answer([case], RunRef("measured"))
        if answer.status != ANSWERED:
            raise RuntimeError(f"the {process} crew gave no answer: {answer.reason}")
        used: dict[str, Any] = {"calls": answer.usage.llm_calls, "prompt_tokens": answer.usage.prompt_tokens}
        now = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        taken.append({**used, **{name: seconds * 1000 for name, seconds in now.items()}})
    return {name: statistics.median(one[name] for one in taken[1:]) for name in taken[0]}


def main() -> None:
    """Print the table."""
    rows = []
    with own_home() as settings:
        store, home = open_portfolio(settings), settings.home
        for process in PROCESSES:
            messages.print(process)
            here, awaited = measured(store, process, home, 0), measured(store, process, home, WAIT_S, 3)
            figures = (here["calls"], here["prompt_tokens"], here["wall"], here["cpu"], awaited["wall"])
            rows.append([process, *(round(figure) for figure in figures)])
    console.print(table(f"Medians of {KICKOFFS} kickoffs", COLUMNS, rows))


if __name__ == "__main__":
    main()
