"""Opening files that others put there, and writing files that appear whole or not at all."""

import errno
import hashlib
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from aidiscover_pipelines.domain.errors import ConfigError, Retriable, StillChanging

CHUNK_BYTES = 1024 * 1024

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # no space, over the quota, over a file size limit
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def open_regular(path: Path) -> Iterator[BufferedReader]:
    """Open a file that is no link, pipe or device; a pipe put in its place must not block. Raises: StillChanging."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise StillChanging(f"cannot open {path.name!r}: {error.strerror}; the next run looks again") from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise StillChanging(f"cannot open {path.name!r}: it is not a regular file; the next run looks again")
        yield file


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name, synced, only when the block ends well."""
    temporary = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    with suppress(OSError):  # some file systems cannot sync a folder; the rename itself has happened
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def copy_hashing(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    """Copy to the end. Returns the SHA-256 and the number of bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK_BYTES):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    target.flush()
    return digest.hexdigest(), size


@contextmanager
def storing(name: str, folder: Path) -> Iterator[None]:
    """Name what is wrong with the disk. Raises: Retriable where it is full, ConfigError where writing is denied."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Retriable(
                f"cannot store {name!r} in {str(folder)!r}: the disk is full ({error.strerror}); free space there; "
                "the upload stays where it is and the next run takes it up"
            ) from None
        if error.errno in _DENIED:
            raise ConfigError(
                f"cannot store {name!r} in {str(folder)!r}: {error.strerror}; give the user who runs this the right to "
                "write there, or set AIDISCOVER_HOME to another folder"
            ) from None
        raise
