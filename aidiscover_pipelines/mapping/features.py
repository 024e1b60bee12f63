"""What the ranker knows of each column and candidate, as numbers.

`Features.pairs` compares a column with a candidate; `Features.columns` describes the column alone, and the model weighs
it for each candidate. Names of both are listed below: a trained model names them, and refuses others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.mapping import evidence, lexical, measures, normalise, readings, words
from aidiscover_pipelines.mapping.hints import header_hints
from aidiscover_pipelines.mapping.lexical import Similarity
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.profile import FEATURES
from aidiscover_pipelines.mapping.wordings import CANDIDATES, INDEX

_PER_SECOND = re.compile(
    r"per[ _]?s(ec|econd)?\b|/s\b|\bps\b|/sec|pro sekunde|por segundo|par seconde|al secondo|per seconde|毎秒|每秒",
    re.I,
)
_ENTITIES = (EntityKind.ASSET, EntityKind.APPLICATION, EntityKind.DEPENDENCY, EntityKind.LINK)
_HINGES = {"lexicon": (0.6, 0.75, 0.88), "template": (0.6, 0.75, 0.88), "likest": (0.6, 0.75, 0.88)}
_SPELLING_HINGES = (0.3, 0.5, 0.8)
_SILENT = 0.6  # a header less alike than this to everything says nothing
_EXACT, _HALF = 0.96, 0.5
_IGNORE_AT = INDEX[IGNORE]


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of many sheets side by side; all sequences have one entry per column.

    `part` is the part of a machine that the sheet's rows detail, `values` the column's non-empty cell texts.
    """

    sheet: Sequence[int]
    header: Sequence[str]
    part: Sequence[str | None]
    values: Sequence[Sequence[str]]
    entity: Sequence[EntityKind]


@dataclass(frozen=True, slots=True)
class Features:
    """`pairs`: (columns, CANDIDATES, PAIR_NAMES), `columns`: (columns, COLUMN_NAMES), float32.

    `said[i]` is what the values of column i tell, in words.
    """

    pairs: np.ndarray
    columns: np.ndarray
    said: list[str]


def describe(columns: Columns, likeness: Similarity, profiles: pd.DataFrame) -> Features:
    """Features of every column; `likeness` and `profiles` have one row per column, in the same order."""
    values, said = evidence.value_weights(profiles, likeness.score)
    pairs = _pairs(columns, likeness, values) | _ignoring(columns, likeness, profiles)
    alone = _alone(columns, profiles)
    return Features(
        np.stack([pairs[name] for name in PAIR_NAMES], axis=-1).astype(np.float32),
        np.column_stack([alone[name] for name in COLUMN_NAMES]).astype(np.float32),
        said,
    )


def _pairs(columns: Columns, likeness: Similarity, values: np.ndarray) -> dict[str, np.ndarray]:
    lexicon, template, spelling, votes = likeness.score, likeness.template, likeness.spelling, likeness.neighbours
    likest = np.maximum(lexicon, template)
    supported = np.maximum(values, 0)
    leads = {"likest": _leads(likest), "votes": _leads(votes) * (votes > 0), "spelling": _leads(spelling)}
    found = {
        "lexicon": lexicon,
        "lexicon ahead": _ahead(lexicon),
        "lexicon exact": (lexicon >= _EXACT).astype(float),
        "lexicon cubed": lexicon**3,
        "template": template,
        "template ahead": _ahead(template),
        "template exact": (template >= _EXACT).astype(float),
        "template cubed": template**3,
        "spelling": spelling,
        "spelling ahead": _ahead(spelling),
        "votes": votes,
        "agreed": likeness.agreed,
        "agreed by most": likeness.agreed > _HALF,
        "likest": likest,
        "likest ahead": _ahead(likest),
        "both": np.minimum(lexicon, template),
        "lexicon x template": lexicon * template,
        "votes x likest": votes * likest,
        "values for": supported,
        "values against": np.minimum(values, 0),
        "values ahead": _ahead(values),
        "values x likest": supported * likest,
        "values where header is silent": supported * (likest.max(axis=1) < _SILENT)[:, None],
        "kind of sheet": evidence.context_weights(list(columns.entity)),
        "hint": header_hints(columns.header, columns.sheet, columns.part, columns.entity),
        "likest leads": leads["likest"],
        "votes lead": leads["votes"],
        "spelling leads": leads["spelling"],
        "all lead": leads["likest"] * leads["votes"] * leads["spelling"],
        "template leads": _leads(template),
        "lexicon and template lead": _leads(template) * _leads(lexicon),
    }
    for name, steps in _HINGES.items():
        found |= {f"{name} over {step}": np.maximum(found[name] - step, 0) for step in steps}
    return found | {f"spelling over {step}": np.maximum(spelling - step, 0) for step in _SPELLING_HINGES}


def _ahead(scores: np.ndarray) -> np.ndarray:
    """How far each candidate is ahead of the best other one."""
    order = np.sort(scores, axis=1)
    best, second = order[:, -1:], order[:, -2:-1]
    ahead: np.ndarray = scores - np.where(scores == best, second, best)
    return ahead


def _leads(scores: np.ndarray) -> np.ndarray:
    leads: np.ndarray = scores >= scores.max(axis=1, keepdims=True) - 1e-9
    return leads.astype(float)


def _ignoring(columns: Columns, likeness: Similarity, profiles: pd.DataFrame) -> dict[str, np.ndarray]:
    """What speaks for and against leaving the column out; zero for every other candidate."""
    lexicon, template = likeness.score[:, :_IGNORE_AT], likeness.template[:, :_IGNORE_AT]
    meanings = [words.concepts(header) for header in columns.header]
    held = (profiles["values"] > 0).to_numpy(float)
    told = {
        "always": np.ones(len(meanings)),
        "lexicon of fields": lexicon.max(axis=1),
        "template of fields": template.max(axis=1),
        "votes for fields": likeness.neighbours[:, :_IGNORE_AT].sum(axis=1),
        "spelling of fields": likeness.spelling[:, :_IGNORE_AT].max(axis=1),
        "unknown words": np.array([len(lexical.unlisted_words(read)) / max(len(set(read)), 1) for read in meanings]),
        "words": np.array([min(len(read), 6) / 6 for read in meanings]),
        "has values": held,
        "flag": np.array([float(normalise.is_flag(header)) for header in columns.header]),
        "yes or no": profiles["boolean"].to_numpy(),
        "different": profiles["distinct"].to_numpy() * held,
        "numbers": profiles["number"].to_numpy(),
        "no header": np.array([float(not header.strip()) for header in columns.header]),
    }
    found = {}
    for name, column in told.items():
        found[f"ignore: {name}"] = np.zeros((len(meanings), len(CANDIDATES)))
        found[f"ignore: {name}"][:, _IGNORE_AT] = column
    return found


def _alone(columns: Columns, profiles: pd.DataFrame) -> dict[str, np.ndarray]:
    header_words = [set(normalise.words(header)) for header in columns.header]
    numbers = [measures.numeric(values) for values in columns.values]
    place = _positions(columns.sheet)
    told: dict[str, list[bool]] = {
        "header: percent": [bool(read & measures.PERCENT_WORDS) for read in header_words],
        "header: size": [not read.isdisjoint(measures.SIZE_WORDS) for read in header_words],
        "header: frequency": [not read.isdisjoint(measures.FREQUENCY_WORDS) for read in header_words],
        "statistic": [not read.isdisjoint(measures.STATISTIC_WORDS) for read in header_words],
        "per second": [bool(_PER_SECOND.search(header)) for header in columns.header],
        "flag": [normalise.is_flag(header) for header in columns.header],
        "numbered": [normalise.is_numbered(header) for header in columns.header],
        "large": [bool(len(found) and np.median(found) > 1e6) for found in numbers],
        "at most one": [bool(len(found) and found.max() <= 1) for found in numbers],
        "at most hundred": [bool(len(found) and 1 < found.max() <= 100) for found in numbers],
        "fractions": [bool((found != np.round(found)).any()) for found in numbers],
        "small counts": [
            bool(len(found) and found.max() <= 64 and (found == np.round(found)).all()) for found in numbers
        ],
        "first": [position == 0 for position in place],
        **{f"rows are {kind.value}": [entity is kind for entity in columns.entity] for kind in _ENTITIES},
        **{f"rows detail {part}": [found == part for found in columns.part] for part in readings.PARTS},
    }
    held = (profiles["values"] > 0).to_numpy(float)
    shares = {name: profiles[name].to_numpy() for name in _SHARES}
    return (
        shares
        | {
            "has values": held,
            "length": held * np.minimum(profiles["length"].to_numpy(), 60) / 60,
            "words": held * np.minimum(profiles["words"].to_numpy(), 10) / 10,
        }
        | {name: np.array(column, dtype=float) for name, column in told.items()}
    )


def _positions(sheet: Sequence[int]) -> list[int]:
    """Position of each column in its sheet, from 0."""
    seen: dict[int, int] = {}
    places = []
    for owner in sheet:
        places.append(seen.get(owner, 0))
        seen[owner] = places[-1] + 1
    return places


_SHARES = tuple(name for name in FEATURES if name not in {"values", "length", "words"})
# The order in which a model's weights are kept; a test compares them with what is computed.
PAIR_NAMES: tuple[str, ...] = (
    "lexicon", "lexicon ahead", "lexicon exact", "lexicon cubed", "template", "template ahead", "template exact",
    "template cubed", "spelling", "spelling ahead", "votes", "agreed", "agreed by most", "likest", "likest ahead",
    "both", "lexicon x template", "votes x likest", "values for", "values against", "values ahead", "values x likest",
    "values where header is silent", "kind of sheet", "hint", "likest leads", "votes lead", "spelling leads",
    "all lead", "template leads", "lexicon and template lead", "lexicon over 0.6", "lexicon over 0.75",
    "lexicon over 0.88", "template over 0.6", "template over 0.75", "template over 0.88", "likest over 0.6",
    "likest over 0.75", "likest over 0.88", "spelling over 0.3", "spelling over 0.5", "spelling over 0.8",
    "ignore: always", "ignore: lexicon of fields", "ignore: template of fields", "ignore: votes for fields",
    "ignore: spelling of fields", "ignore: unknown words", "ignore: words", "ignore: has values", "ignore: flag",
    "ignore: yes or no", "ignore: different", "ignore: numbers", "ignore: no header",
)  # fmt: skip
COLUMN_NAMES: tuple[str, ...] = (
    *_SHARES,
    "has values", "length", "words", "header: percent", "header: size", "header: frequency",
    "statistic", "per second", "flag", "numbered", "large", "at most one",
    "at most hundred", "fractions", "small counts", "first", "rows are asset", "rows are application",
    "rows are dependency", "rows are link", "rows detail memory", "rows detail cpu", "rows detail disk",
    "rows detail partition", "rows detail network", "rows detail storage", "rows detail database",
)  # fmt: skip
