"""A tenant's rules for the model layer: which models, what they may cost, what may leave, how long things are kept."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import TenantSetting
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import Condition, PortfolioStore

PREFIX = "llm."
Tokens = Annotated[int | None, Field(ge=0)]
Dollars = Annotated[float | None, Field(ge=0)]
Days = Annotated[int, Field(ge=0)]


class Rules(BaseModel):
    """Base: no unknown names, nothing changes after it was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Budget(Rules):
    """Limits on what models use; no value means no limit. Offline models cost nothing and count for tokens only."""

    run_tokens: Tokens = Field(None, description="Tokens of one run")
    run_usd: Dollars = Field(None, description="US dollars of one run")
    tenant_tokens: Tokens = Field(None, description="Tokens of the tenant in a calendar month, UTC")
    tenant_usd: Dollars = Field(None, description="US dollars of the tenant in a calendar month, UTC")
    crew_tokens: Tokens = Field(None, description="Tokens of one kickoff of a crew")
    crew_usd: Dollars = Field(None, description="US dollars of one kickoff of a crew")
    agent_tokens: Tokens = Field(None, description="Tokens of one agent within a kickoff")
    agent_usd: Dollars = Field(None, description="US dollars of one agent within a kickoff")
    step_tokens: Tokens = Field(None, description="Tokens of one call")
    task_calls: Annotated[int, Field(ge=1)] = Field(12, description="Most calls for one task: a loop ends here")


class Retention(Rules):
    """Days after which things are deleted; 0 keeps nothing beyond the run that wrote it."""

    answers: Days = Field(30, description="Answers kept so that the same prompt is not paid for twice")
    conversations: Days = Field(90, description="Messages of kickoffs")
    ledger: Days = Field(400, description="Rows of the ledger; a month's budget needs 31")
    short_term: Days = Field(7, description="Memories of a run")
    long_term: Days = Field(365, description="Memories of crews and of entities")


class LlmPolicy(Rules):
    """Everything a tenant may set for its models. The defaults work offline and cost nothing."""

    models: Literal["cost", "balanced", "accuracy"] = Field("balanced", description="What the choice of models favours")
    model_for: Mapping[str, str] = Field(
        default_factory=dict, description="Model by crew, or crew.task, as litellm spells it; wins over `models`"
    )
    offline_fallback: bool = Field(
        False, description="Whether the offline analyst may answer where every provider fails"
    )
    redact_personal: bool = Field(True, description="Whether e-mail addresses, phones and names leave as pseudonyms")
    budget: Budget = Field(default_factory=lambda: Budget())
    keep_days: Retention = Field(default_factory=lambda: Retention())


def read_policy(store: PortfolioStore, tenant: TenantId) -> LlmPolicy:
    """The tenant's policy: defaults, and what was set. Raises: UnknownTenant, ConfigError naming a stored setting."""
    rows, _ = store.page(tenant, TenantSetting, [Condition("name", "^", PREFIX)], limit=1000)
    given: dict[str, Any] = {}
    for name, value in zip(rows["name"], rows["value"], strict=True):
        _put(given, name.removeprefix(PREFIX), value["value"])
    return _checked(tenant, given)


def set_rule(store: PortfolioStore, tenant: TenantId, name: str, value: Any, by: str) -> LlmPolicy:
    """Set one rule, such as budget.run_usd; None goes back to the default. Raises: ConfigError; nothing is stored."""
    current = read_policy(store, tenant).model_dump(exclude_defaults=True)
    _put(current, name, value)
    policy = _checked(tenant, _without_none(current))
    stored = f"{PREFIX}{name}"
    if value is None:
        store.delete(tenant, TenantSetting, [Condition("name", "=", stored)])
    else:
        store.put(tenant, [TenantSetting(name=stored, value={"value": value}, by=by, at=datetime.now(UTC))])
    return policy


def _put(rules: dict[str, Any], name: str, value: Any) -> None:
    """Put a value at a dotted path. Crew names in model_for hold a dot themselves: one level, the rest is the key."""
    first, _, rest = name.partition(".")
    if rest:
        inner = rules.setdefault(first, {})
        inner[rest] = value
    else:
        rules[first] = value


def _without_none(rules: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_none(value) if isinstance(value, Mapping) else value
        for name, value in rules.items()
        if value is not None
    }


def _checked(tenant: TenantId, given: Mapping[str, Any]) -> LlmPolicy:
    try:
        return LlmPolicy.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"cannot use the model policy of tenant {tenant!r}: {path}: {first['msg']}; "
            f"see 'aidiscover llm policy --tenant {tenant}' for the rules and their values"
        ) from None
