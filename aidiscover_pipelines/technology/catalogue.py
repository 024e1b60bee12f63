"""The catalogue of products: who makes them, what they are, how people write them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aidiscover_pipelines.technology.spelling import squashed

CONCEPT = "concept"
"""Category of what is no product though inventories list it: cloud, web server, REST."""

PREFIX = 3

_CATALOGUE = Path(__file__).with_name("catalogue.csv")
_EVERYDAY = Path(__file__).with_name("everyday.csv")


@dataclass(frozen=True, slots=True)
class Product:
    """One row of catalogue.csv; `lifecycle` is its key in lifecycles.csv, empty where no dates are published.

    `inside` are spellings that name it within a longer text, `whole` those that name it only where nothing else is
    said but a version, an edition or the vendor.
    """

    key: str
    name: str
    vendor: str
    category: str
    kind: str
    lifecycle: str
    inside: tuple[str, ...]
    whole: tuple[str, ...]


@cache
def catalogue() -> Mapping[str, Product]:
    """All products by key."""
    with _CATALOGUE.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(line for line in lines if not line.startswith("#"))
        next(rows)
        return {
            key: Product(key, name, vendor, category, kind, lifecycle, _parted(inside), _parted(whole))
            for key, name, vendor, category, kind, lifecycle, inside, whole in rows
        }


@cache
def spellings() -> Mapping[str, str]:
    """Squashed spelling -> key of its product, of all spellings."""
    known: dict[str, str] = {}
    for product in catalogue().values():
        for spelling in (*product.inside, *product.whole):
            known.setdefault(squashed(spelling), product.key)
    return known


@cache
def phrases() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """First PREFIX letters -> (squashed spelling, key) of what names a product inside a longer text, longest first."""
    found: dict[str, dict[str, str]] = {}
    for product in catalogue().values():
        for spelling in product.inside:
            found.setdefault(squashed(spelling)[:PREFIX], {}).setdefault(squashed(spelling), product.key)
    return {
        first: tuple(sorted(rest.items(), key=lambda entry: (-len(entry[0]), entry[0])))
        for first, rest in found.items()
    }


@cache
def everyday(use: str) -> tuple[tuple[str, str], ...]:
    """(kind, text) of texts that name no technology; `use` is learned or reported."""
    with _EVERYDAY.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return tuple((row["kind"], row["text"]) for row in rows if row["use"] == use)


def _parted(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()
