"""Which application each row names: entries of business records, names mentioned elsewhere, and what is the same."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import among, sheet_keys
from aidiscover_pipelines.inventory.applications.listed import taken_apart, with_line_breaks
from aidiscover_pipelines.inventory.names import core_name, plain_name
from aidiscover_pipelines.inventory.references import keyed
from aidiscover_pipelines.inventory.resolution.identity import forced
from aidiscover_pipelines.inventory.resolution.merging import Codes, Merge, merge_step, merged_by_people, pairs_by_key

# Names of at least this many letters that are at least this similar, with equal digits, are spellings of one name.
LONG_NAME = 8
SAME_NAME = 95.0
_BLOCK = 4  # names that differ in their first letters are not compared


class Naming(NamedTuple):
    """`named`: record_id, file_id, text, evidence_id, origin, field, node (one row per name in a row).

    `nodes`: name, recorded, list by node. `merge`: which nodes are one application.
    """

    named: pd.DataFrame
    nodes: pd.DataFrame
    merge: Merge


def name_applications(
    cells: pd.DataFrame, decisions: pd.DataFrame, list_columns: frozenset[str] = frozenset()
) -> Naming:
    """Every row that names an application, tied to a node, and nodes merged by id and name.

    What people said about identity (`decisions`: IdentityDecision rows) stands above both. `list_columns`: addresses
    (file.sheet.column) of columns that list applications by their header (`listed.list_columns`).
    Origin of a row is "recorded" (it describes the application), "asset row" or "link row".
    """
    rows = _naming_rows(cells)
    recorded = rows[rows["origin"] == "recorded"]
    recorded = recorded.assign(node_key=_recorded_keys(recorded))
    mentioned = taken_apart(rows[rows["origin"] != "recorded"], recorded, list_columns)
    mentioned = mentioned.assign(node_key=_mentioned_keys(mentioned, _recorded_ids(cells, recorded)))
    named = pd.concat([recorded, mentioned], ignore_index=True)
    named["node"], _ = pd.factorize(named["node_key"])
    nodes = _nodes(named)
    return Naming(named, nodes, _merge_nodes(named, nodes, decisions))


def _naming_rows(cells: pd.DataFrame) -> pd.DataFrame:
    """One row per record that names an application: its id and name, and the cell that names it (the name's)."""
    naming = cells[
        cells["field"].isin(("application_id", "application_name"))
        & cells["entity"].isin((EntityKind.APPLICATION, EntityKind.LINK))
    ]
    # Column 2 before column 10.
    columns = [str(address).rpartition(".")[2] for address in naming["evidence_id"].tolist()]
    naming = naming.assign(column=pd.to_numeric(pd.Series(columns, index=naming.index), errors="coerce"))
    naming = naming.sort_values(["field", "column", "evidence_id"], kind="stable")
    asset_rows = cells.loc[cells["entity"] == EntityKind.ASSET, "record_id"].drop_duplicates()
    may_list = among(naming["record_id"], asset_rows) | (naming["entity"] == EntityKind.LINK).to_numpy()
    naming["value"] = with_line_breaks(naming).where(may_list, naming["value"])
    first = naming.drop_duplicates(["record_id", "field"])
    wide = first.pivot(index="record_id", columns="field", values="value")
    wide = wide.reindex(columns=["application_id", "application_name"])
    told = first.drop_duplicates("record_id", keep="last").set_index("record_id")
    rows = wide.join(told[["file_id", "entity", "evidence_id", "field"]]).reset_index()
    rows["origin"] = np.where(
        among(rows["record_id"], asset_rows),
        "asset row",
        np.where(rows["entity"] == EntityKind.LINK, "link row", "recorded"),
    )
    name = rows["application_name"]
    rows["application_id"] = rows["application_id"].astype("str")
    rows["text"] = name.where(name.notna(), rows["application_id"]).astype("str")
    return rows.drop(columns=["entity", "application_name"]).rename(columns={"application_id": "id"})


def _recorded_keys(recorded: pd.DataFrame) -> pd.Series:
    """Within a sheet, rows with one id are one application; without ids, rows with one name."""
    sheet = sheet_keys(recorded["record_id"].astype("str"))
    by_name = sheet + " name " + keyed(recorded["text"], plain_name)
    return by_name.where(recorded["id"].isna(), sheet + " id " + recorded["id"].astype("str").str.casefold())


def _recorded_ids(cells: pd.DataFrame, recorded: pd.DataFrame) -> pd.DataFrame:
    """Every id of every recorded row (file_id, id, node_key); a row may carry several, such as a reference id."""
    ids = cells.loc[cells["field"] == "application_id", ["record_id", "value"]]
    held = recorded[["record_id", "file_id", "node_key"]].merge(ids, on="record_id")
    return pd.DataFrame(
        {
            "file_id": held["file_id"],
            "id": held["value"].astype("str").str.casefold(),
            "node_key": held["node_key"],
        }
    )


def _mentioned_keys(mentioned: pd.DataFrame, index: pd.DataFrame) -> pd.Series:
    """Node of a mention: the record with that id in its own file, then in any; else a node of its own by name."""
    in_file = index.drop_duplicates().drop_duplicates(["file_id", "id"], keep=False)
    anywhere = index.drop(columns="file_id").drop_duplicates().drop_duplicates("id", keep=False).set_index("id")
    own = in_file.set_index(in_file["file_id"].astype("str") + " " + in_file["id"].astype("str"))["node_key"]
    keys = pd.Series(np.nan, index=mentioned.index, dtype="str")
    for column in ("id", "text"):
        asked = mentioned[column].str.casefold()
        found = (mentioned["file_id"].astype("str") + " " + asked.astype("str")).map(own)
        found = found.where(found.notna(), asked.map(anywhere["node_key"]))
        keys = keys.where(keys.notna(), found)
    return keys.where(keys.notna(), "mention " + keyed(mentioned["text"], plain_name))


def _nodes(named: pd.DataFrame) -> pd.DataFrame:
    """Name, whether recorded, and source list of each node. A mentioned name stands in no list of its own."""
    nodes = named.sort_values(["node", "evidence_id"], kind="stable").drop_duplicates("node").set_index("node")
    recorded = named.loc[named["origin"] == "recorded"].drop_duplicates("node").set_index("node")
    names = recorded["text"].reindex(nodes.index)
    sheets = sheet_keys(recorded["record_id"].astype("str")).reindex(nodes.index)
    place = pd.Series(nodes.index, index=nodes.index).astype("str")
    lists, _ = pd.factorize(sheets.where(sheets.notna(), "mention " + place))
    return pd.DataFrame(
        {
            "name": names.where(names.notna(), nodes["text"]),
            "recorded": nodes.index.isin(recorded.index),
            "list": np.asarray(lists, dtype=np.int64),
        }
    ).sort_index()


def _merge_nodes(named: pd.DataFrame, nodes: pd.DataFrame, decisions: pd.DataFrame) -> Merge:
    lists = nodes["list"].to_numpy(dtype=np.int64)
    said = forced(decisions, _identity_keys(named), EntityKind.APPLICATION)
    merge = merged_by_people(len(nodes), said.joined)
    ids = named[(named["origin"] == "recorded") & named["id"].notna()]
    own = pd.DataFrame({"entry": ids["node"], "value": ids["file_id"].astype("str") + " " + ids["id"].str.casefold()})
    plain, core = keyed(nodes["name"], plain_name), keyed(nodes["name"], core_name)
    steps = (
        ("id", own),
        ("name", pd.DataFrame({"entry": nodes.index, "value": plain})),
        ("core name", pd.DataFrame({"entry": nodes.index, "value": core})),
    )
    for key, keys in steps:
        left, right, _ = pairs_by_key(keys[keys["value"] != ""], lists)
        merge = merge_step(merge, lists, left, right, key, said.apart)
    left, right = _similar(plain, lists)
    return merge_step(merge, lists, left, right, "similar name", said.apart)


def _identity_keys(named: pd.DataFrame) -> pd.DataFrame:
    """Keys (entry, kind, value) of nodes that decisions of people are anchored on."""
    names = pd.DataFrame({"entry": named["node"], "kind": "name", "value": keyed(named["text"], plain_name)})
    ids = named[named["id"].notna()]
    return pd.concat([names, pd.DataFrame({"entry": ids["node"], "kind": "id", "value": ids["id"].str.casefold()})])


def _similar(names: pd.Series, lists: Codes) -> tuple[Codes, Codes]:
    """Pairs of long names of different lists that are nearly equal, compared within blocks of equal beginnings."""
    long = names[names.str.len() >= LONG_NAME].drop_duplicates()
    pairs: list[tuple[int, int]] = []
    for _, block in long.groupby(long.str[:_BLOCK]):
        if len(block) < 2:
            continue
        texts, codes = block.tolist(), block.index.to_numpy()
        scores = cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=SAME_NAME, dtype=np.uint8)
        for one, other in np.argwhere(np.triu(scores, k=1) > 0):
            same_digits = re.sub(r"\D", "", texts[one]) == re.sub(r"\D", "", texts[other])
            if same_digits and lists[codes[one]] != lists[codes[other]]:
                pairs.append((int(codes[one]), int(codes[other])))
    both = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
