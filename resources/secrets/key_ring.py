"""Master keys: one seals, all of them open. In a file of this installation, or given as AIDISCOVER_MASTER_KEY.

    <home>/keys                  mode 0700
    <home>/keys/key_ring.json    mode 0600: {"keys": ["base64 of the current key", "of the one before", ...]}
    <home>/keys/lock             who writes the ring

A backup of the database opens nothing without the ring; a lost ring loses every secret.
"""

import base64
import binascii
import fcntl
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aidiscover_pipelines.domain.errors import ConfigError
from resources.regular_files import storing

KEY_BYTES = 32
VARIABLE = "AIDISCOVER_MASTER_KEY"
HOW_TO_MAKE = f"make one with: openssl rand -base64 {KEY_BYTES}"


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A key and its id, which is made from it and tells nothing about it."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits."""
        return hashlib.sha256(b"aidiscover master key\0" + self.secret).hexdigest()[:12]


class KeyRing:
    """Master keys, the current one first. The file is made when the first secret is sealed; safe between processes."""

    def __init__(self, folder: Path, given: str = "") -> None:
        self._folder = folder
        self._path = folder / "key_ring.json"
        self._given = [_decoded(text, VARIABLE) for text in given.split(",") if text.strip()]

    @property
    def source(self) -> str:
        """Where the keys come from, for messages."""
        return VARIABLE if self._given else str(self._path)

    def current(self) -> MasterKey:
        """The key that seals. Raises: ConfigError where the ring cannot be read, or made."""
        keys = self._given or self._read()
        return keys[0] if keys else self._add(only_first=True)

    def find(self, key_id: str) -> MasterKey | None:
        """The key of that id, None where the ring lacks it. Raises: ConfigError where the ring cannot be read."""
        return next((key for key in self._given or self._read() if key.id == key_id), None)

    def renew(self) -> MasterKey:
        """Make a new key current; the others still open. Raises: ConfigError where the keys come from a variable."""
        if self._given:
            raise ConfigError(
                f"cannot make a new master key: the keys come from {VARIABLE}; put a new key and a comma before the "
                f"present ones there, then run 'aidiscover secrets rotate' for each tenant; {HOW_TO_MAKE}"
            )
        return self._add(only_first=False)

    def _add(self, *, only_first: bool) -> MasterKey:
        with storing(self._path.name, self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _only_writer(self._folder):
                keys = self._read()
                if not keys or not only_first:
                    keys.insert(0, MasterKey(secrets.token_bytes(KEY_BYTES)))
                    self._write(keys)
        return keys[0]

    def _read(self) -> list[MasterKey]:
        try:
            mode = self._path.stat().st_mode
            text = self._path.read_text(encoding="ascii")
        except FileNotFoundError:
            return []
        except (PermissionError, UnicodeDecodeError):
            raise ConfigError(
                f"cannot read key ring {str(self._path)!r}: it belongs to another user or is damaged; run as the user "
                "who made it, or restore it from a backup"
            ) from None
        if stat.S_IMODE(mode) & 0o077:
            raise ConfigError(
                f"cannot use key ring {str(self._path)!r}: others may read it; run 'chmod 600 {self._path}', and "
                "'aidiscover secrets rotate' if somebody may have"
            )
        try:
            return [_decoded(key, str(self._path)) for key in json.loads(text)["keys"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ConfigError(
                f"cannot read key ring {str(self._path)!r}: it is damaged; restore it from a backup: without it no "
                "stored secret can be opened"
            ) from None

    def _write(self, keys: Sequence[MasterKey]) -> None:
        draft = self._path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        document = json.dumps({"keys": [base64.b64encode(key.secret).decode() for key in keys]})
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(document + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def _decoded(text: str, source: str) -> MasterKey:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"cannot use a master key of {source}: expected {KEY_BYTES} bytes in base64, 44 characters; {HOW_TO_MAKE}"
        )
    return MasterKey(key)


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """One writer at a time; the kernel lets go of the lock when its holder dies."""
    with os.fdopen(os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
