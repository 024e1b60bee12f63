"""Tenant files in a local folder: uploads, kept originals, quarantine and reports, one subfolder per tenant in each.

    root/uploads/<tenant>/<name>        the landing folder, where people and programs drop files; what is usable stays
    root/landing/<tenant>.json          what that folder looked like last time
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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aidiscover_pipelines.domain.errors import MissingFile, Permanent, StillChanging
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id
from aidiscover_pipelines.ports import PutAside, Upload
from resources.landing_looks import Look, look, read_looks, write_looks
from resources.regular_files import copy_hashing, new_file, open_regular, storing

PARTIAL_SUFFIXES = (".part", ".tmp", ".crdownload", ".filepart")  # browsers, scp and sync tools while they copy

_NAME_CHARS = 100  # leaves room for a hash and suffixes below the usual 255 bytes, even at two bytes a character
_NAME_BYTES = 240  # of 255, the rest for what is appended
_SUFFIX_CHARS = 10
_NOTE_SUFFIX = ".reason.txt"
_UNSAFE = re.compile(r"[^\w.() +@=,-]")
_SHA256 = re.compile(r"[0-9a-f]{64}")

_FOLDER = "it is a folder, and only files are read; put the files themselves into the landing folder"
_UNREADABLE = "it cannot be opened (permission denied); give the user who runs this the right to read it"
_SPECIAL = {
    stat.S_IFLNK: ("link", "it is a symbolic link, which is never followed; upload a copy of the file itself"),
    stat.S_IFIFO: ("pipe", "it is a named pipe, not a file; write what comes out of it to a file and upload that"),
    stat.S_IFSOCK: ("socket", "it is a socket, not a file; upload the exported file"),
    stat.S_IFCHR: ("device", "it is a device, not a file; upload the exported file"),
    stat.S_IFBLK: ("device", "it is a device, not a file; upload the exported file"),
}


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
        """A file that did not change since the last look is not read again."""
        folder = self._folder("uploads", tenant)
        last = read_looks(self._looks(tenant))
        looks: dict[str, Look] = {}
        uploads = []
        for path in sorted(_candidates(folder)):
            seen = look(path, last.get(path.name), self.settle_s)
            if seen is None:
                continue
            looks[path.name] = seen
            if seen.sha256:
                uploads.append(Upload(tenant, _shown(path.name), path, seen.sha256, seen.size))
        if looks != last:
            write_looks(self._looks(tenant), looks)
        return uploads

    def put_aside_special(self, tenant: TenantId) -> list[PutAside]:
        """A link is moved, never followed; a folder, and what may not be moved or read, is told and left in place."""
        folder = self._folder("uploads", tenant)
        return [self._told(tenant, entry) for entry in _specials(folder)]

    def receive(self, tenant: TenantId, path: Path) -> Upload:
        """Raises: MissingFile where `path` is no file that can be opened, Retriable where the disk is full."""
        name = _landing_name(path.name)
        try:
            source = path.open("rb")
        except OSError as error:
            raise MissingFile(str(path), f"it cannot be opened ({error.strerror})", "check the path") from None
        with source, storing(name, self._folder("uploads", tenant)):
            folder = self._folder("uploads", tenant, create=True)
            with new_file(folder / name) as copy:
                sha256, size = copy_hashing(source, copy)
                # Complete by construction, so it need not wait to settle.
                settled = time.time() - self.settle_s - 1
                os.utime(copy.fileno(), (settled, min(settled, os.fstat(source.fileno()).st_mtime)))
        return Upload(tenant, name, folder / name, sha256, size)

    def keep_original(self, upload: Upload) -> Path:
        """Raises: StillChanging where the upload is not what it was when listed, Retriable where the disk is full."""
        kept = self.original(upload.tenant, upload.sha256)
        if kept.exists():
            return kept
        with storing(upload.name, kept.parent):
            self._folder("originals", upload.tenant, create=True)
            with open_regular(upload.path) as source, new_file(kept) as copy:
                sha256, _ = copy_hashing(source, copy)
                if sha256 != upload.sha256:
                    self._looks(upload.tenant).unlink(missing_ok=True)
                    raise _changed(upload)
        return kept

    def original(self, tenant: TenantId, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise Permanent(f"cannot find an original: {sha256!r} is no SHA-256 in hexadecimal; report this as a bug")
        return self._folder("originals", tenant) / sha256

    def quarantine(self, upload: Upload, reason: str) -> Path:
        """The same bytes under the same name are quarantined once, with the latest reason.

        Raises: StillChanging where other bytes took the name meanwhile; they stay. Retriable where the disk is full.
        """
        with storing(upload.name, self._folder("quarantine", upload.tenant)):
            held = self._held(upload.tenant, upload.name, upload.sha256[:12])
            # A move and not a copy within one file system; across two, the rename inside the folder still is one step.
            arriving = held.with_name(f".{uuid.uuid4().hex}.part")
            shutil.move(upload.path, arriving)
            try:
                with open_regular(arriving) as file:
                    same = hashlib.file_digest(file, "sha256").hexdigest() == upload.sha256
                if not same:
                    raise _changed(upload)
                _write_note(held, reason)
                arriving.replace(held)
            except BaseException:
                if not upload.path.exists():
                    shutil.move(arriving, upload.path)
                raise
        return held

    def quarantined(self, tenant: TenantId) -> list[PutAside]:
        notes = sorted(self._folder("quarantine", tenant).glob(f"*{_NOTE_SUFFIX}"))
        held = ((note.with_name(note.name.removesuffix(_NOTE_SUFFIX)), note) for note in notes)
        return [
            PutAside(path.name, note.read_text(encoding="utf-8").strip(), path)
            for path, note in held
            if os.path.lexists(path)
        ]

    def report_path(self, tenant: TenantId, name: str) -> Path:
        return self._folder("reports", tenant, create=True) / _safe_name(name)

    def _folder(self, kind: str, tenant: TenantId, *, create: bool = False) -> Path:
        folder = self.root / kind / tenant_id(tenant)  # checked again: the name becomes a path here
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _looks(self, tenant: TenantId) -> Path:
        folder = self._folder("landing", tenant)
        return folder.with_name(f"{folder.name}.json")

    def _held(self, tenant: TenantId, name: str, mark: str) -> Path:
        safe = Path(_safe_name(name))
        return self._folder("quarantine", tenant, create=True) / f"{safe.stem}-{mark}{safe.suffix}"

    def _told(self, tenant: TenantId, entry: os.DirEntry[str]) -> PutAside:
        name, mode = _shown(entry.name), entry.stat(follow_symlinks=False).st_mode
        kind, problem = _SPECIAL.get(stat.S_IFMT(mode), ("", _FOLDER if stat.S_ISDIR(mode) else _UNREADABLE))
        reason = f"cannot read {name!r}: {problem}"
        if kind:
            with suppress(OSError):  # another file system, or not ours to move: then it stays and is told again
                held = self._held(tenant, name, kind)
                _write_note(held, reason)
                Path(entry.path).rename(held)
                return PutAside(name, reason, held)
        return PutAside(name, reason, Path(entry.path))


def _candidates(folder: Path) -> Iterator[Path]:
    """Regular files that are neither hidden nor named as half-written."""
    return (Path(entry.path) for entry in _entries(folder) if entry.is_file(follow_symlinks=False))


def _specials(folder: Path) -> list[os.DirEntry[str]]:
    """The other entries, and files that may not be read, by name."""
    found = (
        entry
        for entry in _entries(folder)
        if not entry.is_file(follow_symlinks=False) or not os.access(entry.path, os.R_OK)
    )
    return sorted(found, key=lambda entry: entry.name)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        yield from (entry for entry in entries if _is_complete(entry.name))


def _is_complete(name: str) -> bool:
    return not name.startswith(".") and not name.lower().endswith(PARTIAL_SUFFIXES)


def _write_note(held: Path, reason: str) -> None:
    with new_file(held.with_name(f"{held.name}{_NOTE_SUFFIX}")) as note:
        note.write(f"{' '.join(reason.split())}\n".encode())


def _changed(upload: Upload) -> StillChanging:
    return StillChanging(f"cannot keep {upload.name!r}: it changed while it was copied; the next run takes it up")


def _shown(name: str) -> str:
    """A file name as storable text: bytes that are no UTF-8 become replacement characters."""
    return os.fsencode(name).decode(errors="replace")


def _landing_name(name: str) -> str:
    """The name under which a received file waits: never hidden, never taken for half-written, never too long."""
    shown = re.sub(r"[\x00-\x1f\x7f/\\]", "_", _shown(name)).lstrip(".") or "upload"
    if len(shown.encode()) > _NAME_BYTES:
        # Two long names that begin alike must not replace each other.
        ending = f"-{hashlib.sha256(shown.encode()).hexdigest()[:12]}{Path(shown).suffix[:_SUFFIX_CHARS]}"
        shown = shown.encode()[: _NAME_BYTES - len(ending.encode())].decode(errors="ignore") + ending
    return shown if _is_complete(shown) else f"{shown}.upload"


def _safe_name(name: str) -> str:
    """A file name of plain characters that names no other folder and is short enough."""
    safe = Path(_UNSAFE.sub("_", _shown(name)).lstrip(".") or "file")
    suffix = safe.suffix[:_SUFFIX_CHARS]
    return (safe.stem if safe.suffix else safe.name)[:_NAME_CHARS] + suffix
