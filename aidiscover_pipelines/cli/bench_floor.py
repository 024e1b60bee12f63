"""The floor under a run: its files read, parsed and copied to PostgreSQL as they are, its report written. No thought.

Nothing that computes a plan from these files on this machine can be faster; the ratio of a run to it says how far from
that the run is, whatever the machine and, mostly, its load.
"""

import os
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv
from python_calamine import CalamineWorkbook

from aidiscover_pipelines.cli.bench_clock import Clock, clock, postmaster_of
from aidiscover_pipelines.domain.settings import Settings
from resources.postgres import connect

_ROUNDS, _LEAST_S, _MOST_ROUNDS = 3, 0.5, 30
_COPIED = 4 * 1024 * 1024  # bytes handed to COPY at a time

Seconds = dict[str, float]


def floor(settings: Settings, paths: list[Path], report_bytes: int) -> dict[str, Seconds]:
    """Wall, worker and database seconds of each of the four steps and of all.

    A step is repeated until half a second has passed, three times at least, since small ones are over in milliseconds.
    """
    report = os.urandom(report_bytes)
    postmaster = postmaster_of(settings)
    with psycopg.connect(connect(settings).owner.replace("+psycopg", ""), autocommit=True) as connection:
        steps: dict[str, Callable[[], object]] = {
            "read": lambda: [path.read_bytes() for path in paths],
            "parse": lambda: [_parsed(path) for path in paths],
            "copy": lambda: [_copied(connection, path) for path in paths if path.suffix == ".csv"],
            "write report": lambda: _written(settings.home / "floor", report),
        }
        found = {name: _best(step, postmaster) for name, step in steps.items()}
        tables = [(path, _workbook(path)) for path in paths if path.suffix == ".xlsx"]
        copied = _best(lambda: [_copied(connection, path, table) for path, table in tables], postmaster)
        connection.execute("DROP TABLE IF EXISTS bench_floor")
    found["copy"] = {part: round(found["copy"][part] + copied[part], 4) for part in copied}
    found["all"] = {part: round(sum(step[part] for step in found.values()), 4) for part in copied}
    return found


def _best(step: Callable[[], object], postmaster: int) -> Seconds:
    """The shortest wall time of a round, and the mean of CPU, whose clock of the database is too coarse for one.

    A first round is not counted: it loads code and makes the database's plans.
    """
    step()
    seen: list[Clock] = [clock(postmaster)]
    began = time.perf_counter()
    while len(seen) <= _ROUNDS or (time.perf_counter() - began < _LEAST_S and len(seen) <= _MOST_ROUNDS):
        step()
        seen.append(clock(postmaster))
    rounds = len(seen) - 1
    return {
        "wall": round(min(now.wall - before.wall for before, now in pairwise(seen)), 4),
        "worker": round((seen[-1].worker - seen[0].worker) / rounds, 4),
        "database": round((seen[-1].database - seen[0].database) / rounds, 4),
    }


def _parsed(path: Path) -> pa.Table:
    if path.suffix == ".xlsx":
        return _workbook(path)
    options = pa.csv.ParseOptions(delimiter=_delimiter(path), newlines_in_values=True)
    return pa.csv.read_csv(path, parse_options=options)


def _workbook(path: Path) -> pa.Table:
    """All cells of the first sheet as texts; Arrow reads no workbooks, so calamine does."""
    header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    columns = zip(*rows, strict=True)
    return pa.table({str(name): [str(cell) for cell in column] for name, column in zip(header, columns, strict=True)})


def _copied(connection: psycopg.Connection[tuple[object, ...]], path: Path, table: pa.Table | None = None) -> Path:
    """The path, whose rows, or whose sheet's, stand in a table of their own now."""
    delimiter = "," if table is not None else _delimiter(path)
    with path.open("rb") as file:
        count = len(table.column_names) if table is not None else file.readline().count(delimiter.encode()) + 1
    columns = ", ".join(f"c{number} text" for number in range(count))
    connection.execute("DROP TABLE IF EXISTS bench_floor")
    connection.execute(f"CREATE TABLE bench_floor ({columns})")
    statement = f"COPY bench_floor FROM STDIN (FORMAT csv, HEADER, DELIMITER '{delimiter}')"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for part in _bytes(path) if table is None else _as_csv(table):
            copy.write(part)
    return path


def _bytes(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_COPIED):
            yield part


def _as_csv(table: pa.Table) -> Iterator[bytes]:
    buffer = BytesIO()
    pa.csv.write_csv(table, buffer)
    yield buffer.getvalue()


def _written(path: Path, report: bytes) -> None:
    with path.open("wb") as file:
        file.write(report)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _delimiter(path: Path) -> str:
    with path.open("rb") as file:
        header = file.readline()
    return ";" if header.count(b";") > header.count(b",") else ","
