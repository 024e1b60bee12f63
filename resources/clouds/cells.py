"""What every cloud module turns its answers into: cells with an address, and coverage rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import CloudCell, CloudCoverage, Row
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.cleansing.columns import read_values
from aidiscover_pipelines.ports import CloudScan
from resources.frames import conform, decode_json

# Providers count memory and disks in binary units and name the decimal ones.
_UNITS = {"memory_mb": "MiB", "storage_total_gb": "GiB"}


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: canonical field -> text as the provider gave it; empty texts are left out.

    `application_name` describes the application that the resource serves; every other field the resource itself.
    """

    id: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ServiceScan:
    """What one service of one region gave. `outcome` as in CloudCoverage; called and empty need no reason."""

    region: str
    service: str
    outcome: str
    reason: str = ""
    resources: Sequence[Resource] = field(default=())


def cloud_scan(cloud: str, scans: Iterable[ServiceScan]) -> CloudScan:
    """Cells and coverage of one cloud. Values are read as those of uploaded files are: same words, same units."""
    listed = list(scans)
    cells = [
        cell
        for scan in listed
        for resource in scan.resources
        for cell in _cells(f"{cloud}:{scan.region}", scan.service, resource)
    ]
    coverage = [
        {
            "cloud": cloud,
            "region": scan.region,
            "service": scan.service,
            "outcome": scan.outcome,
            "resources": len(scan.resources),
            "reason": scan.reason,
        }
        for scan in listed
    ]
    return CloudScan(cells=_framed(CloudCell, cells), coverage=_framed(CloudCoverage, coverage))


def joined(scans: Sequence[CloudScan]) -> CloudScan:
    """Several clouds as one scan."""
    return CloudScan(
        cells=pd.concat([scan.cells for scan in scans], ignore_index=True),
        coverage=pd.concat([scan.coverage for scan in scans], ignore_index=True),
    )


def _cells(file_id: str, service: str, resource: Resource) -> list[dict[str, Any]]:
    record_id = f"{file_id}.{service}.{resource.id.replace('.', '_')}"  # dots part the address
    cells = []
    for name, original in resource.texts.items():
        text = original.strip()
        value = read_values([text], name, _UNITS.get(name), "")[0] if text else None
        if value is None or value.text is None:
            continue
        cells.append(
            {
                "evidence_id": f"{record_id}.{name}",
                "record_id": record_id,
                "file_id": file_id,
                "entity": EntityKind.APPLICATION if name == "application_name" else EntityKind.ASSET,
                "field": name,
                "value": value.text,
                "number": value.number,
                "statistic": None,
                "original": original,
                "transform": value.transform,
                "rule": value.rule,
            }
        )
    return cells


def _framed(table: type[Row], rows: list[dict[str, Any]]) -> pd.DataFrame:
    return decode_json(conform(pd.DataFrame(rows, columns=table.columns()), table), table)
