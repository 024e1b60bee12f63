"""When vendor support ends for the products that free texts name. What is not published is unknown, never guessed."""

import csv
import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from aidiscover_pipelines.attributes.products import Product, find_products

COLUMNS = ("text", "product", "kind", "cycle", "end_of_life", "status")

EOL, EOL_SOON, SUPPORTED, UNKNOWN = "eol", "eol_soon", "supported", "unknown"
SOON_MONTHS = 24  # a large migration takes one to two years, so support that ends sooner ends during it

_Row = tuple[str, str | None, str | None, str, date | None, str]

_SEPARATORS = re.compile(r"[;,|\n]| \+ ")


def find_end_of_life(texts: "pd.Series[str]", today: date) -> pd.DataFrame:
    """Products named in free texts, with their published end of life. Each distinct text is read once.

    Shape: one row per product a text names, columns COLUMNS, index that of `texts` (repeated where a text names
    several; one row with no product and status unknown where it names none; none for a missing text). `end_of_life` is
    a date or None; `status` is eol, eol_soon (within SOON_MONTHS), supported or unknown; `cycle` is empty where no
    version is told.
    """
    known = texts.dropna()
    rows = [row for text in known.unique() for row in _read(text, today)]
    found = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    merged: pd.DataFrame = pd.DataFrame({"text": known.astype(object), "position": known.index}).merge(found, on="text")
    return merged.set_index("position").rename_axis(None)


def _read(text: str, today: date) -> list[_Row]:
    """Rows of one text; a product that it names with a version is not told again without one."""
    rows: dict[tuple[str, str], _Row] = {}
    for part in _SEPARATORS.split(text):
        for product, version in find_products(part):
            cycle, ends, status = _look_up(product, version, today)
            rows[product.name, cycle] = (text, product.name, product.kind, cycle, ends, status)
    versioned = {name for name, cycle in rows if cycle}
    told = [row for (name, cycle), row in rows.items() if cycle or name not in versioned]
    return told or [(text, None, None, "", None, UNKNOWN)]


def _look_up(product: Product, version: str, today: date) -> tuple[str, date | None, str]:
    """Cycle, its date and its status.

    A version less exact than the published cycles ("Oracle 11") gets a status only where all of them agree, and then
    the latest of their dates: nothing is called older than it may be.
    """
    cycles = _cycles().get(product.key, {})
    parts = version.split(".")
    for length in range(len(parts), 0, -1):
        exact = cycles.get(".".join(parts[:length]))
        if exact:
            return exact[0], exact[1], _status(exact[1], today)
    finer = [ends for cycle, (_, ends) in cycles.items() if version and cycle.startswith(f"{version}.")]
    if len({_status(ends, today) for ends in finer}) != 1:
        return version.upper() if " " in version else version, None, UNKNOWN
    latest = None if None in finer else max(ends for ends in finer if ends)
    return version, latest, _status(latest, today)


def _status(ends: date | None, today: date) -> str:
    """None means that the vendor has announced no end."""
    if ends is None:
        return SUPPORTED
    if ends < today:
        return EOL
    return EOL_SOON if ends <= _months_later(today, SOON_MONTHS) else SUPPORTED


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@cache
def _cycles() -> Mapping[str, Mapping[str, tuple[str, date | None]]]:
    """Product key -> cycle in lower case -> (cycle as written, end of life or None)."""
    table: dict[str, dict[str, tuple[str, date | None]]] = {}
    with Path(__file__).with_name("lifecycles.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            ends = None if row["end_of_life"] == "none" else date.fromisoformat(row["end_of_life"])
            table.setdefault(row["product"], {})[row["cycle"].lower()] = (row["cycle"], ends)
    return table
