"""The evidence ledger: what stands behind applications or assets, from one read of each table, ready to look up."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.spreadsheets import column_letters
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    Asset,
    AttributeQuestion,
    AttributeValue,
    CleansedCell,
    CleansedText,
    CleansingExemption,
    Dependency,
    EntityValue,
    FieldMapping,
    IdentityDecision,
    MappingCorrection,
    OpenQuestion,
    Row,
    SourceRecord,
    SourceStanding,
    TechnologyUse,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import CleansingOutcome, EntityKind
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.evidence import source_cells

Record = dict[str, Any]
# Entity, its id and the canonical field: what several values compete for.
Contest = tuple[str, str, str]
# In the order in which a value passes through them.
_WRITTEN: tuple[type[Row], ...] = (
    SourceRecord, FieldMapping, CleansedCell, SourceStanding, EntityValue, ApplicationAsset, Dependency, TechnologyUse,
    ApplicationFact, AttributeValue, OpenQuestion,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ledger:
    """Rows as dicts, missing values None. Lists keep the store's order; `values` have the chosen ones first.

    By application: attributes, facts, links. By contest: values. By evidence id: contests, cells, edges, technologies.
    By (application, attribute): asked, worth. Also `names` of entities by (entity, id), what people said about
    identity, and the run that wrote each table.
    """

    tenant: TenantId
    subjects: dict[str, Record]
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    attributes: dict[str, list[Record]] = field(default_factory=dict)
    facts: dict[str, list[Record]] = field(default_factory=dict)
    links: dict[str, list[Record]] = field(default_factory=dict)
    values: dict[Contest, list[Record]] = field(default_factory=dict)
    contests: dict[str, list[Contest]] = field(default_factory=dict)
    cells: dict[str, Record] = field(default_factory=dict)
    edges: dict[str, list[Record]] = field(default_factory=dict)
    technologies: dict[tuple[str, str], list[Record]] = field(default_factory=dict)
    asked: dict[tuple[str, str], Record] = field(default_factory=dict)
    worth: dict[tuple[str, str], Record] = field(default_factory=dict)
    decisions: list[Record] = field(default_factory=list)
    runs: list[Record] = field(default_factory=list)


def application_ledger(
    store: PortfolioStore, tenant: TenantId, ids: Sequence[str], fields: Sequence[str] = ()
) -> Ledger:
    """What stands behind these applications: their attributes, or the values of `fields`, their servers' too."""
    links = store.read(tenant, ApplicationAsset, application_id=list(ids))
    attributes = store.read(tenant, AttributeValue, application_id=list(ids))
    facts = store.read(tenant, ApplicationFact, application_id=list(ids))
    entities = [*ids, *links["asset_id"].unique().tolist()]
    if fields:
        values = store.read(tenant, EntityValue, entity_id=entities, field=list(fields))
        cited: set[str] = set()
    else:
        cited = {cell for frame in (attributes, facts) for cells in frame["evidence"] for cell in cells}
        contested = store.read(tenant, EntityValue, columns=["entity_id", "field"], evidence_id=sorted(cited))
        values = store.read(
            tenant, EntityValue, entity_id=_distinct(contested["entity_id"]), field=_distinct(contested["field"])
        )
        pairs = pd.MultiIndex.from_frame(values[["entity_id", "field"]])
        values = values[pairs.isin(pd.MultiIndex.from_frame(contested))]
    edges = (
        store.read(tenant, Dependency, evidence_id=sorted(cited)) if cited else store.read(tenant, Dependency, first=0)
    )
    uses = store.read(tenant, TechnologyUse, entity_id=entities)
    used = _chained(store, tenant, {*cited, *values["evidence_id"], *uses["evidence_id"], *links["evidence_id"]})
    return Ledger(
        tenant,
        {row["application_id"]: row for row in _records(store.read(tenant, Application, application_id=list(ids)))},
        _names(store, tenant, values, links),
        _grouped(attributes, "application_id"),
        _grouped(facts, "application_id"),
        _grouped(links, "application_id"),
        *_contests(values),
        used,
        _grouped(edges, "evidence_id"),
        _grouped_by_entity(uses),
        _by_question(store.read(tenant, AttributeQuestion, application_id=list(ids))),
        _by_question(store.read(tenant, OpenQuestion, application_id=list(ids))),
        _records(store.read(tenant, IdentityDecision)),
        _runs(store, tenant),
    )


def asset_ledger(store: PortfolioStore, tenant: TenantId, asset_id: str, fields: Sequence[str] = ()) -> Ledger:
    """What stands behind an asset: all its values, or those of `fields`."""
    where: Record = {"field": list(fields)} if fields else {}
    values = store.read(tenant, EntityValue, entity=str(EntityKind.ASSET), entity_id=asset_id, **where)
    links = store.read(tenant, ApplicationAsset, asset_id=asset_id)
    uses = store.read(tenant, TechnologyUse, entity_id=asset_id)
    return Ledger(
        tenant,
        {row["asset_id"]: row for row in _records(store.read(tenant, Asset, asset_id=asset_id))},
        names=_names(store, tenant, values, links),
        links=_grouped(links, "asset_id"),
        values=(told := _contests(values))[0],
        contests=told[1],
        cells=_chained(store, tenant, {*values["evidence_id"], *uses["evidence_id"], *links["evidence_id"]}),
        technologies=_grouped_by_entity(uses),
        decisions=_records(store.read(tenant, IdentityDecision)),
        runs=_runs(store, tenant),
    )


def _chained(store: PortfolioStore, tenant: TenantId, ids: set[str]) -> dict[str, Record]:
    """Each cell with its place, what cleansing and mapping made of it, and the standing of its source."""
    places = source_cells(store, tenant, ids).reset_index()
    file_ids = [file_id for file_id in _distinct(places["file_id"]) if file_id]
    columns = store.read(tenant, FieldMapping, file_id=file_ids)
    mappings = {(row["file_id"], str(row["sheet_index"]), str(row["column_index"])): row for row in _records(columns)}
    corrections = _records(store.read(tenant, MappingCorrection).sort_values("at", kind="stable"))
    standings = {row["sheet_key"]: row for row in _records(store.read(tenant, SourceStanding))}
    undone = _undone(store, tenant)
    cells = {}
    for place in _records(places):
        mapping = mappings.get((place["file_id"], place["sheet_index"], place["column_index"]))
        sheet = f"{place['file_id']}.{place['sheet_index']}" if place["sheet_index"] else place["file_id"]
        cells[place["evidence_id"]] = {
            "evidence_id": place["evidence_id"],
            "file": place["file"],
            "sheet": place["sheet"],
            "row": int(place["row"]) if place["row"] else None,
            "column": column_letters(int(place["column_index"])) if place["column_index"] else "",
            "header": place["header"],
            "original": place["original"],
            "value": place["value"],
            "cleansing": {
                "transform": place["transform"],
                "rule": place["rule"],
                "undone": undone.get((place["field"], place["original"].strip()), []),
            },
            "mapping": _mapping(mapping, corrections) if mapping else None,
            "source": _source(standings.get(sheet)),
        }
    return cells


def _mapping(mapping: Record, corrections: list[Record]) -> Record:
    """What the column was taken to mean, and the person's correction where one decided it."""
    told = {key: mapping[key] for key in ("field", "unit", "statistic", "confidence", "decision", "reason")}
    by_person = str(mapping["reason"]).startswith("corrected by ")
    said = [row for row in corrections if by_person and row["header"].casefold() == mapping["header"].casefold()]
    keys = ("correction_id", "field", "proposed", "by", "at")
    return {**told, "correction": {key: said[-1][key] for key in keys} if said else None}


def _source(standing: Record | None) -> Record | None:
    return {key: standing[key] for key in ("kind", "trust", "as_of", "reason")} if standing else None


def _undone(store: PortfolioStore, tenant: TenantId) -> dict[tuple[str, str], list[Record]]:
    """Rules that people have undone, by the field and the text of the cells that they left as read."""
    exemptions = _records(store.read(tenant, CleansingExemption))
    if not exemptions:
        return {}
    texts = _records(store.read(tenant, CleansedText, outcome=str(CleansingOutcome.UNDONE)))
    return {
        (text["field"], text["original"].strip()): [
            {"rule": each["rule"], "by": each["by"], "since": each["since"]}
            for each in exemptions
            if each["rule"] in text["rule"].split("; ")
            and each["field"] in ("", text["field"])
            and each["original"] in ("", text["original"].strip())
        ]
        for text in texts
    }


def _contests(values: pd.DataFrame) -> tuple[dict[Contest, list[Record]], dict[str, list[Contest]]]:
    by_contest: dict[Contest, list[Record]] = defaultdict(list)
    of_cell: dict[str, list[Contest]] = defaultdict(list)
    for row in _records(values.sort_values("chosen", ascending=False, kind="stable")):
        contest = (str(row["entity"]), row["entity_id"], row["field"])
        by_contest[contest].append(row)
        of_cell[row["evidence_id"]].append(contest)
    return dict(by_contest), dict(of_cell)


def _names(
    store: PortfolioStore, tenant: TenantId, values: pd.DataFrame, links: pd.DataFrame
) -> dict[tuple[str, str], str]:
    named = {}
    for kind, table, key in (
        (EntityKind.APPLICATION, Application, "application_id"),
        (EntityKind.ASSET, Asset, "asset_id"),
    ):
        wanted = {*values.loc[values["entity"] == str(kind), "entity_id"], *links[key]}
        where: Record = {key: sorted(wanted)}
        frame = store.read(tenant, table, columns=[key, "name"], **where)
        named.update({(str(kind), entity_id): name for entity_id, name in zip(frame[key], frame["name"], strict=True)})
    return named


def _runs(store: PortfolioStore, tenant: TenantId) -> list[Record]:
    written = [(table.table, store.last_writer(tenant, table)) for table in _WRITTEN]
    return [{"table": name, "run_id": run.run_id, "at": run.started_at} for name, run in written if run]


def _by_question(frame: pd.DataFrame) -> dict[tuple[str, str], Record]:
    return {(row["application_id"], row["attribute"]): row for row in _records(frame)}


def _grouped_by_entity(frame: pd.DataFrame) -> dict[tuple[str, str], list[Record]]:
    grouped: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for row in _records(frame):
        grouped[str(row["entity"]), row["entity_id"]].append(row)
    return dict(grouped)


def _grouped(frame: pd.DataFrame, column: str) -> dict[str, list[Record]]:
    grouped: dict[str, list[Record]] = defaultdict(list)
    for row in _records(frame):
        grouped[row[column]].append(row)
    return dict(grouped)


def _records(frame: pd.DataFrame) -> list[Record]:
    """Rows as dicts, missing values None; of the store's lists nothing is missing."""
    plain = frame.astype(object)
    rows = plain.where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _distinct(column: pd.Series) -> list[str]:
    return sorted(set(column))
