"""GitHub and GitHub Enterprise Server over REST (docs.github.com/rest, version 2022-11-28).

Least privilege of a token: a fine-grained one with Repository permissions Contents: read and Metadata: read.
"""

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from aidiscover_pipelines.domain.errors import Skippable
from aidiscover_pipelines.ports import RepositoryRef
from resources.repositories.rest import Rest

PERMISSION = "Contents: read, Metadata: read"


class GitHub:
    """One GitHub host. `root` is https://github.com or an Enterprise Server's; a token may be empty."""

    def __init__(self, root: str, token: str) -> None:
        parts = urlsplit(root)
        base = "https://api.github.com" if parts.netloc == "github.com" else f"{parts.scheme}://{parts.netloc}/api/v3"
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        self._rest = Rest("GitHub", base, headers | ({"Authorization": f"Bearer {token}"} if token else {}), PERMISSION)
        self._host = parts.netloc

    def owned(self, owner: str) -> Sequence[RepositoryRef]:
        """Repositories of an organisation, without forks. Raises: Skippable."""
        what = f"list repositories of {owner!r}"
        found = self._rest.pages(f"orgs/{quote(owner)}/repos?per_page=100&type=all", what)
        return [
            RepositoryRef(f"{self._host}/{one['full_name'].lower()}", "github", one["clone_url"])
            for one in found
            if not one.get("fork")
        ]

    def head(self, path: str) -> str:
        """Commit at the tip of the default branch of owner/name. Raises: Skippable; so does an empty repository."""
        what = f"read repository {path!r}"
        branch = self._rest.get(f"repos/{quote(path)}", what)["default_branch"]
        commits = self._rest.get(f"repos/{quote(path)}/commits?per_page=1&sha={quote(branch, safe='')}", what)
        if not commits:
            raise Skippable(f"cannot {what}: it has no commits; push some, or remove its declaration")
        return str(commits[0]["sha"])
