"""Finding the asset or application that a text means: by what its own file calls it first, then by what anyone does."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from aidiscover_pipelines.inventory.addresses import files_of
from aidiscover_pipelines.inventory.names import plain_name

_ASSET_FIELDS = ("asset_id", "asset_name", "hostname", "ip_address", "serial_number")
_APPLICATION_FIELDS = ("application_id", "application_name")
NAMING_FIELDS = (*_ASSET_FIELDS, *_APPLICATION_FIELDS)
_FQDN = r"[a-z0-9_][a-z0-9_-]*(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]+"


class References(NamedTuple):
    """Texts that mean exactly one entity, within a file ("file text" -> id) and anywhere (text -> id)."""

    in_file: pd.Series
    anywhere: pd.Series


def asset_references(values: pd.DataFrame) -> References:
    """From values of assets (columns entity_id, field, value, evidence_id): ids, names, short names and addresses."""
    held = values[values["field"].isin(_ASSET_FIELDS)]
    texts = held.assign(text=held["value"].astype("str").str.casefold())
    lists = texts["text"].str.contains("; ", regex=False)
    parts = texts[lists].assign(text=lambda rows: rows["text"].str.split("; ")).explode("text")
    texts = pd.concat([texts[~lists], parts], ignore_index=True)
    dotted = texts[texts["field"].isin(("hostname", "asset_name")) & texts["text"].str.contains(".", regex=False)]
    short = dotted[dotted["text"].str.fullmatch(_FQDN)].assign(text=lambda rows: rows["text"].str.split(".").str[0])
    return _references(pd.concat([texts, short], ignore_index=True))


def application_references(
    values: pd.DataFrame, applications: pd.DataFrame, key: Callable[[str], str] = plain_name
) -> References:
    """From values of applications and the names shown; `key` brings spellings together."""
    held = values.loc[values["field"].isin(_APPLICATION_FIELDS), ["entity_id", "value", "evidence_id"]]
    shown = pd.DataFrame(
        {"entity_id": applications["application_id"], "value": applications["name"], "evidence_id": ". . ."}
    )
    texts = pd.concat([held, shown], ignore_index=True)
    return _references(texts.assign(text=keyed(texts["value"], key)))


def find(references: References, texts: pd.Series, files: pd.Series) -> pd.Series:
    """Id that each text means in its file, NaN where none or several; texts are keyed as the references are."""
    own = (files.astype("str") + " " + texts.astype("str")).map(references.in_file)
    return own.where(own.notna(), texts.map(references.anywhere))


def find_assets(references: References, texts: pd.Series, files: pd.Series) -> pd.Series:
    """asset_id of each text as written."""
    return find(references, texts.str.strip().str.casefold(), files)


def keyed(texts: pd.Series, key: Callable[[str], str]) -> pd.Series:
    """Texts through a key function, each distinct text once."""
    codes, distinct = pd.factorize(texts.astype("str"))
    keys = pd.Series([key(str(text)) for text in distinct], dtype="str")
    return pd.Series(keys.reindex(codes).to_numpy(), index=texts.index, dtype="str")


def _references(texts: pd.DataFrame) -> References:
    held = texts[texts["text"].notna() & (texts["text"] != "")]
    held = held.assign(own=files_of(held["evidence_id"]) + " " + held["text"])
    return References(_unique(held, "own"), _unique(held, "text"))


def _unique(held: pd.DataFrame, column: str) -> pd.Series:
    pairs = held.drop_duplicates([column, "entity_id"]).drop_duplicates(column, keep=False)
    return pd.Series(pairs["entity_id"].to_numpy(), index=pairs[column].to_numpy(), dtype="str")
