"""What models were asked, said and cost: calls, tool calls, conversations; and what is kept of it."""

import csv
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.llm_keys import key
from aidiscover_pipelines.cli.llm_policy import policy
from aidiscover_pipelines.cli.output import DONE, console, counted, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.rehearse import rehearse
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id

if TYPE_CHECKING:
    from aidiscover_pipelines.domain.tables import Row
    from aidiscover_pipelines.governance.query import Page
    from aidiscover_pipelines.ports import Condition

# Columns of the screen, wide enough for the built-in crews within 140 characters. One that says the same in every row
# is said once, above the table.
CALL_COLUMNS = ("at", "kickoff", "crew", "task", "model", "sent+got", "USD", "ms", "status")
TOOL_COLUMNS = ("at", "kickoff", "crew", "task", "tool", "arguments", "chars", "ms", "status")
SHORT_ID, SHORT_TEXT = 8, 30
# What a spreadsheet program would evaluate; texts of a ledger come from models.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CONVERSATION_MESSAGES = 10_000


@click.group()
def llm() -> None:
    """See and bound what models are asked: ledger, conversations, policy."""


llm.add_command(policy)
llm.add_command(key)
llm.add_command(rehearse)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that calls and tools have in common."""
    options = (
        click.option("--run", default="", help="Only this run; the beginning of its id will do."),
        click.option("--crew", default="", help="Only this crew."),
        click.option("--agent", default="", help="Only agents whose role contains this."),
        click.option("--task", default="", help="Only this task."),
        click.option("--status", default="", help="Only this status, such as answered, cached, failed or refused."),
        click.option("--application", default="", help="Only cases of this application."),
        click.option("--since", default="", metavar="DAY", help="From this day or moment on, UTC."),
        click.option("--until", default="", metavar="DAY", help="Up to this day or moment, UTC, and including it."),
        click.option("--where", multiple=True, help="A comparison such as 'cost_usd>0.01'; may be given again."),
        click.option("--sort", default="-at", show_default=True, help="Columns to sort by; a minus sign: descending."),
        click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Rows of a page."),
        click.option("--page", default=1, show_default=True, type=click.IntRange(min=1), help="Page to show."),
        click.option("--csv", "as_csv", is_flag=True, help="The page as CSV, with all columns."),
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@llm.command()
@tenant_option
@filter_options
@click.option("--model", default="", help="Only where the model that answered contains this.")
@click.option("--provider", default="", help="Only this provider.")
def calls(tenant: str, model: str, provider: str, **given: Any) -> int:
    """List model calls, the newest first, with totals over all that match."""
    from aidiscover_pipelines.domain.tables import LlmCall

    return _list(tenant, LlmCall, {"model_served": model, "provider": provider}, given, CALL_COLUMNS, _call_row)


@llm.command()
@tenant_option
@filter_options
@click.option("--tool", default="", help="Only this tool.")
def tools(tenant: str, tool: str, **given: Any) -> int:
    """List tool calls, the newest first, with totals over all that match."""
    from aidiscover_pipelines.domain.tables import ToolCall

    return _list(tenant, ToolCall, {"tool": tool}, given, TOOL_COLUMNS, _tool_row)


@llm.command(name="messages")
@tenant_option
@click.option(
    "--kickoff", required=True, help="Kickoff, as 'aidiscover llm calls --json' tells; its beginning will do."
)
@json_option
def show_messages(tenant: str, kickoff: str, as_json: bool) -> int:
    """Print the conversation of a kickoff as it was sent."""
    from aidiscover_pipelines.domain.tables import CrewMessage
    from aidiscover_pipelines.governance.query import json_rows
    from aidiscover_pipelines.ports import Condition

    name = tenant_id(tenant)
    store = open_portfolio(Settings.from_environment())
    wanted = [Condition("kickoff_id", "^", kickoff)]
    frame, total = store.page(name, CrewMessage, wanted, order=["number"], limit=CONVERSATION_MESSAGES)
    found = sorted(set(frame["kickoff_id"]))
    if len(found) != 1:
        latest, _ = store.page(name, CrewMessage, [Condition("number", "=", 1)], order=["-at"], limit=3)
        problem = f"{len(found)} kickoffs are called so" if found else "no conversation of that id is kept"
        ids = ", ".join(found[:3] or latest["kickoff_id"]) or "none"
        raise ConfigError(f"cannot show kickoff {kickoff!r} of tenant {name!r}: {problem}; such as {ids}")
    rows = json_rows(frame, CrewMessage)
    if as_json:
        emit({"tenant": name, "kickoff": found[0], "rows": rows, "total": total})
        return DONE
    console.print(f"{rows[0]['crew']} about {rows[0]['subject']}, run {rows[0]['run_id']}", markup=False)
    for row in rows:
        _print_message(row)
    return DONE


@llm.command()
@tenant_option
@json_option
def clean(tenant: str, as_json: bool) -> int:
    """Delete what has been kept for as long as the policy's keep_days say; each discovery does so too."""
    from datetime import UTC, datetime

    from aidiscover_pipelines.governance.policy import read_policy
    from aidiscover_pipelines.governance.retention import clean_ledger

    name = tenant_id(tenant)
    store = open_portfolio(Settings.from_environment())
    deleted = clean_ledger(store, name, read_policy(store, name), datetime.now(UTC))
    if as_json:
        emit({"tenant": name, "deleted": deleted})
    else:
        told = ", ".join(f"{rows} of {kept}" for kept, rows in deleted.items())
        console.print(f"expired and deleted: {told}", markup=False)
    return DONE


def _list(
    tenant: str,
    rows_of: "type[Row]",
    own: dict[str, str],
    given: dict[str, Any],
    columns: tuple[str, ...],
    shown: Callable[[dict[str, Any]], dict[str, Any]],
) -> int:
    """Ask, and print as asked for."""
    from aidiscover_pipelines.governance.query import ask_ledger

    name = tenant_id(tenant)
    order = [part.strip() for part in given["sort"].split(",") if part.strip()]
    store = open_portfolio(Settings.from_environment())
    conditions = _conditions(rows_of, own, given)
    page = ask_ledger(store, name, rows_of, conditions, order=order, limit=given["limit"], number=given["page"])
    if given["as_json"]:
        emit({"tenant": name, **page.document()})
    elif given["as_csv"]:
        _write_csv(rows_of.columns(), page.rows)
    else:
        _print_page(name, page, columns, [shown(row) for row in page.rows])
    return DONE


def _conditions(rows_of: "type[Row]", own: dict[str, str], given: dict[str, Any]) -> "list[Condition]":
    from aidiscover_pipelines.governance.query import comparison, run_condition, since, until
    from aidiscover_pipelines.ports import Condition

    exact = {"crew": given["crew"], "task": given["task"], "status": given["status"]}
    exact |= {"application_id": given["application"]} | {
        column: own[column] for column in own if column != "model_served"
    }
    part = {"agent": given["agent"], "model_served": own.get("model_served", "")}
    conditions = [Condition(column, "=", value) for column, value in exact.items() if value]
    conditions += [Condition(column, "~", value) for column, value in part.items() if value]
    conditions += [run_condition(given["run"])] if given["run"] else []
    conditions += [since(given["since"])] if given["since"] else []
    conditions += [until(given["until"])] if given["until"] else []
    return conditions + [comparison(rows_of, text) for text in given["where"]]


def _call_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **_common(row),
        "model": row["model_served"].rpartition("/")[2] or f"{row['model_asked']} (asked)",
        "sent+got": f"{row['prompt_tokens']:,}+{row['completion_tokens']:,}",
        "USD": "unknown" if row["cost_usd"] is None else f"{row['cost_usd']:.4f}",
    }


def _tool_row(row: dict[str, Any]) -> dict[str, Any]:
    arguments = json.dumps(row["arguments"], ensure_ascii=True)
    return {
        **_common(row),
        "tool": _visible(row["tool"])[:SHORT_TEXT],
        "arguments": arguments if len(arguments) <= SHORT_TEXT else arguments[: SHORT_TEXT - 1] + "…",
        "chars": f"{row['result_chars']:,}",
    }


def _common(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": row["at"][5:19].replace("T", " "),
        "kickoff": row["kickoff_id"][:SHORT_ID] or "-",
        "crew": row["crew"] or "-",
        "task": row["task"] or "-",
        "ms": f"{row['latency_ms']:,.0f}",
        "status": row["error_class"] or row["status"],
    }


def _print_page(tenant: TenantId, page: "Page", columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    totals = page.totals
    if rows:
        same = [name for name in columns[1:] if len(rows) > 1 and len({row[name] for row in rows}) == 1]
        shown = [name for name in columns if name not in same]
        console.print(
            f"page {page.number} of {page.pages}, {counted(page.total, 'row')} of {tenant} in all", markup=False
        )
        if same:
            said = ", ".join(f"{name} {rows[0][name]}" for name in same)
            console.print(f"in every row: {said}", markup=False, highlight=False, soft_wrap=True)
        console.print(table("", shown, [[row[name] for name in shown] for row in rows]))
    else:
        none = f"no row on page {page.number}; the last is {page.pages}" if page.total else "no row matches"
        console.print(none, markup=False)
        return
    told = [f"{name} {value:,}" for name, value in totals.items() if isinstance(value, int | float)]
    told += [f"{status} {rows:,}" for status, rows in totals["statuses"].items()]
    told += [f"{kind} {rows:,}" for kind, rows in totals["failures"].items()]
    console.print(f"all that match: {', '.join(told)}", markup=False, highlight=False, soft_wrap=True)


def _print_message(row: dict[str, Any]) -> None:
    """One message: who says it, then what; nothing in it reaches the terminal as a control character."""
    who = f"{row['number']}. {row['role']}, {row['agent'] or 'no agent'}, {row['task'] or 'no task'}"
    console.print(f"\n{who}", markup=False, style="bold")
    if row["content"]:
        console.print(_visible(row["content"]), markup=False, highlight=False, soft_wrap=True)
    for call in row["artefact"].get("tool_calls", ()):
        function = call.get("function", {})
        asked = f"asks {function.get('name')} {function.get('arguments')}"
        console.print(_visible(asked), markup=False, highlight=False, soft_wrap=True)


def _visible(text: str) -> str:
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text)


def _write_csv(columns: list[str], rows: list[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_cell(row[name]) for name in columns] for row in rows])


def _cell(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(FORMULA) else text
