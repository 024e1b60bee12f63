"""How a tenant's cloud accounts are reached: stored by cloud and name, opened for a scan, told without any secret.

A connection's row refers to credentials (a profile, a role, a token file). What cannot be a reference is sealed under
`cloud/<cloud>/<name>/<part>`, where the part is `secret` or a sealed option (resources.secrets: AES-256-GCM).
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import CloudConnection
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import Condition, PortfolioStore
from resources.clouds import CLOUDS
from resources.clouds.account import Connection
from resources.clouds.options import AMBIENT, PROFILE, SECRET, check_sealed, checked_options, cloud_options, shown
from resources.frames import as_models
from resources.secrets.sealed import SealedSecrets

# They write requests and answers to the log, with external ids and keys of assumed roles, and refusals word for word.
# What a call came to is told by its row of coverage.
SDK_LOGGERS = ("boto3", "botocore", "urllib3", "azure", "msal", "google", "grpc")
FROM_SETTINGS = "settings"  # the name of connections that AIDISCOVER_CLOUDS gives

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")


def connections_of(
    store: PortfolioStore, tenant: TenantId, settings: Settings, secrets: SealedSecrets
) -> list[Connection]:
    """The tenant's connections with their secrets opened, by cloud and name; where it has none, those of the settings.

    A secret that does not open makes its own connection unusable (`problem` says why), not the others. From here on
    the SDKs log nothing. Raises: ConfigError for an unknown cloud in AIDISCOVER_CLOUDS, UnknownTenant.
    """
    for name in SDK_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    rows = stored_connections(store, tenant)
    if rows:
        return [_opened(tenant, row, settings, secrets) for row in rows]
    return [_from_settings(cloud, tenant, settings) for cloud in dict.fromkeys(settings.clouds)]


def _opened(tenant: TenantId, row: CloudConnection, settings: Settings, secrets: SealedSecrets) -> Connection:
    """A stored connection with its secrets in memory. AWS regions that it does not name are those of the settings."""
    defaults = {"regions": ",".join(settings.aws_regions)} if row.cloud == "aws" else {}
    connection = Connection(row.cloud, row.name, row.method, {**defaults, **row.options}, row.endpoint)
    try:
        values = {part: _open(tenant, row, part, secrets) for part in row.sealed}
    except ConfigError as error:
        return replace(connection, problem=str(error))
    secret = values.pop(SECRET, "")
    return replace(connection, options={**connection.options, **values}, secret=secret)


def stored_connections(store: PortfolioStore, tenant: TenantId) -> list[CloudConnection]:
    """The tenant's own connections, by cloud and name. Raises: UnknownTenant."""
    return as_models(store.read(tenant, CloudConnection), CloudConnection)


def find_connection(store: PortfolioStore, tenant: TenantId, cloud: str, name: str) -> CloudConnection:
    """One of the tenant's connections. Raises: ConfigError naming those that there are, UnknownTenant."""
    cloud_options(cloud)
    found = store.find(tenant, CloudConnection, cloud=cloud, name=name)
    if found is None:
        there = ", ".join(f"{row.cloud} {row.name}" for row in stored_connections(store, tenant)) or "none"
        raise ConfigError(
            f"cannot find connection {cloud} {shown(name)} of tenant {tenant!r}: there is {there}; "
            "see 'aidiscover cloud list'"
        )
    return found


def checked_connection(
    cloud: str, name: str, method: str, given: Mapping[str, str], endpoint: str, by: str
) -> CloudConnection:
    """The row as it would be stored; its `sealed` parts are to be read next.

    Raises: ConfigError that says what is wrong and how to write it.
    """
    options, sealed = checked_options(cloud, name, method, given)
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"cannot connect {cloud} {shown(name)}: a connection's name has 1 to 40 lower-case letters, digits, "
            "'-' and '_', such as 'production'"
        )
    return CloudConnection(
        cloud=cloud,
        name=name,
        method=method,
        options=options,
        sealed=sealed,
        endpoint=_checked_endpoint(cloud, name, endpoint),
        by=by,
        at=datetime.now(UTC),
    )


def store_connection(
    store: PortfolioStore, secrets: SealedSecrets, tenant: TenantId, row: CloudConnection, values: Mapping[str, str]
) -> bool:
    """Seal the `values` (one for each part in `row.sealed`) and store; False where it replaced one of that name.

    Raises: ConfigError for a value that cannot be one, UnknownTenant.
    """
    for part in row.sealed:
        check_sealed(row.cloud, row.name, row.method, part, values[part])
    is_new = store.find(tenant, CloudConnection, cloud=row.cloud, name=row.name) is None
    for part in row.sealed:
        secrets.put(tenant, sealed_name(row.cloud, row.name, part), values[part], row.by)
    store.put(tenant, [row])
    _forget(secrets, tenant, row.cloud, row.name, but=row.sealed)
    return is_new


def remove_connection(store: PortfolioStore, secrets: SealedSecrets, tenant: TenantId, cloud: str, name: str) -> bool:
    """Forget a connection and what was sealed for it; False where there was none. Raises: UnknownTenant."""
    conditions = [Condition("cloud", "=", cloud), Condition("name", "=", name)]
    was_there = store.delete(tenant, CloudConnection, conditions) > 0
    _forget(secrets, tenant, cloud, name)
    return was_there


def sealed_name(cloud: str, name: str, part: str) -> str:
    """What a sealed part of a connection is called among the tenant's secrets."""
    return f"cloud/{cloud}/{name}/{part}"


def _forget(secrets: SealedSecrets, tenant: TenantId, cloud: str, name: str, but: Sequence[str] = ()) -> None:
    kept = {sealed_name(cloud, name, part) for part in but}
    for one in secrets.names(tenant):
        if one.name.startswith(sealed_name(cloud, name, "")) and one.name not in kept:
            secrets.remove(tenant, one.name)


def _open(tenant: TenantId, row: CloudConnection, part: str, secrets: SealedSecrets) -> str:
    name = sealed_name(row.cloud, row.name, part)
    value = secrets.get(tenant, name)
    if value is None:
        raise ConfigError(
            f"cannot open secret {name!r} of tenant {tenant!r}: it is not stored; add the connection again with "
            f"'aidiscover cloud add {row.cloud} {row.name} --tenant {tenant}'"
        )
    return value


def _from_settings(cloud: str, tenant: TenantId, settings: Settings) -> Connection:
    """What AIDISCOVER_CLOUDS stands for: ambient credentials; in AWS profile aidiscover-<tenant> where there is one."""
    if cloud not in CLOUDS:
        raise ConfigError(
            f"cannot scan cloud {cloud!r} of AIDISCOVER_CLOUDS: known are {', '.join(CLOUDS)}; correct or unset it"
        )
    if cloud != "aws":
        return Connection(cloud, FROM_SETTINGS, AMBIENT)
    regions, profile = ",".join(settings.aws_regions), f"aidiscover-{tenant}"
    if profile in _aws_profiles():
        return Connection(
            cloud, FROM_SETTINGS, PROFILE, {"regions": regions, "profile": profile}, settings.aws_endpoint
        )
    return Connection(cloud, FROM_SETTINGS, AMBIENT, {"regions": regions}, settings.aws_endpoint)


def _aws_profiles() -> list[str]:
    from botocore.session import Session

    return list(Session().available_profiles)


def _checked_endpoint(cloud: str, name: str, endpoint: str) -> str:
    """As given. Raises: ConfigError where it is no address, or one that would be told secrets in the clear."""
    if not endpoint:
        return ""
    try:
        parts = urlsplit(endpoint)
        host, is_plain = parts.hostname or "", not (parts.username or parts.password or parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        host, is_plain, parts = "", False, urlsplit("")
    fits = host and is_plain and endpoint.isprintable() and " " not in endpoint
    if fits and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        return endpoint.rstrip("/")
    raise ConfigError(
        f"cannot connect {cloud} {shown(name)}: its endpoint cannot be used; write https://HOST[:PORT] without user, "
        "password or query (http only for this machine, such as http://127.0.0.1:5000)"
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
