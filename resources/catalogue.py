"""The resources that definitions compose: each reads the settings when a run starts, never while definitions load."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import dagster as dg

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.ports import Clock, CloudInventory, CrewRunner, PortfolioStore, RepositoryHosts, TenantFiles


class SystemClock:
    """Clock that tells today in UTC."""

    def today(self) -> date:
        return datetime.now(UTC).date()


class SettingsResource(dg.ConfigurableResource[Settings]):
    """The settings of this process."""

    def create_resource(self, context: dg.InitResourceContext) -> Settings:
        return Settings.from_environment()


class StoreResource(dg.ConfigurableResource[PortfolioStore]):
    """PostgreSQL, embedded or external, migrated. A worker executes many runs: connections are closed after each."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[PortfolioStore]:
        from resources.postgres import open_store

        store = open_store(Settings.from_environment())
        try:
            yield store
        finally:
            store.close()


class FilesResource(dg.ConfigurableResource[TenantFiles]):
    """Landing folders, originals, quarantine and reports below the project data directory."""

    def create_resource(self, context: dg.InitResourceContext) -> TenantFiles:
        from resources.landing import LocalTenantFiles

        settings = Settings.from_environment()
        return LocalTenantFiles(settings.home, settings.settle_s)


class CrewsResource(dg.ConfigurableResource[CrewRunner]):
    """CrewAI with the configured models; crewai is imported at the first kickoff. The ledger is in the store."""

    store: dg.ResourceDependency[PortfolioStore]

    def create_resource(self, context: dg.InitResourceContext) -> CrewRunner:
        from resources.crews.open import open_runner

        return open_runner(Settings.from_environment(), self.store)


class CloudsResource(dg.ConfigurableResource[CloudInventory]):
    """The clouds that a tenant is connected to. Credentials are opened when a scan starts, in memory only."""

    store: dg.ResourceDependency[PortfolioStore]

    def create_resource(self, context: dg.InitResourceContext) -> CloudInventory:
        from resources.clouds.combined import open_inventory

        return open_inventory(self.store, Settings.from_environment())


class RepositoriesResource(dg.ConfigurableResource[RepositoryHosts]):
    """Code hosts and uploaded archives of every tenant."""

    store: dg.ResourceDependency[PortfolioStore]
    files: dg.ResourceDependency[TenantFiles]

    def create_resource(self, context: dg.InitResourceContext) -> RepositoryHosts:
        from resources.repositories.hosts import TenantRepositories

        return TenantRepositories(self.store, self.files, Settings.from_environment())


class ClockResource(dg.ConfigurableResource[Clock]):
    """The system clock."""

    def create_resource(self, context: dg.InitResourceContext) -> Clock:
        return SystemClock()


STORE = StoreResource()
FILES = FilesResource()

RESOURCES: dict[str, object] = {
    "settings": SettingsResource(),
    "store": STORE,
    "files": FILES,
    "crews": CrewsResource(store=STORE),
    "clouds": CloudsResource(store=STORE),
    "repositories": RepositoriesResource(store=STORE, files=FILES),
    "clock": ClockResource(),
}
