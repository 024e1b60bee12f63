"""Words of nine languages brought to one set of English concepts, so that few phrases reach many headers.

'Numero de serie', 'Seriennummer' and 'serial no' all become ('serial',). The lists are data: vocabulary/words_*.yaml.
Words that no list knows are split where they are compounds, corrected where they are one slip away, else kept.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz, process

from aidiscover_pipelines.mapping import normalise

VOCABULARY, TEMPLATES = (Path(__file__).parent / folder for folder in ("vocabulary", "templates"))
STOPWORDS = "stopwords"
_LONGEST_PHRASE = 5
# A compound's parts have to be words of their own; shorter ones are found inside anything.
_SHORTEST_PART = 3
_SHORT_PARTS = frozenset({"id", "ip", "os", "db"})
_LONGEST_PART = 24
_SHORTEST_CORRECTED = 6
# 88 of 100 is one wrong letter in eight: 'busines', 'enviroment', 'kritikaltaet'.
_CORRECTION_RATIO = 88
_CORRECTED_LENGTH = 2
_LINKS = ("", "s", "n", "en", "es")


def read_data(path: Path) -> Any:
    """A YAML file of this room's data. libyaml reads it ten times as fast where the wheel brings it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both loaders are the safe ones


@cache
def named_contents() -> bytes:
    """Names and contents of the vocabulary's and the templates' files, for digests of them. Read once in a process."""
    paths = sorted((*VOCABULARY.glob("*.yaml"), *TEMPLATES.glob("*.yaml")))
    return b"".join(path.name.encode() + b"\0" + path.read_bytes() for path in paths)


@cache
def aliases() -> dict[str, str]:
    """Every listed word or phrase, its words joined by a blank, with its concept. Stop words map to ''."""
    found: dict[str, str] = {}
    for source in sorted(VOCABULARY.glob("words_*.yaml")):
        for concept, listed in read_data(source).items():
            name = "" if concept == STOPWORDS else concept.replace(" ", "_")
            for phrase in (concept.replace("_", " "), *listed) if name else listed:
                found.setdefault(" ".join(normalise.words(phrase)), name)
    found.pop("", None)
    return found


@cache
def concepts(header: str) -> tuple[str, ...]:
    """The header as concepts, in its own word order, without stop words. Nothing legible: ()."""
    return _merged(normalise.words(header))


def _merged(raw: tuple[str, ...]) -> tuple[str, ...]:
    known = aliases()
    first = _replace_phrases(raw, known)
    kept = [word for word in first if known.get(word) != ""]
    # Where stop words are all there is, such as 'To', they are the name.
    return tuple(_flatten(kept, known)) if kept else tuple(first)


def _replace_phrases(raw: tuple[str, ...], known: dict[str, str]) -> list[str]:
    """Phrases of several words become their concept, longest first; stop words inside a phrase may be left out."""
    out: list[str] = []
    start = 0
    while start < len(raw):
        for end in range(min(len(raw), start + _LONGEST_PHRASE), start + 1, -1):
            span = raw[start:end]
            concept = known.get(" ".join(span)) or (
                known.get(" ".join(word for word in span if known.get(word) != ""))
                if known.get(span[-1]) != "" and known.get(span[0]) != ""
                else None
            )
            if concept:
                out.append(concept)
                start = end
                break
        else:
            out.append(raw[start])
            start += 1
    return out


def _flatten(kept: Iterable[str], known: dict[str, str]) -> Iterable[str]:
    for word in kept:
        yield from _concepts_of(word, known)


def _concepts_of(word: str, known: dict[str, str]) -> tuple[str, ...]:
    if "_" in word:
        return (word,)
    if word in known:
        return (known[word],)
    return _unknown(word)


@cache
def _unknown(word: str) -> tuple[str, ...]:
    known = aliases()
    singular = _singular(word)
    if singular in known:
        return (known[singular],) if known[singular] else ()
    parts = _compound(word)
    if parts:
        return tuple(concept for part in parts if (concept := known.get(part, part)))
    if len(word) >= _SHORTEST_CORRECTED:
        match = process.extractOne(word, _correctable(), scorer=fuzz.ratio, score_cutoff=_CORRECTION_RATIO)
        if match and abs(len(match[0]) - len(word)) <= _CORRECTED_LENGTH:
            return (known[match[0]],)
    return (singular,)


@cache
def _correctable() -> tuple[str, ...]:
    return tuple(
        word for word, concept in aliases().items() if concept and len(word) >= _SHORTEST_CORRECTED and " " not in word
    )


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches")):
        return word[:-2]
    if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _compound(word: str) -> tuple[str, ...]:
    """The fewest listed words that make up the whole word ('Serverstandort', 'machineidentifier'); else ().

    Chinese and Japanese write no blanks: there, stretches between listed words are words of their own.
    """
    known = aliases()
    is_cjk = bool(normalise.CJK.search(word))
    shortest = 1 if is_cjk else _SHORTEST_PART
    # Best split of each beginning: (unlisted characters, number of parts, parts).
    best: list[tuple[int, int, tuple[str, ...]] | None] = [(0, 0, ()), *([None] * len(word))]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_PART), end):
            before = best[start]
            if before is None:
                continue
            part = _part(word[start:end], known, shortest, is_last=end == len(word))
            if part is None and not is_cjk:
                continue
            unlisted = 0 if part else end - start
            split = (before[0] + unlisted, before[1] + 1, (*before[2], part or word[start:end]))
            if best[end] is None or split[:2] < (best[end] or split)[:2]:
                best[end] = split
    whole = best[-1]
    return whole[2] if whole and whole[0] < len(word) else ()


def _part(piece: str, known: dict[str, str], shortest: int, *, is_last: bool) -> str | None:
    for link in _LINKS if not is_last else ("",):
        stem = piece.removesuffix(link) if link else piece
        if (len(stem) >= shortest or stem in _SHORT_PARTS) and piece.endswith(link) and known.get(stem):
            return stem
    return None
