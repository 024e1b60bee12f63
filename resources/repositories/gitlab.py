"""GitLab, hosted or self-managed, over REST version 4 (docs.gitlab.com/api/rest).

Least privilege of a token: a group or project access token of role Reporter with read_api and read_repository.
"""

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from aidiscover_pipelines.domain.errors import Skippable
from aidiscover_pipelines.ports import RepositoryRef
from resources.repositories.rest import Rest

PERMISSION = "read_api and read_repository"


class GitLab:
    """One GitLab host. `root` is its web address; a token may be empty."""

    def __init__(self, root: str, token: str) -> None:
        parts = urlsplit(root)
        self._rest = Rest(
            "GitLab", f"{parts.scheme}://{parts.netloc}/api/v4", {"PRIVATE-TOKEN": token} if token else {}, PERMISSION
        )
        self._host = parts.netloc

    def owned(self, owner: str) -> Sequence[RepositoryRef]:
        """Projects of a group and its subgroups. Raises: Skippable."""
        what = f"list projects of group {owner!r}"
        path = f"groups/{quote(owner, safe='')}/projects?include_subgroups=true&per_page=100&simple=true"
        return [
            RepositoryRef(f"{self._host}/{one['path_with_namespace'].lower()}", "gitlab", one["http_url_to_repo"])
            for one in self._rest.pages(path, what)
        ]

    def head(self, path: str) -> str:
        """Commit at the tip of the default branch of group/name. Raises: Skippable; so does an empty project."""
        what = f"read project {path!r}"
        commits = self._rest.get(f"projects/{quote(path, safe='')}/repository/commits?per_page=1", what)
        if not commits:
            raise Skippable(f"cannot {what}: it has no commits; push some, or remove its declaration")
        return str(commits[0]["id"])
