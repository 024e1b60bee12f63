"""The parts of docs/accuracy.md about the inventory: records brought together, and technologies named."""

from collections.abc import Sequence
from typing import Any

from aidiscover_pipelines.cli.evaluate_resolution import resolution_document
from aidiscover_pipelines.demo.noisy_estate import noisy_estate

# Seeds 1 to 3 are those that weights were set on.
RUNS = ((10_000, 11), (10_000, 12), (10_000, 13), (100_000, 11), (100_000, 12))
_SPLITS = (("by_text", "equal texts in one fold"), ("by_mention", "each mention alone"))


def measured_resolution() -> list[dict[str, Any]]:
    """`evaluate resolution --records N --seed S` for each of RUNS."""
    return [
        {"records": count, "seed": seed, **resolution_document(noisy_estate(count, seed), "generated")}
        for count, seed in RUNS
    ]


def resolution_section(runs: Sequence[dict[str, Any]]) -> list[str]:
    """Lines of markdown."""
    return [
        "## Entity resolution",
        "",
        "`aidiscover evaluate resolution --records N --seed S`: an estate of three sources with typos, case, domains, "
        "new addresses, cloned UUIDs, placeholder serials, renamed hosts and swapped byte order "
        "(`demo/noisy_estate.py`), read, mapped and resolved like an upload. Weights were set on seeds 1 to 3. "
        "Pairs; goals: F1 >= 0.997, precision >= 0.998, 100,000 records in less than 5 s.",
        "",
        "| records | seed | precision | recall | F1 | seconds of resolution |",
        "|---|---|---|---|---|---|",
        *(
            f"| {run['rows']:,} | {run['seed']} | {run['precision']:.5f} | {run['recall']:.5f} | {run['f1']:.5f} | "
            f"{run['seconds']:.2f} |"
            for run in runs
        ),
        "",
    ]


def technology_section(measured: dict[str, Any]) -> list[str]:
    """Lines of markdown, from technology.evaluate.cross_validate."""
    folds = [measured[split] for split, _ in _SPLITS]
    figures = (
        ("top-1 (null counts as wrong)", "top_1", ">= 0.85"),
        ("top-1 where another fold taught the label", "top_1_where_taught", ""),
        ("named", "coverage", ""),
        ("right among the named", "precision", ""),
        ("calibration error", "calibration_error", ""),
    )
    held_back, forgotten = measured["labels_held_back"], measured["labels_and_products_held_back"]
    return [
        "## Technology names",
        "",
        f"`aidiscover evaluate technology --train train.json --folds {measured['folds']}` on "
        f"{measured['training_mentions']:,} mentions of {measured['labels']} labels of esAppMod; what else was tried "
        "stands in [technology.md](technology.md).",
        "",
        f"| figure | goal | {' | '.join(title for _, title in _SPLITS)} |",
        "|---|---|---|---|",
        *(f"| {title} | {goal} | {folds[0][name]:.3f} | {folds[1][name]:.3f} |" for title, name, goal in figures),
        "",
        "| text that no label stands for | goal | false names |",
        "|---|---|---|",
        f"| {measured['everyday_texts']} everyday words, hosts, people, departments | <= 0.10 | "
        f"{measured['everyday_false_names']:.3f} |",
        f"| mentions of labels held back entirely | <= 0.10 | {held_back['false_names']:.3f} |",
        f"| the same, their products taken out of the catalogue too |  | {forgotten['false_names']:.3f} |",
        "",
    ]
