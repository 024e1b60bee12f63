"""What headers and their neighbours tell beside likeness.

A numbered disk, or a row per disk, is one disk and not the storage. A header that asks yes or no names a flag. Beside a
column of cores, a count of CPUs counts sockets. The port a flow comes from says nothing about the service. A bare
'Name' or 'ID' is never the identity of what the rows do not describe, and in a sheet of disks or adapters a bare 'Type'
is not the server's.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.mapping import evidence, normalise, readings, words
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.wordings import CANDIDATES, INDEX

# Identity fields that a bare 'Name' or 'ID' cannot mean, by what the rows describe.
_ASSET_IDENTITY, _APPLICATION_IDENTITY = ("asset_id", "asset_name", "hostname"), ("application_id", "application_name")
_OTHER_IDENTITY: Mapping[EntityKind, tuple[str, ...]] = {
    EntityKind.ASSET: _APPLICATION_IDENTITY,
    EntityKind.APPLICATION: _ASSET_IDENTITY,
    EntityKind.DEPENDENCY: (*_ASSET_IDENTITY, *_APPLICATION_IDENTITY),
    EntityKind.LINK: (),
}
_HARDWARE_PARTS = frozenset({"memory", "cpu", "disk", "partition", "network"})
_COUNTS_CPUS = (frozenset({"cpu"}), frozenset({"cpu", "number"}))
_COUNTED = frozenset({"number", "cpu", "physical", "total", "allocated"})


def header_hints(
    headers: Sequence[str], sheet: Sequence[int], part: Sequence[str | None], entity: Sequence[EntityKind]
) -> np.ndarray:
    """Hints for (+) and against (-) each candidate on the scale of likeness: (columns, CANDIDATES)."""
    hints = np.zeros((len(headers), len(CANDIDATES)))
    meanings = [frozenset(words.concepts(header)) for header in headers]
    counts_cores = {
        owner
        for owner, meaning in zip(sheet, meanings, strict=True)
        if "core" in meaning and (len(meaning) == 1 or meaning & _COUNTED)
    }
    for row, (header, meaning) in enumerate(zip(headers, meanings, strict=True)):
        if meaning in _COUNTS_CPUS and sheet[row] in counts_cores:
            hints[row, INDEX["cpu_cores"]] -= 0.2
            hints[row, INDEX["cpu_sockets"]] += 0.3
        if {"source", "port"} <= meaning:
            hints[row, INDEX["dep_port"]] -= 0.4
        if meaning and meaning <= readings.GENERIC:
            hints[row, [INDEX[name] for name in _OTHER_IDENTITY[entity[row]]]] -= 0.5
            if part[row] in _HARDWARE_PARTS:
                hints[row, : INDEX[IGNORE]] -= 0.5
        if normalise.is_numbered(header) or part[row] in {"disk", "partition"}:
            hints[row, INDEX["disk_size_gb"]] += 0.05
            hints[row, INDEX["storage_total_gb"]] -= 0.05
        if normalise.is_flag(header):
            hints[row, [INDEX[name] for name in CANDIDATES if name not in evidence.FLAGS]] -= 0.2
    return hints
