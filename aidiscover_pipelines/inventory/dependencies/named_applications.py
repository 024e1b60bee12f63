"""Which application a text names: a cell that is a name, or a description in which names stand."""

import re
from functools import cached_property

import numpy as np
import pandas as pd

from aidiscover_pipelines.inventory.names import core_name, plain_name
from aidiscover_pipelines.inventory.references import application_names, find, keyed

# A cell may hold part of one application's name ("HR Portal" of "Internal HR Portal"); one word alone is too little.
_LEAST_WORDS = 2
_TWO_WORDS = r"[^\W_][\W_]+[^\W_]"
# In running text, names of one word are told from other words by their looks: digits, capitals inside, or length.
_LONG_WORD = 12
_LOOKS_LIKE_A_NAME = re.compile(r"\d|[a-z].*[A-Z]|^[A-Z]{3,}$")
# What more descriptions than this hold is a word of the trade rather than a name.
MOST_DESCRIPTIONS = 3
_MOST_WORDS = 8


class NamedApplications:
    """What applications are called, by their values and the names shown; what nobody asks for is not worked out."""

    def __init__(self, of_applications: pd.DataFrame, applications: pd.DataFrame) -> None:
        self._values, self._applications = of_applications, applications

    @cached_property
    def plain(self) -> pd.DataFrame:
        """By id and plain name, as `references.find` takes them."""
        return application_names(self._values, self._applications)

    @cached_property
    def core(self) -> pd.DataFrame:
        """By the core of their names."""
        return application_names(self._values, self._applications, core_name)

    @cached_property
    def words(self) -> pd.DataFrame:
        """Words of the names shown: application, word."""
        names = keyed(self._applications["name"].astype("str"), plain_name).str.split()
        words = pd.DataFrame({"application": self._applications["application_id"].to_numpy(), "word": names.to_numpy()})
        return words.explode("word").drop_duplicates()


def find_applications(texts: pd.Series, files: pd.Series, known: NamedApplications) -> pd.Series:
    """application_id of each text: by id or name, by its core, or as words of exactly one name; NaN where none."""
    found = find(known.plain, keyed(texts, plain_name), files)
    still = found.isna()
    if still.any():
        found[still] = find(known.core, keyed(texts[still], core_name), files[still])
    distinct = texts[found.isna()].drop_duplicates()
    asked = distinct[distinct.str.contains(_TWO_WORDS, regex=True)]
    if asked.empty or known.words.empty:
        return found
    words = known.words
    wanted = pd.DataFrame({"text": asked.to_numpy(), "word": keyed(asked, plain_name).str.split().to_numpy()})
    wanted = wanted.explode("word").drop_duplicates()
    size = wanted.groupby("text")["word"].size()
    # A text with a word that no name has names none: it need not be compared.
    named = wanted["word"].isin(set(words["word"])).groupby(wanted["text"]).transform("all")
    wanted = wanted[named & (wanted["text"].map(size) >= _LEAST_WORDS)]
    shared = wanted.merge(words, on="word").groupby(["text", "application"]).size().reset_index(name="shared")
    whole = shared[shared["shared"] == shared["text"].map(size)].drop_duplicates("text", keep=False)
    return found.where(found.notna(), texts.map(whole.set_index("text")["application"]))


def names_in_texts(texts: pd.DataFrame, applications: pd.DataFrame) -> pd.DataFrame:
    """Applications that descriptions name: row (index of `texts`), application_id, text (the name as it stands there).

    `texts` has entity_id (the application it describes) and value. Only names that one application has, that are of
    several words or look like a name, spelled as it is spelled, and found in few descriptions. The longest name counts.
    """
    names = _distinctive(applications) if len(texts) else applications[:0]
    if names.empty:
        return pd.DataFrame({"row": [], "application_id": [], "text": []})
    hits = _walk(texts["value"].astype("str"), names)
    hits = hits[hits["application_id"].to_numpy() != texts["entity_id"].reindex(hits["row"]).to_numpy()]
    held = hits.drop_duplicates(["row", "application_id"])
    few = held.groupby("application_id")["row"].transform("size") <= MOST_DESCRIPTIONS
    kept: pd.DataFrame = held.loc[few, ["row", "application_id", "text"]].reset_index(drop=True)
    return kept


def _distinctive(applications: pd.DataFrame) -> pd.DataFrame:
    """application_id and words of the names that are told from other words."""
    told = [
        (application, words)
        for application, name in zip(applications["application_id"], applications["name"].astype("str"), strict=True)
        if 0 < len(words := _words(name)) <= _MOST_WORDS
        and (len(words) > 1 or len(words[0]) >= _LONG_WORD or _LOOKS_LIKE_A_NAME.search(words[0]))
        and sum(map(len, words)) >= 3
        and not all(word.isdigit() for word in words)
    ]
    frame = pd.DataFrame(told, columns=["application_id", "words"])
    return frame.assign(name=frame["words"].str.join(" ")).drop_duplicates("name", keep=False)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def _walk(texts: pd.Series, names: pd.DataFrame) -> pd.DataFrame:
    """Every place where the words of a name stand one behind the other; of overlapping names the first and longest.

    All texts at once: from each word on, one step along all names that begin so.
    """
    parts = texts.str.findall(r"[^\W_]+").explode().dropna()
    row, word = parts.index.to_numpy(), parts.to_numpy(dtype=object)
    vocabulary = pd.Index(sorted({each for words in names["words"] for each in words}), dtype=object)
    code = vocabulary.get_indexer(word)
    # A name's beginnings by number: (beginning, next word) -> longer beginning.
    steps: dict[tuple[int, int], int] = {}
    ends: dict[int, int] = {}
    for number, words in enumerate(names["words"]):
        begun = 0
        for each in vocabulary.get_indexer(words).tolist():
            begun = steps.setdefault((begun, each), len(steps) + 1)
        ends[begun] = number
    width = len(vocabulary)
    keys = np.array([begun * width + each for begun, each in steps], dtype=np.int64)
    order = np.argsort(keys)
    keys, targets = keys[order], np.array(list(steps.values()), dtype=np.int64)[order]
    named = np.full(len(steps) + 1, -1, dtype=np.int64)
    named[list(ends)] = list(ends.values())
    start = np.flatnonzero(code >= 0)
    state = np.zeros(len(start), dtype=np.int64)
    found = []
    for length in range(_MOST_WORDS):
        place = start + length
        inside = place < len(code)
        start, state, place = start[inside], state[inside], place[inside]
        going = (code[place] >= 0) & (row[place] == row[start])
        start, state, place = start[going], state[going], place[going]
        key = state * width + code[place]
        at = np.searchsorted(keys, key).clip(max=len(keys) - 1)
        hit = keys[at] == key
        start, state = start[hit], targets[at[hit]]
        ended = named[state] >= 0
        found.append(pd.DataFrame({"start": start[ended], "end": start[ended] + length, "name": named[state[ended]]}))
    hits = pd.concat(found, ignore_index=True).sort_values(["start", "end"], ascending=[True, False], kind="stable")
    reached = hits["end"].cummax().shift(fill_value=-1)
    hits = hits[hits["start"] > reached]
    shown = names.iloc[hits["name"].to_numpy()]
    return pd.DataFrame(
        {
            "row": row[hits["start"].to_numpy()],
            "application_id": shown["application_id"].to_numpy(),
            "text": shown["name"].to_numpy(),
        }
    )
