"""The files that the room lives on: every row of them can be used."""

import csv
import time
from datetime import date
from pathlib import Path

from aidiscover_pipelines import technology
from aidiscover_pipelines.technology import lifecycles
from aidiscover_pipelines.technology.catalogue import catalogue, everyday, phrases, spellings
from aidiscover_pipelines.technology.spelling import squashed

_FOLDER = Path(technology.__file__).parent
_COLUMNS = ["product", "cycle", "released", "support_ends", "end_of_life", "extended_ends"]


def rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_every_product_can_be_named_and_no_spelling_has_two() -> None:
    known = spellings()
    owners: dict[str, set[str]] = {}
    for product in catalogue().values():
        assert product.name
        assert product.category
        assert product.kind
        assert product.inside or product.whole
        for spelling in (*product.inside, *product.whole):
            owners.setdefault(squashed(spelling), set()).add(product.key)
    assert {spelling: keys for spelling, keys in owners.items() if len(keys) > 1} == {}
    assert set(known) == set(owners)
    assert min(len(spelling) for some in phrases().values() for spelling, _ in some) >= 3


def test_lifecycles_that_products_point_to_are_published() -> None:
    published = {row["product"] for name in ("lifecycles.csv", "lifecycles_added.csv") for row in rows(name)}
    pointed = {product.lifecycle for product in catalogue().values() if product.lifecycle}
    assert pointed <= published


def test_dates_are_dates_and_rows_added_by_hand_name_their_document() -> None:
    for name in ("lifecycles.csv", "lifecycles_added.csv"):
        for row in rows(name):
            for column in _COLUMNS[2:]:
                if row[column] not in ("", "none", "ended"):
                    assert date.fromisoformat(row[column]).year > 1980
    assert all(row["source"] for row in rows("lifecycles_added.csv"))
    keys = [(row["product"], row["cycle"].lower()) for row in rows("lifecycles_added.csv")]
    assert len(keys) == len(set(keys))


def test_everyday_texts_that_are_reported_were_never_learned() -> None:
    learned, reported = ({text.casefold() for _, text in everyday(use)} for use in ("learned", "reported"))
    assert len(reported) >= 100
    assert not learned & reported


def test_the_dates_are_read_in_little_time() -> None:
    lifecycles._cycles.cache_clear()
    started = time.process_time()
    assert len(lifecycles._cycles()) > 300
    assert time.process_time() - started < 0.5  # 0.03 s on an idle machine
