"""Cells that describe or name applications to one list of applications, their values, and the assets they run on."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.questionnaire import is_questionnaire
from aidiscover_pipelines.domain.tables import Application, ApplicationAsset
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import among, reasons_frame, record_ids, sheet_keys
from aidiscover_pipelines.inventory.applications.ids import application_ids
from aidiscover_pipelines.inventory.applications.names import Naming, name_applications
from aidiscover_pipelines.inventory.applications.repositories import Repositories, repository_values
from aidiscover_pipelines.inventory.applications.suggestions import Estate, suggest_applications
from aidiscover_pipelines.inventory.names import plain_name
from aidiscover_pipelines.inventory.references import application_names, find, find_assets, keyed
from aidiscover_pipelines.inventory.resolution.merging import Codes
from aidiscover_pipelines.inventory.survivorship.survive import survive

# How sure it is that an entry is one real application. A business record is a statement about an application; a name
# in a server's column may be a role, a product or a team. Joining several names weakens it by how loosely they agree.
ORIGIN_CONFIDENCE = {"recorded": 0.95, "mentioned": 0.6}
MATCH_CONFIDENCE = {
    "": 1.0,
    "person": 1.0,
    "id": 1.0,
    "name": 0.98,
    "core name": 0.9,
    "similar name": 0.85,
}

_ASSET_FIELDS = ("asset_id", "asset_name", "hostname", "serial_number", "ip_address")
# What survivorship and ties to repositories need of a cell.
_TOLD = ["record_id", "field", "value", "number", "statistic", "evidence_id", "source_kind", "day"]
_HOW_ORDER = {"link row": 0, "asset row": 1, "name": 2}
_NO_REPOSITORIES = Repositories(*(pd.DataFrame() for _ in Repositories._fields))


class AssetRows(NamedTuple):
    """Rows that describe assets: record_id and asset_id of each, record_ids of those that the inventory left out.

    `values`: what names assets and what may tell of their applications (`Estate.values`).
    """

    assets: pd.DataFrame
    left_out: pd.Series
    values: pd.DataFrame


class ResolvedApplications(NamedTuple):
    """Applications, values, the assets they run on, rows left out (record_id, reason), and what stayed open.

    `repositories` are ApplicationRepository rows, `flags` DataFlag rows.
    """

    applications: pd.DataFrame
    values: pd.DataFrame
    application_assets: pd.DataFrame
    skipped: pd.DataFrame
    unresolved_assets: int
    repositories: pd.DataFrame
    flags: pd.DataFrame


def resolve_applications(
    cells: pd.DataFrame,
    asset_rows: AssetRows,
    estate: Callable[[pd.Series], Estate],
    answer_sheets: frozenset[str],
    decisions: pd.DataFrame,
    list_columns: frozenset[str] = frozenset(),
    repositories: Repositories | None = None,
) -> ResolvedApplications:
    """Applications from their own rows, from names on rows of assets and of links, and suggested ones for the rest.

    `cells` are those of applications and links (`standing.stated`). Links never create assets, and a link whose asset
    nobody lists is left out. `estate` is asked what may tell of servers without application, given the asset_ids of
    those with one. Rows of `answer_sheets` (file.sheet) are what people answered about applications that are known
    without them. `decisions` are what they said about identity (IdentityDecision), `list_columns` the columns that list
    applications by their header (`listed.list_columns`). `repositories` speak of applications that are known without
    them, too. No cells: empty frames.
    """
    answers = cells[:0]
    if answer_sheets:
        answering = sheet_keys(cells["record_id"].astype("str")).isin(set(answer_sheets))
        answers, cells = cells[answering], cells[~answering]
    if len(asset_rows.left_out):
        # What rows name that the inventory left out is left out with them.
        cells = cells[~among(cells["record_id"], asset_rows.left_out)]
    mentions = _asset_mentions(cells, asset_rows.values)
    lost = _rows_without_asset(cells, mentions)
    described = cells[~among(cells["record_id"], lost["record_id"])] if len(lost) else cells
    naming = name_applications(described, decisions, list_columns, asset_rows.assets["record_id"])
    if naming.named.empty:
        applications, links, told, repeats = _nothing_named()
    else:
        named = naming.named.assign(group=naming.merge.group[naming.named["node"].to_numpy(dtype=np.int64)])
        applications = _applications(named, naming)
        ids = pd.Series(applications["application_id"].array, index=applications["group"]).sort_index()
        links, told = _links(named, ids, mentions, asset_rows.assets), _told(cells, named, ids)
        repeats = _repeated_links(named, links)
    suggested = suggest_applications(estate(links["asset_id"]), links, applications, told, decisions)
    applications = _stacked(applications[Application.columns()], suggested.applications)
    answered, open_answers = _answers(answers, applications, told)
    built = repository_values(repositories or _NO_REPOSITORIES, applications, told)
    return ResolvedApplications(
        applications.sort_values("application_id", ignore_index=True),
        survive(_stacked(told, answered, built.values)),
        _stacked(links, suggested.links),
        pd.concat([lost, repeats, open_answers], ignore_index=True),
        int(mentions["asset_id"].isna().sum()),
        built.links,
        built.flags,
    )


def _nothing_named() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Applications, links, values and repeated links where no row names an application."""
    values = pd.DataFrame(columns=["entity_id", "field", "value", "evidence_id", "record_id"])
    links = pd.DataFrame(columns=ApplicationAsset.columns())
    return pd.DataFrame(columns=Application.columns()), links, values, reasons_frame(pd.Series(dtype=object))


def _repeated_links(named: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    unused = named[named["origin"] == "link row"]
    if len(unused):
        unused = unused[~among(unused["record_id"], record_ids(links["evidence_id"]))]
    return reasons_frame(
        pd.Series("repeats a link that another row gives", index=unused["record_id"].unique(), dtype=object)
    )


def answer_sheets(sheets: pd.DataFrame) -> frozenset[str]:
    """Sheet addresses (file.sheet) of questionnaires that came back, of SourceSheet rows."""
    asked = [is_questionnaire(headers) for headers in sheets["headers"]]
    found = sheets[np.asarray(asked, dtype=bool)]
    return frozenset(found["file_id"].astype("str") + "." + found["sheet_index"].astype("str"))


def _stacked(*frames: pd.DataFrame) -> pd.DataFrame:
    """Rows of all; an empty frame has no types and is left out."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0] if filled else frames[0]


def _answers(cells: pd.DataFrame, applications: pd.DataFrame, told: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values that people answered, by our id or by name; and rows about applications that nobody else knows."""
    if cells.empty:
        return cells, reasons_frame(pd.Series(dtype=object))
    columns = ["record_id", "field", "value"]
    keys = cells.loc[cells["field"].isin(("application_id", "application_name")), columns]
    wide = keys.drop_duplicates(columns[:2]).pivot(index="record_id", columns="field", values="value")
    wide = wide.reindex(columns=["application_id", "application_name"])
    ids = pd.Series(applications["application_id"].to_numpy(), index=applications["application_id"].to_numpy())
    found = wide["application_id"].map(ids[~ids.index.duplicated()])
    names = keyed(wide["application_name"].fillna(""), plain_name)
    named = find(application_names(told, applications), names, names)
    found = found.where(found.notna(), named).astype("str")
    rows = cells[~cells["field"].isin(("application_id", "application_name"))]
    rows = rows.assign(entity_id=rows["record_id"].map(found), entity=str(EntityKind.APPLICATION))
    values = rows.dropna(subset="entity_id").assign(preference=0, note="")
    left = cells.loc[~among(cells["record_id"], values["record_id"]), "record_id"].unique()
    known = pd.Index(left).map(found).notna()
    reasons = np.where(known, "no answer in the row", "answer about an application that no source names")
    return values, reasons_frame(pd.Series(reasons, index=left, dtype=object))


def _asset_mentions(cells: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Assets that rows of links and applications name (record_id, evidence_id, asset_id or NaN), one row per name."""
    held = cells[(cells["entity"] == EntityKind.LINK) & cells["field"].isin(_ASSET_FIELDS)]
    if held.empty:
        return held[["record_id", "evidence_id", "entity"]].assign(asset_id=pd.Series(dtype="str"))
    whole = held.assign(asset_id=find_assets(values, held["value"].astype("str"), held["file_id"]))
    parts = whole[whole["asset_id"].isna() & whole["value"].str.contains(r"[;,|]", regex=True)]
    parts = parts.assign(value=parts["value"].str.split(r"\s*[;,|]\s*", regex=True)).explode("value")
    parts["asset_id"] = find_assets(values, parts["value"].astype("str"), parts["file_id"])
    found = pd.concat([whole[~among(whole["evidence_id"], parts["evidence_id"])], parts], ignore_index=True)
    return found[["record_id", "evidence_id", "entity", "asset_id"]]


def _rows_without_asset(cells: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Link rows none of whose assets is known."""
    links = cells.loc[cells["entity"] == EntityKind.LINK, "record_id"].drop_duplicates()
    if len(links):
        links = links[~among(links, cells.loc[cells["entity"] == EntityKind.APPLICATION, "record_id"])]
    lost = links[~among(links, mentions.loc[mentions["asset_id"].notna(), "record_id"])]
    return reasons_frame(pd.Series("link to an asset that no source lists", index=lost, dtype=object))


def _applications(named: pd.DataFrame, naming: Naming) -> pd.DataFrame:
    """Application rows with their group; the name shown is a recorded one, the longest."""
    group = named["group"].to_numpy(dtype=np.int64)
    mentioned, length = (named["origin"] != "recorded").to_numpy(), named["text"].str.len().to_numpy()
    texts, _ = pd.factorize(named["text"], sort=True)
    order = np.lexsort((texts, -length, mentioned, group))
    first = named.take(order[np.diff(group[order], prepend=-1) > 0]).set_index("group")
    records, _ = pd.factorize(named["record_id"])
    pairs = np.unique(group * (int(records.max()) + 1) + records)
    origin = pd.Series(np.where(first["origin"] != "recorded", "mentioned", "recorded"), index=first.index)
    matched = pd.Series(naming.merge.matched_by).reindex(first.index)
    confidence = origin.map(ORIGIN_CONFIDENCE) * matched.map(MATCH_CONFIDENCE)
    applications = pd.DataFrame(
        {
            "group": first.index,
            "application_id": application_ids(first, set()),
            "name": first["text"],
            "sources": _files(group, named["file_id"]),
            "records": np.bincount(pairs // (int(records.max()) + 1))[first.index],
            "origin": origin,
            "confidence": confidence.round(3),
            "matched_by": matched.where(matched != "", "single"),
        }
    )
    return applications.sort_values("application_id", ignore_index=True)


def _files(group: Codes, file_ids: pd.Series) -> list[list[str]]:
    """file_ids of each group, sorted, in the order of the groups."""
    files, known = pd.factorize(file_ids, sort=True)
    pairs = np.unique(group * len(known) + files)
    listed = np.asarray(known, dtype=object)[pairs % len(known)]
    return [part.tolist() for part in np.split(listed, np.flatnonzero(np.diff(pairs // len(known))) + 1)]


def _told(cells: pd.DataFrame, named: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """All values of recorded rows; of asset rows the name, and the rest where the row names one application only.

    `ids`: application_id by group.
    """
    about = cells.loc[(cells["entity"] == EntityKind.APPLICATION).to_numpy(), _TOLD]
    record, records = pd.factorize(about["record_id"])
    speaking = named[(named["origin"] != "link row").to_numpy() & among(named["record_id"], pd.Series(records))]
    of_record = pd.Index(records).get_indexer(speaking["record_id"])
    group = ids.index.get_indexer(pd.Index(speaking["group"]))
    pairs, first = np.unique(np.asarray(of_record * len(ids) + group, dtype=np.int64), return_index=True)
    count = np.bincount(pairs // len(ids), minlength=len(records))
    times = count[record]
    cell = np.repeat(np.arange(len(about)), times)
    first_of_cell = np.cumsum(times) - times
    hit = (np.cumsum(count) - count)[record[cell]] + np.arange(len(cell)) - first_of_cell[cell]
    alone, is_name = count[record[cell]] == 1, (about["field"] == "application_name").to_numpy(dtype=bool)[cell]
    # In the order in which they are stored: by application, then as the cells are.
    told = np.flatnonzero(alone | is_name)
    told = told[np.argsort(pd.factorize(ids, sort=True)[0][pairs[hit[told]] % len(ids)], kind="stable")]
    cell, hit, alone = cell[told], hit[told], alone[told]
    values = about.take(cell).reset_index(drop=True)
    row = first[hit]
    return values.assign(
        value=values["value"].where(alone, speaking["text"].take(row).array),
        entity=str(EntityKind.APPLICATION),
        entity_id=ids.take(pairs[hit] % len(ids)).array,
        preference=np.where((speaking["origin"] == "recorded").to_numpy()[row], 0, 1),
        note="",
    )


def _links(named: pd.DataFrame, ids: pd.Series, mentions: pd.DataFrame, asset_rows: pd.DataFrame) -> pd.DataFrame:
    """Which application runs on which asset, once per pair; explicit links first."""
    on_assets = named[named["origin"] == "asset row"]
    place = pd.Index(asset_rows["record_id"]).get_indexer(on_assets["record_id"])
    on_assets = on_assets[["group", "evidence_id"]].assign(asset_id=asset_rows["asset_id"].take(place).array)
    told = named[among(named["record_id"], mentions["record_id"])].drop(columns="evidence_id")
    explicit = told.merge(mentions.dropna(subset="asset_id"), on="record_id")
    explicit = explicit.assign(how=np.where(explicit["origin"] == "recorded", "name", "link row"))
    columns = ["group", "asset_id", "evidence_id", "how"]
    links = _stacked(explicit[columns], on_assets.assign(how="asset row")[columns])
    repeated = links.duplicated(["group", "asset_id"], keep=False)
    if repeated.any():
        ranked = links[repeated].assign(order=links["how"].map(_HOW_ORDER))
        ranked = ranked.sort_values(["order", "evidence_id"], kind="stable").drop_duplicates(["group", "asset_id"])
        links = pd.concat([links[~repeated], ranked[columns]], ignore_index=True)
    return links.assign(application_id=ids.reindex(links["group"]).array)[ApplicationAsset.columns()]
