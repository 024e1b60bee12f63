"""Repositories of tenants: which client speaks for a kind of host, with which token, and where files go meanwhile."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from aidiscover_pipelines.domain.errors import Skippable
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import Checkout, PortfolioStore, RepositoryRef, TenantFiles
from resources.repositories import HOSTS, SECRETS
from resources.repositories.archive import common_folder, unpack
from resources.repositories.git import Clone
from resources.secrets import open_secrets

# Who a token signs in as when git asks: any name for GitHub, `oauth2` for GitLab.
_USERS = {"github": "x-access-token", "gitlab": "oauth2", "git": "git"}


class HostClient(Protocol):
    """REST of one code host."""

    def owned(self, owner: str) -> Sequence[RepositoryRef]:
        """Repositories of an owner."""

    def head(self, path: str) -> str:
        """Newest commit of the default branch."""


class TenantRepositories:
    """RepositoryHosts over code hosts and kept archives. Tokens are opened for one use and kept nowhere."""

    def __init__(self, store: PortfolioStore, files: TenantFiles, settings: Settings) -> None:
        self._files = files
        self._secrets = open_secrets(store, settings)
        self.advisories = Path(settings.advisories) if settings.advisories else None

    def expand(self, tenant: TenantId, ref: RepositoryRef) -> Sequence[RepositoryRef]:
        if not ref.id.endswith("/*"):
            return [ref]
        return self._client(tenant, ref).owned(_path(ref).removesuffix("/*"))

    def head(self, tenant: TenantId, ref: RepositoryRef) -> str:
        if ref.kind == "archive":
            return ref.url
        if HOSTS.get(ref.kind):
            return self._client(tenant, ref).head(_path(ref))
        return self._clone(tenant, ref).head()

    @contextmanager
    def checkout(self, tenant: TenantId, ref: RepositoryRef, commit: str, today: date) -> Iterator[Checkout]:
        with tempfile.TemporaryDirectory(prefix="aid-repo-") as folder:
            root = Path(folder, "files")
            root.mkdir()
            if ref.kind == "archive":
                left_out = unpack(self._files.original(tenant, ref.url), root, ref.id)
                yield Checkout(common_folder(root), None, left_out)
                return
            clone, bare = self._clone(tenant, ref), Path(folder, "bare")
            clone.fetch(bare)
            left_out = clone.write(bare, commit, root)
            yield Checkout(root, clone.history(bare, commit, today), left_out)

    def _client(self, tenant: TenantId, ref: RepositoryRef) -> HostClient:
        if not HOSTS.get(ref.kind):
            raise Skippable(
                f"cannot list repositories of {ref.id!r}: only github and gitlab hosts list them; name each"
            )
        module, _, name = HOSTS[ref.kind].partition(":")
        parts = urlsplit(ref.url)
        client: HostClient = getattr(import_module(module), name)(
            f"{parts.scheme}://{parts.netloc}", self._token(tenant, ref)
        )
        return client

    def _clone(self, tenant: TenantId, ref: RepositoryRef) -> Clone:
        token = self._token(tenant, ref)
        credentials = token if ":" in token or not token else f"{_USERS[ref.kind]}:{token}"
        return Clone(ref.url, credentials, ref.id)

    def _token(self, tenant: TenantId, ref: RepositoryRef) -> str:
        """The token of the owner on the host, else of the host; empty for what everybody may read."""
        host, owner = ref.id.split("/")[:2]
        names = (secret_name(f"{host}/{owner}"), secret_name(host))
        return next((token for name in names if (token := self._secrets.get(tenant, name))), "")


def secret_name(place: str) -> str:
    """Name of the token of a host, or host/owner, among a tenant's secrets. A port's colon may not stand in one."""
    return SECRETS + place.casefold().replace(":", "_")


def _path(ref: RepositoryRef) -> str:
    """Owner and name on the host."""
    return ref.id.partition("/")[2]
