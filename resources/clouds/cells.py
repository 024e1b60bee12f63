"""Resources and relations of all clouds as cells.

The address of a cell is cloud:account:region.service.resource.field, with the statistic behind the field where it is
measured, and the service that told it where that is another than the one that lists the resource.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.cleansing.columns import read_values
from aidiscover_pipelines.inventory.cleansing.text import is_null, tidy
from aidiscover_pipelines.inventory.cleansing.value import Value, number_text
from resources.clouds.account import Measured, Relation, Resource
from resources.clouds.tags import TAG_FIELDS, told_by_tags

# Providers count memory and disks in binary units and name the decimal ones.
_UNITS = {"memory_mb": "MiB", "storage_total_gb": "GiB", "storage_used_gb": "GiB", "disk_size_gb": "GiB"}
_NAMES_APPLICATION = frozenset({"application_name", "application_id"})
# Of a resource that names its application these tags speak of the application. What only an application can have is
# left out where none is named; the tags themselves are kept in any case.
_OF_APPLICATION = frozenset(TAG_FIELDS) - {"environment"}
_ONLY_OF_APPLICATION = frozenset({"business_criticality", "compliance_requirements", "security_requirements"})
_READINGS = 16_384  # texts such as sizes, states and owners come again and again


class Cell(NamedTuple):
    """CloudCell without the place of the call that told it, which is the same for thousands."""

    evidence_id: str
    record_id: str
    entity: EntityKind
    field: str
    value: str
    number: float | None
    statistic: str | None
    original: str
    transform: str = ""
    rule: str = ""


def file_id(cloud: str, account: str, region: str) -> str:
    """What stands for the file in addresses of that region."""
    return _part(f"{cloud}:{account}:{region}")


def record_id(file: str, service: str, resource: str) -> str:
    """What stands for the row."""
    return f"{file}.{_part(service)}.{_part(resource)}"


def resource_cells(resource: Resource, record: str, *, is_listed: bool, told_by: str = "") -> Iterator[Cell]:
    """Cells of a resource, as those of uploaded files are read: same words, same units.

    `is_listed` where this is what makes it an asset; `told_by` is the service where it is another than the record's.
    """
    told = {**told_by_tags(resource.tags), **{field: text for field, text in resource.texts.items() if text.strip()}}
    if is_listed:
        told.setdefault("asset_id", resource.id)
    is_named = not _NAMES_APPLICATION.isdisjoint(told)
    for field, text in told.items():
        if field in _ONLY_OF_APPLICATION and not is_named:
            continue
        is_of_application = field in _NAMES_APPLICATION or (is_named and field in _OF_APPLICATION)
        entity = EntityKind.APPLICATION if is_of_application else EntityKind.ASSET
        yield from _read_cell(record, field, text, entity, told_by)
    for measured in resource.measured:
        yield _measured_cell(record, measured, told_by)


def relation_cells(relation: Relation, file: str, service: str) -> Iterator[Cell]:
    """Cells of an edge, one record for each: its ends are the ids of resources, or addresses that flow logs saw."""
    parts = "\x1f".join((relation.source, relation.target, relation.how, str(relation.port or "")))
    record = record_id(file, service, "relation-" + hashlib.sha256(parts.encode()).hexdigest()[:16])
    told = {"dep_source": relation.source, "dep_target": relation.target, "dep_type": relation.how}
    if relation.port is not None:
        told["dep_port"] = str(relation.port)
    for field, text in told.items():
        yield from _read_cell(record, field, text, EntityKind.DEPENDENCY, "")


def _read_cell(record: str, field: str, text: str, entity: EntityKind, told_by: str) -> Iterator[Cell]:
    value = _reading(field, text)
    if value is not None and value.text is not None:
        evidence = _evidence_id(record, field, told_by)
        yield Cell(evidence, record, entity, field, value.text, value.number, None, text, value.transform, value.rule)


def _measured_cell(record: str, measured: Measured, told_by: str) -> Cell:
    text, number = number_text(measured.value), measured.value
    evidence = _evidence_id(record, f"{measured.field}_{measured.statistic}", told_by)
    return Cell(evidence, record, EntityKind.ASSET, measured.field, text, number, measured.statistic, text)


def _evidence_id(record: str, name: str, told_by: str) -> str:
    return f"{record}.{name}:{_part(told_by)}" if told_by else f"{record}.{name}"


@lru_cache(_READINGS)
def _reading(field: str, original: str) -> Value | None:
    """The value of a text; None where it stands for nothing."""
    text, steps = tidy(original)
    if not text or is_null(text):
        return None
    return read_values([text], field, _UNITS.get(field), "")[0].after(steps)


def _part(text: str) -> str:
    """Dots part an address, so those of a name are written as in a URL."""
    return text.replace("%", "%25").replace(".", "%2E")
