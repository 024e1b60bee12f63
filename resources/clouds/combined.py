"""All clouds that the settings name, as one inventory."""

from importlib import import_module

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import CloudInventory, CloudScan
from resources.clouds import CLOUDS
from resources.clouds.cells import ServiceScan, cloud_scan, joined


class CombinedInventory:
    """CloudInventory over AIDISCOVER_CLOUDS. Raises: ConfigError for a cloud that is not in CLOUDS."""

    def __init__(self, settings: Settings) -> None:
        self._inventories = [_inventory(cloud, settings) for cloud in dict.fromkeys(settings.clouds)]

    def scan(self, tenant: TenantId) -> CloudScan:
        if not self._inventories:
            reason = f"AIDISCOVER_CLOUDS is empty; set it to a list of {', '.join(CLOUDS)} to scan cloud accounts"
            return cloud_scan("none", [ServiceScan("global", "all", "skipped", reason)])
        return joined([inventory.scan(tenant) for inventory in self._inventories])


def _inventory(cloud: str, settings: Settings) -> CloudInventory:
    if cloud not in CLOUDS:
        raise ConfigError(
            f"cannot scan cloud {cloud!r} of AIDISCOVER_CLOUDS: known are {', '.join(CLOUDS)}; correct or unset it"
        )
    module, _, function = CLOUDS[cloud].partition(":")
    inventory: CloudInventory = getattr(import_module(module), function)(settings)
    return inventory
