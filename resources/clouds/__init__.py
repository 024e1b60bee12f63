"""Cloud accounts. A cloud is one module (or package) and one row here; its SDK loads on the first scan.

The module of a cloud has three functions:

    accounts(connection: Connection) -> Iterator[CloudAccount]
        the accounts that a connection reaches; raises Refused where it reaches none
    scan_permissions() -> Sequence[str]
        everything that a whole scan may need to be allowed (inventory, metrics, dependencies), known without a call;
        'aidiscover cloud policy' prints policy_document(scan_permissions())
    policy_document(permissions: Sequence[str]) -> str
        the least privilege that allows these permissions, in the cloud's own format, ready to be applied
"""

from importlib import import_module
from types import ModuleType

CLOUDS: dict[str, str] = {
    "aws": "resources.clouds.aws",
    "azure": "resources.clouds.azure",
    "gcp": "resources.clouds.gcp",
}


def module_of(cloud: str) -> ModuleType:
    """The module of a cloud, one of CLOUDS; imported when it is asked for."""
    return import_module(CLOUDS[cloud])
