"""`aidiscover bench`: generated portfolios from upload to report, stage by stage, beside the physical floor.

Everything runs on data directories and embedded databases of its own, gone afterwards. `make performance` measures what
docs/performance.md says.
"""

import json
import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import linear_regression
from typing import Any

import click

from aidiscover_pipelines.cli.bench_clock import cpu, load, machine
from aidiscover_pipelines.cli.bench_promised import TARGETS, promised
from aidiscover_pipelines.cli.bench_run import Run, measured
from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, messages, table
from aidiscover_pipelines.cli.runs import open_portfolio, own_home
from aidiscover_pipelines.domain.tenancy import Tenant, tenant_id

SHARE_CHANGED = 0.01
ROWS_PER_APPLICATION = 4
PROFILED = 10_000  # applications at most: py-spy keeps every stack it saw
_TENANT = Tenant(tenant_id("bench"), "Generated portfolio")


class _Sizes(click.ParamType["tuple[int, ...]"]):
    name = "N,N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        try:
            sizes = tuple(sorted({int(part) for part in str(value).split(",")}))
        except ValueError:
            self.fail(f"{value!r} is no list of numbers; write for example 1000,10000", param, ctx)
        if sizes[0] < 1:
            self.fail("a portfolio has at least one application", param, ctx)
        return sizes


@click.command()
@click.option("--sizes", type=_Sizes(), default="300,1000", show_default=True, help="Applications of each portfolio.")
@click.option("--incremental/--no-incremental", default=True, help="Run again after 1 % of a file's rows changed.")
@click.option("--rows", default=0, help="Rows of servers, measured as far as the inventory only.")
@click.option("--promised", "with_promised", is_flag=True, help="Demo, re-run of one application, crews as well.")
@click.option("--flame", type=click.Path(path_type=Path), help="Profile one more run: .svg, or .json of speedscope.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the JSON document here.")
@click.option(
    "--chart", "chart_file", type=click.Path(path_type=Path), help="Draw the growth and the stages here (SVG)."
)
@json_option
def bench(
    sizes: tuple[int, ...],
    incremental: bool,
    rows: int,
    with_promised: bool,
    flame: Path | None,
    output: Path | None,
    chart_file: Path | None,
    as_json: bool,
) -> int:
    """Measure on data directories of its own, removed afterwards; as it stands it takes a minute or two."""
    document: dict[str, Any] = {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), "load": [load()]}
    document["sizes"] = []
    for count in sizes:
        document["sizes"].append(size_measured(count, incremental=incremental))
        _write(document, output)
    if len(sizes) > 1:
        document["exponent"] = growth(document["sizes"])
    if rows:
        document["rows"] = size_measured(rows // ROWS_PER_APPLICATION, incremental=False, to_inventory=True)
    if with_promised:
        with own_home() as settings:
            document |= {"promised": promised(settings), "targets": TARGETS}
    if flame:
        profiled = min(sizes[-1], PROFILED)
        size_measured(profiled, incremental=False, flame=flame)
        document["flame"] = {"file": flame.name, "applications": profiled}
    document["load"].append(load())
    _write(document, output)
    if chart_file:
        from aidiscover_pipelines.cli.bench_chart import chart

        chart_file.write_bytes(chart(document))
    if as_json:
        emit(document)
    else:
        _show(document)
    return DONE


def _write(document: Mapping[str, Any], output: Path | None) -> None:
    """Write what is measured by now: a larger portfolio may need more than the machine has."""
    if output:
        output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def size_measured(
    applications: int, *, incremental: bool, to_inventory: bool = False, flame: Path | None = None
) -> dict[str, Any]:
    """One portfolio on a database of its own: what was written, the run, the run after a change, and the floor."""
    from aidiscover_pipelines.cli.bench_floor import floor
    from aidiscover_pipelines.demo.generate import CHANGED, write_next_edition, write_portfolio

    messages.print(f"{applications:,} applications" + (", servers as far as the inventory" if to_inventory else ""))
    with own_home() as settings, tempfile.TemporaryDirectory(prefix="aid-") as written:
        folders = [Path(written) / "first", Path(written) / "next"]
        truth = write_portfolio(folders[0], applications, servers_only=to_inventory)
        if incremental:
            folders[1].mkdir()
            write_next_edition(folders[0] / CHANGED, folders[1], SHARE_CHANGED)
        store = open_portfolio(settings)
        store.add_tenant(_TENANT)
        runs = measured(settings, _TENANT.id, folders[: 1 + incremental], to_inventory=to_inventory, flame=flame)
        below = floor(settings, truth.paths, runs[0]["bytes_reported"])
    lowest = below["all"]
    return {
        "applications": applications,
        "servers": truth.servers,
        "server_rows": truth.server_rows,
        "dependencies": truth.dependencies,
        "full": runs[0],
        "floor": below,
        "times_floor": {"wall": _ratio(runs[0]["wall"], lowest["wall"]), "cpu": _ratio(cpu(runs[0]), cpu(lowest))},
        **({"incremental": runs[1], "share_of_full": _shares(runs)} if incremental else {}),
    }


def growth(sizes: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Exponents of seconds over applications: the slope of the line of least squares through their logarithms."""
    at = [math.log(size["applications"]) for size in sizes]

    def slope(of: Callable[[Run], float]) -> float:
        return round(linear_regression(at, [math.log(of(size["full"])) for size in sizes]).slope, 3)

    return {"wall": slope(lambda run: run["wall"]), "cpu": slope(cpu)}


def _ratio(one: float, other: float) -> float:
    return round(one / other, 1) if other else math.inf


def _shares(runs: Sequence[Run]) -> dict[str, float]:
    full, again = runs
    return {"wall": round(again["wall"] / full["wall"], 3), "cpu": round(cpu(again) / cpu(full), 3)}


def _show(document: Mapping[str, Any]) -> None:
    sizes = list(document["sizes"])
    columns = ["applications", "files to report, s", "CPU s", "of it database", "rows/s", "peak MiB", "kickoffs",
               "x floor", "1 % changed, s", "servers found / there"]  # fmt: skip
    console.print(table(f"{document['machine']}, load {document['load']}", columns, [_line(size) for size in sizes]))
    largest = sizes[-1]["full"]
    stages = [
        [stage["stage"], stage["wall"], stage["worker"], stage["database"], f"{cpu(stage) / cpu(largest):.0%}"]
        for stage in largest["stages"]
    ]
    title = f"Stages of {sizes[-1]['applications']:,} applications"
    console.print(table(title, ["stage", "s", "worker CPU s", "database CPU s", "share of CPU"], stages))
    if "exponent" in document:
        console.print(f"growth exponent: {document['exponent']['wall']} wall, {document['exponent']['cpu']} CPU")
    if "rows" in document:
        rows = document["rows"]
        console.print(f"{rows['server_rows']:,} rows of servers to the inventory: {rows['full']['wall']:.1f} s wall, "
                      f"{cpu(rows['full']):.1f} s CPU, {rows['full']['peak_mib']:,} MiB, "
                      f"{rows['full']['found']['assets']:,} of {rows['servers']:,} servers")  # fmt: skip
    if "promised" in document:
        lines = [[name, value, TARGETS.get(name, "")] for name, value in document["promised"].items()]
        console.print(table("Promised", ["figure", "value", "target"], lines))


def _line(size: Mapping[str, Any]) -> list[Any]:
    run = size["full"]
    again = size.get("incremental")
    changed = f"{again['wall']:.1f} ({size['share_of_full']['wall']:.0%})" if again else ""
    return [
        f"{size['applications']:,}",
        run["wall"],
        cpu(run),
        run["database"],
        run["rows_per_second"],
        run["peak_mib"],
        run["kickoffs"],
        size["times_floor"]["wall"],
        changed,
        f"{run['found']['assets']:,} / {size['servers']:,}",
    ]
