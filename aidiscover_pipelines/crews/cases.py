"""How a case file is made: frame values become JSON values, and the digest says whether it was asked before."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.crews.contract import EVIDENCE, PARAGRAPH, PHRASE, Contract
from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.crews.text import clipped, json_value
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.tenancy import TenantId

Rows = Sequence[Mapping[str, Any]]


def case_file(
    tenant: TenantId, crew: CrewSpec, subject: str, sections: Mapping[str, Rows], fallback: Contract
) -> CaseFile:
    """Build a case. Empty sections are left out, so that no agent is given a tool that has nothing to show.

    The digest covers the crew's prompts and contracts and every value of the case.
    """
    held = {name: [json_value(row) for row in rows] for name, rows in sections.items() if len(rows)}
    text = json.dumps([crew.name, crew.fingerprint, subject, held], sort_keys=True, ensure_ascii=True)
    return CaseFile(
        tenant=tenant,
        crew=crew.name,
        subject=subject,
        sections=held,
        fallback=fallback.model_dump(mode="json"),
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def rows_of(frame: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The frame's rows as dicts of those columns."""
    return [{str(name): value for name, value in row.items()} for row in frame[list(columns)].to_dict("records")]


def phrase(text: Any) -> str:
    """Text that fits a contract's phrase."""
    return clipped(str(text), PHRASE)


def paragraph(text: Any) -> str:
    """Text that fits a contract's paragraph."""
    return clipped(str(text), PARAGRAPH)


def first_ids(*lists: Any) -> list[str]:
    """Distinct evidence ids of several lists in order, as many as a contract takes."""
    ids = (str(item) for listed in lists if isinstance(listed, list | tuple) for item in listed)
    return list(dict.fromkeys(ids))[:EVIDENCE]
