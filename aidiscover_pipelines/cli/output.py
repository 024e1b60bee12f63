"""How commands speak: one JSON document for scripts, a table for people, one clear line for what is wrong.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with something quarantined or for review.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

DONE, FAILED, WRONG_USAGE, NEEDS_REVIEW = 0, 1, 2, 3

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")

# People read stderr for progress and stdout for results, so that results can be piped.
# Without a terminal there is no width to ask for; 140 columns keep tables in one piece.
console = Console(width=None if sys.stdout.isatty() else 140)
messages = Console(stderr=True)


def emit(document: Mapping[str, Any]) -> None:
    """Write the one JSON document of a command."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n")


def counted(number: int, what: str) -> str:
    """1 run, 2,000 runs."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def table(title: str, columns: list[str], rows: list[list[Any]]) -> Table:
    """A table whose cells are data: no markup in them is interpreted."""
    drawn = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(_plain(value) for value in row))
    return drawn


def _plain(value: Any) -> str:
    text = f"{value:.2f}" if isinstance(value, float) else "" if value is None else str(value)
    return text.replace("[", "\\[")


class _StageBar(logging.Handler):
    """Moves the bar when ops say that they started or finished a stage, and names kickoffs where a crew is at work."""

    def __init__(self, progress: Progress, total: int) -> None:
        super().__init__()
        self._progress = progress
        self._task = progress.add_task("starting", total=total)

    def emit(self, record: logging.LogRecord) -> None:
        step = str(getattr(record, "step", "")).replace("_", " ")
        if record.getMessage() in {"started", "at"}:
            self._progress.update(self._task, description=step)
        elif record.getMessage() == "finished":
            self._progress.advance(self._task)


@contextmanager
def stage_progress(total: int) -> Iterator[None]:
    """A progress bar on a terminal; silence elsewhere."""
    if not messages.is_terminal:
        yield
        return
    logger = logging.getLogger("aidiscover.progress")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    # Dagster sends the process's stderr to the run's log while a step runs; a copy of the terminal stays with the bar.
    with (
        os.fdopen(os.dup(sys.stderr.fileno()), "w") as terminal,
        Progress(*columns, console=Console(file=terminal), transient=True, redirect_stderr=False) as progress,
    ):
        bar = _StageBar(progress, total)
        logger.addHandler(bar)
        try:
            yield
        finally:
            logger.removeHandler(bar)


@contextmanager
def item_progress(total: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal that moves each time the next item is named; silence elsewhere."""
    if not messages.is_terminal:
        yield lambda item: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=messages, transient=True) as progress:
        task = progress.add_task("starting", total=total)

        def name(item: str) -> None:
            progress.update(task, description=item, advance=1)

        yield name
