"""TechnologyUse rows of an inventory: what the cells of its entities name, with what is published of each release."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import TechnologyUse
from aidiscover_pipelines.technology.lifecycles import look_up
from aidiscover_pipelines.technology.reading import Named, read_texts

SYSTEM_FIELD = "os_name"
_VERSION_FIELD = "os_version"
# Columns that hold technologies: a text of theirs that names nothing known is told as unknown.
_NAMING_FIELDS = (SYSTEM_FIELD, "database_engine", "technology_stack", "virtualization_platform")
# Texts about something else, of which only plain names count.
_TELLING_FIELDS = ("application_name", "description")
FIELDS = (*_NAMING_FIELDS, _VERSION_FIELD, *_TELLING_FIELDS)

_SENTENCES = re.compile(r"[.!?;\n]\s+")
# A sentence about another system: what it replaces, where it came from, whom it talks to.
_ABOUT_OTHERS = re.compile(
    r"\b(?:replac\w*|migrat\w*|former\w*|instead|interfac\w*|integrat\w*|connect\w*|feeds?|sends?|exports?|imports?|"
    r"from|to|not|no|ersetz\w*|statt|schnittstelle\w*|nach|von|an|remplac\w*|vers|depuis|reemplaz\w*|desde|hacia|"
    r"sostitu\w*|vervang\w*|substitu\w*)\b",
    re.IGNORECASE,
)
_CELL = ("entity", "entity_id", "evidence_id", "field")
_READ = tuple(column for column in TechnologyUse.columns() if column not in _CELL)

Codes = npt.NDArray[np.int64]


def technology_uses(values: pd.DataFrame, today: date) -> pd.DataFrame:
    """What chosen EntityValue rows name. Each distinct text is read once.

    Shape: columns of TechnologyUse, one row per cell and release, in no order that means anything. A cell of a
    technology column that names nothing known is one row without product. An operating system is read together with
    the version that its entity records beside it. Empty in, empty out.
    """
    rows = values.loc[values["chosen"].eq(True) & values["field"].isin(FIELDS), [*_CELL, "value"]]
    systems = rows["field"].isin((SYSTEM_FIELD, _VERSION_FIELD))
    cells = pd.concat([_systems(rows[systems]), rows[~systems]], ignore_index=True)
    cells = cells[cells["value"].fillna("").ne("")]
    telling = cells["field"].isin(_TELLING_FIELDS)
    parts = [_named(cells[telling], _plain_names, today), _named(cells[~telling], _read, today)]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _systems(rows: pd.DataFrame) -> pd.DataFrame:
    """Operating systems with their recorded version, one row per entity and name; a version the name repeats is left.

    A version alone is read too: some inventories put all into it.
    """
    kinds, entities = pd.factorize(rows["entity"])[0], pd.factorize(rows["entity_id"])[0]
    entity = entities.astype(np.int64) * (int(kinds.max(initial=0)) + 1) + kinds
    is_name = rows["field"].eq(SYSTEM_FIELD).to_numpy(dtype=bool)
    names, versions = np.flatnonzero(is_name), np.flatnonzero(~is_name)
    # Of several versions of one entity the one whose cell comes first.
    order = rows["evidence_id"].iloc[versions].argsort().to_numpy()
    versions = versions[order][~pd.Series(entity[versions[order]]).duplicated().to_numpy()]
    beside = pd.Index(entity[versions]).get_indexer(entity[names])
    alone = versions[~np.isin(entity[versions], entity[names])]
    texts, distinct = pd.factorize(rows["value"])
    version = np.where(beside >= 0, texts[versions[beside]] if len(versions) else -1, -1)
    pairs, pair_of = np.unique(texts[names].astype(np.int64) * (len(distinct) + 1) + version + 1, return_inverse=True)
    joined = [
        _with_version(str(distinct[pair // (len(distinct) + 1)]), version)
        for pair in pairs.tolist()
        for version in [str(distinct[pair % (len(distinct) + 1) - 1]) if pair % (len(distinct) + 1) else ""]
    ]
    named = pd.Series(joined, dtype="str").take(pair_of)
    return pd.concat([rows.iloc[names].assign(value=named.to_numpy()), rows.iloc[alone]], ignore_index=True)


def _with_version(name: str, version: str) -> str:
    return name if version.casefold() in name.casefold() else f"{name} {version}".strip()


def _read(texts: Sequence[str]) -> Iterator[tuple[str, Named]]:
    return ((text, one) for text, some in zip(texts, read_texts(texts), strict=True) for one in some)


def _plain_names(texts: Sequence[str]) -> Iterator[tuple[str, Named]]:
    """Names in texts about something else; sentences about other systems are left out."""
    sentences = [
        (text, sentence) for text in texts for sentence in _SENTENCES.split(text) if not _ABOUT_OTHERS.search(sentence)
    ]
    found = read_texts([sentence for _, sentence in sentences], guess=False)
    return ((text, one) for (text, _), some in zip(sentences, found, strict=True) for one in some)


def _named(
    cells: pd.DataFrame, read: Callable[[Sequence[str]], Iterator[tuple[str, Named]]], today: date
) -> pd.DataFrame:
    """Cells with what their texts name; several unknown parts of one text, or releases without a cycle, are one row."""
    texts, distinct = pd.factorize(cells["value"])
    rows: dict[tuple[str, str, str], list[object]] = {}
    for text, one in read(distinct.tolist()):
        row = _row(one, today)
        held = rows.setdefault((text, str(row[1]), str(row[7])), row)
        for place in (0, 6):  # mention and version
            if row[place] not in str(held[place]).split("; "):
                held[place] = f"{held[place]}; {row[place]}"
    found = pd.DataFrame(list(rows.values()), columns=list(_READ), dtype=object)
    cell, hit = _dealt(texts, distinct.get_indexer(pd.Index([text for text, _, _ in rows])))
    told = {name: found[name].astype(float if name == "confidence" else "str").take(hit).array for name in _READ}
    return cells[list(_CELL)].take(cell).assign(**told)[TechnologyUse.columns()]


def _dealt(texts: Codes, of_row: Codes) -> tuple[Codes, Codes]:
    """Cell and row of every pair that has one text: `texts` by cell, `of_row` by row."""
    order = np.argsort(of_row, kind="stable")
    counts = np.bincount(of_row, minlength=int(texts.max(initial=-1)) + 1)
    starts = np.cumsum(counts) - counts
    cell = np.repeat(np.arange(len(texts)), counts[texts])
    first = np.repeat(np.cumsum(counts[texts]) - counts[texts], counts[texts])
    return cell, order[np.repeat(starts[texts], counts[texts]) + np.arange(len(cell)) - first]


def _row(one: Named, today: date) -> list[object]:
    product = one.product
    if product is None:
        return [one.mention, "", "", "", "", "", "", "", 0.0, None, None, None, "unknown", ""]
    cycle, status = look_up(product.lifecycle, one.version, today)
    told = (cycle.released or None, cycle.support_ends or None, cycle.ends_on) if cycle else (None, None, None)
    return [
        one.mention,
        product.key,
        product.name,
        product.vendor,
        product.category,
        product.kind,
        one.version.text,
        cycle.name if cycle else "",
        one.confidence,
        *told,
        status,
        cycle.source if cycle else "",
    ]
