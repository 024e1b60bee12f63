"""Reads a ZIP archive of exports, as an RVTools or StratoZone set: every member that holds tables becomes its sheets.

A member that is no table (a picture, a note) is an empty sheet with a warning. One that is a table but broken refuses
the whole archive by name: half an estate must not look like a whole one. Member names are data, never paths.
"""

import importlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from zipfile import ZipInfo

from aidiscover_pipelines.domain.errors import EmptyFile, InputError, UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.formats import detect_format
from aidiscover_pipelines.ingest.readers import xlsx_reader
from aidiscover_pipelines.ingest.readers.archive import check_parts, opened
from aidiscover_pipelines.ingest.sheet import Grid

_OF_THE_SYSTEM = ("__MACOSX/", "Thumbs.db", "desktop.ini")


def read(path: Path) -> Iterator[Grid]:
    """Every sheet of every member in the archive's order, named by its member, and by its own name if it has one.

    Raises: UnreadableFile naming the member; UnsupportedFormat where no member is a table.
    """
    with opened(path) as archive:
        if xlsx_reader.WORKBOOK in archive.namelist():  # its directory is in an order of its own
            yield from xlsx_reader.read(path)
            return
    with tempfile.TemporaryDirectory(prefix="aidiscover-") as folder:
        members = _unpacked(path, Path(folder))
        index = tables = 0
        for name, unpacked in members:
            for grid in _grids(path, name, unpacked):
                index += 1
                grid.sheet_index = index
                tables += not grid.warnings or grid.rows != ()
                yield grid
            unpacked.unlink()
    if not tables:
        problem = f"none of the {len(members)} files in it is a table"
        raise UnsupportedFormat(path.name, problem, "upload the tables themselves as XLSX, CSV or JSON")


def _unpacked(path: Path, folder: Path) -> list[tuple[str, Path]]:
    """Names of the members that count, and where each lies under a number."""
    with opened(path, limits.SHEETS) as archive:
        check_parts(path, archive)
        members = [member for member in archive.infolist() if _counts(member)]
        unpacked = [(member.filename, folder / str(number)) for number, member in enumerate(members)]
        for (_, target), member in zip(unpacked, members, strict=True):
            target.write_bytes(archive.read(member))
    return unpacked


def _counts(member: ZipInfo) -> bool:
    name = member.filename.rpartition("/")[2]
    return not (member.is_dir() or name.startswith(".") or member.filename.startswith(_OF_THE_SYSTEM))


def _grids(path: Path, name: str, unpacked: Path) -> Iterator[Grid]:
    try:
        found = detect_format(unpacked, name)
        if found.reader.startswith(__name__):
            problem = f"its member {name!r} is an archive itself"
            raise UnreadableFile(path.name, problem, "unpack the inner archive and upload its files")
        module, _, function = found.reader.partition(":")
        read_member: Callable[[Path], Iterator[Grid]] = getattr(importlib.import_module(module), function)
        for grid in read_member(unpacked):
            grid.name = f"{name}: {grid.name}" if grid.name else name
            grid.rows = _with_member_named(path, name, grid.rows)
            yield grid
    except (EmptyFile, UnsupportedFormat) as error:
        yield Grid(0, name, (), warnings=[f"the member {name!r} was left out: {error.problem}"])
    except InputError as error:
        raise _of_member(path, name, error) from None


def _with_member_named(path: Path, name: str, rows: Iterable[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except InputError as error:
        raise _of_member(path, name, error) from None


def _of_member(path: Path, name: str, error: InputError) -> InputError:
    if error.path == path.name:
        return error
    return UnreadableFile(path.name, f"its member {name!r}: {error.problem}", error.remedy, error.location)
