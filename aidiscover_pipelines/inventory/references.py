"""Finding the asset or application that a text means: by what its own file calls it first, then by what anyone does."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.inventory.addresses import among, files_of
from aidiscover_pipelines.inventory.names import plain_name

_ASSET_FIELDS = ("asset_id", "asset_name", "hostname", "ip_address", "serial_number")
_APPLICATION_FIELDS = ("application_id", "application_name")
NAMING_FIELDS = (*_ASSET_FIELDS, *_APPLICATION_FIELDS)
_FQDN = r"[a-z0-9_][a-z0-9_-]*(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]+"

Codes = npt.NDArray[np.int64]


def application_names(
    values: pd.DataFrame, applications: pd.DataFrame, key: Callable[[str], str] = plain_name
) -> pd.DataFrame:
    """What applications are called (entity_id, key, file): by their values and by the names shown.

    `key` brings spellings together.
    """
    held = values.loc[values["field"].isin(_APPLICATION_FIELDS), ["entity_id", "value", "evidence_id"]]
    shown = pd.DataFrame(
        {"entity_id": applications["application_id"], "value": applications["name"], "evidence_id": ""}
    )
    texts = pd.concat([held, shown], ignore_index=True)
    return pd.DataFrame(
        {"entity_id": texts["entity_id"], "key": keyed(texts["value"], key), "file": files_of(texts["evidence_id"])}
    )


def find(names: pd.DataFrame, keys: pd.Series, files: pd.Series) -> pd.Series:
    """Id that each key means in its file, else anywhere; NaN where none or several. `names`: entity_id, key, file."""
    asked, vocabulary = pd.factorize(keys)
    vocabulary = vocabulary[vocabulary != ""]
    held = names[among(names["key"], pd.Series(vocabulary, dtype="str"))]
    entity, ids = pd.factorize(held["entity_id"])
    places, known_files = pd.factorize(held["file"])
    key = pd.Index(vocabulary).get_indexer(held["key"]).astype(np.int64)
    asked = pd.Index(vocabulary).get_indexer(keys)
    file = pd.Index(known_files).get_indexer(files)
    own = _meant(places * len(vocabulary) + key, entity, np.where(file < 0, -1, file * len(vocabulary) + asked))
    found = np.where(asked < 0, -1, np.where(own >= 0, own, _meant(key, entity, asked)))
    return pd.Series(pd.Series(ids, dtype="str").reindex(found).array, index=keys.index, dtype="str")


def find_assets(values: pd.DataFrame, texts: pd.Series, files: pd.Series) -> pd.Series:
    """asset_id of each text as written, by values of assets (entity_id, field, value, evidence_id)."""
    keys = casefolded(texts.str.strip())
    return find(_asset_names(values, keys.drop_duplicates()), keys, files)


def keyed(texts: pd.Series, key: Callable[[str], str]) -> pd.Series:
    """Texts through a key function, each distinct text once."""
    codes, distinct = pd.factorize(texts.astype("str"))
    keys = pd.Series([key(str(text)) for text in distinct], dtype="str")
    return pd.Series(keys.reindex(codes).to_numpy(), index=texts.index, dtype="str")


def casefolded(texts: pd.Series) -> pd.Series:
    """`str.casefold` of each text; Python is asked for those only that are not ASCII."""
    import pyarrow as pa
    import pyarrow.compute as pc

    held = pa.array(texts, pa.large_string(), from_pandas=True)
    folded = pd.Series(pc.ascii_lower(held), index=texts.index, dtype="str")
    foreign = ~np.asarray(pc.string_is_ascii(held).fill_null(True).to_numpy(zero_copy_only=False), dtype=bool)
    return folded.where(~foreign, keyed(texts[foreign], str.casefold).reindex(texts.index)) if foreign.any() else folded


def _asset_names(values: pd.DataFrame, asked: pd.Series) -> pd.DataFrame:
    """What assets are called (entity_id, key, file): ids, names, short names and addresses, of these texts only."""
    held = values.loc[values["field"].isin(_ASSET_FIELDS), ["entity_id", "field", "value", "evidence_id"]]
    held = held.assign(key=casefolded(held["value"]))
    lists = held["key"].str.contains("; ", regex=False)
    if lists.any():
        parts = held[lists].assign(key=held.loc[lists, "key"].str.split("; ")).explode("key").astype({"key": "str"})
        held = pd.concat([held[~lists], parts], ignore_index=True)
    dotted = held[held["field"].isin(("hostname", "asset_name")) & held["key"].str.contains(".", regex=False)]
    short = dotted.assign(key=files_of(dotted["key"]))
    wanted = among(short["key"], asked)
    short = short[wanted][dotted["key"][wanted].str.fullmatch(_FQDN).to_numpy(dtype=bool)]
    found = pd.concat([held[among(held["key"], asked)], short], ignore_index=True)
    return found.assign(file=files_of(found["evidence_id"]))


def _meant(keys: Codes, entities: Any, asked: Codes) -> Codes:
    """Entity of each key asked where it has one only, else -1."""
    width = int(entities.max(initial=0)) + 1
    pairs = np.unique(keys * width + entities)
    single, first, count = np.unique(pairs // width, return_index=True, return_counts=True)
    single, first = single[count == 1], first[count == 1]
    if not len(single):
        return np.full(len(asked), -1, dtype=np.int64)
    place = np.searchsorted(single, asked).clip(max=len(single) - 1)
    return np.where(single[place] == asked, pairs[first[place]] % width, -1)
