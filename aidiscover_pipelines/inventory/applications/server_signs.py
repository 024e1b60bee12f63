"""Signs of which application a server belongs to, where nobody says so: tags, folders, groups, clusters, its name."""

import re
from typing import NamedTuple

import pandas as pd

from aidiscover_pipelines.inventory.applications.host_names import read_host_names
from aidiscover_pipelines.inventory.applications.host_vocabulary import ENVIRONMENTS, GENERIC, SYSTEMS
from aidiscover_pipelines.inventory.names import NOISE_WORDS, core_name, plain_name
from aidiscover_pipelines.inventory.references import keyed

SIGN_FIELDS = ("asset_name", "hostname", "tags", "cluster_name", "location")
SIGN_COLUMNS = ["asset_id", "sign", "key", "text", "evidence_id"]
_SAYS_NOTHING = ENVIRONMENTS | GENERIC | SYSTEMS
_APPLICATION_WORDS = NOISE_WORDS - {"the", "inc", "ltd", "gmbh", "and", "und", "et"}


class Sign(NamedTuple):
    """A kind of sign: how much it tells on its own (0 to 1), and whether one server is enough for a group.

    A sign that names applications outright needs no second server and has no largest group.
    """

    weight: float
    explicit: bool = False


# In the order in which they claim a server. Weights are judgement, checked against known portfolios: docs/dependencies.
SIGNS: dict[str, Sign] = {
    "tag": Sign(0.75, explicit=True),
    "stack": Sign(0.65),
    "resource group": Sign(0.6),
    "application folder": Sign(0.6),
    "name pattern": Sign(0.55),
    "folder": Sign(0.4),
    "resource pool": Sign(0.35),
    "cluster": Sign(0.3),
}
# Keys of tags, in small letters without separators, that name an application, and those of what is much like one.
APPLICATION_TAGS = frozenset(
    ("app", "application", "appname", "applicationname", "appid", "applicationid", "anwendung", "applicazione",
     "aplicacion", "aplicacao", "applicatie", "workload", "businessservice", "appkubernetesiopartof")
)  # fmt: skip
GROUP_TAGS = frozenset(
    ("service", "system", "project", "projekt", "projet", "proyecto", "stack", "product", "solution", "component",
     "awscloudformationstackname", "stackname", "resourcegroup", "appkubernetesioname")
)  # fmt: skip


def server_signs(assets: pd.DataFrame, values: pd.DataFrame, placements: pd.DataFrame) -> pd.DataFrame:
    """SIGN_COLUMNS in no order, at most one row per asset and sign: `key` is equal where the sign is the same.

    `values` are EntityValue rows of the assets in key order; `placements` are asset_id, sign, value, evidence_id.
    """
    parts = [_of_tags(values), _of_placements(placements), _of_clusters(values), _of_names(assets, values)]
    signs = pd.concat([part[SIGN_COLUMNS] for part in parts], ignore_index=True)
    signs = signs[signs["key"].str.len() >= 2]
    repeated = signs.duplicated(["asset_id", "sign"], keep=False)
    first = signs[repeated].sort_values("evidence_id", kind="stable").drop_duplicates(["asset_id", "sign"])
    return pd.concat([signs[~repeated], first], ignore_index=True)


def server_roles(assets: pd.DataFrame) -> pd.Series:
    """Role that each asset's name tells (web, app, database ...), by asset_id; empty where it tells none."""
    return read_host_names(assets.set_index("asset_id")["name"]).role


def _of_tags(values: pd.DataFrame) -> pd.DataFrame:
    held = values[values["field"] == "tags"].rename(columns={"entity_id": "asset_id"})
    pairs = held.assign(pair=held["value"].astype("str").str.split(r"\s*;\s*", regex=True)).explode("pair")
    parts = pairs["pair"].astype("str").str.extract(r"^\s*(?P<tag>[^=]+?)\s*[=]\s*(?P<text>.+?)\s*$")
    pairs = pairs.assign(tag=parts["tag"].str.lower().str.replace(r"[^a-z]", "", regex=True), text=parts["text"])
    pairs = pairs[pairs["tag"].isin(APPLICATION_TAGS | GROUP_TAGS) & pairs["text"].notna()]
    named = pairs["tag"].isin(APPLICATION_TAGS)
    found = pairs.assign(sign=named.map({True: "tag", False: "stack"}).astype("str"), key=_keys(pairs["text"]))
    return found[found["key"] != found["tag"]]


def _of_placements(placements: pd.DataFrame) -> pd.DataFrame:
    """The innermost part of a path that says more than where machines are kept."""
    codes, paths = pd.factorize(placements["value"].astype("str"))
    told = [_telling_part(str(path)) for path in paths]
    found = placements.assign(
        text=pd.Series([text for text, _ in told], dtype="str").reindex(codes).to_numpy(),
        key=pd.Series([key for _, key in told], dtype="str").reindex(codes).to_numpy(),
    )
    words = found["text"].astype("str").str.lower().str.findall(r"[^\W\d_]+")
    named = words.map(lambda each: not _APPLICATION_WORDS.isdisjoint(each)).astype(bool)
    found["sign"] = found["sign"].where(~(named & (found["sign"] == "folder")), "application folder")
    return found


def _of_clusters(values: pd.DataFrame) -> pd.DataFrame:
    held = values[(values["field"] == "cluster_name") & values["chosen"].astype(bool)]
    texts = held["value"].astype("str")
    return held.assign(asset_id=held["entity_id"], sign="cluster", text=texts, key=keyed(texts, plain_name))


def _of_names(assets: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    columns = ["entity_id", "value", "evidence_id"]
    places = values.loc[(values["field"] == "location") & values["chosen"].astype(bool), columns]
    names = assets.set_index("asset_id")["name"]
    read = read_host_names(names, places.drop_duplicates("entity_id").set_index("entity_id")["value"])
    told = values.loc[values["field"].isin(("asset_name", "hostname")), columns]
    # The cell that spells the name as shown comes before other spellings.
    shown = (told["value"] == names.reindex(told["entity_id"]).array).to_numpy(dtype=bool)
    cells = pd.concat([told[shown], told[~shown]]).drop_duplicates("entity_id").set_index("entity_id")["evidence_id"]
    found = pd.DataFrame({"asset_id": names.index, "key": read.stem.array})
    found["evidence_id"] = cells.reindex(names.index).astype("str").array
    found = found[(found["key"] != "") & found["evidence_id"].notna()]
    short = found["key"].str.len() <= 4
    text = found["key"].str.upper().where(short, found["key"].str.title())
    return found.assign(sign="name pattern", text=text)


def _keys(texts: pd.Series) -> pd.Series:
    return keyed(texts.astype("str"), core_name)


def _telling_part(path: str) -> tuple[str, str]:
    """(text, key) of the innermost telling part of a folder path; ("", "") where none is."""
    for part in reversed([part.strip() for part in path.replace("\\", "/").split("/")]):
        words = [word for word in re.findall(r"[^\W\d_]+", plain_name(part)) if word not in _SAYS_NOTHING]
        key = core_name(" ".join(words))
        if len(key) >= 2 and key not in _APPLICATION_WORDS:
            return part, key
    return "", ""
