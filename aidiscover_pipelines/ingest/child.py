"""Parses one file in a child process that can be lost: native readers abort on hostile files.

The child has bounded memory and time and none of the parent's settings. It answers in JSON lines on standard output:
a sheet's frame, then its rows in chunks; or one fault.
"""

import gc
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import IO, Any

from aidiscover_pipelines.domain.errors import (
    EmptyFile,
    InputError,
    Location,
    MissingFile,
    UnreadableFile,
    UnsupportedFormat,
)
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.formats import Format, detect_format
from aidiscover_pipelines.ingest.sheet import SheetRows

CHUNK_ROWS = 20_000
_PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")  # what Python needs to start, and no secret

_FAULTS: dict[str, type[InputError]] = {
    kind.__name__: kind for kind in (MissingFile, EmptyFile, UnsupportedFormat, UnreadableFile)
}
_SPLIT = "split the file, or delete empty rows and columns far from the table"


def read_sheets(path: Path, name: str) -> list[SheetRows]:
    """Every sheet of a file in a supported format; `name` is what messages and single-table sheets call it.

    Raises: MissingFile, EmptyFile (no bytes, or no data row in any sheet), UnsupportedFormat, UnreadableFile.
    """
    found = detect_format(path, name)
    size = path.stat().st_size
    if size > limits.FILE_BYTES:
        problem = f"it has {size // limits.MIB} MiB, more than {limits.FILE_BYTES // limits.MIB}"
        raise UnreadableFile(name, problem, "split it into several files")
    sheets = [_named(sheet, name) for sheet in parse(found, path, name)]
    if not any(sheet.rows for sheet in sheets):
        reasons = Counter(reason for sheet in sheets for _, _, reason in sheet.rejected)
        why = "".join(f" ({reason})" for reason, _ in reasons.most_common(1))
        raise EmptyFile(name, f"no data rows were found under a header{why}", "check the export and upload it again")
    return sheets


def parse(found: Format, path: Path, name: str, wall_s: float = limits.WALL_SECONDS) -> list[SheetRows]:
    """Run the format's reader in a child and take over its answer. Raises: InputError."""
    command = [sys.executable, "-P", "-m", __spec__.name if __spec__ else __name__, found.reader, str(path)]
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ} | {"PYTHONUTF8": "1"}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        try:
            ended = subprocess.run(  # noqa: S603  (our own module; the path is one argument, never a shell word)
                command,
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env=environment,
                timeout=wall_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UnreadableFile(name, f"reading took longer than {wall_s:g} seconds", _SPLIT) from None
        if ended.returncode:
            raise UnreadableFile(name, _death(ended.returncode), _SPLIT)
        answer.seek(0)
        return _sheets_from(answer, name)


def _death(returncode: int) -> str:
    if -returncode in (signal.SIGXCPU, signal.SIGKILL):
        return f"reading it took more than {limits.CPU_SECONDS} seconds of computing or too much memory"
    if returncode < 0:
        return f"reading it needs more than {limits.MEMORY_BYTES // limits.MIB} MiB of memory, or the file is damaged"
    return "its reader stopped unexpectedly: it needs too much memory, or the file is damaged"


def _sheets_from(answer: Iterable[str], name: str) -> list[SheetRows]:
    sheets: list[SheetRows] = []
    for line in answer:
        message = json.loads(line)
        if "fault" in message:
            raise _FAULTS[message["fault"]](name, message["problem"], message["remedy"], Location(*message["location"]))
        if "numbers" in message:
            sheets[-1].rows.extend(zip(message["numbers"], message["cells"], strict=True))
        else:
            rejected = [(row, cells, reason) for row, cells, reason in message.pop("rejected")]
            sheets.append(SheetRows(**message, rejected=rejected))
    return sheets


def _named(sheet: SheetRows, name: str) -> SheetRows:
    if sheet.sheet:
        return sheet
    return SheetRows(sheet.sheet_index, name, sheet.header_row, sheet.headers, sheet.rows, sheet.rejected)


def write_answer(reader: str, path: Path, out: IO[str]) -> None:
    """The child's work: read one file and write the answer. A reader's fault of any kind is an answer too."""
    try:
        module, _, function = reader.partition(":")
        read: Callable[[Path], list[SheetRows]] = getattr(importlib.import_module(module), function)
        sheets = read(path)
    except InputError as error:
        _write_fault(out, type(error).__name__, error.problem, error.remedy, error.location)
    except MemoryError:
        _write_fault(out, "UnreadableFile", _death(-signal.SIGABRT), _SPLIT, Location())
    except Exception as error:  # noqa: BLE001  (process edge: whatever a reader meets is a fault of the file)
        problem = f"its reader met something unexpected ({type(error).__name__})"
        _write_fault(out, "UnreadableFile", problem, "open the file, save it again and upload it once more", Location())
    else:
        for sheet in sheets:
            _write_sheet(out, sheet)


def _write_fault(out: IO[str], fault: str, problem: str, remedy: str, location: Location) -> None:
    where = [location.sheet, location.row, location.column]
    _write(out, {"fault": fault, "problem": problem, "remedy": remedy, "location": where})


def _write_sheet(out: IO[str], sheet: SheetRows) -> None:
    frame = {
        "sheet_index": sheet.sheet_index,
        "sheet": sheet.sheet,
        "header_row": sheet.header_row,
        "headers": sheet.headers,
        "rejected": sheet.rejected,
    }
    _write(out, frame)
    rows = iter(sheet.rows)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        numbers, cells = zip(*chunk, strict=True)
        _write(out, {"numbers": numbers, "cells": cells})


def _write(out: IO[str], message: dict[str, Any]) -> None:
    # ASCII escapes carry lone surrogates of rejected rows through any encoding.
    out.write(json.dumps(message, separators=(",", ":")) + "\n")


def _limit_this_process() -> None:
    for kind, amount in (
        (resource.RLIMIT_AS, limits.MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.CPU_SECONDS),
        (resource.RLIMIT_FSIZE, limits.RESULT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        ceiling = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


if __name__ == "__main__":
    _limit_this_process()
    gc.disable()  # rows hold no cycles, and walking millions of them costs more than reading them
    write_answer(sys.argv[1], Path(sys.argv[2]), sys.stdout)
