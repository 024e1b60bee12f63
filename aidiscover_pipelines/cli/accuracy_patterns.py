"""The part of docs/accuracy.md about patterns: planted archetypes found, planted anomalies told."""

from collections.abc import Sequence
from typing import Any

from aidiscover_pipelines.cli.evaluate_patterns import SEEDS, SIZES, measured
from aidiscover_pipelines.demo.archetypes import Faults


def measured_patterns() -> list[dict[str, Any]]:
    """`evaluate patterns` with its own sizes and seeds; about two minutes."""
    return [measured(size, seed, Faults()) for size in SIZES for seed in SEEDS]


def patterns_section(runs: Sequence[dict[str, Any]]) -> list[str]:
    """Lines of markdown."""
    indices = [run["adjusted_rand_index"] for run in runs]
    shares = Faults()
    return [
        "## Patterns",
        "",
        "`aidiscover evaluate patterns`: portfolios of 7 to 12 planted archetypes of unequal size "
        f"(`demo/archetypes.py`), {shares.missing:.0%} of the cells empty, {shares.foreign:.0%} another application's, "
        f"{shares.unrecorded:.0%} of the applications without a server, {shares.anomalies:.0%} made of two archetypes "
        "or contradicting themselves; read, mapped and resolved like an upload. Constants were set on seeds 101 to "
        "106, never on these. Goal: adjusted Rand index >= 0.85; here "
        f"{sum(indices) / len(indices):.3f} in the mean and {min(indices):.3f} at least.",
        "",
        "| applications | seed | archetypes | patterns | adjusted Rand index | anomalies: precision | recall | "
        "isolation forest: precision | recall |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {run['applications']:,} | {run['seed']} | {run['kinds']} | {run['clusters']} | "
            f"{run['adjusted_rand_index']:.3f} | {run['anomalies']['precision']:.2f} | "
            f"{run['anomalies']['recall']:.2f} | {run['isolation_forest']['precision']:.2f} | "
            f"{run['isolation_forest']['recall']:.2f} |"
            for run in runs
        ),
        "",
    ]
