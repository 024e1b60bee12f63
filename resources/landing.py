"""Tenant files in a local folder: uploads, kept originals, quarantine and reports, one subfolder per tenant in each.

    root/uploads/<tenant>/<name>        the landing folder, where people and programs drop files
    root/originals/<tenant>/<sha256>    the bytes that were parsed, kept under their hash
    root/quarantine/<tenant>/           refused uploads, each beside a .reason.txt
    root/reports/<tenant>/

Every write is a temporary file in the target folder, synced, then renamed: a crash leaves no half file under a name.
"""

import hashlib
import os
import re
import shutil
import stat
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from aidiscover_pipelines.domain.errors import MissingFile, Permanent, Retriable
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id
from aidiscover_pipelines.ports import Upload

PARTIAL_SUFFIXES = (".part", ".tmp", ".crdownload", ".filepart")  # browsers, scp and sync tools while they copy

_CHUNK_BYTES = 1024 * 1024
_NAME_CHARS = 100  # leaves room for a hash and suffixes below the usual 255 bytes, even at two bytes a character
_SUFFIX_CHARS = 10
_UNSAFE = re.compile(r"[^\w.() +@=,-]")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class LocalTenantFiles:
    """TenantFiles below one root folder. An upload counts as complete when unchanged for `settle_s` seconds."""

    root: Path
    settle_s: float

    def tenants_with_uploads(self) -> list[str]:
        folder = self.root / "uploads"
        if not folder.is_dir():
            return []
        return sorted(
            entry.name
            for entry in folder.iterdir()
            if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith(".") and any(_candidates(entry))
        )

    def settled_uploads(self, tenant: TenantId) -> list[Upload]:
        folder = self._folder("uploads", tenant)
        uploads = (self._settled(tenant, path) for path in sorted(_candidates(folder)))
        return [upload for upload in uploads if upload is not None]

    def receive(self, tenant: TenantId, path: Path) -> Upload:
        """Raises: MissingFile where `path` is no file that can be opened."""
        folder = self._folder("uploads", tenant, create=True)
        name = _landing_name(path.name)
        try:
            source = path.open("rb")
        except OSError as error:
            raise MissingFile(str(path), f"it cannot be opened ({error.strerror})", "check the path") from None
        with source, _new_file(folder / name) as copy:
            sha256, size = _copy(source, copy)
            # Complete by construction, so it need not wait to settle.
            settled = time.time() - self.settle_s - 1
            os.utime(copy.fileno(), (settled, min(settled, os.fstat(source.fileno()).st_mtime)))
        return Upload(tenant, name, folder / name, sha256, size)

    def keep_original(self, upload: Upload) -> Path:
        """Raises: Retriable where the upload is not what it was when it was listed."""
        kept = self.original(upload.tenant, upload.sha256)
        if kept.exists():
            return kept
        self._folder("originals", upload.tenant, create=True)
        with _open_regular(upload.path) as source, _new_file(kept) as copy:
            sha256, _ = _copy(source, copy)
            if sha256 != upload.sha256:
                raise Retriable(
                    f"cannot keep {upload.name!r}: it changed while it was copied; the next run takes it up"
                )
        return kept

    def original(self, tenant: TenantId, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise Permanent(f"cannot find an original: {sha256!r} is no SHA-256 in hexadecimal; report this as a bug")
        return self._folder("originals", tenant) / sha256

    def quarantine(self, upload: Upload, reason: str) -> Path:
        """The same bytes under the same name are quarantined once, with the latest reason."""
        folder = self._folder("quarantine", upload.tenant, create=True)
        safe = Path(_safe_name(upload.name))
        held = folder / f"{safe.stem}-{upload.sha256[:12]}{safe.suffix}"
        with _new_file(folder / f"{held.name}.reason.txt") as note:
            note.write(f"{' '.join(reason.split())}\n".encode())
        # A move and not a copy within one file system; across two, the rename inside the folder still is one step.
        arriving = folder / f".{uuid.uuid4().hex}.part"
        shutil.move(upload.path, arriving)
        arriving.replace(held)
        return held

    def report_path(self, tenant: TenantId, name: str) -> Path:
        return self._folder("reports", tenant, create=True) / _safe_name(name)

    def _folder(self, kind: str, tenant: TenantId, *, create: bool = False) -> Path:
        folder = self.root / kind / tenant_id(tenant)  # checked again: the name becomes a path here
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _settled(self, tenant: TenantId, path: Path) -> Upload | None:
        try:
            with _open_regular(path) as file:
                before = os.fstat(file.fileno())
                if time.time() - before.st_mtime < self.settle_s:
                    return None
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            after = path.lstat()
        except (Retriable, FileNotFoundError):  # gone, replaced by a link, or not ours to read: the next look decides
            return None
        if (before.st_ino, before.st_size, before.st_mtime_ns) != (after.st_ino, after.st_size, after.st_mtime_ns):
            return None
        return Upload(tenant, _shown(path.name), path, sha256, before.st_size)


def _candidates(folder: Path) -> Iterator[Path]:
    """Regular files that are neither hidden nor named as half-written."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if _is_complete(entry.name) and entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def _is_complete(name: str) -> bool:
    return not name.startswith(".") and not name.lower().endswith(PARTIAL_SUFFIXES)


@contextmanager
def _open_regular(path: Path) -> Iterator[BufferedReader]:
    """Open a file that is no link, pipe or device; a pipe put in its place must not block. Raises: Retriable."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Retriable(f"cannot open {path.name!r}: {error.strerror}; the next run looks again") from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Retriable(f"cannot open {path.name!r}: it is not a regular file; the next run looks again")
        yield file


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
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


def _copy(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    """Copy to the end. Returns the SHA-256 and the number of bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK_BYTES):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    target.flush()
    return digest.hexdigest(), size


def _shown(name: str) -> str:
    """A file name as storable text: bytes that are no UTF-8 become replacement characters."""
    return os.fsencode(name).decode(errors="replace")


def _landing_name(name: str) -> str:
    """The name under which a received file waits: never hidden, never taken for half-written."""
    shown = re.sub(r"[\x00-\x1f\x7f/\\]", "_", _shown(name)).lstrip(".") or "upload"
    return shown if _is_complete(shown) else f"{shown}.upload"


def _safe_name(name: str) -> str:
    """A file name of plain characters that names no other folder and is short enough."""
    safe = Path(_UNSAFE.sub("_", _shown(name)).lstrip(".") or "file")
    suffix = safe.suffix[:_SUFFIX_CHARS]
    return (safe.stem if safe.suffix else safe.name)[:_NAME_CHARS] + suffix
