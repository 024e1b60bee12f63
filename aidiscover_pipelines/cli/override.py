"""A person's word on dispositions: override or confirm one, see and remove them, see what waits and what was upheld."""

from datetime import UTC, datetime
from typing import Any

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, NEEDS_REVIEW, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id


@click.command()
@tenant_option
@click.option("--application", required=True, help="Application id, as in the report.")
@click.option("--strategy", required=True, help="One of the six Rs; the one recommended confirms it.")
@click.option("--reason", required=True, help="Why; it stands in the report and in what agents read.")
@by_option
@json_option
def override(tenant: str, application: str, strategy: str, reason: str, by: str, as_json: bool) -> int:
    """Decide an application's disposition; it holds at once and in every later run."""
    from aidiscover_pipelines.crews.assessment.named import strategies_named
    from aidiscover_pipelines.strategy.overrides import override as store_override

    store, name = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    store.tenant(name, f"override the disposition of application {application!r}")
    agents = strategies_named(store, name, application)
    today = datetime.now(UTC).date()
    document = store_override(store, name, application, strategy, reason, by, today, agents)
    if as_json:
        emit({"tenant": name, **document})
        return DONE
    _say(_sentence(document))
    for warning in document["warnings"]:
        _say(f"a hard constraint speaks against {document['strategy']}: {warning}")
    _say(f"next: aidiscover report --tenant {name}")
    return DONE


def _sentence(document: dict[str, Any]) -> str:
    proposed, said = document["proposed"], f"override {document['override']}: {document['application']}"
    if document["kind"] == "confirmation":
        return f"{said} stays {document['strategy']}, confirmed (confidence {document['confidence']:.2f})"
    before = f" instead of {proposed}, which {document['proposed_by']} had chosen" if proposed else ""
    return f"{said} is {document['strategy']}{before} (confidence {document['confidence']:.2f})"


@click.group()
def overrides() -> None:
    """See and remove what people decided, what waits for them, and how often they upheld recommendations."""


@overrides.command(name="list")
@tenant_option
@json_option
def list_all(tenant: str, as_json: bool) -> int:
    """List decisions, the latest first."""
    from aidiscover_pipelines.strategy.overrides import list_overrides

    name = tenant_id(tenant)
    listed = list_overrides(open_portfolio(Settings.from_environment()), name)
    if as_json:
        emit({"tenant": name, "overrides": listed})
        return DONE
    columns = ["override_id", "application_id", "strategy", "proposed", "proposed_by", "reason", "by"]
    rows = [
        [
            *(row[column] for column in columns),
            f"{row['at']:%Y-%m-%d %H:%M}",
            "superseded" if row["superseded"] else row["kind"],
        ]
        for row in listed
    ]
    titles = ["id", "application", "strategy", "before", "chosen by", "reason", "by", "at", ""]
    console.print(table(f"Overrides of {name}", titles, rows))
    return DONE


@overrides.command()
@tenant_option
@click.option("--id", "ids", multiple=True, required=True, help="Override id, as listed; may be given again.")
@json_option
def remove(tenant: str, ids: tuple[str, ...], as_json: bool) -> int:
    """Remove decisions; what they superseded holds again, else the policy's or the crew's view from the next run on."""
    from aidiscover_pipelines.strategy.overrides import remove_overrides

    name = tenant_id(tenant)
    undecided = remove_overrides(open_portfolio(Settings.from_environment()), name, ids)
    if as_json:
        emit({"tenant": name, "removed": list(ids), "undecided": undecided})
        return DONE
    _say(f"removed {', '.join(ids)}; next: aidiscover discover --tenant {name}")
    return DONE


@overrides.command()
@tenant_option
@json_option
def waiting(tenant: str, as_json: bool) -> int:
    """List recommendations that ask for a person's look, the least sure first; exits with 3 while any waits."""
    from aidiscover_pipelines.strategy.review import waiting as asking

    name = tenant_id(tenant)
    found = asking(open_portfolio(Settings.from_environment()), name)
    if as_json:
        emit({"tenant": name, "waiting": len(found), "recommendations": found})
    elif found:
        rows = [[row[key] for key in ("application", "strategy", "confidence", "decided_by", "kind", "why")]
                for row in found]  # fmt: skip
        titles = ["application", "strategy", "confidence", "decided by", "asks because of", "why"]
        console.print(table(f"Recommendations of {name} that wait for a person", titles, rows))
        _say(f"answer: aidiscover override --tenant {name} --application ID --strategy STRATEGY --reason WHY")
    else:
        console.print("nothing waits")
    return NEEDS_REVIEW if found else DONE


@overrides.command()
@tenant_option
@json_option
def agreement(tenant: str, as_json: bool) -> int:
    """Show how often people upheld the policy, the crew and its agents, and how far that moves confidences."""
    from aidiscover_pipelines.strategy.agreement import LEAST_ANSWERS
    from aidiscover_pipelines.strategy.overrides import agreement as agreement_of

    name = tenant_id(tenant)
    found = [
        {
            "kind": each.kind,
            "decider": each.decider,
            "name": each.name,
            "answers": each.answers,
            "upheld": each.upheld,
            "expected": round(each.expected, 3),
            "share": round(each.posterior, 3),
            "shift": round(each.shift, 3),
        }
        for each in agreement_of(open_portfolio(Settings.from_environment()), name)
    ]
    if as_json:
        emit({"tenant": name, "least_answers": LEAST_ANSWERS, "agreement": found})
        return DONE
    rows = [
        [
            row["kind"],
            row["name"] if row["kind"] == "decider" else f"{row['decider']}: {row['name']}",
            f"{row['upheld']} of {row['answers']}",
            row["expected"],
            row["share"],
            row["shift"],
        ]
        for row in found
    ]
    titles = ["of", "name", "upheld", "confidence then", "share expected now", "log-odds moved"]
    console.print(table(f"How often people of {name} upheld what was recommended", titles, rows))
    _say(f"confidences move from {LEAST_ANSWERS} answers on; those of agents are shown only")
    return DONE


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
