"""Repositories of a tenant: declare them, store tokens, scan, and receive signed pushes."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, FAILED, NEEDS_REVIEW, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_files, open_portfolio
from aidiscover_pipelines.cli.secrets import open_sealed, read_secrets
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import ApplicationRepository, RepositoryScan, RepositorySource
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId, tenant_id

if TYPE_CHECKING:
    from aidiscover_pipelines.ports import PortfolioStore

KINDS = ("github", "gitlab", "git", "archive")
_LISTED = ("repository_id", "outcome", "application_id", "how", "commit", "reason")


@click.group()
def repositories() -> None:
    """Read source repositories as evidence about the applications that they build."""


@repositories.command()
@tenant_option
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("place")
@click.option("--application", default="", help="Application that it builds, by id or name; else found by evidence.")
@by_option
@json_option
def add(tenant: str, kind: str, place: str, application: str, by: str, as_json: bool) -> int:
    """Declare a repository by its web address, all of an owner with /*, or a ZIP or TAR file on this machine."""
    name, settings = tenant_id(tenant), Settings.from_environment()
    store = open_portfolio(settings)
    store.tenant(name, f"declare repository {place!r}")
    own, url = _kept(settings, name, Path(place)) if kind == "archive" else _addressed(place)
    if own.endswith("/*") and (application or kind not in ("github", "gitlab")):
        raise ConfigError(f"cannot declare {place!r}: '/*' is for github and gitlab owners, without --application")
    source = RepositorySource(name=own, kind=kind, url=url, application=application, by=by, at=datetime.now(UTC))
    store.put(name, [source])
    if as_json:
        emit(source.model_dump())
    else:
        console.print(f"{own} declared; 'aidiscover repositories scan --tenant {name}' reads it", markup=False)
    return DONE


@repositories.command(name="list")
@tenant_option
@json_option
def list_repositories(tenant: str, as_json: bool) -> int:
    """List what is declared, what the last scan made of it, and the application that each repository builds."""
    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    declared = store.read(name, RepositorySource)
    rows = _scans(store, name)
    if as_json:
        emit({"tenant": name, "declared": declared.to_dict("records"), "repositories": rows})
        return DONE
    columns = ["name", "kind", "application", "by"]
    console.print(table(f"Repositories declared by {name}", columns, declared[columns].to_numpy().tolist()))
    console.print(table("Last scan", list(_LISTED), [[row[column] for column in _LISTED] for row in rows]))
    return DONE


@repositories.command()
@tenant_option
@click.argument("declared")
@json_option
def remove(tenant: str, declared: str, as_json: bool) -> int:
    """Withdraw a declaration, named as 'list' shows it; the next scan forgets what it told."""
    from aidiscover_pipelines.ports import Condition

    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    removed = store.delete(name, RepositorySource, [Condition("name", "=", declared)]) > 0
    if as_json:
        emit({"tenant": name, "name": declared, "removed": removed})
    else:
        console.print(f"{declared} {'withdrawn' if removed else 'was not declared'}", markup=False)
    return DONE if removed else FAILED


@repositories.command()
@tenant_option
@json_option
def scan(tenant: str, as_json: bool) -> int:
    """Read what is new in the declared repositories now; the next discovery uses it. Exit code 3: some failed."""
    from aidiscover_pipelines.repositories.stage import scan_repositories
    from resources.repositories.hosts import TenantRepositories

    name, settings = tenant_id(tenant), Settings.from_environment()
    store, now = open_portfolio(settings), datetime.now(UTC)
    hosts = TenantRepositories(store, open_files(settings), settings)
    result = scan_repositories(store, hosts, name, RunRef("repositories scan", now), now.date())
    if as_json:
        rows = _scans(store, name)
        emit({"tenant": name, **result.figures, "gaps": list(result.skipped), "repositories": rows})
    else:
        told = ", ".join(f"{count} {outcome}" for outcome, count in result.figures.items())
        console.print(f"repositories of {name}: {told}", markup=False)
        for reason in result.skipped:
            console.print(reason, markup=False, soft_wrap=True)
    return NEEDS_REVIEW if result.skipped else DONE


@repositories.command()
@tenant_option
@click.argument("place")
@by_option
@json_option
def token(tenant: str, place: str, by: str, as_json: bool) -> int:
    """Store the token of HOST or HOST/OWNER, sealed. It is read from a hidden prompt, or from standard input."""
    from resources.repositories.hosts import secret_name

    return _store_secret(tenant, secret_name(place), f"Token of {place}", by, as_json)


@repositories.command(name="webhook-secret")
@tenant_option
@by_option
@json_option
def webhook_secret(tenant: str, by: str, as_json: bool) -> int:
    """Store the secret that pushes are signed with, sealed. It is read from a hidden prompt, or from standard input."""
    from resources.repositories.webhooks import SECRET

    return _store_secret(tenant, SECRET, "Secret of the webhook", by, as_json)


@click.command()
@click.option("--port", default=3001, show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; put TLS in front of it.")
def webhooks(port: int, host: str) -> int:
    """Receive signed pushes at /webhooks/TENANT until Ctrl-C; 'aidiscover up' then looks at their applications."""
    import uvicorn

    from resources.repositories.webhooks import application

    store, stored = open_sealed()
    console.print(f"receiving pushes at http://{host}:{port}/webhooks/TENANT", markup=False)
    uvicorn.run(application(store, stored), host=host, port=port, log_level="warning")
    return DONE


def _scans(store: "PortfolioStore", tenant: TenantId) -> list[dict[str, object]]:
    """The last scan of each repository, without its facts, and the application that it builds."""
    scans = store.read(tenant, RepositoryScan).drop(columns="facts")
    built = store.read(tenant, ApplicationRepository)[["repository_id", "application_id", "how"]]
    rows = scans.merge(built, on="repository_id", how="left").astype(object)
    return [
        {str(name): value for name, value in row.items()} for row in rows.where(rows.notna(), "").to_dict("records")
    ]


def _kept(settings: Settings, tenant: TenantId, path: Path) -> tuple[str, str]:
    """Name and SHA-256 of an archive, whose bytes are kept. Raises: ConfigError."""
    from aidiscover_pipelines.ports import Upload

    if not path.is_file():
        raise ConfigError(f"cannot declare archive {str(path)!r}: there is no such file; name a ZIP or TAR file")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    open_files(settings).keep_original(Upload(tenant, path.name, path, sha256, path.stat().st_size))
    return f"archive/{path.name}", sha256


def _addressed(place: str) -> tuple[str, str]:
    """host/path and the address to clone from. Raises: ConfigError for what is no web address."""
    parts = urlsplit(place)
    path = parts.path.strip("/").removesuffix(".git")
    if parts.scheme not in ("https", "http") or not parts.netloc or "@" in parts.netloc or "/" not in path:
        raise ConfigError(
            f"cannot declare repository {place!r}: it is no web address without credentials; name it as in "
            "https://github.com/acme/webshop, and store its token with 'aidiscover repositories token'"
        )
    return f"{parts.netloc}/{path}".lower(), place.rstrip("/")


def _store_secret(tenant: str, kept_as: str, shown: str, by: str, as_json: bool) -> int:
    name = tenant_id(tenant)
    store, stored = open_sealed()
    store.tenant(name, f"store secret {kept_as!r}")  # before anybody types it
    version = stored.put(name, kept_as, read_secrets(f"store secret {kept_as!r}", [shown])[0], by)
    if as_json:
        emit({"tenant": name, "name": kept_as, "version": version, "by": by})
    else:
        console.print(f"{kept_as} of tenant {name} stored, version {version}", markup=False)
    return DONE
