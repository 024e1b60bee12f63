"""A person's word on dispositions: override or confirm one, see and remove them, see what waits and what was upheld."""

from datetime import UTC, datetime
from typing import Any

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.decisions import (
    print_waiting,
    reason_option,
    say,
    speak,
    tell_what_speaks_against,
    waiting_recommendations,
)
from aidiscover_pipelines.cli.output import DONE, NEEDS_REVIEW, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

# Decisions by what earlier releases called them.
_KINDS = {"approve": "confirmation", "override": "override"}


@click.command()
@tenant_option
@click.option("--application", required=True, help="Application id, as in the report.")
@click.option("--strategy", required=True, help="One of the six Rs; the one recommended confirms it.")
@reason_option
@by_option
@json_option
def override(tenant: str, application: str, strategy: str, reason: str, by: str, as_json: bool) -> int:
    """Decide an application's disposition; it holds at once and in every later run."""
    said = speak(tenant, application, "override", reason, by, strategy)
    document = {
        "override": said["entry"],
        "application": application,
        "kind": _KINDS[said["action"]],
        **{name: said[name] for name in ("proposed", "proposed_by", "strategy", "confidence", "warnings")},
    }
    if as_json:
        emit({"tenant": tenant, **document})
        return DONE
    say(_sentence(document))
    tell_what_speaks_against(said)
    say(f"next: aidiscover report --tenant {tenant}")
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
    """List decisions that nobody withdrew, the latest first; 'review history' has all entries."""
    from aidiscover_pipelines.strategy.review.said import HOLDS, SUPERSEDED
    from aidiscover_pipelines.strategy.review.said import said as all_said

    name = tenant_id(tenant)
    told = ("application_id", "strategy", "reason", "proposed", "proposed_by", "confidence", "by", "at")
    listed = [
        {
            "override_id": row["entry_id"],
            **{column: row[column] for column in told},
            "kind": _KINDS[row["action"]],
            "superseded": row["standing"] == SUPERSEDED,
        }
        for row in all_said(open_portfolio(Settings.from_environment()), name)
        if row["action"] in _KINDS and row["standing"] in (HOLDS, SUPERSEDED)
    ]
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
@by_option
@json_option
def remove(tenant: str, ids: tuple[str, ...], by: str, as_json: bool) -> int:
    """Withdraw decisions; what they superseded holds again, else the policy's or crew's view from the next run on."""
    from aidiscover_pipelines.strategy.review.said import removed

    name, today = tenant_id(tenant), datetime.now(UTC).date()
    undecided = removed(open_portfolio(Settings.from_environment()), name, ids, by, today)
    if as_json:
        emit({"tenant": name, "removed": list(ids), "undecided": undecided})
        return DONE
    say(f"removed {', '.join(ids)}; next: aidiscover discover --tenant {name}")
    return DONE


@overrides.command()
@tenant_option
@json_option
def waiting(tenant: str, as_json: bool) -> int:
    """List recommendations that ask for a person's look, the least sure first; exits with 3 while any waits."""
    name = tenant_id(tenant)
    found = waiting_recommendations(name)
    if as_json:
        emit({"tenant": name, "waiting": len(found), "recommendations": found})
    elif found:
        print_waiting(name, found)
    else:
        console.print("nothing waits")
    return NEEDS_REVIEW if found else DONE


@overrides.command()
@tenant_option
@json_option
def agreement(tenant: str, as_json: bool) -> int:
    """Show how often people upheld the policy, the crew and its agents, and how far that moves confidences."""
    from aidiscover_pipelines.domain.tables import ReviewEntry
    from aidiscover_pipelines.strategy.review.agreement import LEAST_ANSWERS, agreements
    from aidiscover_pipelines.strategy.review.decided import SAID, decisions

    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    store.tenant(name, "compare recommendations with what people decided")
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
        for each in agreements(decisions(store.read(name, ReviewEntry, columns=SAID)))
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
    titles = ["of", "name", "upheld", "confidence foretold", "share expected now", "log-odds moved"]
    console.print(table(f"How often people of {name} upheld what was recommended", titles, rows))
    say(f"confidences move from {LEAST_ANSWERS} answers on; those of agents are shown only")
    return DONE
