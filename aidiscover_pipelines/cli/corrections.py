"""Teaching the mapper: correct a header, see and remove what was taught."""

import getpass
from typing import Any

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id


def this_person() -> str:
    """The login that a correction is signed with; a container may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


by_option = click.option("--by", default=this_person, help="Who says so; the login when left out.")


@click.command()
@tenant_option
@click.option("--header", required=True, help="Header as the file has it.")
@click.option("--field", required=True, help="Canonical field, or ignore.")
@click.option("--source", default="", help="File name or pattern that it holds for, such as 'rvtools*'; all files.")
@click.option("--sheet", default="", help="Sheet name or pattern that it holds for; all sheets.")
@click.option("--unit", default=None, help="Unit of the column's numbers, such as MiB.")
@click.option("--statistic", default=None, help="avg, max, p95 ... where the column is a measurement.")
@by_option
@json_option
def correct(
    tenant: str,
    header: str,
    field: str,
    source: str,
    sheet: str,
    unit: str | None,
    statistic: str | None,
    by: str,
    as_json: bool,
) -> int:
    """Say what a header means for a tenant; the next discovery uses it."""
    from aidiscover_pipelines.mapping.answers import Answer
    from aidiscover_pipelines.mapping.learning import correct as store_correction

    name = tenant_id(tenant)
    answer = Answer(header, field, source, sheet, unit, statistic)
    document = store_correction(open_portfolio(Settings.from_environment()), name, answer, by)
    if as_json:
        emit({"tenant": name, **document})
        return DONE
    console.print(_sentence(document), markup=False, soft_wrap=True)
    if document["narrower"]:
        console.print(
            f"still otherwise for one source or sheet: {', '.join(document['narrower'])}; "
            f"'aidiscover corrections remove --tenant {name} --id ID' ends that",
            markup=False,
            soft_wrap=True,
        )
    console.print(f"next: aidiscover discover --tenant {name}", markup=False)
    return DONE


def _sentence(document: dict[str, Any]) -> str:
    taught, columns = document["correction"], document["columns"]
    where = ", ".join(sorted({f"{column['file']} / {column['sheet']}" for column in columns}))
    known = f"{len(columns)} mapped columns have it ({where})" if columns else "no mapped column has it yet"
    return f"correction {taught['correction_id']}: {taught['header']!r} is {taught['field']}; {known}"


@click.group()
def corrections() -> None:
    """See and remove what a tenant's people taught the mapper."""


@corrections.command(name="list")
@tenant_option
@json_option
def list_all(tenant: str, as_json: bool) -> int:
    """List corrections, the latest first, with how far each source and field is trusted."""
    from aidiscover_pipelines.mapping.learning import list_corrections, trust

    store, name = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    listed, trusted = list_corrections(store, name), trust(store, name)
    if as_json:
        emit({"tenant": name, "corrections": listed, "trust": trusted})
        return DONE
    columns = ["correction_id", "header", "field", "source", "sheet", "proposed", "by", "at"]
    rows = [
        [
            *(row[column] for column in columns[:-1]),
            f"{row['at']:%Y-%m-%d %H:%M}",
            "superseded" if row["superseded"] else "",
        ]
        for row in listed
    ]
    titles = ["id", "header", "field", "source", "sheet", "mapper said", "by", "at", ""]
    console.print(table(f"Corrections of {name}", titles, rows))
    upheld = [[row["kind"], row["name"], f"{row['upheld']} of {row['answers']}", row["posterior"]] for row in trusted]
    if upheld:
        console.print(table("How often the mapper was upheld", ["of", "name", "upheld", "trust"], upheld))
    return DONE


@corrections.command()
@tenant_option
@click.option("--id", "ids", multiple=True, required=True, help="Correction id, as listed; may be given again.")
@json_option
def remove(tenant: str, ids: tuple[str, ...], as_json: bool) -> int:
    """Remove corrections; what they superseded holds again."""
    from aidiscover_pipelines.mapping.learning import remove_corrections

    name = tenant_id(tenant)
    remove_corrections(open_portfolio(Settings.from_environment()), name, ids)
    if as_json:
        emit({"tenant": name, "removed": list(ids)})
    else:
        console.print(f"removed {', '.join(ids)}; next: aidiscover discover --tenant {name}", markup=False)
    return DONE
