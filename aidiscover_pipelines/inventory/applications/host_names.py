"""The part of a server's name that is its application's, learnt from how the whole portfolio is named.

Names are cut at separators, changes of case and digits. Names that are built alike (nwhh-erp-app01 and nwhh-crm-db02)
share a structure, and what a place in it holds is told by all of them: roles, a site, a company, or the application.
"""

from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.server_roles import ROLE_OF
from aidiscover_pipelines.inventory.applications.host_vocabulary import GLUED, SAYS_NOTHING, SYSTEMS

# A structure tells about its places from so many names on; below, each word speaks for itself.
LEAST_ALIKE = 5
# Share of known roles, environments and the like that makes a place one of them, or makes it none.
MOSTLY_ROLES, HARDLY_ROLES = 0.6, 0.3
# Names to one word of a place: above, the word names a site or a company rather than an application.
MOST_PER_WORD = 20
# Share of the words of one place that stand beside several words of another: sites have the same applications.
CROSSING = 0.3
_SITE_LENGTHS = (2, 3, 4)
MOST_SITES = 50
_SITE_WORD = 3
_END_LENGTHS = sorted({len(end) for end in GLUED}, reverse=True)
_ADDRESS = r"[\d.]+|[0-9a-f:]*:[0-9a-f:]+"
_MACHINE_ID = r"(?i)(?:i-|vm-)?(?:[0-9a-f]{8}-){1}(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"


class HostNames(NamedTuple):
    """By position of the names given: what is left of each for its application (empty for nothing), and its role."""

    stem: pd.Series
    role: pd.Series


def read_host_names(names: pd.Series, locations: pd.Series | None = None) -> HostNames:
    """Stems and roles of server names, a Series of text with a unique index; domains and letter case do not matter.

    `locations` (same index) tell sites where there are several: "lon" in the name of a server in London.
    """
    sited = locations is not None and locations.nunique() > 1
    alike = _alike(names, locations if sited else None)
    texts = alike.texts
    named = ~texts.str.fullmatch(_ADDRESS).fillna(True) & ~texts.str.fullmatch(_MACHINE_ID).fillna(True)
    texts = texts.where(named, "")
    # A domain has a dot and letters; what precedes it is the name.
    texts = texts.str.replace(r"\.[^\W\d_][\w.-]*$", "", regex=True)
    texts = texts.str.replace(r"(?<=[a-z])(?=[A-Z][A-Za-z])", "-", regex=True).str.lower()
    words = _words(texts)
    if words.empty:
        empty = pd.Series("", index=names.index, dtype="str")
        return HostNames(empty, empty)
    words["names"] = np.bincount(alike.of_name)[words["host"]]
    words["known"] = words["word"].isin(SAYS_NOTHING)
    if sited:
        words["known"] |= _begins_location(words, alike.locations)
    words["kept"] = ~words["known"]
    _learn_places(words)
    stem = _joined(words[words["kept"]])
    # The last role of a name is its own: web-app01 is an application server of the web shop's.
    roles = words.assign(role=words["word"].map(ROLE_OF)).dropna(subset="role")
    role = roles[~roles["kept"]].drop_duplicates("host", keep="last").set_index("host")["role"]
    return HostNames(
        *(told.reindex(texts.index).fillna("").take(alike.of_name).set_axis(names.index) for told in (stem, role))
    )


class _Alike(NamedTuple):
    """Names at one location that differ in their numbers only, as one: most servers are numbered, which tells nothing.

    Text and location of each such one, and which of them each name is.
    """

    texts: pd.Series
    locations: pd.Series
    of_name: npt.NDArray[np.int64]


def _alike(names: pd.Series, locations: pd.Series | None) -> _Alike:
    where = pd.Series(dtype="str") if locations is None else locations
    text, texts = pd.factorize(names.astype("str").str.strip().str.replace("[0-9]", "9", regex=True))
    place, places = pd.factorize(where.reindex(names.index))
    pairs, of_name = np.unique(text * (len(places) + 1) + place, return_inverse=True)
    text, place = np.divmod(pairs + 1, len(places) + 1)
    return _Alike(
        pd.Series(texts, dtype="str").reindex(text).reset_index(drop=True),
        pd.Series(places, dtype="str").reindex(place - 1).reset_index(drop=True),
        of_name,
    )


def _joined(words: pd.DataFrame) -> pd.Series:
    """Words of each host in their order, by host."""
    place = words.groupby("host", sort=False).cumcount()
    stem = words[place == 0].set_index("host")["word"]
    for number in range(1, int(place.max() or 0) + 1 if len(words) else 1):
        further = words[place == number].set_index("host")["word"]
        stem.loc[further.index] = stem.loc[further.index] + " " + further
    return stem


def _words(texts: pd.Series) -> pd.DataFrame:
    """host, structure, place, word of every word of every text; numbers stand in the structure only."""
    found = texts.str.findall(r"[^\W\d_]+|\d+|[\W_]+").explode().dropna()
    frame = pd.DataFrame({"host": found.index, "word": found.astype("str")}).reset_index(drop=True)
    if frame.empty:
        return frame
    frame["kind"] = np.select(
        [frame["word"].str.fullmatch(r"\d+"), frame["word"].str.fullmatch(r"[\W_]+")], ["9", "-"], "a"
    )
    frame = _unglued(frame)
    # The words of a name stand together: its structure is a slice of one text.
    host = frame["host"].to_numpy()
    starts = np.flatnonzero(np.r_[True, host[1:] != host[:-1]])
    sizes = np.diff(np.r_[starts, len(host)])
    kinds = "".join(frame["kind"].tolist())
    slices = [kinds[start : start + size] for start, size in zip(starts.tolist(), sizes.tolist(), strict=True)]
    codes, structures = pd.factorize(pd.Series(slices, dtype="str"))
    frame["structure"] = pd.Categorical.from_codes(np.repeat(codes, sizes), structures)
    frame = frame[frame["kind"] == "a"].reset_index(drop=True)
    frame["place"] = frame.groupby("host", sort=False).cumcount()
    return frame


def _unglued(frame: pd.DataFrame) -> pd.DataFrame:
    """Words taken apart where known words are glued to their end, or where they share their beginnings crosswise."""
    distinct = frame.loc[frame["kind"] == "a", "word"].drop_duplicates()
    long = [word for word in distinct if word not in SAYS_NOTHING and len(word) >= 4]
    # Of several ways to cut, the one whose beginning others share: SAPPRD is SAP because of SAPDEV, not SA.
    shared = Counter(head for word in long for head, _ in _cuts(word)) + Counter(distinct)
    parts = {word: _without_known_ends(word, shared) for word in long}
    # Only where people glue words at all is a site glued to what follows.
    heads = pd.Series([split[0] for split in parts.values() if len(split) > 1], dtype="str")
    sites = _sites(heads[~heads.isin(SAYS_NOTHING)])
    for word, split in parts.items():
        if split[0] in sites:
            parts[word] = [split[0][sites[split[0]] :], *split[1:]]
    split_words = {word: split for word, split in parts.items() if split != [word]}
    if not split_words:
        return frame
    lists = frame["word"].map(split_words).astype(object)
    return frame.assign(word=lists.where(lists.notna(), frame["word"])).explode("word", ignore_index=True)


def _cuts(word: str) -> list[tuple[str, str]]:
    """Every (beginning, known end) of a word, the longest end first."""
    ends = [word[-length:] for length in _END_LENGTHS if len(word) - length >= 2]
    return [(word[: -len(end)], end) for end in ends if end in GLUED]


def _without_known_ends(word: str, shared: Counter[str]) -> list[str]:
    """The parts of sapprdapp: sap, prd, app; a word of at least two letters remains."""
    ends: list[str] = []
    while word not in SAYS_NOTHING and (cuts := _cuts(word)):
        word, end = max(cuts, key=lambda cut: (cut[0] in SAYS_NOTHING, shared[cut[0]]))
        ends.insert(0, end)
    return [word, *ends]


def _sites(words: pd.Series) -> dict[str, int]:
    """Length of the site at the beginning of words such as loncrm, parcrm, lonerp, where the rest says so crosswise."""
    found: dict[str, int] = {}
    distinct = words.drop_duplicates()
    for length in _SITE_LENGTHS:
        long = distinct[distinct.str.len() >= length + 2]
        frame = pd.DataFrame({"word": long, "site": long.str[:length], "rest": long.str[length:]})
        frame["rests"] = frame.groupby("site")["rest"].transform("nunique")
        frame = frame[frame["rests"] >= 3]
        # There are fewer sites than applications; where codes fill all combinations of letters, nothing is a site.
        if frame["site"].nunique() > min(MOST_SITES, frame["rest"].nunique()):
            continue
        frame["sites"] = frame.groupby("rest")["site"].transform("nunique")
        held = (frame["sites"] >= 2).groupby(frame["site"]).transform("mean")
        for word in frame.loc[held >= CROSSING, "word"]:
            found.setdefault(str(word), length)
    return found


def _begins_location(words: pd.DataFrame, locations: pd.Series) -> pd.Series:
    """Words of at least three letters with which the location of their server begins."""
    place = words["host"].map(locations).astype("str").str.lower().fillna("")
    pairs = pd.DataFrame({"word": words["word"], "place": place}).drop_duplicates()
    pairs["begins"] = [
        len(word) >= _SITE_WORD and where.startswith(word) for word, where in pairs.itertuples(index=False)
    ]
    sites = pd.MultiIndex.from_frame(pairs.loc[pairs["begins"], ["word", "place"]])
    return pd.Series(pd.MultiIndex.from_arrays([words["word"], place]).isin(sites), index=words.index)


def _learn_places(words: pd.DataFrame) -> None:
    """Set `kept` by what the place of a word holds in all names of its structure."""
    told = words.assign(known_names=words["known"] * words["names"])
    places = told.groupby(["structure", "place"], sort=False, observed=True)
    size = places["names"].transform("sum")
    known = places["known_names"].transform("sum") / size
    distinct = places["word"].transform("nunique")
    learnt = size >= LEAST_ALIKE
    # A place that hardly ever holds a role holds none: "log" and "mon" may be applications' codes there.
    may_be_code = ~words["word"].isin(SYSTEMS)
    words.loc[learnt & (known <= HARDLY_ROLES) & (distinct >= 3) & may_be_code, "kept"] = True
    words.loc[learnt & (known >= MOSTLY_ROLES), "kept"] = False
    coarse = (distinct == 1) | (size / distinct > MOST_PER_WORD)
    shown = words.assign(coarse=coarse)[learnt & words["kept"]]
    sites = [place for _, own in shown.groupby("structure", sort=False, observed=True) for place in _sites_of(own)]
    words.loc[[row for rows in sites for row in rows], "kept"] = False


def _sites_of(own: pd.DataFrame) -> list[pd.Index]:
    """Rows of each place that names sites or companies, of the kept words of one structure.

    One place that tells names apart always remains.
    """
    places = dict(iter(own.groupby("place", sort=True)))
    counts = {place: int(rows["word"].nunique()) for place, rows in places.items()}
    finest = max(counts, key=lambda place: counts[place])
    if counts[finest] < 2:
        return []
    fine = places[finest].set_index("host")["word"]
    found = []
    for place, rows in places.items():
        beside = pd.DataFrame({"word": rows["word"].to_numpy(), "fine": rows["host"].map(fine).to_numpy()}).dropna()
        crossed = (beside.drop_duplicates().groupby("fine").size() >= 2).mean() if len(beside) else 0.0
        crosses = crossed >= CROSSING and counts[place] <= counts[finest] / 2
        if place != finest and (bool(rows["coarse"].all()) or crosses):
            found.append(rows.index)
    return found
