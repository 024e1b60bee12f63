"""What to ask next, and the questionnaire to ask it with."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from aidiscover_pipelines.cli.output import DONE, console, counted, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id

_SHOWN = 15

ask_option = click.option("--ask", default="", help="Only what one role is asked, such as 'business owner'.")


@click.group(invoke_without_command=True)
@click.option("--tenant", help="Registered tenant, see 'aidiscover tenant list'.")
@click.option("--top", type=click.IntRange(1), default=_SHOWN, show_default=True, help="Show so many questions.")
@ask_option
@json_option
@click.pass_context
def questions(context: click.Context, tenant: str | None, top: int, ask: str, as_json: bool) -> int:
    """List the questions whose answers would change most recommendations for the least work."""
    if context.invoked_subcommand is not None:
        return DONE
    if tenant is None:
        raise click.UsageError("Missing option '--tenant'.")
    name = tenant_id(tenant)
    document = _document(name, top, ask)
    if as_json:
        emit(document)
    else:
        _print(document)
    return DONE


@questions.command()
@tenant_option
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Workbook to write (.xlsx)."
)
@click.option("--top", type=click.IntRange(1), help="Only the so many most valuable answers.")
@click.option("--all", "everything", is_flag=True, help="Also what is unknown but would change no recommendation.")
@ask_option
@json_option
def export(tenant: str, out: Path, top: int | None, everything: bool, ask: str, as_json: bool) -> int:
    """Write a questionnaire to send out; what it asks counts as asked. Filled in, it is ingested like any file."""
    from aidiscover_pipelines.reporting.questionnaire import choose_questions, export_questionnaire

    if everything and top is not None:
        raise click.UsageError("Give '--top' or '--all', not both.")
    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    asked = choose_questions(store, name, top=top, everything=everything, ask=ask)
    written = export_questionnaire(store, name, out, asked, datetime.now(UTC))
    if as_json:
        emit({"tenant": name, **written})
        return DONE
    rows = [[sheet["ask"], sheet["applications"], sheet["questions"]] for sheet in written["sheets"]]
    console.print(table(f"Questionnaire {out.name}", ["asked of", "applications", "questions"], rows))
    console.print(f"written: {out}", markup=False, soft_wrap=True)
    console.print(f"when it is back: aidiscover ingest --tenant {name} {out}", markup=False, soft_wrap=True)
    return DONE


def _document(tenant: TenantId, top: int, ask: str) -> dict[str, Any]:
    """Groups by whom to ask for what, and the single questions, best first."""
    from aidiscover_pipelines.domain.tables import Application, OpenQuestion
    from aidiscover_pipelines.reporting.questions import in_order, question_groups

    store = open_portfolio(Settings.from_environment())
    store.tenant(tenant, "list open questions")
    found = in_order(store.read(tenant, OpenQuestion))
    found = found[found["ask"] == ask] if ask else found
    applications = store.read(tenant, Application, columns=["application_id", "name"])
    names = applications.set_index("application_id")["name"]
    shown = found.head(top)
    return {
        "tenant": tenant,
        "questions": len(found),
        "applications": int(found["application_id"].nunique()),
        "minutes": round(float(found["minutes"].sum()), 1),
        "groups": question_groups(found, names),
        "next": [
            {**row, "name": str(names.get(row["application_id"], row["application_id"]))}
            for row in shown.to_dict("records")
        ],
    }


def _print(document: dict[str, Any]) -> None:
    tenant = document["tenant"]
    if not document["questions"]:
        console.print("no open question could change a recommendation", markup=False)
        console.print(
            f"ask for what is unknown all the same: aidiscover questions export --tenant {tenant} --all --out F"
        )
        return
    groups = [
        [group["ask"], group["label"], group["applications"], group["change"], group["minutes"], group["method"]]
        for group in document["groups"]
    ]
    columns = ["ask the", "for", "applications", "changes expected", "minutes", "cheapest way"]
    console.print(table(f"{counted(document['questions'], 'question')} that could change the plan", columns, groups))
    rows = [
        [row["name"], row["ask"], row["question"], row["change"], row["minutes"], _outcomes(row["would_become"])]
        for row in document["next"]
    ]
    columns = ["application", "ask the", "question", "probability", "minutes", "an answer could make it"]
    console.print(table("Worth most for an hour of work", columns, rows))
    console.print(
        f"ask them: aidiscover questions export --tenant {tenant} --out questions.xlsx", markup=False, soft_wrap=True
    )


def _outcomes(outcomes: dict[str, str]) -> str:
    return "; ".join(f"{answer}: {strategy}" for answer, strategy in outcomes.items())
