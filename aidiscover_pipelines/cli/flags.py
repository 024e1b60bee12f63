"""The command that shows values and records that cannot be right as they stand, each with its cells."""

from itertools import chain
from typing import Any

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

_ROWS_SHOWN, _CELLS_SHOWN = 50, 2
_COLUMNS = ["problem", "entity_id", "field", "value", "what", "evidence"]


@click.command()
@tenant_option
@click.option("--problem", default="", help="Only this problem, such as 'contradictory keys'.")
@click.option("--entity", "entity_id", default="", help="Only about this asset, application or edge.")
@json_option
def flags(tenant: str, problem: str, entity_id: str, as_json: bool) -> int:
    """List what cannot be right in the inventory: impossible values, contradictory keys, unknown ends, cycles."""
    from aidiscover_pipelines.domain.tables import DataFlag
    from aidiscover_pipelines.reporting.evidence import resolve_evidence

    name = tenant_id(tenant)
    store = open_portfolio(Settings.from_environment())
    store.tenant(name, "list what cannot be right")
    asked: dict[str, Any] = {"problem": problem, "entity_id": entity_id}
    rows = store.read(name, DataFlag, **{column: value for column, value in asked.items() if value})
    counts = {str(key): int(count) for key, count in rows["problem"].value_counts().items()}
    if as_json:
        emit({"tenant": name, "problems": counts, "flags": rows.to_dict("records")})
        return DONE
    if rows.empty:
        console.print("nothing is flagged", markup=False)
        return DONE
    console.print(table(f"{len(rows)} flags", ["problem", "flags"], [[key, count] for key, count in counts.items()]))
    cited = [cells[:_CELLS_SHOWN] for cells in rows["evidence"].head(_ROWS_SHOWN)]
    texts = resolve_evidence(store, name, chain.from_iterable(cited))["text"]
    shown = rows.head(_ROWS_SHOWN).assign(evidence=["\n".join(texts[cell] for cell in cells) for cells in cited])
    console.print(table("What and where", _COLUMNS, shown[_COLUMNS].to_numpy().tolist()))
    if len(rows) > _ROWS_SHOWN:
        console.print(f"... and {len(rows) - _ROWS_SHOWN} more; --problem narrows, --json lists all", markup=False)
    return DONE
