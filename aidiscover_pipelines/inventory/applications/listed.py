"""Cells that list several applications: which texts are lists, and what the names in them are."""

import re

import pandas as pd

from aidiscover_pipelines.inventory.cleansing.text import collapsed
from aidiscover_pipelines.inventory.names import core_name, plain_name
from aidiscover_pipelines.inventory.references import keyed

# No name of an application holds these: they part a list always. A name may hold commas, and more so in brackets.
_SEPARATOR = re.compile(r"[;|\r\n]")
_COMMA = re.compile(r"[,\u3001](?![^()]*\))")
_EITHER = r"[;|,\u3001\r\n]"
_BREAK = r"[\r\n]"
# A name has at most so many parts between commas.
_LONGEST_NAME = 4
# Headers, as plain names, that ask for several applications: the word for them in its plural, or "Application(s)".
_PLURAL = re.compile(
    r"\b(?:applications|apps|applis|applikationen|anwendungen|applicaties|aplicaciones|aplicacoes|aplicativos"
    r"|applicazioni|applicativi|(?:application|app) names"
    r"|(?:application|app|appli|anwendung|applikation|applicatie|aplicacion) (?:s|en|es))\b"
)


def list_columns(mappings: pd.DataFrame) -> frozenset[str]:
    """Addresses (file.sheet.column) of the columns whose header says that a cell lists applications.

    `mappings`: file_id, sheet_index, column_index and header of FieldMapping rows.
    """
    plural = {header: bool(_PLURAL.search(plain_name(str(header)))) for header in mappings["header"].unique()}
    held = mappings[mappings["header"].map(plural).astype(bool)]
    columns = zip(held["file_id"], held["sheet_index"], held["column_index"], strict=True)
    return frozenset(f"{file_id}.{sheet}.{column}" for file_id, sheet, column in columns)


def with_line_breaks(cells: pd.DataFrame) -> pd.Series:
    """Values of cells; those that were written on several lines as they were read, for cleansing joins the lines."""
    original = cells["original"].astype("str").str.strip()
    return cells["value"].astype("str").where(~original.str.contains(_BREAK, regex=True), original)


def taken_apart(mentioned: pd.DataFrame, recorded: pd.DataFrame, columns: frozenset[str]) -> pd.DataFrame:
    """`mentioned` with one row per application that its text names; both frames have text, id and evidence_id.

    Semicolons, bars and line breaks part a list always. Commas do where the header says so (`columns`: `list_columns`)
    or most parts are applications that are known on their own. What is known as a whole is one name. An id beside
    several names belongs to the first.
    """
    listed = mentioned["text"].str.contains(_EITHER, regex=True)
    if not listed.any():
        return mentioned
    sources = pd.concat([recorded["text"], recorded["id"].dropna(), mentioned.loc[~listed, "text"]])
    known = set(keyed(sources, plain_name)) | set(keyed(sources, core_name))
    asked = mentioned.loc[listed, ["text"]]
    place = mentioned.loc[listed, "evidence_id"].astype("str").str.extract(r"^(.*)\.[^.]*\.([^.]*)$")
    asked["by_header"] = (place[0] + "." + place[1]).isin(columns)
    told = asked.drop_duplicates()
    names = {key: _names(*key, known) for key in zip(told["text"], told["by_header"], strict=True)}
    texts = mentioned["text"].astype(object)
    keys = zip(asked["text"], asked["by_header"], strict=True)
    texts[listed] = pd.Series([names[key] for key in keys], index=asked.index, dtype=object)
    split = mentioned.assign(text=texts).explode("text").astype({"text": "str"})
    return split.assign(id=split["id"].where(~split.index.duplicated())).reset_index(drop=True)


def _names(text: str, by_header: bool, known: set[str]) -> list[str]:
    if _is_known(text, known):
        return [collapsed(text)]
    parts = [part.strip() for part in _SEPARATOR.split(text)]
    found = [name for part in parts if part for name in _between_commas(part, by_header, known)]
    return list(dict.fromkeys(found)) or [collapsed(text)]


def _between_commas(text: str, by_header: bool, known: set[str]) -> list[str]:
    """Names of a text that no other mark parts: neighbouring parts that are known together are one name."""
    rest = [part.strip() for part in _COMMA.split(text) if part.strip()]
    names: list[str] = []
    while rest:
        together = [", ".join(rest[:count]) for count in range(min(len(rest), _LONGEST_NAME), 1, -1)]
        name = next((each for each in together if _is_known(each, known)), rest[0])
        names.append(name)
        rest = rest[1 + len(_COMMA.findall(name)) :]
    most = sum(_is_known(name, known) for name in names) * 2 > len(names)
    return names if by_header or most else [text]


def _is_known(name: str, known: set[str]) -> bool:
    return plain_name(name) in known or core_name(name) in known
