"""Cores and memory of machine types, known from their names alone.

A custom type states both. Of a predefined one the name states the cores and, by the table below, the memory: Compute
Engine documents memory per vCPU for each series and class (https://cloud.google.com/compute/docs/machine-resource). A
series that is not listed, or whose sizes do not follow one ratio (c4, c3d-highcpu, m1 to m4, a2, a3), has no memory
here: unknown is left unknown.
"""

import re
from typing import NamedTuple


class Size(NamedTuple):
    """vCPUs as the guest sees them and MiB of memory; None where the name does not tell."""

    cores: int | None
    memory_mib: int | None


UNKNOWN = Size(None, None)

_GIB_PER_CORE = {
    **{(series, "standard"): 4.0 for series in ("n2", "n2d", "n4", "e2", "t2d", "t2a", "c2", "c2d", "c3", "c3d", "g2")},
    **{(series, "highmem"): 8.0 for series in ("n2", "n2d", "n4", "e2", "c2d", "c3", "c3d", "c4a")},
    **{(series, "highcpu"): 1.0 for series in ("n2", "n2d", "e2")},
    **{(series, "highcpu"): 2.0 for series in ("n4", "c2d", "c3", "c4a")},
    ("c4a", "standard"): 4.0,
    ("n1", "standard"): 3.75,
    ("n1", "highmem"): 6.5,
    ("n1", "highcpu"): 0.9,
}
# Parts of a core, but the guest sees these many.
_SHARED_CORE = {
    "f1-micro": Size(1, 614),
    "g1-small": Size(1, 1740),
    "e2-micro": Size(2, 1024),
    "e2-small": Size(2, 2048),
    "e2-medium": Size(2, 4096),
}
_CUSTOM = re.compile(r"(?:[a-z]\w*-)?custom-(\d+)-(\d+)(?:-ext)?")
_CUSTOM_SHARED = re.compile(r"e2-custom-(?:micro|small|medium)-(\d+)")
# Of accelerator types (a2-highgpu-1g) the number counts something else.
_PREDEFINED = re.compile(r"([a-z]\w*)-(standard|highmem|highcpu|megamem|ultramem|hypermem)-(\d+)(?:-lssd|-metal)*")


def size_of(machine_type: str) -> Size:
    """Size of a Compute Engine machine type, such as n2-standard-4 or n2-custom-4-8192; of Cloud SQL without `db-`."""
    if machine_type in _SHARED_CORE:
        return _SHARED_CORE[machine_type]
    if found := _CUSTOM_SHARED.fullmatch(machine_type):
        return Size(2, int(found[1]))
    if found := _CUSTOM.fullmatch(machine_type):
        return Size(int(found[1]), int(found[2]))
    if found := _PREDEFINED.fullmatch(machine_type):
        cores = int(found[3])
        ratio = _GIB_PER_CORE.get((found[1], found[2]))
        return Size(cores, None if ratio is None else int(cores * ratio * 1024))
    return UNKNOWN
