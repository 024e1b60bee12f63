"""What cleansing did to a tenant's cells, and undoing it: list, rules, undo, redo."""

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, FAILED, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

# A text is part of its exemption's key, and PostgreSQL indexes at most 2,700 bytes.
_LONGEST_TEXT = 500

rule_option = click.option("--rule", required=True, help="Rule, see 'aidiscover cleansing rules'.")
field_option = click.option("--field", default="", help="Only this canonical field.")
value_option = click.option("--value", default="", help="Only cells with this text, as read.")


@click.group()
def cleansing() -> None:
    """See what cleansing changed, dropped or could not read; undo its rules and redo them."""


@cleansing.command(name="list")
@tenant_option
@field_option
@click.option("--rule", default="", help="Only this rule.")
@click.option("--unread", is_flag=True, help="What could not be read or was dropped, instead of what was changed.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Rows, most cells first.")
@json_option
def list_changes(tenant: str, field: str, rule: str, unread: bool, limit: int, as_json: bool) -> int:
    """List values before and after, with the rule, the number of cells, and one of them."""
    from aidiscover_pipelines.domain.tables import CleansedText, CleansingExemption
    from aidiscover_pipelines.inventory.cleansing.audit import cells_by_outcome, changes

    _check_names(rule, field)
    name = tenant_id(tenant)
    store = open_portfolio(Settings.from_environment())
    store.tenant(name, "list what cleansing did")
    texts = store.read(name, CleansedText)
    listed = changes(texts, field, rule, unread)
    shown = listed.head(limit).astype(object)
    rows = shown.where(shown.notna(), None).to_dict("records")
    if as_json:
        undone = store.read(name, CleansingExemption).to_dict("records")
        outcomes = cells_by_outcome(texts)
        emit({"tenant": name, "cells": outcomes, "values": len(listed), "changes": rows, "undone": undone})
        return DONE
    if not rows:
        console.print(f"nothing to list; 'aidiscover discover --tenant {name}' cleanses the uploads", markup=False)
        return DONE
    columns = ["field", "before", "after", "rule", "transform", "outcome", "cells", "example"]
    title = f"{len(listed)} values {'without a reading' if unread else 'changed'}"
    console.print(table(title, columns, [[row[column] for column in columns] for row in rows]))
    if len(listed) > limit:
        console.print(f"... and {len(listed) - limit} more; --limit or --json shows them", markup=False)
    return DONE


@cleansing.command()
@json_option
def rules(as_json: bool) -> int:
    """List the rules: what each does to which fields, with an example."""
    from aidiscover_pipelines.inventory.cleansing.rules import rules_document

    document = rules_document()
    if as_json:
        emit({"rules": document})
    else:
        console.print(table("Cleansing rules", list(document[0]), [list(row.values()) for row in document]))
    return DONE


@cleansing.command()
@tenant_option
@rule_option
@field_option
@value_option
@by_option
@json_option
def undo(tenant: str, rule: str, field: str, value: str, by: str, as_json: bool) -> int:
    """Leave cells as they were read, from the next discovery on: all that a rule changes, or some of it."""
    from aidiscover_pipelines.inventory.cleansing.exemptions import undo_rule

    _check_names(rule, field)
    if len(value) > _LONGEST_TEXT:
        raise click.ClickException(
            f"cannot undo {rule!r} for a text of {len(value)} characters: {_LONGEST_TEXT} are the most; "
            "leave out --value to undo it for the field"
        )
    name = tenant_id(tenant)
    cells = undo_rule(open_portfolio(Settings.from_environment()), name, rule, field, value, by)
    if as_json:
        emit({"tenant": name, "rule": rule, "field": field, "value": value, "cells": cells})
        return DONE
    scope = _scope(rule, field, value)
    console.print(f"{scope} is undone; the next run leaves {cells} cells as read", markup=False, soft_wrap=True)
    console.print(f"next: aidiscover discover --tenant {name}", markup=False)
    return DONE


@cleansing.command()
@tenant_option
@rule_option
@field_option
@value_option
@json_option
def redo(tenant: str, rule: str, field: str, value: str, as_json: bool) -> int:
    """Let a rule stand again, from the next discovery on; ends with 1 where nothing of it was undone."""
    from aidiscover_pipelines.inventory.cleansing.exemptions import redo_rule

    _check_names(rule, field)
    name = tenant_id(tenant)
    removed, cells = redo_rule(open_portfolio(Settings.from_environment()), name, rule, field, value)
    scope = _scope(rule, field, value)
    if as_json:
        emit({"tenant": name, "rule": rule, "field": field, "value": value, "removed": removed, "cells": cells})
    elif not removed:
        console.print(
            f"{scope} was not undone; 'aidiscover cleansing list --tenant {name} --json' names what is",
            markup=False,
            soft_wrap=True,
        )
    else:
        console.print(f"{scope} stands again; the next run cleanses {cells} cells", markup=False, soft_wrap=True)
        console.print(f"next: aidiscover discover --tenant {name}", markup=False)
    return DONE if removed else FAILED


def _scope(rule: str, field: str, value: str) -> str:
    return f"{rule}{f' for {field}' if field else ''}{f' where the text is {value!r}' if value else ''}"


def _check_names(rule: str, field: str) -> None:
    """Raises: click.ClickException, one line with the known names, for a rule or field that nobody declared."""
    from aidiscover_pipelines.domain.canonical import BY_NAME
    from aidiscover_pipelines.inventory.cleansing.rules import BY_RULE, fields_served

    if rule and rule not in BY_RULE:
        raise click.ClickException(f"no cleansing rule is called {rule!r}; there are {', '.join(BY_RULE)}")
    if field and field not in BY_NAME:
        raise click.ClickException(f"no canonical field is called {field!r}; there are {', '.join(BY_NAME)}")
    if rule and field and field not in fields_served(BY_RULE[rule]):
        served = ", ".join(fields_served(BY_RULE[rule]))
        raise click.ClickException(f"rule {rule!r} does not act on {field!r}; it acts on {served}")
