"""Commands of `review` on recommendations: approve, override, comment, lock, unlock, withdraw, and what was said."""

import math
from datetime import UTC, datetime
from typing import Any

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, NEEDS_REVIEW, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id

application_option = click.option("--application", required=True, help="Application id, as in the report.")
reason_option = click.option("--reason", required=True, help="Why; it stands in the report and in what agents read.")


@click.command()
@tenant_option
@click.option("--application", "applications", multiple=True, help="Application id; may be given again.")
@click.option("--strategy", default="", help="The R that is approved, so that another one is not by mistake.")
@click.option("--all-above", type=click.FloatRange(0, 1), help="Every undecided recommendation at least this sure.")
@click.option("--pattern", default="", help="Every undecided recommendation of this pattern, such as c03.")
@reason_option
@by_option
@json_option
def approve(
    tenant: str,
    applications: tuple[str, ...],
    strategy: str,
    all_above: float | None,
    pattern: str,
    reason: str,
    by: str,
    as_json: bool,
) -> int:
    """Confirm recommendations: they hold in every later run, and a changed fact under one is flagged."""
    if all_above is not None and math.isnan(all_above):
        raise click.UsageError("'--all-above' is a number from 0 to 1, such as 0.9.")
    is_bulk = all_above is not None or bool(pattern)
    if is_bulk == bool(applications):
        raise click.UsageError("Give '--application', or '--all-above' and '--pattern', or one of the two.")
    if is_bulk:
        return _approve_many(tenant, strategy, all_above, pattern, reason, by, as_json)
    told = [speak(tenant, application, "approve", reason, by, strategy) for application in applications]
    return _answered(tenant, told, as_json)


@click.command()
@tenant_option
@application_option
@click.option("--strategy", required=True, help="One of the six Rs; the one recommended approves it.")
@reason_option
@by_option
@json_option
def override(tenant: str, application: str, strategy: str, reason: str, by: str, as_json: bool) -> int:
    """Decide another strategy; it holds in every later run."""
    return _answered(tenant, [speak(tenant, application, "override", reason, by, strategy)], as_json)


@click.command()
@tenant_option
@application_option
@reason_option
@by_option
@json_option
def comment(tenant: str, application: str, reason: str, by: str, as_json: bool) -> int:
    """Note something beside a recommendation; it changes nothing."""
    return _answered(tenant, [speak(tenant, application, "comment", reason, by)], as_json)


@click.command()
@tenant_option
@application_option
@reason_option
@by_option
@json_option
def lock(tenant: str, application: str, reason: str, by: str, as_json: bool) -> int:
    """Hold the recommendation of now; nothing but 'unlock' changes it."""
    return _answered(tenant, [speak(tenant, application, "lock", reason, by)], as_json)


@click.command()
@tenant_option
@application_option
@reason_option
@by_option
@json_option
def unlock(tenant: str, application: str, reason: str, by: str, as_json: bool) -> int:
    """End a lock; what was decided before it holds again, else the policy's or the crew's view from the next run on."""
    return _answered(tenant, [speak(tenant, application, "unlock", reason, by)], as_json)


@click.command()
@tenant_option
@application_option
@click.option(
    "--id", "about", default="", help="Entry id, as in 'review history'; the decision that holds if left out."
)
@reason_option
@by_option
@json_option
def withdraw(tenant: str, application: str, about: str, reason: str, by: str, as_json: bool) -> int:
    """Take a decision back; the one before it holds again, else the policy's or crew's view from the next run on."""
    return _answered(tenant, [speak(tenant, application, "withdraw", reason, by, about=about)], as_json)


@click.command()
@tenant_option
@click.option("--application", default="", help="Only on this application.")
@json_option
def history(tenant: str, application: str, as_json: bool) -> int:
    """List what people said about recommendations, the latest first."""
    from aidiscover_pipelines.strategy.review.said import said

    name = tenant_id(tenant)
    listed = said(open_portfolio(Settings.from_environment()), name, application or None)
    if as_json:
        emit({"tenant": name, "entries": listed})
        return DONE
    columns = ["entry_id", "application_id", "action", "strategy", "reason", "by"]
    rows = [
        [*(row[column] for column in columns), f"{row['at']:%Y-%m-%d %H:%M}", row["about"], row["standing"]]
        for row in listed
    ]
    titles = ["id", "application", "said", "strategy", "reason", "by", "at", "about", ""]
    console.print(table(f"What people of {name} said about recommendations", titles, rows))
    return DONE


def speak(
    tenant: str, application: str, action: str, reason: str, by: str, strategy: str = "", about: str = ""
) -> dict[str, Any]:
    """Store one entry; see strategy.review.entries.say."""
    from aidiscover_pipelines.crews.assessment.named import strategies_named
    from aidiscover_pipelines.domain.vocabulary import ReviewAction
    from aidiscover_pipelines.strategy.review.decided import DECISIONS
    from aidiscover_pipelines.strategy.review.entries import Word, say

    store, name = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    store.tenant(name, f"{action} the recommendation of application {application!r}")
    agents = strategies_named(store, name, application) if action in DECISIONS else {}
    word = Word(ReviewAction(action), reason, by, strategy, about, agents)
    return say(store, name, application, word, datetime.now(UTC).date())


def waiting_recommendations(tenant: TenantId) -> list[dict[str, Any]]:
    """Recommendations that wait for a person; see strategy.review.waiting."""
    from aidiscover_pipelines.strategy.review.waiting import waiting

    return waiting(open_portfolio(Settings.from_environment()), tenant)


def print_waiting(tenant: TenantId, found: list[dict[str, Any]]) -> None:
    """What waits, and how to answer."""
    columns = ("application", "strategy", "confidence", "decided_by", "kind", "why")
    titles = ["application", "strategy", "confidence", "decided by", "asks because of", "why"]
    rows = [[row[column] for column in columns] for row in found]
    console.print(table(f"Recommendations of {tenant} that wait for a person", titles, rows))
    for line in how_to_answer(tenant):
        say(line)


def how_to_answer(tenant: TenantId) -> list[str]:
    """The commands that answer a recommendation that waits."""
    return [
        f"right: aidiscover review approve --tenant {tenant} --application ID --reason WHY",
        f"wrong: aidiscover review override --tenant {tenant} --application ID --strategy STRATEGY --reason WHY",
    ]


def tell_what_speaks_against(said: dict[str, Any]) -> None:
    """Hard constraints and other people that speak against what was decided."""
    for warning in said["warnings"]:
        say(f"a hard constraint speaks against {said['strategy']}: {warning}")
    if said["contradiction"]:
        say(f"contradictory: {said['contradiction']}; the last one holds, and it is flagged")


def say(line: str) -> None:
    """A line whose words are data."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _answered(tenant: str, told: list[dict[str, Any]], as_json: bool) -> int:
    """Exits with 3 where people contradict each other."""
    if as_json:
        emit({"tenant": tenant, "entries": told})
    else:
        for said in told:
            now = f"{said['strategy']} (confidence {said['confidence']:.2f})" if said["strategy"] else "not assessed"
            say(f"{said['action']} {said['entry']}: {said['application_id']} is {now}")
            tell_what_speaks_against(said)
        say(f"next: aidiscover report --tenant {tenant}")
    return NEEDS_REVIEW if any(said["contradiction"] for said in told) else DONE


def _approve_many(
    tenant: str, strategy: str, all_above: float | None, pattern: str, reason: str, by: str, as_json: bool
) -> int:
    from aidiscover_pipelines.domain.vocabulary import ReviewAction
    from aidiscover_pipelines.strategy.review.entries import Word, approve_many

    store, name = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    word = Word(ReviewAction.APPROVE, reason, by, strategy)
    document = approve_many(store, name, word, datetime.now(UTC).date(), all_above, pattern)
    if as_json:
        emit({"tenant": name, **document})
        return DONE
    left = [
        f"{document['decided']} decided already" if document["decided"] else "",
        f"{document['asking']} that ask for a look of their own" if document["asking"] else "",
    ]
    told = ", ".join(part for part in left if part)
    say(f"approved {len(document['approved'])}{f'; left alone: {told}' if told else ''}")
    say(f"next: aidiscover report --tenant {name}")
    return DONE
