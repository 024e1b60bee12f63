"""Files of strangers written to a folder of ours: regular files only, below it, within limits."""

import os
from collections import Counter
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from aidiscover_pipelines.domain.errors import Skippable

FILES = 50_000
FILE_BYTES = 8 * 1024 * 1024  # of a longer one nothing is read that is not in its beginning
TOTAL_BYTES = 1024 * 1024 * 1024
DEPTH = 40
_NAME_BYTES = 255
_CHUNK_BYTES = 1024 * 1024


class FolderWriter:
    """Writes members to `root`, which is empty. `left_out` counts by reason what was not written."""

    def __init__(self, root: Path, repository: str) -> None:
        self._root, self._repository = root, repository
        self._files = self._bytes = 0
        self.left_out: Counter[str] = Counter()

    def add(self, name: bytes, content: IO[bytes]) -> None:
        """Write one file. Raises: Skippable for a path that leads outside and for more than the limits allow."""
        path = self.checked(name)
        if path is None:
            return
        self._files += 1
        if self._files > FILES:
            raise self.refused(f"it holds more than {FILES} files")
        target = self._root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except (FileExistsError, NotADirectoryError):
            self.left_out["a name that another file has"] += 1
            return
        with os.fdopen(descriptor, "wb") as file:
            written = 0
            while written < FILE_BYTES and (chunk := content.read(min(_CHUNK_BYTES, FILE_BYTES - written))):
                written += file.write(chunk)
        self._bytes += written
        if self._bytes > TOTAL_BYTES:
            raise self.refused(f"it unpacks to more than {TOTAL_BYTES >> 20} MiB")

    def checked(self, name: bytes) -> Path | None:
        """The relative path that a name means; None, counted, where it is too deep or long. Raises: Skippable."""
        text = os.fsdecode(name)
        posix, windows = PurePosixPath(text), PureWindowsPath(text)
        if posix.is_absolute() or windows.drive or windows.root or ".." in windows.parts or "\0" in text:
            raise self.refused(f"its member {ascii(text)[:100]} points outside")
        too_long = any(len(os.fsencode(part)) > _NAME_BYTES for part in posix.parts)
        if not posix.parts or too_long or len(posix.parts) > DEPTH:
            self.left_out["a name that is too long or too deep"] += 1
            return None
        return Path(*posix.parts)

    def refused(self, problem: str) -> Skippable:
        """What ends the reading of a repository that is built to do harm."""
        return Skippable(
            f"cannot read repository {self._repository!r}: {problem}; do not trust its origin, or leave data and "
            "build results out of it"
        )
