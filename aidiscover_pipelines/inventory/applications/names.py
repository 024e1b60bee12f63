"""Which application each row names: entries of business records, names mentioned elsewhere, and what is the same."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.process import cdist, cpdist

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import among, sheet_keys
from aidiscover_pipelines.inventory.applications.listed import taken_apart, with_line_breaks
from aidiscover_pipelines.inventory.names import core_name, plain_name
from aidiscover_pipelines.inventory.references import casefolded, keyed
from aidiscover_pipelines.inventory.resolution.identity import forced
from aidiscover_pipelines.inventory.resolution.merging import Codes, Merge, merge_step, merged_by_people, pairs_by_key

# Names of at least this many letters that are at least this similar, with equal digits, are spellings of one name.
LONG_NAME = 8
SAME_NAME = 95.0
_BLOCK = 4  # names that differ in their first letters are not compared
# Blocks up to this size are compared pair by pair, all at once; larger ones so many names at a time, to bound memory.
_SMALL_BLOCK, _AT_ONCE = 30, 500


class Naming(NamedTuple):
    """`named`: record_id, file_id, text, evidence_id, origin, field, node (one row per name in a row).

    `nodes`: name, recorded, list by node. `merge`: which nodes are one application.
    """

    named: pd.DataFrame
    nodes: pd.DataFrame
    merge: Merge


def name_applications(
    cells: pd.DataFrame,
    decisions: pd.DataFrame,
    list_columns: frozenset[str] = frozenset(),
    asset_rows: pd.Series | None = None,
) -> Naming:
    """Every row that names an application, tied to a node, and nodes merged by id and name.

    `cells` are those of applications and links; `asset_rows` the record_ids of rows that describe assets besides.
    What people said about identity (`decisions`: IdentityDecision rows) stands above both. `list_columns`: addresses
    (file.sheet.column) of columns that list applications by their header (`listed.list_columns`).
    Origin of a row is "recorded" (it describes the application), "asset row" or "link row".
    """
    rows = _naming_rows(cells, pd.Series(dtype="str") if asset_rows is None else asset_rows)
    recorded = rows[rows["origin"] == "recorded"]
    recorded = recorded.assign(node_key=_recorded_keys(recorded))
    mentioned = taken_apart(rows[rows["origin"] != "recorded"], recorded, list_columns)
    mentioned = mentioned.assign(node_key=_mentioned_keys(mentioned, _recorded_ids(cells, recorded)))
    named = pd.concat([recorded, mentioned], ignore_index=True)
    named["node"], _ = pd.factorize(named["node_key"])
    nodes = _nodes(named)
    return Naming(named, nodes, _merge_nodes(named, nodes, decisions))


def _naming_rows(cells: pd.DataFrame, asset_rows: pd.Series) -> pd.DataFrame:
    """One row per record that names an application: its id and name, and the cell that names it (the name's)."""
    naming = cells[cells["field"].isin(("application_id", "application_name"))]
    record, records = pd.factorize(naming["record_id"], sort=True)
    asset_row, is_link = among(pd.Series(records, dtype="str"), asset_rows), naming["entity"] == EntityKind.LINK
    may_list = asset_row[record] | is_link.to_numpy(dtype=bool)
    naming = naming.assign(value=with_line_breaks(naming).where(may_list, naming["value"]))
    is_name = (naming["field"] == "application_name").to_numpy(dtype=bool)
    # Column 2 before column 10.
    columns = [str(address).rpartition(".")[2] for address in naming["evidence_id"].tolist()]
    column = pd.to_numeric(pd.Series(columns, dtype="str"), errors="coerce").to_numpy(dtype=float)
    addresses, _ = pd.factorize(naming["evidence_id"], sort=bool(np.isnan(column).any()))
    order = np.lexsort((addresses, column, is_name, record))
    first = {}
    for field, hit in (("id", ~is_name[order]), ("name", is_name[order])):
        place = np.full(len(records), -1, dtype=np.int64)
        place[record[order[hit]][::-1]] = order[hit][::-1]
        first[field] = place
    told = naming.take(np.where(first["name"] >= 0, first["name"], first["id"]))
    ids = naming["value"].reset_index(drop=True).reindex(first["id"]).astype("str")
    return pd.DataFrame(
        {
            "record_id": told["record_id"].array,
            "id": ids.array,
            "file_id": told["file_id"].array,
            "evidence_id": told["evidence_id"].array,
            "field": told["field"].array,
            "origin": np.where(
                asset_row, "asset row", np.where(told["entity"] == EntityKind.LINK, "link row", "recorded")
            ),
            "text": told["value"].array,
        }
    )


def _recorded_keys(recorded: pd.DataFrame) -> pd.Series:
    """Within a sheet, rows with one id are one application; without ids, rows with one name."""
    sheet = sheet_keys(recorded["record_id"].astype("str"))
    by_name = sheet + " name " + keyed(recorded["text"], plain_name)
    return by_name.where(recorded["id"].isna(), sheet + " id " + casefolded(recorded["id"]))


def _recorded_ids(cells: pd.DataFrame, recorded: pd.DataFrame) -> pd.DataFrame:
    """Every id of every recorded row (file_id, id, node_key); a row may carry several, such as a reference id."""
    ids = cells.loc[cells["field"] == "application_id", ["record_id", "value"]]
    held = recorded[["record_id", "file_id", "node_key"]].merge(ids, on="record_id")
    return pd.DataFrame(
        {
            "file_id": held["file_id"],
            "id": casefolded(held["value"]),
            "node_key": held["node_key"],
        }
    )


def _mentioned_keys(mentioned: pd.DataFrame, index: pd.DataFrame) -> pd.Series:
    """Node of a mention: the record with that id in its own file, then in any; else a node of its own by name."""
    codes = [pd.factorize(mentioned[column])[0].astype(np.int64) + 1 for column in ("file_id", "id", "text")]
    widths = [int(code.max(initial=0)) + 1 for code in codes]
    told = (codes[0] * widths[1] + codes[1]) * widths[2] + codes[2]
    _, first, place = np.unique(told, return_index=True, return_inverse=True)
    distinct = _distinct_keys(mentioned.take(first), index)
    return pd.Series(distinct.take(place).array, index=mentioned.index, dtype="str")


def _distinct_keys(mentioned: pd.DataFrame, index: pd.DataFrame) -> pd.Series:
    in_file = index.drop_duplicates().drop_duplicates(["file_id", "id"], keep=False)
    anywhere = index.drop(columns="file_id").drop_duplicates().drop_duplicates("id", keep=False).set_index("id")
    own = in_file.set_index(in_file["file_id"].astype("str") + " " + in_file["id"].astype("str"))["node_key"]
    keys = pd.Series(np.nan, index=mentioned.index, dtype="str")
    for column in ("id", "text"):
        asked = casefolded(mentioned[column])
        found = (mentioned["file_id"].astype("str") + " " + asked.astype("str")).map(own)
        found = found.where(found.notna(), asked.map(anywhere["node_key"]))
        keys = keys.where(keys.notna(), found)
    return keys.where(keys.notna(), "mention " + keyed(mentioned["text"], plain_name))


def _nodes(named: pd.DataFrame) -> pd.DataFrame:
    """Name, whether recorded, and source list of each node. A mentioned name stands in no list of its own."""
    recorded = named[named["origin"] == "recorded"].drop_duplicates("node")
    mentioned = named[~named["node"].isin(recorded["node"])]
    mentioned = mentioned.sort_values(["node", "evidence_id"], kind="stable").drop_duplicates("node")
    nodes = pd.concat([recorded, mentioned], ignore_index=True)
    sheets, known = pd.factorize(sheet_keys(recorded["record_id"].astype("str")))
    return pd.DataFrame(
        {
            "name": nodes["text"].array,
            "recorded": np.arange(len(nodes)) < len(recorded),
            "list": np.concatenate([sheets, len(known) + np.arange(len(mentioned))]).astype(np.int64),
        },
        index=nodes["node"].to_numpy(),
    ).sort_index()


def _merge_nodes(named: pd.DataFrame, nodes: pd.DataFrame, decisions: pd.DataFrame) -> Merge:
    lists = nodes["list"].to_numpy(dtype=np.int64)
    said = forced(decisions, _identity_keys(named if len(decisions) else named[:0]), EntityKind.APPLICATION)
    merge = merged_by_people(len(nodes), said.joined)
    ids = named[(named["origin"] == "recorded") & named["id"].notna()]
    own = pd.DataFrame({"entry": ids["node"], "value": ids["file_id"].astype("str") + " " + casefolded(ids["id"])})
    plain, core = keyed(nodes["name"], plain_name), keyed(nodes["name"], core_name)
    steps = (
        ("id", own),
        ("name", pd.DataFrame({"entry": nodes.index, "value": plain})),
        ("core name", pd.DataFrame({"entry": nodes.index, "value": core})),
    )
    for key, keys in steps:
        held = keys[keys["value"] != ""]
        left, right, _ = pairs_by_key(held.assign(value=pd.factorize(held["value"], sort=True)[0]), lists)
        merge = merge_step(merge, lists, left, right, key, said.apart)
    left, right = _similar(plain, lists)
    return merge_step(merge, lists, left, right, "similar name", said.apart)


def _identity_keys(named: pd.DataFrame) -> pd.DataFrame:
    """Keys (entry, kind, value) of nodes that decisions of people are anchored on."""
    names = pd.DataFrame({"entry": named["node"], "kind": "name", "value": keyed(named["text"], plain_name)})
    ids = named[named["id"].notna()]
    return pd.concat([names, pd.DataFrame({"entry": ids["node"], "kind": "id", "value": ids["id"].str.casefold()})])


def _similar(names: pd.Series, lists: Codes) -> tuple[Codes, Codes]:
    """Pairs of long names of different lists that are nearly equal, compared within blocks of equal beginnings.

    Names with other digits are never spellings of one, so they are in other blocks.
    """
    long = names[names.str.len() >= LONG_NAME].drop_duplicates()
    digits = pd.Series([re.sub(r"\D", "", name) for name in long.tolist()], index=long.index, dtype="str")
    held = pd.DataFrame({"name": long, "entry": long.index, "list": lists[long.index]})
    held["block"], _ = pd.factorize(long.str[:_BLOCK] + " " + digits)
    held = held[held["block"].duplicated(keep=False)]
    size = held.groupby("block")["block"].transform("size")
    large = [_compared(block) for _, block in held[size > _SMALL_BLOCK].groupby("block")]
    pairs = np.unique(np.concatenate([_compared_singly(held[size <= _SMALL_BLOCK]), *large]), axis=0)
    pairs = pairs[lists[pairs[:, 0]] != lists[pairs[:, 1]]]
    beginnings, _ = pd.factorize(names.iloc[pairs[:, 0]].str[:_BLOCK], sort=True)
    pairs = pairs[np.argsort(beginnings, kind="stable")]
    return pairs[:, 0], pairs[:, 1]


def _compared_singly(held: pd.DataFrame) -> Codes:
    """Pairs (two columns of entries, the lower first) of nearly equal names, of many small blocks at once."""
    both = held.merge(held, on="block", suffixes=("", "_other"))
    both = both[(both["entry"] < both["entry_other"]) & (both["list"] != both["list_other"])]
    scores = cpdist(both["name"].tolist(), both["name_other"].tolist(), scorer=fuzz.ratio, score_cutoff=SAME_NAME)
    return both.loc[scores > 0, ["entry", "entry_other"]].to_numpy(dtype=np.int64)


def _compared(block: pd.DataFrame) -> Codes:
    """The same of one large block, whose largest list is not compared with itself; a part of the names at a time."""
    names, entries = block["name"].tolist(), block["entry"].to_numpy(dtype=np.int64)
    others = np.flatnonzero(block["list"] != block["list"].mode().iloc[0])
    found = [np.zeros((0, 2), dtype=np.int64)]
    for start in range(0, len(others), _AT_ONCE):
        part = others[start : start + _AT_ONCE]
        scores = cdist(
            [names[place] for place in part], names, scorer=fuzz.ratio, score_cutoff=SAME_NAME, dtype=np.uint8
        )
        one, other = np.nonzero(scores)
        found.append(np.sort(np.stack([entries[part[one]], entries[other]], axis=1), axis=1))
    return np.concatenate(found)
