"""Code hosts and uploaded archives as RepositoryHosts. A kind of host is one module and one row here."""

# Kind -> module:function that makes its client, given the base URL and the token; archives and plain git need none.
HOSTS: dict[str, str] = {
    "github": "resources.repositories.github:GitHub",
    "gitlab": "resources.repositories.gitlab:GitLab",
    "git": "",
    "archive": "",
}
SECRETS = "repositories/"  # where tokens of hosts lie among a tenant's secrets
WEBHOOK_SECRETS = "webhooks/"
