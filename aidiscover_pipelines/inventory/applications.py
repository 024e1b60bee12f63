"""Cells that describe or name applications to one list of applications, their values, and the assets they run on."""

import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Application, ApplicationAsset, EntityValue
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import reasons_frame, record_ids
from aidiscover_pipelines.inventory.application_names import Naming, name_applications
from aidiscover_pipelines.inventory.names import plain_name, slug
from aidiscover_pipelines.inventory.references import asset_references, find_assets
from aidiscover_pipelines.inventory.survive import survive

# How sure it is that an entry is one real application. A business record is a statement about an application; a name
# in a server's column may be a role, a product or a team. Joining several names weakens it by how loosely they agree.
ORIGIN_CONFIDENCE = {"recorded": 0.95, "mentioned": 0.6}
MATCH_CONFIDENCE = {"": 1.0, "id": 1.0, "name": 0.98, "core name": 0.9, "similar name": 0.85}

_ASSET_FIELDS = ("asset_id", "asset_name", "hostname", "serial_number", "ip_address")
_HOW_ORDER = {"link row": 0, "asset row": 1, "name": 2}


class ResolvedApplications(NamedTuple):
    """Applications, values, the assets they run on, rows left out (record_id, reason), and what stayed open."""

    applications: pd.DataFrame
    values: pd.DataFrame
    application_assets: pd.DataFrame
    skipped: pd.DataFrame
    unresolved_assets: int


def resolve_applications(cells: pd.DataFrame, record_assets: pd.DataFrame) -> ResolvedApplications:
    """Applications from their own rows, and from names on rows of assets and of links.

    `record_assets` says which record describes which asset (record_id, asset_id). Links never create assets, and a
    link whose asset nobody lists is left out. No cells: empty frames.
    """
    cells = cells[~_lost_asset_rows(cells, record_assets)]
    mentions = _asset_mentions(cells, record_assets)
    lost = _rows_without_asset(cells, mentions)
    naming = name_applications(cells[~cells["record_id"].isin(set(lost["record_id"]))])
    if naming.named.empty:
        return ResolvedApplications(
            pd.DataFrame(columns=Application.columns()),
            pd.DataFrame(columns=EntityValue.columns()),
            pd.DataFrame(columns=ApplicationAsset.columns()),
            lost,
            0,
        )
    named = naming.named.assign(group=naming.merge.group[naming.named["node"].to_numpy(dtype=np.int64)])
    applications = _applications(named, naming)
    named["application_id"] = named["group"].map(applications.set_index("group")["application_id"])
    links = _links(named, mentions, record_assets)
    unused = named.loc[(named["origin"] == "link row") & ~named["record_id"].isin(record_ids(links["evidence_id"]))]
    repeats = pd.Series("repeats a link that another row gives", index=unused["record_id"].unique(), dtype=object)
    return ResolvedApplications(
        applications[Application.columns()],
        _values(cells, named),
        links,
        pd.concat([lost, reasons_frame(repeats)], ignore_index=True),
        int(mentions["asset_id"].isna().sum()),
    )


def _lost_asset_rows(cells: pd.DataFrame, record_assets: pd.DataFrame) -> pd.Series:
    """Cells of asset rows that the inventory left out: what they name is left out with them."""
    asset_rows = cells.loc[cells["entity"] == EntityKind.ASSET, "record_id"].unique()
    return cells["record_id"].isin(set(asset_rows)) & ~cells["record_id"].isin(set(record_assets["record_id"]))


def _asset_mentions(cells: pd.DataFrame, record_assets: pd.DataFrame) -> pd.DataFrame:
    """Assets that rows of links and applications name (record_id, evidence_id, asset_id or NaN), one row per name."""
    asset_of = record_assets.drop_duplicates("record_id").set_index("record_id")["asset_id"]
    own = cells[cells["entity"] == EntityKind.ASSET]
    known = own.assign(entity_id=own["record_id"].map(asset_of)).dropna(subset="entity_id")
    references = asset_references(known)
    held = cells[(cells["entity"] == EntityKind.LINK) & cells["field"].isin(_ASSET_FIELDS)]
    whole = held.assign(asset_id=find_assets(references, held["value"].astype("str"), held["file_id"]))
    parts = whole[whole["asset_id"].isna() & whole["value"].str.contains(r"[;,|]", regex=True)]
    parts = parts.assign(value=parts["value"].str.split(r"\s*[;,|]\s*", regex=True)).explode("value")
    parts["asset_id"] = find_assets(references, parts["value"].astype("str"), parts["file_id"])
    found = pd.concat([whole[~whole["evidence_id"].isin(set(parts["evidence_id"]))], parts], ignore_index=True)
    return found[["record_id", "evidence_id", "entity", "asset_id"]]


def _rows_without_asset(cells: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Link rows none of whose assets is known."""
    applications = cells.loc[cells["entity"] == EntityKind.APPLICATION, "record_id"]
    links = cells.loc[(cells["entity"] == EntityKind.LINK) & ~cells["record_id"].isin(set(applications)), "record_id"]
    found = mentions.loc[mentions["asset_id"].notna(), "record_id"]
    lost = links[~links.isin(found)].unique()
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
            "application_id": _application_ids(first),
            "name": first["text"],
            "sources": files.reindex(first.index),
            "records": named.groupby("group")["record_id"].nunique(),
            "origin": origin,
            "confidence": confidence.round(3),
            "matched_by": matched.where(matched != "", "single"),
        }
    )
    return applications.sort_values("application_id", ignore_index=True)


def _application_ids(first: pd.DataFrame) -> list[str]:
    """Slug of each name. Where two names give one slug, all but the first by identity get a short hash behind it."""
    identity = first["text"].map(plain_name) + "|" + first["id"].astype("str").fillna("")
    digests = [hashlib.sha256(text.encode()).hexdigest()[:6] for text in identity]
    slugs = pd.Series([slug(name) for name in first["text"]], index=first.index, dtype="str")
    frame = pd.DataFrame({"slug": slugs, "digest": digests, "identity": identity}, index=first.index)
    frame["slug"] = frame["slug"].where(frame["slug"] != "", "application-" + frame["digest"])
    ordered = frame.sort_values(["identity"], kind="stable")
    repeated = ordered.duplicated("slug").reindex(frame.index)
    frame["slug"] = frame["slug"].where(~repeated, frame["slug"] + "-" + frame["digest"])
    again = frame.groupby("slug").cumcount()
    return frame["slug"].where(again == 0, frame["slug"] + "-" + (again + 1).astype("str")).tolist()


def _values(cells: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
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
    return survive(values.drop_duplicates(["entity_id", "evidence_id"]))


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
