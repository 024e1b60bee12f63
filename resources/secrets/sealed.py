"""Sealed secrets: each under a data key of its own, the data key under a master key, both with AES-256-GCM.

What is authenticated beside the ciphertext names the tenant, the secret and its version. So a row that is copied to
another tenant or name does not open, whoever can write to the database.
"""

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import ProviderSecret
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import Condition, PortfolioStore
from resources.secrets.key_ring import KEY_BYTES, KeyRing

NONCE_BYTES = 12
LONGEST_VALUE = 64 * 1024  # a service account's document has 3 KB
MOST_NAMES = 1_000

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*")
_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """What may be told about a secret."""

    name: str
    version: int
    master_key: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """Names of the secrets that are under the current master key now, and of those that no key of the ring opens."""

    resealed: tuple[str, ...]
    left: tuple[str, ...]


class SealedSecrets:
    """Secrets of tenants, such as llm/openai. Values leave through `get` only and stand in no message."""

    def __init__(self, store: PortfolioStore, key_ring: KeyRing) -> None:
        self._store = store
        self.key_ring = key_ring

    def put(self, tenant: TenantId, name: str, value: str, by: str) -> int:
        """Seal and store, or replace. Returns the version. Raises: ConfigError, UnknownTenant."""
        _check(name, value)
        row = self._row(tenant, name)
        version = 1 if row is None else int(row["version"]) + 1
        data_key = secrets.token_bytes(KEY_BYTES)
        sealed = _seal(data_key, value.encode(), _authenticated("value", tenant, name, version))
        self._store_row(tenant, name, version, sealed, data_key, by, datetime.now(UTC))
        return version

    def get(self, tenant: TenantId, name: str) -> str | None:
        """The value, None where there is none. Raises: ConfigError for the wrong key ring or a changed row."""
        row = self._row(tenant, name)
        if row is None:
            return None
        opened = _open(
            self._data_key(tenant, row), row["sealed"], _authenticated("value", tenant, name, int(row["version"]))
        )
        if opened is None:
            raise _damaged(tenant, name)
        return opened.decode()

    def names(self, tenant: TenantId) -> list[StoredSecret]:
        """What is stored, by name. Raises: UnknownTenant."""
        page, _ = self._store.page(tenant, ProviderSecret, limit=MOST_NAMES)
        rows = page.to_dict("records")
        return [StoredSecret(row["name"], row["version"], row["master_key"], row["by"], row["at"]) for row in rows]

    def remove(self, tenant: TenantId, name: str) -> bool:
        """Forget a secret; False where there was none. Raises: UnknownTenant."""
        return self._store.delete(tenant, ProviderSecret, [Condition("name", "=", name)]) > 0

    def rotate(self, tenant: TenantId) -> Rotation:
        """Seal every data key that is under another master key under the current one. Values stay as they are.

        Not while somebody stores secrets of the tenant: a value that is put within the same milliseconds may be lost.
        Raises: UnknownTenant, ConfigError where the key ring cannot be read.
        """
        current = self.key_ring.current().id
        resealed, left = [], []
        for name in [one.name for one in self.names(tenant) if one.master_key != current]:
            row = self._row(tenant, name)
            if row is None:
                continue  # removed meanwhile
            try:
                data_key = self._data_key(tenant, row)
            except ConfigError:
                left.append(name)
                continue
            self._store_row(tenant, name, int(row["version"]), row["sealed"], data_key, row["by"], row["at"])
            resealed.append(name)
        return Rotation(tuple(resealed), tuple(left))

    def _row(self, tenant: TenantId, name: str) -> Mapping[Any, Any] | None:
        page, found = self._store.page(tenant, ProviderSecret, [Condition("name", "=", name)], limit=1)
        return page.to_dict("records")[0] if found else None

    def _store_row(
        self, tenant: TenantId, name: str, version: int, sealed: str, data_key: bytes, by: str, at: datetime
    ) -> None:
        master = self.key_ring.current()
        bound = _authenticated("data key", tenant, name, version)
        row = ProviderSecret(
            name=name,
            version=version,
            sealed=sealed,
            data_key=_seal(master.secret, data_key, bound),
            master_key=master.id,
            by=by,
            at=at,
        )
        self._store.append(tenant, {ProviderSecret: pd.DataFrame([row.model_dump()])})

    def _data_key(self, tenant: TenantId, row: Mapping[Any, Any]) -> bytes:
        name, version = row["name"], int(row["version"])
        master = self.key_ring.find(row["master_key"])
        if master is None:
            raise ConfigError(
                f"cannot open secret {name!r} of tenant {tenant!r}: it is sealed under master key "
                f"{row['master_key']!r}, which {self.key_ring.source} does not hold; restore that key ring, or store "
                "the secret again"
            )
        data_key = _open(master.secret, row["data_key"], _authenticated("data key", tenant, name, version))
        if data_key is None:
            raise _damaged(tenant, name)
        return data_key


def _check(name: str, value: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _NAME_CHARS:
        raise ConfigError(
            f"cannot store secret {name[:_NAME_CHARS]!r}: a name has lower-case letters, digits, '_', '.', '-' and "
            "inner '/', such as 'llm/openai'"
        )
    if not value.strip() or len(value) > LONGEST_VALUE:
        raise ConfigError(
            f"cannot store secret {name!r}: the value has {len(value):,} characters; it must have 1 to "
            f"{LONGEST_VALUE:,} and not be blank"
        )


def _authenticated(part: str, tenant: str, name: str, version: int) -> bytes:
    """No part can hold the separator: neither tenants nor names of secrets may have a '|'."""
    return f"aidiscover secret|{part}|{tenant}|{name}|{version}".encode()


def _seal(key: bytes, clear: bytes, authenticated: bytes) -> str:
    """Random nonce and ciphertext in base64: a data key seals once, a master key far fewer times than 2**32."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, clear, authenticated)).decode()


def _open(key: bytes, sealed: str, authenticated: bytes) -> bytes | None:
    """What was sealed, None where anything differs."""
    try:
        content = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], authenticated)
    except (InvalidTag, ValueError):
        return None


def _damaged(tenant: TenantId, name: str) -> ConfigError:
    return ConfigError(
        f"cannot open secret {name!r} of tenant {tenant!r}: its row was changed, or copied from another tenant, name "
        "or version; store the secret again"
    )
