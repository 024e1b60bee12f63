"""What the next discovery would ask of models, and what it would cost, before it is started."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.output import DONE, NEEDS_REVIEW, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_files, open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aidiscover_pipelines.crews.spec import CrewSpec
    from aidiscover_pipelines.governance.cost import Bills, ModelOf
    from aidiscover_pipelines.governance.policy import LlmPolicy
    from aidiscover_pipelines.ports import PortfolioStore, TenantFiles
    from resources.llm.providers import Link

SIDES = ("low", "likely", "high")


@click.command()
@tenant_option
@click.option("--model", default="", help="Chain of models as AIDISCOVER_MODEL has it; that setting when left out.")
@click.option("--applications", type=click.IntRange(min=1), help="Predict for a portfolio of this size instead.")
@json_option
def cost(tenant: str, model: str, applications: int | None, as_json: bool) -> int:
    """Predict kickoffs, calls, tokens and cost of the next discovery; exits with 3 where it would not fit a budget.

    Asks no model. Each figure comes as low, likely and high; each model of the chain is priced as if it answered all.
    """
    settings, name = Settings.from_environment(), tenant_id(tenant)
    store = open_portfolio(settings)
    store.tenant(name, "predict the cost of a discovery")
    document = cost_document(settings, store, open_files(settings), name, model or settings.model, applications)
    if as_json:
        emit(document)
    else:
        _print(document)
    return NEEDS_REVIEW if any(row["fits"] in ("no", "unknown") for row in document["budgets"]) else DONE


def cost_document(
    settings: Settings,
    store: "PortfolioStore",
    files: "TenantFiles",
    tenant: TenantId,
    chain: str,
    applications: int | None = None,
    today: date | None = None,
) -> dict[str, Any]:
    """The prediction as the command prints it. Raises: ConfigError for a chain that cannot be read."""
    from aidiscover_pipelines.crews import CREWS
    from aidiscover_pipelines.governance.budget import month_to_date
    from aidiscover_pipelines.governance.cost import fit_budgets, fitting_limit, forecast, widest
    from aidiscover_pipelines.governance.policy import read_policy
    from aidiscover_pipelines.governance.sizes import measured_sizes, sizes_of
    from aidiscover_pipelines.ops.forecast import (
        accepted_files,
        assumed_kickoffs,
        declared_amounts,
        own_crews,
        planned_kickoffs,
    )
    from resources.crews.runner import THREADS_WHILE_WAITING
    from resources.llm.providers import read_chain

    now = datetime.now(UTC)
    policy, links = read_policy(store, tenant), read_chain(chain)
    waiting = _new_files(store, files, tenant)
    if applications is None:
        plan = planned_kickoffs(store, tenant, chain, settings.kickoffs, today or now.date(), waiting)
    else:
        plan = assumed_kickoffs(applications, accepted_files(store, tenant) + waiting, settings.kickoffs)
    crews = {**CREWS, **own_crews(store, tenant)}
    declared = declared_amounts(crews)
    places = [(one.crew, one.kind, task) for one in plan.counts for crew, task in declared if crew == one.crew]
    models, told, used = [], [], []
    for link in links:
        model_of = _model_of(policy, link, crews)
        asked = sorted({model_of(crew, task) for crew, task in declared})
        used.append(sizes_of(places, measured_sizes(store, tenant, asked), declared))
        told.append(forecast(plan.counts, used[-1], model_of, _price_of, THREADS_WHILE_WAITING))
        models.append({"asks": asked, **_figures(told[-1].total)})
    # Whoever answers, a budget sets aside what the dearest of the chain may cost.
    first = replace(told[0], call=widest([one.call for one in told]))
    sizes, month = used[0], month_to_date(store, tenant, now)
    return {
        "tenant": tenant,
        "chain": chain,
        "rests_on": plan.rests_on,
        "crews": [
            {
                "crew": one.crew,
                "about": one.kind,
                "kickoffs": [one.low, one.likely, one.high],
                **_figures(first.parts[one.crew, one.kind]),
                "sizes_from": sorted({sizes[place].basis for place in places if place[:2] == (one.crew, one.kind)}),
            }
            for one in plan.counts
        ],
        "total": {
            "kickoffs": [sum(getattr(one, side) for one in plan.counts) for side in SIDES],
            **_figures(first.total),
        },
        "models": models,
        "budgets": fit_budgets(first, policy.budget, month),
        "would_hold": {f"budget.{rule}": fitting_limit(rule, first, month) for rule in ("run_tokens", "run_usd")},
    }


def _new_files(store: "PortfolioStore", files: "TenantFiles", tenant: TenantId) -> int:
    """Uploads that no run has read."""
    from aidiscover_pipelines.domain.tables import SourceFile

    read = set(store.read(tenant, SourceFile, columns=["sha256"])["sha256"])
    return len({upload.sha256 for upload in files.settled_uploads(tenant)} - read)


def _model_of(policy: "LlmPolicy", link: "Link", crews: "Mapping[str, CrewSpec]") -> "ModelOf":
    """What the policy chooses for a task when this link of the chain answers."""
    from aidiscover_pipelines.governance.models import chosen_model
    from resources.llm.providers import TIERS

    effort = {(name, task.key): task.effort for name, crew in crews.items() for task in crew.tasks}

    def model_of(crew: str, task: str) -> str:
        chosen = chosen_model(policy, crew, task, effort[crew, task])
        return link.model_for(chosen) if chosen in TIERS else chosen

    return model_of


def _price_of(model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
    """US dollars of one call; litellm's list is loaded only for a provider that is on it."""
    from resources.llm.prices import cost_usd
    from resources.llm.providers import read_link

    link = read_link(model)
    return cost_usd(link.provider, link.model, prompt_tokens, completion_tokens)


def _figures(bills: "Bills") -> dict[str, list[Any]]:
    """Each figure as [low, likely, high]; tokens rounded, dollars None where no price is known."""
    return {
        "calls": [round(bill.used.calls) for bill in bills],
        "prompt_tokens": [round(bill.used.prompt_tokens) for bill in bills],
        "completion_tokens": [round(bill.used.completion_tokens) for bill in bills],
        "cost_usd": [None if bill.usd is None else round(bill.usd, 4) for bill in bills],
    }


def _print(document: dict[str, Any]) -> None:
    console.print(f"rests on: {document['rests_on']}", markup=False, soft_wrap=True)
    columns = ["crew", "about", "kickoffs", "calls", "tokens", "USD", "kickoffs measured"]
    rows = [
        [one["crew"], one["about"], *_row(one), "; ".join(one["sizes_from"])]
        for one in [*document["crews"], {"crew": "all", "about": "", "sizes_from": [], **document["total"]}]
    ]
    console.print(table("Next discovery: low / likely / high", columns, rows))
    columns = ["if this link answers all", "calls", "tokens", "USD"]
    console.print(table("By model", columns, [[", ".join(one["asks"]), *_row(one)[-3:]] for one in document["models"]]))
    for row in document["budgets"]:
        _print_budget(document["tenant"], row)
    holds = [f"--set {rule}={limit}" for rule, limit in document["would_hold"].items() if limit is not None]
    if not any(row["rule"].endswith(("tokens", "usd")) for row in document["budgets"]) and holds:
        hint = f"aidiscover llm policy --tenant {document['tenant']} {' '.join(holds)}"
        console.print(f"no budget is set; one that would hold: {hint}", markup=False, soft_wrap=True)


def _print_budget(tenant: str, row: dict[str, Any]) -> None:
    said = {
        "yes": "fits",
        "no": "does not fit",
        "perhaps": "may not fit",
        "unknown": "cannot be kept: no price is known",
    }
    figures = f"limit {row['limit']:,}, used {row['used']:,}, likely {_told(row['likely'])}, high {_told(row['high'])}"
    hint = f"; aidiscover llm policy --tenant {tenant} --set {row['rule']}={row['set_to']}" if row["set_to"] else ""
    console.print(f"{row['rule']} {said[row['fits']]}: {figures}{hint}", markup=False, soft_wrap=True)


def _row(one: dict[str, Any]) -> list[str]:
    tokens = [sent + got for sent, got in zip(one["prompt_tokens"], one["completion_tokens"], strict=True)]
    kickoffs = [_three(one["kickoffs"])] if "kickoffs" in one else []
    return [*kickoffs, _three(one["calls"]), _three(tokens), _three(one["cost_usd"])]


def _three(values: list[Any]) -> str:
    """Low, likely and high; one figure where they are the same."""
    return " / ".join(_told(value) for value in (values if len(set(values)) > 1 else values[:1]))


def _told(value: float | int | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")
