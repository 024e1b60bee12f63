"""A file tree on disk: what it holds, read with limits. Nothing in it is followed, imported or run."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aidiscover_pipelines.repositories.languages import is_vendored

FILES = 50_000  # the Linux kernel has 80,000; an application that is bigger is read in part, which is said
READ_BYTES = 1024 * 1024  # of one file: longer ones are generated or data
LINE_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A regular file: its path with slashes, relative to the root, and its size."""

    path: str
    bytes: int


@dataclass(frozen=True, slots=True)
class SourceTree:
    """Regular files by path. `complete` is False where there were more than FILES."""

    root: Path
    files: tuple[SourceFile, ...]
    complete: bool

    def text(self, path: str) -> str:
        """Text of a file, its first READ_BYTES; bytes that are no UTF-8 become U+FFFD, a file that is gone is empty."""
        try:
            descriptor = os.open(self.root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return ""
        with os.fdopen(descriptor, "rb") as file:
            return file.read(READ_BYTES).decode("utf-8", "replace").removeprefix("\ufeff")

    def lines(self, path: str) -> list[str]:
        """Lines of a file, each cut at LINE_CHARS."""
        return [line[:LINE_CHARS] for line in self.text(path).splitlines()]


def read_tree(root: Path) -> SourceTree:
    """Every regular file below `root` by path; without links, and without what others or programs wrote."""
    files: list[SourceFile] = []
    for found in _walk(root, ""):
        if len(files) == FILES:
            return SourceTree(root, tuple(files), complete=False)
        files.append(found)
    return SourceTree(root, tuple(files), complete=True)


def _walk(root: Path, below: str) -> Iterator[SourceFile]:
    with os.scandir(root / below) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        path = below + entry.name
        if entry.is_dir(follow_symlinks=False):
            if not is_vendored(path + "/"):
                yield from _walk(root, path + "/")
        elif entry.is_file(follow_symlinks=False) and not is_vendored(path):
            yield SourceFile(path, entry.stat(follow_symlinks=False).st_size)
