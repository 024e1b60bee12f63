"""Tables of the model layer: every call, every tool call, conversations, kept answers, memories, secrets, settings."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonList, JsonMap, Row, Vector


class LlmCall(Row):
    """One call of a model by an agent: who asked what of whom, what came back, what it cost."""

    table: ClassVar[str] = "llm_calls"
    key: ClassVar[tuple[str, ...]] = ("call_id",)

    call_id: str = Field(description="Id of the call, also on its tool calls and messages")
    kickoff_id: str = Field(description="Kickoff it belongs to; empty for a call outside crews")
    run_id: str = Field(description="Run that asked")
    application_id: str = Field(description="Application the case is about; empty where it is about something else")
    subject: str = Field(description="Subject of the case: tenant, file:ID, cluster:ID or application:ID")
    crew: str = Field(description="Crew that asked")
    agent: str = Field(description="Role of the agent; empty for a call outside crews")
    task: str = Field(description="Key of the task")
    step: int = Field(description="Number of the call within its task, from 1")
    provider: str = Field(description="Provider that answered, or was asked last where none did")
    model_asked: str = Field(description="Model that the policy chose")
    model_served: str = Field(description="Model that answered, which differs after a failover; empty where none did")
    attempts: int = Field(description="Requests sent, retries and failovers included; 0 where none was")
    prompt_tokens: int = Field(description="Tokens sent, as the provider counts them; estimated where it does not")
    completion_tokens: int = Field(description="Tokens received")
    cached_tokens: int = Field(description="Part of the prompt tokens that the provider had cached")
    cost_usd: float | None = Field(description="Cost in US dollars; empty where no price is known")
    latency_ms: float = Field(description="From the call to its answer or failure, milliseconds")
    status: str = Field(description="answered, cached, failed or refused (by budget, policy or context window)")
    error_class: str = Field(description="Class of the error; empty where answered")
    prompt_hash: str = Field(
        description="SHA-256 over model, messages, tools and prompt version; key of the kept answer"
    )
    response_hash: str = Field(description="SHA-256 of the answer; empty where there is none")
    redactions: int = Field(description="Values replaced before anything left")
    budget_left_tokens: int | None = Field(description="Tokens left in the tightest budget afterwards; empty: no limit")
    budget_left_usd: float | None = Field(description="US dollars left in the tightest budget; empty: no limit")
    at: datetime = Field(description="When it began, UTC")


class ToolCall(Row):
    """One use of a tool by an agent."""

    table: ClassVar[str] = "tool_calls"
    key: ClassVar[tuple[str, ...]] = ("tool_call_id",)

    tool_call_id: str = Field(description="Id of the model's call, a colon and the place among its tool calls")
    call_id: str = Field(description="Model call that asked for it; empty where it cannot be told")
    kickoff_id: str = Field(description="Kickoff it belongs to")
    run_id: str = Field(description="Run that asked")
    application_id: str = Field(description="Application the case is about, or empty")
    subject: str = Field(description="Subject of the case")
    crew: str = Field(description="Crew that asked")
    agent: str = Field(description="Role of the agent")
    task: str = Field(description="Key of the task")
    tool: str = Field(description="Key in crews.TOOLS, or the name that was asked for")
    arguments: JsonMap = Field(description="Arguments as the model gave them, clipped")
    result_hash: str = Field(description="SHA-256 of the result; empty where there is none")
    result_chars: int = Field(description="Length of the result")
    evidence: JsonList = Field(description="Evidence ids that the result showed; what a claim of this kickoff may cite")
    status: str = Field(description="returned, refused (not allowed, wrong arguments) or failed")
    error_class: str = Field(description="Class of the error; empty where returned")
    latency_ms: float = Field(description="Milliseconds")
    at: datetime = Field(description="When it began, UTC")


class CrewMessage(Row):
    """One message of a kickoff's conversation, as it was sent: redacted where it left this machine."""

    table: ClassVar[str] = "crew_messages"
    key: ClassVar[tuple[str, ...]] = ("kickoff_id", "number")

    kickoff_id: str = Field(description="Kickoff it belongs to")
    number: int = Field(description="Place in the conversation, from 1")
    run_id: str = Field(description="Run that asked")
    crew: str = Field(description="Crew")
    subject: str = Field(description="Subject of the case")
    agent: str = Field(description="Role of the agent")
    task: str = Field(description="Key of the task")
    call_id: str = Field(description="Model call that it was part of first, or that answered it")
    role: str = Field(description="system, user, assistant or tool")
    content: str = Field(description="Text")
    artefact: JsonMap = Field(description="Tool calls of an assistant, tool name and id of a tool result; else empty")
    at: datetime = Field(description="When, UTC")


class KeptResponse(Row):
    """An answer of a remote model, kept so that the same prompt is not paid for twice."""

    table: ClassVar[str] = "llm_responses"
    key: ClassVar[tuple[str, ...]] = ("prompt_hash",)

    prompt_hash: str = Field(description="SHA-256 over model, messages, tools and prompt version")
    crew: str = Field(description="Crew that asked first")
    model_asked: str = Field(description="Model that the policy chose")
    model_served: str = Field(description="Model that answered")
    provider: str = Field(description="Provider that answered")
    response: JsonMap = Field(description='{"text": ...} or {"tool_calls": [...]}, with pseudonyms, as received')
    prompt_tokens: int = Field(description="Tokens sent")
    completion_tokens: int = Field(description="Tokens received")
    cost_usd: float | None = Field(description="What it cost then")
    at: datetime = Field(description="When it was received, UTC")
    expires_at: datetime = Field(description="When it is no longer used, UTC")


class AgentMemory(Row):
    """Something that crews keep in mind about a tenant. Written by code after an answer was checked."""

    table: ClassVar[str] = "agent_memories"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str = Field(description="UUID over scope, source and content: the same said again is the same memory")
    scope: str = Field(description="/short_term/RUN/, /long_term/CREW/, /entity/APPLICATION/ or below")
    embedder: str = Field(description="Model that made the vector; those of different models are never compared")
    private: bool = Field(description="Whether only its source may recall it")
    embedding: Vector = Field(
        description="Unit vector of the content; early in the row because recall reads so far in all"
    )
    application_id: str = Field(description="Application it is about; empty where it is about something else")
    content: str = Field(description="What is remembered, in words")
    categories: JsonList = Field(description="Short labels")
    details: JsonMap = Field(description="Evidence ids, crew, model, run and whatever else was stored with it")
    importance: float = Field(description="0 to 1; the least important go first where a scope is full")
    source: str | None = Field(description="Who said it about what: crew and subject, or a person")
    created_at: datetime = Field(description="When it was said last, UTC; recalling it does not make it younger")


class ProviderSecret(Row):
    """A secret of a tenant, sealed: nobody reads it without the key ring of this installation."""

    table: ClassVar[str] = "provider_secrets"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str = Field(description="What it opens, such as llm/openai")
    version: int = Field(description="Rises with each replacement; part of what is authenticated")
    sealed: str = Field(description="AES-256-GCM ciphertext under the data key, base64")
    data_key: str = Field(description="The data key, sealed under a master key, base64")
    master_key: str = Field(description="Id of the master key in the key ring")
    by: str = Field(description="Who stored it")
    at: datetime = Field(description="When, UTC")


class TenantSetting(Row):
    """One setting of a tenant that differs from the default."""

    table: ClassVar[str] = "tenant_settings"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str = Field(description="Path of the setting, such as llm.budget.run_usd")
    value: JsonMap = Field(description='{"value": ...}')
    by: str = Field(description="Who set it")
    at: datetime = Field(description="When, UTC")
