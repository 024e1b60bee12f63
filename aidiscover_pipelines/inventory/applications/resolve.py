"""Cells that describe or name applications to one list of applications, their values, and the assets they run on."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
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
from aidiscover_pipelines.inventory.references import (
    application_references,
    asset_references,
    find,
    find_assets,
    keyed,
)
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
_HOW_ORDER = {"link row": 0, "asset row": 1, "name": 2}
_NO_REPOSITORIES = Repositories(*(pd.DataFrame() for _ in Repositories._fields))


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
    record_assets: pd.DataFrame,
    estate: Estate,
    answer_sheets: frozenset[str],
    decisions: pd.DataFrame,
    list_columns: frozenset[str] = frozenset(),
    repositories: Repositories | None = None,
) -> ResolvedApplications:
    """Applications from their own rows, from names on rows of assets and of links, and suggested ones for the rest.

    `record_assets` says which record describes which asset (record_id, asset_id). Links never create assets, and a
    link whose asset nobody lists is left out. Rows of `answer_sheets` (file.sheet) are what people answered about
    applications that are known without them. `decisions` are what they said about identity (IdentityDecision),
    `list_columns` the columns that list applications by their header (`listed.list_columns`). `repositories` speak of
    applications that are known without them, too. No cells: empty frames.
    """
    answers = cells[:0]
    if answer_sheets:
        answering = sheet_keys(cells["record_id"].astype("str")).isin(set(answer_sheets))
        answers, cells = cells[answering], cells[~answering]
    cells = cells[~_lost_asset_rows(cells, record_assets)]
    mentions = _asset_mentions(cells, record_assets)
    lost = _rows_without_asset(cells, mentions)
    naming = name_applications(cells[~among(cells["record_id"], lost["record_id"])], decisions, list_columns)
    if naming.named.empty:
        applications, links, told, repeats = _nothing_named()
    else:
        named = naming.named.assign(group=naming.merge.group[naming.named["node"].to_numpy(dtype=np.int64)])
        applications = _applications(named, naming)
        named["application_id"] = named["group"].map(applications.set_index("group")["application_id"])
        links, told = _links(named, mentions, record_assets), _told(cells, named)
        repeats = _repeated_links(named, links)
    suggested = suggest_applications(estate, links, applications, told, decisions)
    applications = _stacked(applications[Application.columns()], suggested.applications, "application_id")
    answered, open_answers = _answers(answers, applications, told)
    built = repository_values(repositories or _NO_REPOSITORIES, applications, told)
    return ResolvedApplications(
        applications,
        survive(_stacked(_stacked(told, answered, "evidence_id"), built.values, "evidence_id")),
        _stacked(links, suggested.links, "application_id"),
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
    unused = named.loc[(named["origin"] == "link row") & ~among(named["record_id"], record_ids(links["evidence_id"]))]
    return reasons_frame(
        pd.Series("repeats a link that another row gives", index=unused["record_id"].unique(), dtype=object)
    )


def answer_sheets(sheets: pd.DataFrame) -> frozenset[str]:
    """Sheet addresses (file.sheet) of questionnaires that came back, of SourceSheet rows."""
    asked = [is_questionnaire(headers) for headers in sheets["headers"]]
    found = sheets[np.asarray(asked, dtype=bool)]
    return frozenset(found["file_id"].astype("str") + "." + found["sheet_index"].astype("str"))


def _stacked(first: pd.DataFrame, second: pd.DataFrame, order: str) -> pd.DataFrame:
    """Rows of both in order; an empty frame has no types and is left out."""
    filled = [frame for frame in (first, second) if len(frame)]
    return (
        pd.concat(filled, ignore_index=True).sort_values(order, kind="stable", ignore_index=True) if filled else first
    )


def _answers(cells: pd.DataFrame, applications: pd.DataFrame, told: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values that people answered, by our id or by name; and rows about applications that nobody else knows."""
    columns = ["record_id", "field", "value"]
    keys = cells.loc[cells["field"].isin(("application_id", "application_name")), columns]
    wide = keys.drop_duplicates(columns[:2]).pivot(index="record_id", columns="field", values="value")
    wide = wide.reindex(columns=["application_id", "application_name"])
    ids = pd.Series(applications["application_id"].to_numpy(), index=applications["application_id"].to_numpy())
    found = wide["application_id"].map(ids[~ids.index.duplicated()])
    names = keyed(wide["application_name"].fillna(""), plain_name)
    named = find(application_references(told, applications), names, names)
    found = found.where(found.notna(), named).astype("str")
    rows = cells[~cells["field"].isin(("application_id", "application_name"))]
    rows = rows.assign(entity_id=rows["record_id"].map(found), entity=str(EntityKind.APPLICATION))
    values = rows.dropna(subset="entity_id").assign(preference=0, note="")
    left = cells.loc[~among(cells["record_id"], values["record_id"]), "record_id"].unique()
    known = pd.Index(left).map(found).notna()
    reasons = np.where(known, "no answer in the row", "answer about an application that no source names")
    return values, reasons_frame(pd.Series(reasons, index=left, dtype=object))


def _lost_asset_rows(cells: pd.DataFrame, record_assets: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Cells of asset rows that the inventory left out: what they name is left out with them."""
    asset_rows = cells.loc[cells["entity"] == EntityKind.ASSET, "record_id"].drop_duplicates()
    lost = asset_rows[~among(asset_rows, record_assets["record_id"])]
    return among(cells["record_id"], lost)


def _asset_mentions(cells: pd.DataFrame, record_assets: pd.DataFrame) -> pd.DataFrame:
    """Assets that rows of links and applications name (record_id, evidence_id, asset_id or NaN), one row per name."""
    held = cells[(cells["entity"] == EntityKind.LINK) & cells["field"].isin(_ASSET_FIELDS)]
    if held.empty:
        return held[["record_id", "evidence_id", "entity"]].assign(asset_id=pd.Series(dtype="str"))
    asset_of = record_assets.drop_duplicates("record_id").set_index("record_id")["asset_id"]
    own = cells[(cells["entity"] == EntityKind.ASSET) & cells["field"].isin(_ASSET_FIELDS)]
    known = own.assign(entity_id=own["record_id"].map(asset_of)).dropna(subset="entity_id")
    references = asset_references(known)
    whole = held.assign(asset_id=find_assets(references, held["value"].astype("str"), held["file_id"]))
    parts = whole[whole["asset_id"].isna() & whole["value"].str.contains(r"[;,|]", regex=True)]
    parts = parts.assign(value=parts["value"].str.split(r"\s*[;,|]\s*", regex=True)).explode("value")
    parts["asset_id"] = find_assets(references, parts["value"].astype("str"), parts["file_id"])
    found = pd.concat([whole[~among(whole["evidence_id"], parts["evidence_id"])], parts], ignore_index=True)
    return found[["record_id", "evidence_id", "entity", "asset_id"]]


def _rows_without_asset(cells: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Link rows none of whose assets is known."""
    applications = cells.loc[cells["entity"] == EntityKind.APPLICATION, "record_id"]
    links = cells.loc[cells["entity"] == EntityKind.LINK, "record_id"].drop_duplicates()
    links = links[~among(links, applications)]
    lost = links[~among(links, mentions.loc[mentions["asset_id"].notna(), "record_id"])]
    return reasons_frame(pd.Series("link to an asset that no source lists", index=lost, dtype=object))


def _applications(named: pd.DataFrame, naming: Naming) -> pd.DataFrame:
    """Application rows with their group; the name shown is a recorded one, the longest."""
    ranked = named.assign(mentioned=named["origin"] != "recorded", length=-named["text"].str.len())
    ranked = ranked.sort_values(["group", "mentioned", "length", "text"], kind="stable")
    first = ranked.drop_duplicates("group").set_index("group")
    files = named.drop_duplicates(["group", "file_id"]).sort_values("file_id").groupby("group")["file_id"].agg(list)
    origin = pd.Series(np.where(first["mentioned"], "mentioned", "recorded"), index=first.index)
    matched = pd.Series(naming.merge.matched_by).reindex(first.index)
    confidence = origin.map(ORIGIN_CONFIDENCE) * matched.map(MATCH_CONFIDENCE)
    applications = pd.DataFrame(
        {
            "group": first.index,
            "application_id": application_ids(first, set()),
            "name": first["text"],
            "sources": files.reindex(first.index),
            "records": named.groupby("group")["record_id"].nunique(),
            "origin": origin,
            "confidence": confidence.round(3),
            "matched_by": matched.where(matched != "", "single"),
        }
    )
    return applications.sort_values("application_id", ignore_index=True)


def _told(cells: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """All values of recorded rows; of asset rows the name, and the rest where the row names one application only."""
    about = cells[cells["entity"] == EntityKind.APPLICATION]
    speaking = named[named["origin"] != "link row"]
    speaking = speaking.assign(alone=speaking.groupby("record_id")["application_id"].transform("nunique") == 1)
    speaking = speaking.drop_duplicates(["record_id", "application_id"])
    columns = ["record_id", "application_id", "origin", "alone", "text"]
    values = about.merge(speaking[columns], on="record_id")
    names = values["field"].isin(("application_name",))
    values = values[values["alone"] | names]
    values = values.assign(
        value=values["value"].where(values["alone"] | ~names, values["text"]),
        entity=str(EntityKind.APPLICATION),
        entity_id=values["application_id"],
        preference=np.where(values["origin"] == "recorded", 0, 1),
        note="",
    )
    return values.drop_duplicates(["entity_id", "evidence_id"])


def _links(named: pd.DataFrame, mentions: pd.DataFrame, record_assets: pd.DataFrame) -> pd.DataFrame:
    """Which application runs on which asset, once per pair; explicit links first."""
    columns = ["application_id", "asset_id", "evidence_id", "how"]
    on_assets = named[named["origin"] == "asset row"].merge(record_assets, on="record_id").assign(how="asset row")
    explicit = named.drop(columns="evidence_id").merge(mentions.dropna(subset="asset_id"), on="record_id")
    explicit = explicit.assign(how=np.where(explicit["origin"] == "recorded", "name", "link row"))
    links = pd.concat([on_assets[columns], explicit[columns]], ignore_index=True)
    links = links.assign(order=links["how"].map(_HOW_ORDER)).sort_values(["order", "evidence_id"], kind="stable")
    links = links.drop_duplicates(["application_id", "asset_id"])
    return links.sort_values(["application_id", "asset_id"], ignore_index=True)[columns]
