"""The wordings that headers are compared with: the lexicon's phrases and the headers of the product templates."""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.mapping import normalise, words
from aidiscover_pipelines.mapping.lexicon import IGNORE, Phrase, phrases
from aidiscover_pipelines.mapping.prepared import prepared
from aidiscover_pipelines.mapping.templates import Template, as_document, read_templates
from aidiscover_pipelines.mapping.terms import TermCounts, count_terms, letters, rarity, weighed

CANDIDATES: tuple[str, ...] = (*(field.name for field in FIELDS), IGNORE)
INDEX = {name: position for position, name in enumerate(CANDIDATES)}

# Runs of letters that are compared: of concepts, which are spelt right, and of headers as they stand.
CONCEPT_LETTERS, HEADER_LETTERS = (3, 3), (2, 4)
_COUNTED = ("words", "letters", "raw")


@dataclass(frozen=True, slots=True)
class Spelled:
    """Wordings as rows of runs of letters: what each run tells, (runs,), and the matrix, (wordings, runs)."""

    runs: tuple[int, int]
    vocabulary: dict[str, int]
    told: np.ndarray
    rows: Any

    def like(self, texts: list[str]) -> np.ndarray:
        """The cosine of each text with each wording: (texts, wordings)."""
        counted = count_terms((letters(text, *self.runs) for text in texts), self.vocabulary)
        alike: np.ndarray = (weighed(counted, self.told) @ self.rows.T).toarray()
        return alike


@dataclass(frozen=True, slots=True)
class Wordings:
    """The wordings, lexicon first, each part in CANDIDATES order. Matrices have one row per wording."""

    listed: tuple[Phrase, ...]
    field: np.ndarray
    taught: int  # so many of them are the lexicon's
    words: dict[str, int]
    weight: np.ndarray
    holds: Any
    spelled: Spelled
    raw_spelled: Spelled
    by_words: dict[frozenset[str], list[int]]
    by_text: dict[str, list[int]]


@cache
def wordings() -> Wordings:
    """The shipped wordings."""
    return restored(prepared())


def worked_out() -> dict[str, Any]:
    """What follows from the files of vocabulary and templates, for `prepared.write`. Some seconds."""
    sheets = read_templates()
    listed = _listed(sheets)
    counted = {
        "words": count_terms(phrase.concepts for phrase in listed),
        "letters": count_terms(letters(" ".join(phrase.concepts), *CONCEPT_LETTERS) for phrase in listed),
        "raw": count_terms(letters(plain(phrase.text), *HEADER_LETTERS) for phrase in listed),
    }
    return {
        "templates": [as_document(sheet) for sheet in sheets],
        "phrases": [list(asdict(phrase).values()) for phrase in listed],
        "compact": {text: normalise.compact(text) for text in _texts(listed, sheets)},
        **{f"{name}_terms": list(found.vocabulary) for name, found in counted.items()},
        **{f"{name}_indptr": found.indptr for name, found in counted.items()},
        **{f"{name}_indices": found.indices for name, found in counted.items()},
        **{f"{name}_counts": found.counts.astype(np.uint8) for name, found in counted.items()},
    }


def restored(parts: dict[str, Any]) -> Wordings:
    """The wordings from what was worked out."""
    listed = tuple(
        Phrase(field, text, language, tuple(meaning), product, family)
        for field, text, language, meaning, product, family in parts["phrases"]
    )
    field = np.array([INDEX[phrase.field] for phrase in listed])
    counted = {
        name: TermCounts(
            {term: place for place, term in enumerate(parts[f"{name}_terms"])},
            *(parts[f"{name}_{part}"] for part in ("indptr", "indices", "counts")),
        )
        for name in _COUNTED
    }
    held = counted["words"]
    # A word that many fields use tells little: inverse frequency over fields.
    used = np.zeros((len(CANDIDATES), len(held.vocabulary)), dtype=bool)
    used[np.repeat(field, np.diff(held.indptr)), held.indices] = True
    by_words: dict[frozenset[str], list[int]] = {}
    by_text: dict[str, list[int]] = {}
    for place, phrase in enumerate(listed):
        by_words.setdefault(frozenset(phrase.concepts), []).append(place)
        by_text.setdefault(parts["compact"][phrase.text], []).append(place)
    return Wordings(
        listed,
        field,
        sum(not phrase.family for phrase in listed),
        dict(held.vocabulary),
        np.log1p(len(CANDIDATES) / used.sum(axis=0)),
        held.matrix(np.ones(len(held.counts))),
        _spelled(counted["letters"], CONCEPT_LETTERS),
        _spelled(counted["raw"], HEADER_LETTERS),
        by_words,
        by_text,
    )


def _spelled(counted: TermCounts, runs: tuple[int, int]) -> Spelled:
    told = rarity(counted)
    return Spelled(runs, dict(counted.vocabulary), told, weighed(counted, told))


def _listed(sheets: tuple[Template, ...]) -> tuple[Phrase, ...]:
    headers: dict[tuple[str, tuple[str, ...], str], Phrase] = {}
    for sheet in sheets:
        for column in sheet.columns:
            if meaning := words.concepts(column.header):
                headers.setdefault(
                    (column.field, meaning, sheet.family),
                    Phrase(column.field, column.header, sheet.language, meaning, sheet.product, sheet.family),
                )
    return (*sorted(phrases(), key=_candidate), *sorted(headers.values(), key=_candidate))


def _candidate(phrase: Phrase) -> int:
    return INDEX[phrase.field]


def _texts(listed: tuple[Phrase, ...], sheets: tuple[Template, ...]) -> list[str]:
    headers = (column.header for sheet in sheets for column in sheet.columns)
    return list(dict.fromkeys((*(phrase.text for phrase in listed), *headers)))


def plain(header: str) -> str:
    """The words of a header as they are compared letter by letter."""
    return " ".join(normalise.words(header))
