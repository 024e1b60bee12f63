"""What is checked of a ZIP archive before anything parses it: sizes, names, encryption, checksums, entities."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from aidiscover_pipelines.domain.errors import UnreadableFile
from aidiscover_pipelines.ingest import limits

PARTS = 10_000  # of one workbook: 100 sheets with their drawings and comments stay far below

_CHUNK_BYTES = limits.MIB
_ENCRYPTED = 0x1
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_LONGEST = max(map(len, _DECLARATIONS))
_EXPORT_AGAIN = "export it again, or save the sheets as CSV"

Scan = Callable[[str, Iterator[bytes]], None]


@contextmanager
def opened(path: Path, max_members: int = PARTS) -> Iterator[ZipFile]:
    """A ZIP archive whose directory promises nothing dangerous. Faults met while it is open are told the same way.

    Raises: UnreadableFile.
    """
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
            _check_names(path, members, max_members)
            _check_sizes(path, members)
            yield archive
    except (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        problem = f"the file is cut off, damaged or packed in an unusual way ({type(error).__name__})"
        raise UnreadableFile(path.name, problem, "wait for the copy to finish or export it again") from None


def check_parts(path: Path, archive: ZipFile, scan: Scan | None = None) -> None:
    """Read every part once: its checksum must fit, XML must declare no entities, and `scan` may look at its chunks.

    Raises: UnreadableFile naming the part.
    """
    for member in archive.infolist():
        chunks = _chunks(path, archive, member)
        if member.filename.endswith((".xml", ".rels")):
            chunks = _without_declarations(path, member.filename, chunks)
        if scan:
            scan(member.filename, chunks)
        for _ in chunks:
            pass


def _chunks(path: Path, archive: ZipFile, member: ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(member) as part:
            while chunk := part.read(_CHUNK_BYTES):
                yield chunk
    except BadZipFile:
        raise UnreadableFile(path.name, f"its part {member.filename!r} is damaged", "export or copy it again") from None


def _without_declarations(path: Path, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    tail = b""
    for chunk in chunks:
        seen = (tail + chunk).replace(b"\x00", b"")  # UTF-16 too
        if any(declaration in seen for declaration in _DECLARATIONS):
            problem = f"its part {name!r} declares entities, which no spreadsheet program writes"
            raise UnreadableFile(path.name, problem, "do not trust its origin; export it again from the source")
        tail = chunk[-2 * _LONGEST :]
        yield chunk


def _check_names(path: Path, members: Sequence[ZipInfo], max_members: int) -> None:
    if len(members) > max_members:
        problem = f"it holds {len(members)} files, more than {max_members}"
        raise UnreadableFile(path.name, problem, "upload the tables themselves")
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableFile(path.name, f"it holds two parts of the same name ({twice!r})", _EXPORT_AGAIN)
    for member in members:
        if _is_outside(member.orig_filename):
            problem = f"its member {member.orig_filename!r} points outside the archive"
            raise UnreadableFile(path.name, problem, "do not trust its origin; pack it again from the exports")
        if member.flag_bits & _ENCRYPTED:
            problem = f"its member {member.filename!r} is password protected"
            raise UnreadableFile(path.name, problem, "pack it again without a password")


def _is_outside(name: str) -> bool:
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    return posix.is_absolute() or bool(windows.drive or windows.root) or ".." in windows.parts or "\x00" in name


def _check_sizes(path: Path, members: Iterable[ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    if total > limits.UNPACKED_BYTES:
        problem = f"it unpacks to {total // limits.MIB} MiB, more than {limits.UNPACKED_BYTES // limits.MIB}"
        raise UnreadableFile(path.name, problem, "split it, or save the sheets as CSV")
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > limits.RATIO_FROM_BYTES and ratio > limits.UNPACKED_RATIO:
            problem = f"its part {member.filename!r} unpacks to {ratio:.0f} times its size"
            raise UnreadableFile(path.name, problem, _EXPORT_AGAIN)
