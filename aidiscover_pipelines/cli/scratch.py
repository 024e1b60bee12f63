"""One file through the stages of discovery, in memory: nothing is stored and no crew is asked."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id

if TYPE_CHECKING:
    from resources.scratch_store import ScratchStore

SCRATCH = Tenant(tenant_id("scratch"), "one file, nothing stored")
RUN = RunRef("scratch")


def mapped_file(file: Path, first: int | None = None) -> "ScratchStore":
    """A scratch store that holds the file's rows (of each sheet the `first`) and their mapping. Raises: InputError."""
    from aidiscover_pipelines.ingest.stage import load_file
    from aidiscover_pipelines.mapping.fields import warming_up
    from aidiscover_pipelines.mapping.stage import map_fields
    from resources.scratch_store import ScratchStore

    store = ScratchStore(SCRATCH)
    with warming_up():
        load_file(store, SCRATCH.id, RUN, file, first)
    map_fields(store, SCRATCH.id, RUN)
    return store


def validated_file(file: Path, today: date) -> "ScratchStore":
    """A scratch store in which the file went through every stage up to validated attributes. Raises: InputError."""
    from aidiscover_pipelines.attributes.stage import validate_attributes
    from aidiscover_pipelines.inventory import stage as inventory
    from aidiscover_pipelines.technology.stage import name_technologies

    store = mapped_file(file)
    inventory.cleanse_records(store, SCRATCH.id, RUN)
    inventory.build_inventory(store, SCRATCH.id, RUN)
    inventory.build_applications(store, SCRATCH.id, RUN)
    inventory.build_dependencies(store, SCRATCH.id, RUN)
    name_technologies(store, SCRATCH.id, RUN, today)
    validate_attributes(store, SCRATCH.id, RUN, today)
    return store
