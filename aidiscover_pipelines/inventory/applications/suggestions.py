"""Applications that nobody recorded: groups of unclaimed servers that look as if they belonged together.

A group rests on one sign (a tag, a folder, the servers' names ...) and gains confidence where independent signs draw
the same line. Nothing is suggested for servers that any record or mention claims, nor for a machine alone.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Application, ApplicationAsset
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import among, files_of
from aidiscover_pipelines.inventory.applications.host_vocabulary import TIERS
from aidiscover_pipelines.inventory.applications.ids import application_ids
from aidiscover_pipelines.inventory.applications.server_signs import SIGNS, server_roles, server_signs
from aidiscover_pipelines.inventory.names import core_name, plain_name
from aidiscover_pipelines.inventory.references import application_names, find, keyed
from aidiscover_pipelines.inventory.resolution.identity import forced
from aidiscover_pipelines.inventory.resolution.merging import merged_by_people

# More servers of one sign are a landing zone, a site or a product line rather than one application.
MOST_SERVERS = 40
# Of more than ten unclaimed servers one group may hold this share; more is "everything there is".
LARGEST_SHARE = 0.4
_FEW = 10
LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.35, 0.9
# Servers whose applications are known show whether names tell applications here: from so many servers on, and joined to
# an application from so many servers of the same name pattern on.
LEAST_TAUGHT, LEAST_JOINED = 10, 2
# Two signs draw the same line where they share this part of the servers that either groups.
AGREEING = 0.5
# Shape of a group: a pair may be chance, one tier or many equal machines may be a pool.
_PAIR, _ONE_TIER, _MANY, _MANY_SERVERS = 0.85, 0.85, 0.7, 25


class Estate(NamedTuple):
    """All assets (asset_id, name, kind), their values and where they are kept (asset_id, sign, value, evidence_id).

    Values have entity_id, field, value, evidence_id and chosen, in key order.
    """

    assets: pd.DataFrame
    values: pd.DataFrame
    placements: pd.DataFrame


class Suggested(NamedTuple):
    """Application and ApplicationAsset rows to add; links may lead to applications that were known before."""

    applications: pd.DataFrame
    links: pd.DataFrame


def suggest_applications(
    estate: Estate,
    links: pd.DataFrame,
    applications: pd.DataFrame,
    values: pd.DataFrame,
    decisions: pd.DataFrame,
) -> Suggested:
    """Suggested applications and links. `links`, `applications` and `values` are what records and mentions say.

    An unclaimed server joins a known application where its sign is the application's name or id, or where all servers
    of its name pattern or folder are that application's. Names weigh as much as they are right where applications are
    known. What people said of groups and applications by name (`decisions`: IdentityDecision rows) stands above.
    """
    claimed = among(estate.assets["asset_id"], links["asset_id"])
    unclaimed = estate.assets[~claimed & (estate.assets["kind"] != "database")]
    if unclaimed.empty:
        return Suggested(pd.DataFrame(columns=Application.columns()), pd.DataFrame(columns=ApplicationAsset.columns()))
    signs = server_signs(estate.assets, estate.values, estate.placements)
    taught = _taught(signs, links)
    own = signs[among(signs["asset_id"], unclaimed["asset_id"])].sort_values(["asset_id", "sign"], ignore_index=True)
    own, said, refused = _said(own, applications, decisions)
    joined = _joined(own, taught, applications, values)
    pairs = pd.MultiIndex.from_frame(joined[["key", "application_id"]])
    joined = joined[~joined["asset_id"].isin(set(said["asset_id"])) & ~pairs.isin(refused)]
    joined = pd.concat([said, joined], ignore_index=True) if len(said) else joined
    # A folder, cluster or name pattern of servers whose applications are known makes no new application.
    known = pd.MultiIndex.from_frame(own[["sign", "key"]]).isin(taught.index)
    rest = own[~own["asset_id"].isin(set(joined["asset_id"])) & ~known]
    members = _grouped(rest, len(unclaimed))
    if members.empty:
        return Suggested(pd.DataFrame(columns=Application.columns()), _links(joined))
    groups = _groups(members, rest, server_roles(unclaimed), _purity(taught))
    members = members[members["group"].isin(set(groups["group"]))]
    suggested = _applications(groups, members, set(applications["application_id"]))
    ids = suggested.set_index("group")["application_id"]
    members = members.assign(application_id=members["group"].map(ids))
    return Suggested(suggested[Application.columns()], _links(pd.concat([joined, members], ignore_index=True)))


def _links(signs: pd.DataFrame) -> pd.DataFrame:
    return signs.assign(how=signs["sign"].replace("application folder", "folder"))[ApplicationAsset.columns()]


def _said(
    own: pd.DataFrame, applications: pd.DataFrame, decisions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple[str, str]]]:
    """What people said: signs with the keys that they call one made equal, signs that they gave to known applications
    (with application_id), and the (key, application_id) that they keep apart.
    """  # noqa: D205
    if own.empty or decisions.empty:
        return own, own[:0].assign(application_id=pd.Series(dtype="str")), []
    shown = own.drop_duplicates("key").sort_values("key", ignore_index=True)
    names = [(place, "name", plain_name(text)) for column in ("key", "text") for place, text in shown[column].items()]
    count = len(shown)
    for place, (application, name) in enumerate(
        zip(applications["application_id"], applications["name"], strict=True), start=count
    ):
        names += [(place, "name", plain_name(name)), (place, "id", application)]
    keys = pd.DataFrame(names, columns=["entry", "kind", "value"]).drop_duplicates()
    decided = forced(decisions, keys, EntityKind.APPLICATION)
    group = merged_by_people(count + len(applications), decided.joined).group
    of_key = pd.Series(group[:count], index=shown["key"])
    ids = applications["application_id"].to_numpy(dtype=object)
    given = pd.Series(ids, index=group[count:])
    given = given[given.index.isin(np.unique(group[np.concatenate(decided.joined)]))]
    first = pd.Series(shown["key"].to_numpy(), index=group[:count])
    codes = own["key"].map(of_key)
    own = own.assign(key=codes.map(first[~first.index.duplicated()]))
    said = own.assign(application_id=codes.map(given[~given.index.duplicated()]).astype("str"))
    said = said.dropna(subset="application_id").drop_duplicates("asset_id")
    low, high = np.sort(np.stack(decided.apart), axis=0) if len(decided.apart[0]) else decided.apart
    refused = [
        (str(shown["key"].iloc[one]), str(ids[other - count]))
        for one, other in zip(low.tolist(), high.tolist(), strict=True)
        if one < count <= other
    ]
    return own, said, refused


def _taught(signs: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """By sign and key of servers whose application is known: servers, applications, and one of these."""
    both = signs[["asset_id", "sign", "key"]].merge(links[["asset_id", "application_id"]], on="asset_id")
    both["asset_id"], _ = pd.factorize(both["asset_id"])
    both["application_id"], ids = pd.factorize(both["application_id"], sort=True)
    taught = both.groupby(["sign", "key"]).agg(
        servers=("asset_id", "nunique"),
        applications=("application_id", "nunique"),
        application=("application_id", "min"),
    )
    return taught.assign(application=ids.take(taught["application"].to_numpy(dtype=np.int64)).array)


def _purity(taught: pd.DataFrame) -> float:
    """Share of servers of known applications whose name pattern is one application's; 1 where too few are known."""
    told = taught[(taught["servers"] >= LEAST_JOINED) & (taught.index.get_level_values("sign") == "name pattern")]
    servers = int(told["servers"].sum())
    if servers < LEAST_TAUGHT:
        return 1.0
    return float(told.loc[told["applications"] == 1, "servers"].sum()) / servers


def _joined(own: pd.DataFrame, taught: pd.DataFrame, applications: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Signs that lead to known applications, one per server, with application_id."""
    names = application_names(values, applications, core_name)
    files = files_of(own["evidence_id"])
    by_name = find(names, own["key"].astype("str"), files)
    by_text = find(names, keyed(own["text"], core_name), files)
    sure = taught.loc[(taught["applications"] == 1) & (taught["servers"] >= LEAST_JOINED), "application"].reset_index()
    by_pattern = own[["sign", "key"]].merge(sure, on=["sign", "key"], how="left")["application"]
    found = by_name.where(by_name.notna(), by_text).where(by_name.notna() | by_text.notna(), by_pattern)
    # Clusters and pools are called after sites and purposes, and hold whatever fits.
    found = found.where(~own["sign"].isin(("cluster", "resource pool")))
    hits = own.assign(application_id=found.astype("str"), order=own["sign"].map(list(SIGNS).index))
    hits = hits.dropna(subset="application_id").sort_values(["asset_id", "order"], kind="stable")
    return hits.drop_duplicates("asset_id").drop(columns="order")


def _grouped(signs: pd.DataFrame, unclaimed: int) -> pd.DataFrame:
    """Rows of the sign by which each server is grouped, with its `group`; the more telling signs choose first."""
    most = MOST_SERVERS if unclaimed <= _FEW else min(MOST_SERVERS, max(_FEW, int(unclaimed * LARGEST_SHARE)))
    placed: set[str] = set()
    found: list[pd.DataFrame] = []
    keys: set[str] = set()
    for name, sign in SIGNS.items():
        rows = signs[(signs["sign"] == name) & ~signs["asset_id"].isin(placed)]
        size = rows.groupby("key")["asset_id"].transform("size")
        fits = (size >= 1) if sign.explicit else ((size >= 2) | rows["key"].isin(keys)) & (size <= most)
        rows = rows[fits]
        found.append(rows.assign(group=rows["key"]))
        placed |= set(rows["asset_id"])
        keys |= set(rows["key"])
    return pd.concat(found, ignore_index=True)


def _groups(members: pd.DataFrame, signs: pd.DataFrame, roles: pd.Series, purity: float) -> pd.DataFrame:
    """One row per group that is likely enough: group, text, confidence."""
    order = members.assign(order=members["sign"].map(list(SIGNS).index))
    first = order.sort_values(["group", "order", "text"], kind="stable").drop_duplicates("group")
    groups = first[["group", "sign", "text"]].set_index("group")
    groups["size"] = members.groupby("group").size()
    doubt = pd.Series(1.0, index=groups.index)
    for name, sign in SIGNS.items():
        weight = sign.weight * (purity if name == "name pattern" else 1.0)
        doubt *= 1 - weight * _agreement(members, signs[signs["sign"] == name], groups["size"])
    held = members.assign(role=members["asset_id"].map(roles))
    tiers = held[held["role"].isin(TIERS)].groupby("group")["role"].nunique().reindex(groups.index).fillna(0)
    explicit = groups["sign"].map({name: sign.explicit for name, sign in SIGNS.items()}).astype(bool)
    shape = np.where(groups["size"] == 2, _PAIR, np.where(groups["size"] > _MANY_SERVERS, _MANY, 1.0))
    shape = np.where(explicit, 1.0, shape * np.where(tiers >= 2, 1.0, _ONE_TIER))
    groups["confidence"] = ((1 - doubt) * shape).clip(upper=MOST_CONFIDENCE).round(3)
    return groups[groups["confidence"] >= LEAST_CONFIDENCE].reset_index()


def _agreement(members: pd.DataFrame, signs: pd.DataFrame, sizes: pd.Series) -> pd.Series:
    """By group: what the group and the sign's most frequent key in it share, of what either holds; 0 below AGREEING."""
    both = members[["asset_id", "group"]].merge(signs[["asset_id", "key"]], on="asset_id")
    shared = both.groupby(["group", "key"]).size().rename("shared").reset_index()
    of_group, of_sign = shared["group"].map(sizes).astype(float), shared["key"].map(signs.groupby("key").size())
    shared["union"] = of_group + of_sign.astype(float) - shared["shared"]
    best = (shared["shared"] / shared["union"]).groupby(shared["group"]).max().reindex(sizes.index).fillna(0.0)
    return best.where(best >= AGREEING, 0.0)


def _applications(groups: pd.DataFrame, members: pd.DataFrame, taken: set[str]) -> pd.DataFrame:
    told = members.assign(file=files_of(members["evidence_id"])).drop_duplicates(["group", "file"])
    files = told.sort_values("file", kind="stable").groupby("group")["file"].agg(list)
    indexed = groups.set_index("group")
    named = pd.DataFrame({"text": indexed["text"], "id": indexed.index}, index=indexed.index)
    found = pd.DataFrame(
        {
            "group": indexed.index,
            "application_id": application_ids(named, taken),
            "name": indexed["text"].to_numpy(),
            "sources": files.reindex(indexed.index).to_numpy(),
            "records": indexed["size"].to_numpy(),
            "origin": "suggested",
            "confidence": indexed["confidence"].to_numpy(),
            "matched_by": "single",
        }
    )
    return found.sort_values("application_id", ignore_index=True)
