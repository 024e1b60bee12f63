"""Questionnaires that come back: their columns say themselves what they mean, so nothing is ranked or learnt.

A header that somebody changed no longer says it: what the ranker makes of it is used, and shown to a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.questionnaire import (
    EXPLANATIONS,
    KEY_HEADER,
    ORIENTATION_HEADERS,
    field_of,
    is_questionnaire,
)
from aidiscover_pipelines.domain.vocabulary import EntityKind, MappingDecision
from aidiscover_pipelines.mapping.rank import Choice
from aidiscover_pipelines.mapping.sheets import SheetKind

REASON = "questionnaire"
_ANSWERS = SheetKind(EntityKind.APPLICATION, "it is a questionnaire: each row holds answers", EntityKind.APPLICATION)
_EXPLAINS = SheetKind(
    None, "it explains the questionnaire in the same workbook", EntityKind.APPLICATION, technical=True
)


def questionnaires(sheets: pd.DataFrame, headers: Sequence[Sequence[str]]) -> dict[int, SheetKind]:
    """Kind of each sheet (by its position) of a questionnaire: those with answers, and those that explain them.

    `sheets` has file_id and sheet, in the order of `headers`.
    """
    files = sheets["file_id"].tolist()
    found = {place: _ANSWERS for place, listed in enumerate(headers) if is_questionnaire(listed)}
    asking = {files[place] for place in found}
    for place, (file_id, name) in enumerate(zip(files, sheets["sheet"].tolist(), strict=True)):
        if place not in found and file_id in asking and name in EXPLANATIONS:
            found[place] = _EXPLAINS
    return found


def as_asked(
    headers: Sequence[Sequence[str]], choices: Sequence[Choice], asked: Mapping[int, SheetKind]
) -> list[Choice]:
    """The choices, one per column of all sheets, with those of questionnaires read from their headers."""
    settled = list(choices)
    start = 0
    for sheet, listed in enumerate(headers):
        if sheet in asked and not asked[sheet].technical:
            for place, header in enumerate(listed):
                settled[start + place] = _read(header, choices[start + place], is_key=place == 0)
        start += len(listed)
    return settled


def _read(header: str, ranked: Choice, *, is_key: bool) -> Choice:
    if is_key:
        return _sure("application_id", f"{REASON}: {KEY_HEADER!r}")
    if header.strip() in ORIENTATION_HEADERS:
        return _ignored("it only says what a row is about")
    field = field_of(header)
    if field in BY_NAME:
        return _sure(field, f"{REASON}: its header names the field")
    if ranked.field is None or ranked.decision is MappingDecision.IGNORE or ranked.field == "application_id":
        return _ignored("its header names no field in brackets any more, and its words do not tell one")
    why = f"{REASON}: its header was changed and names no field in brackets; {ranked.reason}"
    return replace(ranked, decision=MappingDecision.REVIEW, reason=why)


def _sure(field: str, reason: str) -> Choice:
    return Choice(field, BY_NAME[field].unit, None, 1.0, MappingDecision.ACCEPT, [], reason)


def _ignored(why: str) -> Choice:
    return Choice(None, None, None, 1.0, MappingDecision.IGNORE, [], f"{REASON}: {why}")
