"""Undoing a cleansing rule, and letting it stand again; every later cleansing respects what is stored here."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import CleansedText, CleansingExemption
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.inventory.cleansing.audit import cells_in_scope
from aidiscover_pipelines.inventory.cleansing.rules import Rule
from aidiscover_pipelines.inventory.cleansing.value import Exemptions, as_read
from aidiscover_pipelines.ports import PortfolioStore


def undo_rule(store: PortfolioStore, tenant: TenantId, rule: str, field: str, text: str, by: str) -> int:
    """Store an exemption; empty field or text mean any. Returns the cells that the next run will leave as read."""
    original, now = text.strip(), datetime.now(UTC)
    row = CleansingExemption(rule=rule, field=field, original=original, since=now, by=by)
    store.upsert(tenant, RunRef("cleansing undo", now), {CleansingExemption: pd.DataFrame([row.model_dump()])})
    return cells_in_scope(store.read(tenant, CleansedText), rule, field, original, undone=False)


def redo_rule(store: PortfolioStore, tenant: TenantId, rule: str, field: str, text: str) -> tuple[int, int]:
    """Remove the rule's exemptions within the field and text, empty meaning any.

    Returns how many were removed, and the cells that the next run will cleanse again; those that another exemption
    covers are not among them.
    """
    held, original = store.read(tenant, CleansingExemption), text.strip()
    hit = held["rule"] == rule
    if field:
        hit &= held["field"] == field
    if original:
        hit &= held["original"] == original
    if not hit.any():
        return 0, 0
    kept = held[~hit]
    run = RunRef("cleansing redo", datetime.now(UTC))
    store.replace(tenant, run, {CleansingExemption: kept[kept["rule"] == rule]}, rule=rule)
    texts, still = store.read(tenant, CleansedText), Exemptions.of(kept)
    free = [
        not any(still.cover(name, told_field, told) for name in rules.split("; "))
        for rules, told_field, told in zip(texts["rule"], texts["field"], texts["original"], strict=True)
    ]
    return int(hit.sum()), cells_in_scope(texts[free], rule, field, original, undone=True)


def exempt_cells(store: PortfolioStore, tenant: TenantId, cells: pd.DataFrame) -> pd.DataFrame:
    """CloudCell rows with the rules that the tenant has undone taken back; what is then no number is left out."""
    exemptions = Exemptions.of(store.read(tenant, CleansingExemption))
    as_was: dict[Any, dict[str, Any]] = {}
    ruled = cells.loc[cells["rule"] != "", ["field", "original", "rule"]]
    for place, field, original, rules in zip(ruled.index, *(ruled[name] for name in ruled.columns), strict=True):
        names = [Rule(name) for name in rules.split("; ") if exemptions.cover(name, field, original)]
        if names:
            as_was[place] = as_read(original, field, names).columns()
    if not as_was:
        return cells
    for column in ("value", "number", "transform", "rule"):
        told = [as_was.get(place, {}).get(column, before) for place, before in cells[column].items()]
        cells = cells.assign(**{column: told})
    return cells[cells["value"].notna()]
