"""Why an attribute or a value is what it is: the chain from a conclusion back to the cells, and who changed it."""

import difflib
from collections.abc import Sequence
from typing import Any

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.critical_attributes import CRITICAL_ATTRIBUTES
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import Application, Asset
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import AttributeState, EntityKind
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.ledger import Contest, Ledger, Record, application_ledger, asset_ledger

ALL = "all"
_LABELS = {attribute.key: (attribute.label, attribute.group) for attribute in CRITICAL_ATTRIBUTES}
_FIGURES = ("quality", "presence", "validity", "freshness", "agreement", "trust")
# Attributes that are about products and their lives; what else they cite, they cite as values.
_OF_TECHNOLOGY = ("operating_system", "technology_stack", "eol_technology", "virtualization_platform")
_LIFE = ("product", "name", "version", "cycle", "status", "released", "support_ends", "end_of_life", "source")
_ASKED = ("ask", "questionnaire", "asked_at")
_WORTH = ("ask", "question", "method", "minutes", "change", "would_become", "worth")
_NEAR = 5


def explain(
    store: PortfolioStore, tenant: TenantId, kind: EntityKind, text: str, attribute: str = ALL, field: str = ""
) -> Record:
    """The chain of an application (by attribute, or of one canonical field) or of an asset, as nested data.

    `text` is an id or a name. Raises: UnknownTenant; ConfigError where it fits none or several, or where there is no
    such attribute or field.
    """
    store.tenant(tenant, f"explain {kind} {text!r}")
    _check(attribute, field)
    entity_id = find_entity(store, tenant, kind, text, "explain")
    fields = [field] if field else []
    if kind == EntityKind.ASSET:
        return asset_document(asset_ledger(store, tenant, entity_id, fields), entity_id)
    ledger = application_ledger(store, tenant, [entity_id], fields)
    if field:
        return {**_subject(ledger, kind, entity_id), "values": _contested(ledger, sorted(ledger.values))}
    return application_document(ledger, entity_id, attribute)


def _check(attribute: str, field: str) -> None:
    for what, told, known in (("attribute", attribute, [ALL, *_LABELS]), ("field", field, ["", *BY_NAME])):
        if told not in known:
            near = difflib.get_close_matches(told, known[1:], n=_NEAR, cutoff=0.4) or sorted(known[1:])
            raise ConfigError(
                f"cannot explain {what} {told!r}: there is no such {what}; did you mean {', '.join(near)}?"
            )


def find_entity(store: PortfolioStore, tenant: TenantId, kind: EntityKind, text: str, verb: str) -> str:
    """Id of the application or asset that has this id or this name, whatever its case.

    Raises: ConfigError, which says what was attempted by the verb.
    """
    table, key = (Asset, "asset_id") if kind == EntityKind.ASSET else (Application, "application_id")
    held = store.read(tenant, table, columns=[key, "name"])
    ids, names = held[key].tolist(), held["name"].tolist()
    if text in ids:
        return text
    plain = text.strip().casefold()
    fitting = [one for one, name in zip(ids, names, strict=True) if plain in (one.casefold(), name.casefold())]
    if len(fitting) == 1:
        return str(fitting[0])
    attempted = f"cannot {verb} {kind} {text!r} of tenant {tenant!r}"
    if fitting:
        raise ConfigError(f"{attempted}: {len(fitting)} have that name; take the id of one: {', '.join(fitting)}")
    by_name = {name.casefold(): name for name in names}
    near = [by_name[name] for name in difflib.get_close_matches(plain, list(by_name), n=_NEAR, cutoff=0.4)]
    hint = f"the nearest names are {', '.join(near)}" if near else "names stand in the report's workbook"
    hint = hint if names else f"it is empty; run 'aidiscover discover --tenant {tenant}' first"
    raise ConfigError(f"{attempted}: the inventory has no such name or id; {hint}")


def application_document(ledger: Ledger, application_id: str, attribute: str = ALL) -> Record:
    """Chains of the attributes of one application of the ledger; of an unknown one no attributes."""
    rows = ledger.attributes.get(application_id, [])
    asked = [row for row in rows if attribute in (ALL, row["attribute"])]
    order = {key: place for place, key in enumerate(_LABELS)}
    asked = sorted(asked, key=lambda row: order.get(row["attribute"], len(order)))
    return {
        **_subject(ledger, EntityKind.APPLICATION, application_id),
        "attributes": [_attribute(ledger, application_id, row) for row in asked],
    }


def asset_document(ledger: Ledger, asset_id: str) -> Record:
    """All values of one asset of the ledger, and what is known of the products that they name."""
    return {
        **_subject(ledger, EntityKind.ASSET, asset_id),
        "values": _contested(ledger, sorted(ledger.values)),
        "technologies": _technologies(ledger, [(EntityKind.ASSET.value, asset_id)], None),
    }


def _subject(ledger: Ledger, kind: EntityKind, entity_id: str) -> Record:
    row = ledger.subjects.get(entity_id, {})
    other, key = ("asset", "asset_id") if kind == EntityKind.APPLICATION else ("application", "application_id")
    return {
        "tenant": ledger.tenant,
        "entity": kind.value,
        "id": entity_id,
        "name": row.get("name", entity_id),
        **{name: row[name] for name in ("origin", "kind", "matched_by", "confidence", "records") if name in row},
        f"{other}s": [
            {
                "id": link[key],
                "name": ledger.names.get((other, link[key]), link[key]),
                "how": link["how"],
                "cell": ledger.cells.get(link["evidence_id"]),
            }
            for link in ledger.links.get(entity_id, [])
        ],
        "identity": _identity(ledger, kind, entity_id, str(row.get("name", entity_id))),
        "runs": ledger.runs,
    }


def _identity(ledger: Ledger, kind: EntityKind, entity_id: str, name: str) -> list[Record]:
    """What people said about whether records by its names are one thing or two."""
    names = {name.casefold()}
    for field in ("asset_name", "hostname", "application_name"):
        names |= {row["value"].casefold() for row in ledger.values.get((kind.value, entity_id, field), [])}
    return [
        decision
        for decision in ledger.decisions
        if decision["entity"] == kind and not names.isdisjoint(_plain(decision, "left_name", "right_name"))
    ]


def _plain(row: Record, *names: str) -> set[str]:
    return {str(row[name]).casefold() for name in names}


def _attribute(ledger: Ledger, application_id: str, row: Record) -> Record:
    cited = [str(cell) for cell in row["evidence"]]
    known = set(cited)
    facts = [fact for fact in ledger.facts.get(application_id, []) if known & set(fact["evidence"])]
    behind = list(dict.fromkeys([*cited, *(cell for fact in facts for cell in fact["evidence"])]))
    contests = list(dict.fromkeys(contest for cell in behind for contest in ledger.contests.get(cell, [])))
    label, group = _LABELS.get(row["attribute"], (row["attribute"], ""))
    key = (application_id, row["attribute"])
    return {
        "attribute": row["attribute"],
        "label": label,
        "group": group,
        "state": str(row["state"]),
        "value": row["value"],
        "rule": row["rule"],
        "inferred": row["state"] == AttributeState.INFERRED,
        **{name: row[name] for name in _FIGURES},
        "problem": row["problem"],
        "evidence": cited,
        "question": {
            "text": row["question"],
            "asked": _picked(ledger.asked.get(key), _ASKED),
            "worth": _picked(ledger.worth.get(key), _WORTH),
        },
        "facts": [{name: fact[name] for name in ("field", "value", "basis", "evidence")} for fact in facts],
        "values": _contested(ledger, contests),
        "relations": [
            {name: edge[name] for name in ("source_text", "target_text", "kind", "port", "strength", "observations")}
            | {"cell": ledger.cells.get(cell)}
            for cell in behind for edge in ledger.edges.get(cell, [])
        ],
        "technologies": _of_attribute(ledger, application_id, row["attribute"], known),
        # Cells of links and of rows that no entity's value stands on.
        "cells": [ledger.cells[cell] for cell in cited if cell in ledger.cells and cell not in ledger.contests],
    }  # fmt: skip


def _picked(row: Record | None, names: Sequence[str]) -> Record | None:
    return {name: row[name] for name in names} if row else None


def _contested(ledger: Ledger, contests: Sequence[Contest]) -> list[Record]:
    """Each field of an entity with the values that stand and those that do not, each with its cell."""
    out = []
    for contest in contests:
        entity, entity_id, field = contest
        said = [(row["chosen"], _said(ledger, row)) for row in ledger.values[contest]]
        out.append(
            {
                "entity": entity,
                "entity_id": entity_id,
                "name": ledger.names.get((entity, entity_id), entity_id),
                "field": field,
                "conflict": bool(ledger.values[contest][0]["conflict"]),
                "stands": [value for chosen, value in said if chosen],
                "others": [value for chosen, value in said if not chosen],
            }
        )
    return out


def _said(ledger: Ledger, row: Record) -> Record:
    told = {name: row[name] for name in ("value", "number", "statistic", "rule", "evidence_id")}
    return {**told, "cell": ledger.cells.get(row["evidence_id"])}


def _of_attribute(ledger: Ledger, application_id: str, attribute: str, cited: set[str]) -> list[Record]:
    if attribute not in _OF_TECHNOLOGY:
        return []
    entities = [(EntityKind.APPLICATION.value, application_id)]
    entities += [(EntityKind.ASSET.value, link["asset_id"]) for link in ledger.links.get(application_id, [])]
    # An end of life is concluded from all products, other attributes from the cells that they cite.
    return _technologies(ledger, entities, None if attribute == "eol_technology" else cited)


def _technologies(ledger: Ledger, entities: Sequence[tuple[str, str]], cited: set[str] | None) -> list[Record]:
    """Products with their dates, once each, with the first cell that names them and how many do."""
    found: dict[tuple[Any, ...], Record] = {}
    for entity in entities:
        for use in ledger.technologies.get(entity, []):
            if not use["product"] or (cited is not None and use["evidence_id"] not in cited):
                continue
            life = tuple(use[name] for name in _LIFE)
            row = found.setdefault(
                life,
                {
                    **dict(zip(_LIFE, life, strict=True)),
                    "mention": use["mention"],
                    "confidence": use["confidence"],
                    "cells": 0,
                    "cell": ledger.cells.get(use["evidence_id"]),
                },
            )
            row["cells"] += 1
    return sorted(found.values(), key=lambda row: (row["end_of_life"] or "9999", row["name"], row["version"]))
