"""TechnologyUse rows of an inventory: what the cells of its entities name, with what is published of each release."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

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
_READ = (
    "text",
    *(column for column in TechnologyUse.columns() if column not in ("entity", "entity_id", "evidence_id", "field")),
)


def technology_uses(values: pd.DataFrame, today: date) -> pd.DataFrame:
    """What chosen EntityValue rows name. Each distinct text is read once.

    Shape: columns of TechnologyUse, one row per cell and release, in key order whatever the order of `values`. A cell
    of a technology column that names nothing known is one row without product. An operating system is read together
    with the version that its entity records beside it. Empty in, empty out.
    """
    rows = values[values["chosen"].eq(True) & values["field"].isin(FIELDS)]
    rows = rows[["entity", "entity_id", "field", "value", "evidence_id"]].astype(object)
    cells = pd.concat([_systems(rows), rows[~rows["field"].isin((SYSTEM_FIELD, _VERSION_FIELD))]], ignore_index=True)
    cells = cells[cells["value"].fillna("").ne("")]
    telling = cells["field"].isin(_TELLING_FIELDS)
    parts = [
        _named(cells[telling], _plain_names(cells.loc[telling, "value"].unique().tolist()), today),
        _named(cells[~telling], _read(cells.loc[~telling, "value"].unique().tolist()), today),
    ]
    uses = pd.concat(parts, ignore_index=True)[TechnologyUse.columns()]
    uses = uses.drop_duplicates(list(TechnologyUse.key))
    return uses.sort_values(list(TechnologyUse.key), kind="stable").reset_index(drop=True)


def _systems(rows: pd.DataFrame) -> pd.DataFrame:
    """Operating systems with their recorded version, one row per entity and name; a version the name repeats is left.

    A version alone is read too: some inventories put all into it.
    """
    key = ["entity", "entity_id"]
    name = rows[rows["field"].eq(SYSTEM_FIELD)].sort_values([*key, "evidence_id"], kind="stable")
    version = rows[rows["field"].eq(_VERSION_FIELD)].sort_values([*key, "evidence_id"], kind="stable")
    both = name.merge(version.drop_duplicates(key), on=key, how="outer", suffixes=("", "_version"))
    named, told = both["value"].fillna(""), both["value_version"].fillna("")
    distinct = pd.DataFrame({"name": named, "version": told}).drop_duplicates()
    joined = {
        pair: pair[0] if pair[1].casefold() in pair[0].casefold() else f"{pair[0]} {pair[1]}".strip()
        for pair in zip(distinct["name"], distinct["version"], strict=True)
    }
    return pd.DataFrame(
        {
            "entity": both["entity"],
            "entity_id": both["entity_id"],
            "field": both["field"].where(both["field"].notna(), both["field_version"]),
            "value": [joined[pair] for pair in zip(named, told, strict=True)],
            "evidence_id": both["evidence_id"].where(both["evidence_id"].notna(), both["evidence_id_version"]),
        },
        dtype=object,
    )


def _read(texts: Sequence[str]) -> Iterator[tuple[str, Named]]:
    return ((text, one) for text, some in zip(texts, read_texts(texts), strict=True) for one in some)


def _plain_names(texts: Sequence[str]) -> Iterator[tuple[str, Named]]:
    """Names in texts about something else; sentences about other systems are left out."""
    sentences = [
        (text, sentence) for text in texts for sentence in _SENTENCES.split(text) if not _ABOUT_OTHERS.search(sentence)
    ]
    found = read_texts([sentence for _, sentence in sentences], guess=False)
    return ((text, one) for (text, _), some in zip(sentences, found, strict=True) for one in some)


def _named(cells: pd.DataFrame, read: Iterator[tuple[str, Named]], today: date) -> pd.DataFrame:
    """Cells with what their texts name; several unknown parts of one text, or releases without a cycle, are one row."""
    rows: dict[tuple[str, str, str], list[object]] = {}
    for text, one in read:
        row = _row(text, one, today)
        held = rows.setdefault((text, str(row[2]), str(row[8])), row)
        for place in (1, 7):  # mention and version
            if row[place] not in str(held[place]).split("; "):
                held[place] = f"{held[place]}; {row[place]}"
    found = pd.DataFrame(list(rows.values()), columns=list(_READ), dtype=object)
    return cells.rename(columns={"value": "text"}).merge(found, on="text")


def _row(text: str, one: Named, today: date) -> list[object]:
    product = one.product
    if product is None:
        return [text, one.mention, "", "", "", "", "", "", "", 0.0, None, None, None, "unknown", ""]
    cycle, status = look_up(product.lifecycle, one.version, today)
    told = (cycle.released or None, cycle.support_ends or None, cycle.ends_on) if cycle else (None, None, None)
    return [
        text,
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
