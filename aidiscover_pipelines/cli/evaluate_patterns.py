"""`evaluate patterns`: portfolios with planted archetypes through the same stages as an upload."""

import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, item_progress, json_option, table

if TYPE_CHECKING:
    from aidiscover_pipelines.demo.archetypes import Faults

SIZES = (300, 1_000, 10_000)
SEEDS = (1, 2, 3)
"""Seeds that are reported. Those from 101 on are for setting constants of the pattern room, never these."""


@click.command()
@click.option(
    "--applications", "sizes", type=click.IntRange(10), multiple=True, default=SIZES, show_default=True,
    help="Size of a portfolio; may be given again.",
)  # fmt: skip
@click.option("--seed", "seeds", type=int, multiple=True, default=SEEDS, show_default=True, help="May be given again.")
@click.option("--missing", type=click.FloatRange(0, 0.9), default=0.25, show_default=True, help="Share of empty cells.")
@json_option
def patterns(sizes: tuple[int, ...], seeds: tuple[int, ...], missing: float, as_json: bool) -> int:
    """Patterns on portfolios with planted archetypes and anomalies; about 35 s for 10,000 applications."""
    from aidiscover_pipelines.demo.archetypes import Faults

    faults = Faults(missing=missing)
    with item_progress(len(sizes) * len(seeds)) as named:
        runs = []
        for size in sizes:
            for seed in seeds:
                named(f"{size:,} applications, seed {seed}")
                runs.append(measured(size, seed, faults))
    indices = [run["adjusted_rand_index"] for run in runs]
    document = {
        "missing": missing,
        "adjusted_rand_index": {"mean": round(sum(indices) / len(indices), 4), "least": min(indices)},
        "runs": runs,
    }
    if as_json:
        emit(document)
    else:
        columns = ["applications", "seed", "kinds", "clusters", "adjusted Rand index", "anomalies: precision", "recall"]
        rows = [
            [
                *(run[name] for name in ("applications", "seed", "kinds", "clusters", "adjusted_rand_index")),
                *(run["anomalies"][name] for name in ("precision", "recall")),
            ]
            for run in runs
        ]
        console.print(table("Patterns", columns, rows))
    return DONE


def measured(applications: int, seed: int, faults: "Faults") -> dict[str, Any]:
    """Figures of one portfolio, and the processor seconds of the pattern stage."""
    from aidiscover_pipelines.cli.scratch import RUN, SCRATCH, validated_file
    from aidiscover_pipelines.demo.archetypes import planted_portfolio
    from aidiscover_pipelines.patterns.evaluate import measure_patterns
    from aidiscover_pipelines.patterns.stage import find_patterns

    planted = planted_portfolio(applications, seed, faults)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "portfolio.zip"
        planted.write(path)
        store = validated_file(path, datetime.now(UTC).date())
    began = time.process_time()
    find_patterns(store, SCRATCH.id, RUN)
    seconds = time.process_time() - began
    return {
        "seed": seed,
        **measure_patterns(partial(store.read, SCRATCH.id), planted.truth),
        "cpu_seconds": round(seconds, 2),
    }
