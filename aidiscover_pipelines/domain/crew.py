"""The words between stages and crews: a case goes in, a validated answer or the reason for none comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aidiscover_pipelines.domain.tenancy import TenantId

# Status of a kickoff: an answer of the crew stands, or the deterministic one with the reason.
ANSWERED, FALLBACK = "answered", "fallback"
# How the subject of a case about one application begins; its id follows.
APPLICATION = "application:"


def application_in(subject: str) -> str:
    """Id of the application that a case of that subject is about, or empty."""
    return subject.removeprefix(APPLICATION) if subject.startswith(APPLICATION) else ""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything a crew may see of its subject; tools read it and nothing else.

    `sections` maps a section name to JSON-ready rows. A row's `evidence` key lists the ids an answer may cite.
    `fallback` is the deterministic answer, which stands when the crew gives none that is valid and grounded.
    """

    tenant: TenantId
    crew: str
    subject: str
    sections: Mapping[str, Sequence[Mapping[str, Any]]]
    fallback: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class KickoffUsage:
    """What one kickoff used. Costs nothing and names an offline model where the offline analyst answered."""

    model: str
    llm_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """A crew's answer to one case. `status` is answered, or fallback with the reason."""

    case: CaseFile
    status: str
    answer: Mapping[str, Any]
    usage: KickoffUsage
    reason: str = field(default="")
