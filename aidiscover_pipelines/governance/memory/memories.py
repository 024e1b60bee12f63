"""What crews keep in mind. Code writes, after an answer was checked against its contract and its evidence.

Agents only recall: a text that somebody planted in an inventory cannot make an agent write a memory that a later crew
believes. A memory names the evidence of the answer it is from.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aidiscover_pipelines.domain.crew import ANSWERED, CaseAnswer, application_in
from aidiscover_pipelines.domain.errors import DiscoveryError
from aidiscover_pipelines.domain.tables import AgentMemory, Row
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.memory.scopes import (
    EVERYWHERE,
    entity,
    long_term,
    scope_path,
    short_term,
)
from aidiscover_pipelines.ports import Condition, Embedder, PortfolioStore

MOST_CHARS = 2000
CONCLUSION, DETAIL = 0.8, 0.5
_BY_LEVEL = {"high": 0.9, "medium": 0.6, "low": 0.3}
# Below it two texts have nothing in common: hashed vectors of 256 places are that near by chance.
LEAST_SIMILARITY = 0.06
# An answer lies in up to three scopes; where all are searched, so many rows are looked at for each that is wanted.
COPIES = 3

_IDS = uuid.UUID("6f0c7a52-8d5e-5b1a-9c57-6d1e1f0b7a11")


@dataclass(frozen=True, slots=True)
class Remembered:
    """Memories written for one answer; `skipped` says why there are none although there should be."""

    memories: int = 0
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class NewMemories:
    """What is to be written for one answer; see `replaced_by`."""

    rows: Sequence[AgentMemory] = ()
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that an answer says, with its own evidence."""

    text: str
    evidence: Sequence[str]
    importance: float


def remember_answer(
    store: PortfolioStore, embedder: Embedder, given: CaseAnswer, run_id: str, now: datetime
) -> Remembered:
    """Keep an answer that was checked; see memories_of."""
    new = memories_of(embedder, given, run_id, now)
    if new.rows:
        store.put(given.case.tenant, new.rows, instead_of=replaced_by(new.rows))
    return Remembered(len(new.rows), new.skipped)


def memories_of(embedder: Embedder, given: CaseAnswer, run_id: str, now: datetime) -> NewMemories:
    """An answer that was checked as memories: of its run, of its crew and, where it is about one, of its application.

    A fallback is not remembered. Where the embedder fails there is nothing to write and `skipped` says so: a kickoff
    never fails for its memory.
    """
    if given.status != ANSWERED:
        return NewMemories()
    case = given.case
    said = list(statements(given))
    try:
        vectors = embedder.embed([one.text for one in said])
    except DiscoveryError as problem:
        return NewMemories(skipped=str(problem))
    application = application_in(case.subject)
    scopes = {short_term(run_id): len(said), long_term(case.crew): 1}
    if application:
        scopes[entity(application)] = len(said)
    source = f"{case.crew} on {case.subject}"
    rows = [
        AgentMemory(
            record_id=record_id(scope, source, one.text),
            scope=scope,
            embedder=embedder.name,
            embedding=vector,
            application_id=application,
            content=one.text,
            categories=[case.crew],
            details={"evidence": list(one.evidence), "crew": case.crew, "model": given.usage.model, "run_id": run_id},
            importance=one.importance,
            source=source,
            private=False,
            created_at=now,
        )
        for scope, most in scopes.items()
        for one, vector in list(zip(said, vectors, strict=True))[:most]
    ]
    return NewMemories(rows)


def replaced_by(rows: Sequence[Row]) -> dict[type[Row], list[Condition]]:
    """What makes room for the memories among the rows: what crews said of their subjects in their scopes before."""
    memories = [row for row in rows if isinstance(row, AgentMemory)]
    if not memories:
        return {}
    return {
        AgentMemory: [
            Condition("scope", "=", sorted({row.scope for row in memories})),
            Condition("source", "=", sorted({row.source or "" for row in memories})),
            Condition("created_at", "<", min(row.created_at for row in memories)),
        ]
    }


def statements(given: CaseAnswer) -> Iterator[Statement]:
    """What an answer says: its conclusion first, then each of its parts that has evidence of its own."""
    answer = given.answer
    text = f"{given.case.crew.replace('_', ' ')} on {given.case.subject}: {_words(answer)}"
    yield Statement(text[:MOST_CHARS], _texts(answer.get("evidence")), CONCLUSION)
    for name, value in answer.items():
        for part in value if isinstance(value, list | tuple) else ():
            if isinstance(part, Mapping) and part.get("evidence"):
                importance = _BY_LEVEL.get(str(part.get("level")), DETAIL)
                told = f"{name.replace('_', ' ')} of {given.case.subject}: {_words(part)}"
                yield Statement(told[:MOST_CHARS], _texts(part["evidence"]), importance)


def recall(
    store: PortfolioStore, tenant: TenantId, query: str, embedder: Embedder, *, scope: str = EVERYWHERE, limit: int = 5
) -> list[dict[str, Any]]:
    """Memories nearest to a text within a scope, best first; one that lies in several scopes is named once.

    {"id", "content", "scope", "similarity", "source", "created_at", "details"}; the evidence ids are in `details`.
    Changes nothing, so that what is recalled often does not outlive its retention. Raises: as Embedder.embed.
    """
    (vector,) = embedder.embed([query])
    inside = within(scope)
    conditions = [Condition("embedder", "=", embedder.name), Condition("private", "=", False), *inside]
    near = store.nearest(tenant, AgentMemory, vector, conditions, limit if inside else limit * COPIES)
    found: dict[str, dict[str, Any]] = {}
    for memory, similarity in near:
        if similarity >= LEAST_SIMILARITY and len(found) < limit:
            found.setdefault(memory.content, shown(memory) | {"similarity": round(similarity, 4)})
    return list(found.values())


def within(scope: str | None) -> list[Condition]:
    """Conditions of the memories that lie in a scope or below it."""
    path = scope_path(scope)
    return [] if path == EVERYWHERE else [Condition("scope", "^", path)]


def shown(memory: AgentMemory) -> dict[str, Any]:
    """A memory as people and agents see it."""
    return {
        "id": memory.record_id,
        "content": memory.content,
        "scope": memory.scope,
        "source": memory.source,
        "created_at": memory.created_at.isoformat(timespec="seconds"),
        "details": memory.details,
    }


def record_id(scope: str, source: str | None, content: str) -> str:
    """Id of a memory: the same said again in the same scope, whatever its case and spacing, is the same memory."""
    return str(uuid.uuid5(_IDS, "\n".join((scope, source or "", " ".join(content.casefold().split())))))


def _words(part: Mapping[str, Any]) -> str:
    """The texts and numbers of one level of an answer; lists of records are told apart or left out."""
    told = []
    for name, value in part.items():
        if name == "evidence" or value is None:
            continue
        if isinstance(value, list | tuple):
            value = "; ".join(_texts(value))
        elif isinstance(value, Mapping):
            continue
        if value != "":
            told.append(f"{name.replace('_', ' ')}: {value}")
    return ". ".join(told)


def _texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, Iterable) else []
