"""What the landing folder looked like last time, so that an upload is read once and not at every tick."""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aidiscover_pipelines.domain.errors import StillChanging
from resources.regular_files import new_file, open_regular

_TIMESTAMP_NS = 2_000_000_000  # coarsest modification time in use (FAT): a later write may still bear the same one


@dataclass(frozen=True, slots=True)
class Look:
    """One file at one time. `at` is when it was first seen like this; `sha256` is empty while it may still grow."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    at: float
    sha256: str

    def is_of(self, found: os.stat_result) -> bool:
        """Whether nothing wrote to the file, or put another one in its place, since."""
        held = (self.inode, self.size, self.mtime_ns, self.ctime_ns)
        return held == (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def look(path: Path, last: Look | None, settle_s: float) -> Look | None:
    """Look at one file; it is hashed when it was not written to for `settle_s` seconds, and only then.

    Counted from its modification time, or from the first look where that time lies in the future.
    None where there is no regular file that can be read, or where it changes while it is read.
    """
    try:
        with open_regular(path) as file:
            found = os.fstat(file.fileno())
            now = time.time()
            same = last is not None and last.is_of(found)
            if last is not None and same and last.sha256:
                return last
            first = last.at if last is not None and same else now
            if max(now - found.st_mtime, now - first) < settle_s:
                return _look(found, first, "")
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        seen = _look(found, now, sha256)
        return seen if seen.is_of(path.lstat()) else None
    except (StillChanging, FileNotFoundError):  # gone, replaced by a link, or not ours to read: the next look decides
        return None


def read_looks(path: Path) -> dict[str, Look]:
    """The looks kept in a file, by name; none where it is missing or damaged, and every upload is read again."""
    try:
        return {name: Look(*fields) for name, fields in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_looks(path: Path, looks: Mapping[str, Look]) -> None:
    """Keep the looks that can be trusted next time. A full disk costs time next time, and is told elsewhere."""
    kept = {
        name: [each.inode, each.size, each.mtime_ns, each.ctime_ns, each.at, each.sha256]
        for name, each in looks.items()
        if not each.sha256 or abs(each.at * 1e9 - each.mtime_ns) > _TIMESTAMP_NS
    }
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(path) as file:
            file.write(json.dumps(kept).encode())


def _look(found: os.stat_result, at: float, sha256: str) -> Look:
    return Look(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, at, sha256)
