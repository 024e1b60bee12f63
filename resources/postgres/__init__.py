"""PostgreSQL: the embedded or an external server, the portfolio's schema and store, Dagster's instance."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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


@contextmanager
def starting(settings: Settings) -> Iterator[None]:
    """`connect` beside the work of the context, such as imports: to make and start a server is mostly waiting.

    Raises what `connect` raises.
    """
    # Its own imports come first: two threads that import packages which import each other can stop one another.
    import resources.postgres.embedded  # noqa: F401

    with ThreadPoolExecutor(1) as starter:
        started = starter.submit(connect, settings)
        yield
        started.result()


def open_store(settings: Settings) -> "PostgresStore":
    """The portfolio store, its server up and its schema at the newest revision. A few milliseconds once it is."""
    from resources.postgres.migrations import migrate
    from resources.postgres.store import PostgresStore

    urls = connect(settings)
    migrate(urls.owner)
    return PostgresStore(urls.rw)
