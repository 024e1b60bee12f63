"""The tenant's rules for models: shown with what they mean, set and unset."""

from typing import Any

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, messages, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id


@click.command()
@tenant_option
@click.option("--set", "to_set", multiple=True, metavar="NAME=VALUE", help="Set a rule; may be given again.")
@click.option("--unset", multiple=True, metavar="NAME", help="Let a rule have its default again.")
@by_option
@json_option
def policy(tenant: str, to_set: tuple[str, ...], unset: tuple[str, ...], by: str, as_json: bool) -> int:
    """Show or change which models a tenant asks, what they may cost, what may leave, how long things are kept."""
    from datetime import UTC, datetime

    from aidiscover_pipelines.crews import CREWS
    from aidiscover_pipelines.crews.tenant_crews import crews_of
    from aidiscover_pipelines.governance.budget import month_to_date
    from aidiscover_pipelines.governance.policy import read_policy, set_rule
    from aidiscover_pipelines.governance.rules import check_rule, rules_of
    from aidiscover_pipelines.governance.usage import budget_left
    from resources.crews.definitions import DRAFTING

    name = tenant_id(tenant)
    wanted = [_pair(text) for text in to_set]
    for rule in unset:
        check_rule(rule)
    store = open_portfolio(Settings.from_environment())
    for rule, value in [*wanted, *((rule, None) for rule in unset)]:
        set_rule(store, name, rule, value, by)
    held = read_policy(store, name)
    month = month_to_date(store, name, datetime.now(UTC))
    left = budget_left(held.budget, month)
    rows = [
        {
            "rule": rule.name,
            "value": rule.value,
            "default": rule.default,
            "is_set": rule.is_set,
            "description": rule.description,
        }
        for rule in rules_of(held)
    ]
    if as_json:
        emit(
            {"tenant": name, "rules": rows, "month": {"tokens": month.tokens, "usd": round(month.usd, 6)}, "left": left}
        )
        return DONE
    known = {*CREWS, DRAFTING, *(crew["crew"] for crew in crews_of(store, name))}
    for crew in sorted({rule.partition(".")[0] for rule in held.model_for} - known):
        messages.print(f"no crew of {name} is called {crew!r}: model_for has no effect there", markup=False)
    shown = [[row["rule"], _told(row["value"]), _told(row["default"]), row["description"]] for row in rows]
    console.print(table(f"Model policy of {name}", ["rule", "value", "default", "what it does"], shown))
    remains = "".join(f"; left of {rule}: {value:,}" for rule, value in left.items())
    console.print(f"this month: {month.tokens:,} tokens, {month.usd:.4f} USD{remains}", markup=False, soft_wrap=True)
    return DONE


def _pair(text: str) -> tuple[str, Any]:
    """A rule and its typed value. Raises: ConfigError, click.UsageError."""
    from aidiscover_pipelines.governance.rules import typed_value
    from resources.llm.providers import read_link

    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not value:
        raise click.UsageError(f"'--set {text}' is no NAME=VALUE; '--unset {name}' goes back to the default.")
    typed = typed_value(name, value)
    if name.startswith("model_for."):
        read_link(str(typed))
    return name, typed


def _told(value: Any) -> str:
    if value is None:
        return "no limit"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {model}" for key, model in value.items()) or "-"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else f"{value}"
