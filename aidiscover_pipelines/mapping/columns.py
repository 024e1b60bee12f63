"""What a column is known again by: its header's words, the file and sheet it came in, its neighbours and its values."""

import glob
import hashlib
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from aidiscover_pipelines.mapping import normalise
from aidiscover_pipelines.mapping.embedding import embed_columns
from aidiscover_pipelines.mapping.profile import PATTERNS, profile_columns

NEIGHBOURS = 3
_SHEET = ["file_id", "sheet_index"]
# Four digits or more, separated or not, are a date or a counter: the same export carries others next month.
_CHANGING = re.compile(r"\d(?:[-_.: T]?\d){3,}")
_PROFILE_DIGITS = 3


def observe_columns(mappings: pd.DataFrame, names: Mapping[str, str], values: Sequence[Sequence[str]]) -> pd.DataFrame:
    """What each column is known by, one row per row of `mappings` in the same order.

    Columns: words, name (of the file), source and sheet (as patterns), sheet_name, fingerprint (of the file's headers),
    neighbours, profile and embedding.
    `mappings` has file_id, sheet_index, sheet and header, the columns of a sheet in their order; `names` maps a file id
    to its file name, `values` are the non-empty cell texts of each column. Without values the profile is empty.
    """
    frame = mappings[[*_SHEET, "sheet", "header"]].reset_index(drop=True).assign(position=range(len(mappings)))
    names_of = [names.get(str(file_id), "") for file_id in frame["file_id"]]
    # Files with one table repeat their name as that of the sheet, which says nothing more.
    sheets = ["" if sheet == name else str(sheet) for sheet, name in zip(frame["sheet"], names_of, strict=True)]
    neighbours: list[list[str]] = [[] for _ in range(len(frame))]
    for _, rows in frame.groupby(_SHEET, sort=False):
        listed = rows["header"].tolist()
        for place, position in enumerate(rows["position"]):
            around = [*listed[max(0, place - NEIGHBOURS) : place], *listed[place + 1 : place + 1 + NEIGHBOURS]]
            neighbours[position] = [str(text) for text in around]
    fingerprints = frame.groupby("file_id", sort=False)["header"].agg(fingerprint)
    shapes = profile_columns(values)[list(PATTERNS)].round(_PROFILE_DIGITS).to_dict("records")
    return pd.DataFrame(
        {
            "words": [header_words(header) for header in frame["header"]],
            "name": names_of,
            "source": [name_pattern(name) for name in names_of],
            "sheet": [name_pattern(sheet) for sheet in sheets],
            "sheet_name": sheets,
            "fingerprint": frame["file_id"].map(fingerprints).tolist(),
            "neighbours": neighbours,
            "profile": [
                {"values": len(column), **{str(name): share for name, share in shape.items() if share}}
                if len(column)
                else {}
                for shape, column in zip(shapes, values, strict=True)
            ],
            "embedding": list(embed_columns(frame["header"].tolist(), sheets, neighbours)),
        }
    )


def header_words(header: str) -> str:
    """The header's normalised words and then its numbers; the bare text where nothing in it is a word.

    'Custom_Field (2)' and 'custom field 2' are the same header, 'Custom Field 1' is another.
    """
    return " ".join([*normalise.words(header), *re.findall(r"\d+", header)]) or header.strip().casefold()


def name_pattern(name: str) -> str:
    """A file or sheet name as a pattern that next month's export fits too: dates and long numbers become '*'.

    A name that a person wrote as a pattern stays; so does one that would be left without a letter. Empty: empty.
    """
    if "*" in name or "?" in name:
        return name
    escaped = glob.escape(name)
    pattern = _CHANGING.sub("*", escaped)
    stem = pattern.rpartition(".")[0] or pattern
    return pattern if any(sign.isalpha() for sign in stem) else escaped


def fingerprint(headers: Sequence[str]) -> str:
    """Hash of the set of headers of a file: the same export under another name has the same one."""
    text = "\n".join(sorted({header_words(str(header)) for header in headers}))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
