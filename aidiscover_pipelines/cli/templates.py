"""Sharing what was learned: an opt-in file of headers and fields, between tenants."""

from datetime import UTC, datetime
from pathlib import Path

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id


@click.group()
def templates() -> None:
    """Share learned headers between tenants, as a file."""


@templates.command(name="export")
@tenant_option
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="YAML file to write.")
@json_option
def export_learned(tenant: str, output: Path, as_json: bool) -> int:
    """Write what was learned: headers, fields, units; no values, files, people or tenants."""
    from aidiscover_pipelines.domain.tables import MappingCorrection
    from aidiscover_pipelines.mapping.exchange import export_templates

    store, name = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    registered = store.tenant(name, "export templates")
    text, columns, left_out = export_templates(registered, store.read(name, MappingCorrection))
    output.write_text(text, encoding="utf-8")
    if as_json:
        emit({"tenant": name, "output": str(output), "columns": columns, "left_out": left_out})
    else:
        note = f"; {left_out} that name the tenant were left out" if left_out else ""
        console.print(f"{columns} columns written to {output}{note}", markup=False, soft_wrap=True)
    return DONE


@templates.command(name="import")
@tenant_option
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def import_learned(tenant: str, file: Path, as_json: bool) -> int:
    """Learn from an exported file; a tenant's own corrections stay as they are."""
    from aidiscover_pipelines.domain.tables import MappingCorrection
    from aidiscover_pipelines.domain.tenancy import RunRef
    from aidiscover_pipelines.mapping.exchange import import_templates

    store, name = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    rows, kept = import_templates(file, store.read(name, MappingCorrection), datetime.now(UTC))
    store.upsert(name, RunRef("corrections"), {MappingCorrection: rows})
    if as_json:
        emit({"tenant": name, "imported": len(rows), "kept": kept})
    else:
        console.print(f"{len(rows)} columns learned, {kept} left as they are", markup=False)
        console.print(f"next: aidiscover discover --tenant {name}", markup=False)
    return DONE
