"""PostgreSQL: the embedded or an external server, the portfolio's schema and store, Dagster's instance."""

from typing import TYPE_CHECKING

from aidiscover_pipelines.domain.settings import Settings

if TYPE_CHECKING:
    from resources.postgres.access import ServerUrls
    from resources.postgres.store import PostgresStore


def connect(settings: Settings) -> "ServerUrls":
    """URLs of the database the settings name; starts the embedded server where none is named and none runs."""
    if settings.database_url:
        from resources.postgres.access import external_urls

        return external_urls(settings.database_url)
    from resources.postgres.embedded import ensure_server

    return ensure_server(settings.home)


def open_store(settings: Settings) -> "PostgresStore":
    """The portfolio store, its server up and its schema at the newest revision. A few milliseconds once it is."""
    from resources.postgres.migrations import migrate
    from resources.postgres.store import PostgresStore

    urls = connect(settings)
    migrate(urls.owner)
    return PostgresStore(urls.rw)
