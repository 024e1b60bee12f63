"""The rules of a tenant's model policy as a list to show, and a rule's value read from text."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.governance.policy import LlmPolicy


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its path as `set_rule` takes it, what holds, what would hold without it, and what it means."""

    name: str
    value: Any
    default: Any
    description: str

    @property
    def is_set(self) -> bool:
        """Whether it differs from the default."""
        return bool(self.value != self.default)


def rules_of(policy: LlmPolicy) -> list[Rule]:
    """Every rule in the order of the model; a rule that is a map has one entry for each key that is set."""
    return list(_rules(policy, ""))


def rule_names() -> list[str]:
    """Paths of all rules; of a map, what its entries are called."""
    return [f"{rule.name}.<crew>" if isinstance(rule.value, dict) else rule.name for rule in rules_of(LlmPolicy())]


def typed_value(name: str, text: str) -> Any:
    """The value of a rule written as text. Raises: ConfigError for an unknown rule or a value it does not take."""
    model, field = _find(name)
    if field is None:
        return text
    try:
        return getattr(model.model_validate({field: text}), field)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]["msg"]
        raise ConfigError(f"cannot set rule {name!r} to {text!r}: {problem[:1].lower()}{problem[1:]}") from None


def check_rule(name: str) -> None:
    """Raises: ConfigError naming the nearest rules where there is none of that name."""
    _find(name)


def _find(name: str) -> tuple[type[BaseModel], str | None]:
    """The model that holds the rule and its field; no field for a key of a map, which takes any text."""
    first, _, rest = name.partition(".")
    field = LlmPolicy.model_fields.get(first)
    if field is not None:
        held = field.annotation
        is_group = isinstance(held, type) and issubclass(held, BaseModel)
        if is_group and rest in held.model_fields:  # type: ignore[union-attr]  # a class of rules
            return held, rest  # type: ignore[return-value]
        if _is_map(field) and rest:
            return LlmPolicy, None
        if not is_group and not _is_map(field) and not rest:
            return LlmPolicy, first
    near = difflib.get_close_matches(name, rule_names(), n=3, cutoff=0.4) or rule_names()
    raise ConfigError(f"cannot set rule {name!r}: there is no such rule; the nearest are {', '.join(near)}")


def _rules(held: BaseModel, path: str) -> Iterator[Rule]:
    for name, field in type(held).model_fields.items():
        value = getattr(held, name)
        if isinstance(value, BaseModel):
            yield from _rules(value, f"{path}{name}.")
        elif isinstance(value, Mapping):
            yield Rule(f"{path}{name}", dict(value), {}, field.description or "")
        else:
            default = None if field.default is PydanticUndefined else field.default
            yield Rule(f"{path}{name}", value, default, field.description or "")


def _is_map(field: Any) -> bool:
    return getattr(field.annotation, "__origin__", None) is Mapping
