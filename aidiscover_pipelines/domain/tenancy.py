"""Tenants, application keys and runs: the names every stage agrees on.

`partition_key` and `split_partition_key` are the only places that build or parse `tenant/application`.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NewType

from aidiscover_pipelines.domain.errors import ConfigError

TenantId = NewType("TenantId", str)
ApplicationId = NewType("ApplicationId", str)

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

DEFAULT_CRON = "0 2 * * *"


def tenant_id(text: str) -> TenantId:
    """Check a tenant name given by a person; lower-case letters, digits and dashes, at most 63.

    Raises: ConfigError. The same text names a folder, a partition and a database predicate, hence the narrow alphabet.
    """
    if not _SLUG.fullmatch(text):
        raise ConfigError(
            f"cannot use {text!r} as a tenant name: use 1 to 63 lower-case letters, digits and inner dashes, "
            "such as 'acme-de'"
        )
    return TenantId(text)


def partition_key(tenant: TenantId, application: ApplicationId) -> str:
    """Key of one application in the `application` partitions."""
    return f"{tenant}/{application}"


def split_partition_key(key: str) -> tuple[TenantId, ApplicationId]:
    """Inverse of `partition_key`. Raises: ConfigError."""
    tenant, slash, application = key.partition("/")
    if not slash or not application:
        raise ConfigError(
            f"cannot read partition key {key!r}: expected 'tenant/application', such as 'demo/customer-portal'"
        )
    return tenant_id(tenant), ApplicationId(application)


def hint_at_application(text: str, ids: Sequence[str]) -> str:
    """What to do where `text` is no application id: the nearest id, also to a name as the report writes it."""
    near = difflib.get_close_matches("-".join(text.casefold().split()), ids, n=1)
    return f"did you mean {near[0]!r}?" if near else "ids stand in the report's workbook, sheet Applications"


@dataclass(frozen=True, slots=True)
class Tenant:
    """One row of the tenant registry. `cron` is when its bulk discovery runs, in UTC."""

    id: TenantId
    name: str
    cron: str = DEFAULT_CRON


@dataclass(frozen=True, slots=True)
class RunRef:
    """Who writes: later runs fence out earlier ones, later attempts of a run earlier attempts."""

    run_id: str
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    attempt: int = 0
