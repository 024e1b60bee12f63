"""Parses one file in a child process that can be lost: native readers abort on hostile files.

The child has bounded memory and time and none of the parent's settings. What it reads goes row by row into a spool, a
nameless file that the parent lends it; on standard output it answers once, with the sheets it found or with one fault.
So a fault in the last row is known before the first row is used, and neither process holds the rows.
"""

import errno
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from aidiscover_pipelines.domain.errors import (
    EmptyFile,
    InputError,
    Location,
    MissingFile,
    Retriable,
    UnreadableFile,
    UnsupportedFormat,
)
from aidiscover_pipelines.domain.limited import limit_this_process
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.formats import Format, detect_format
from aidiscover_pipelines.ingest.sheet import Grid
from aidiscover_pipelines.ingest.spool import SheetRead, SpoolWriter
from aidiscover_pipelines.ingest.tables import separate

# What Python needs to start, where temporary files go, and no secret.
_PASSED_ON = ("PATH", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")

_FAULTS: dict[str, type[InputError]] = {
    kind.__name__: kind for kind in (MissingFile, EmptyFile, UnsupportedFormat, UnreadableFile)
}
_FULL = "DiskFull"
_NO_ROOM = os.EX_IOERR  # exit code of a child whose answer found no room on the disk
_SPLIT = "split the file, or delete empty rows and columns far from the table"


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read without a fault: its sheets, whose rows lie in the spool."""

    format: str
    sheets: list[SheetRead]
    spool: IO[bytes]


@contextmanager
def read_file(path: Path, name: str, first: int | None = None) -> Iterator[FileRead]:
    """Read a file in a supported format; `name` is what messages and single-table sheets call it.

    Every row is read and judged; of each sheet the `first` data rows and the `first` rejected rows are kept, or all.
    The rows can be taken as long as the context lasts.
    Raises: MissingFile, EmptyFile (no bytes, or no data row in any sheet), UnsupportedFormat, UnreadableFile;
    Retriable where the disk for temporary files is full.
    """
    found = detect_format(path, name)
    size = path.stat().st_size
    if size > found.max_bytes:
        problem = f"it has {size // limits.MIB} MiB, more than {found.max_bytes // limits.MIB}"
        raise UnreadableFile(name, problem, "split it into several files")
    with tempfile.TemporaryFile(prefix="aidiscover-") as spool:
        sheets = parse(found, path, name, spool, first, limits.cpu_seconds(size))
        yield FileRead(found.key, sheets, spool)


def parse(
    found: Format, path: Path, name: str, spool: IO[bytes], first: int | None, cpu_seconds: int
) -> list[SheetRead]:
    """Run the format's reader in a child that writes to `spool`, and take over its answer. Raises: InputError."""
    module = __spec__.name if __spec__ else __name__
    kept = "all" if first is None else str(first)
    command = [sys.executable, "-P", "-m", module, found.reader, str(path), str(spool.fileno()), kept, str(cpu_seconds)]
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ} | {"PYTHONUTF8": "1"}
    wall_s = limits.WALL_SHARE * cpu_seconds
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        try:
            ended = subprocess.run(  # noqa: S603  (our own module; the path is one argument, never a shell word)
                command,
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                pass_fds=(spool.fileno(),),
                env=environment,
                timeout=wall_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UnreadableFile(name, f"reading took longer than {wall_s} seconds", _SPLIT) from None
        if ended.returncode == _NO_ROOM:
            raise _full_disk(name)
        if ended.returncode:
            raise UnreadableFile(name, _death(ended.returncode, cpu_seconds), _SPLIT)
        answer.seek(0)
        return _sheets_from(json.load(answer), name)


def _death(returncode: int, cpu_seconds: int) -> str:
    if -returncode in (signal.SIGXCPU, signal.SIGKILL):
        return f"reading it took more than {cpu_seconds} seconds of computing or too much memory"
    if returncode < 0:
        return f"reading it needs more than {limits.MEMORY_BYTES // limits.MIB} MiB of memory, or the file is damaged"
    return "its reader stopped unexpectedly: it needs too much memory, or the file is damaged"


def _full_disk(name: str) -> Retriable:
    return Retriable(
        f"cannot read {name!r}: the disk for temporary files is full; "
        f"free space below {tempfile.gettempdir()!r} (about three times the file), then try again"
    )


def _sheets_from(answer: dict[str, Any], name: str) -> list[SheetRead]:
    fault = answer.get("fault")
    if fault == _FULL:
        raise _full_disk(name)
    if fault:
        raise _FAULTS[fault](name, answer["problem"], answer["remedy"], Location(*answer["location"]))
    return [SheetRead(**sheet | {"sheet": sheet["sheet"] or name}) for sheet in answer["sheets"]]


def write_answer(reader: str, path: Path, out: IO[str], spool: IO[bytes], first: int | None = None) -> None:
    """The child's work: read one file into `spool` and write the answer. A reader's fault of any kind is an answer."""
    writer = SpoolWriter(spool, first)
    try:
        module, _, function = reader.partition(":")
        read: Callable[[Path], Iterator[Grid]] = getattr(importlib.import_module(module), function)
        for grid in separate(read(path)):
            writer.add(grid)
        writer.check_not_empty(path)
        spool.flush()  # here a full disk is still an answer
    except InputError as error:
        _write_fault(out, type(error).__name__, error.problem, error.remedy, error.location)
    except MemoryError:
        _write_fault(out, "UnreadableFile", _death(-signal.SIGABRT, 0), _SPLIT, Location())
    except Exception as error:  # noqa: BLE001  (process edge: whatever a reader meets is a fault of the file)
        number = error.errno if isinstance(error, OSError) else None
        if number in (errno.ENOSPC, errno.EDQUOT):
            _write_fault(out, _FULL, "", "", Location())
        elif number == errno.EFBIG:
            problem = f"its table would fill more than {limits.RESULT_BYTES // limits.MIB} MiB"
            _write_fault(out, "UnreadableFile", problem, _SPLIT, Location())
        else:
            problem = f"its reader met something unexpected ({type(error).__name__})"
            remedy = "open the file, save it again and upload it once more"
            _write_fault(out, "UnreadableFile", problem, remedy, Location())
    else:
        _write(out, {"sheets": writer.sheets})


def _write_fault(out: IO[str], fault: str, problem: str, remedy: str, location: Location) -> None:
    where = [location.sheet, location.row, location.column]
    _write(out, {"fault": fault, "problem": problem, "remedy": remedy, "location": where})


def _write(out: IO[str], message: dict[str, Any]) -> None:
    # ASCII escapes carry lone surrogates of a sheet's or a member's name through any encoding.
    out.write(json.dumps(message, separators=(",", ":")))


def _main(reader: str, path: str, spool: str, kept: str, cpu_seconds: str) -> None:
    limit_this_process(limits.MEMORY_BYTES, int(cpu_seconds), limits.RESULT_BYTES)
    gc.disable()  # rows hold no cycles, and walking many of them costs more than reading them
    first = None if kept == "all" else int(kept)
    # Closing writes again what could not be written before, which was answered already.
    with suppress(OSError), open(int(spool), "wb") as rows:  # noqa: PTH123  (a descriptor, not a path)
        try:
            write_answer(reader, Path(path), sys.stdout, rows, first)
            sys.stdout.flush()
        except OSError as error:  # of the answer itself: the rows took the last room, or there was none
            os._exit(_NO_ROOM if error.errno in (errno.ENOSPC, errno.EDQUOT) else 1)


if __name__ == "__main__":
    _main(*sys.argv[1:])
