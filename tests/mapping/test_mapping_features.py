"""What the ranker is told of columns and candidates."""

import numpy as np
import pytest

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.mapping import features as room
from aidiscover_pipelines.mapping import lexical
from aidiscover_pipelines.mapping.evidence import value_weights
from aidiscover_pipelines.mapping.features import COLUMN_NAMES, PAIR_NAMES, Columns, Features, describe
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.profile import profile_columns
from aidiscover_pipelines.mapping.readings import surroundings
from aidiscover_pipelines.mapping.templates import templates
from aidiscover_pipelines.mapping.wordings import CANDIDATES, INDEX

TABLE = {
    "Server name": ["srv1", "srv2", "srv3"],
    "CPU usage (%)": ["12 %", "99 %", "40 %"],
    "Qwx": ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
    "Virtual (Y/N)": ["Y", "N", "Y"],
    "Blank": [],
}


def columns_of(table: dict[str, list[str]], sheet: str = "x", entity: EntityKind = EntityKind.ASSET) -> Columns:
    part = surroundings(sheet, list(table)).part
    size = len(table)
    return Columns([0] * size, list(table), [part] * size, list(table.values()), [entity] * size)


def described(table: dict[str, list[str]], sheet: str = "x", without: frozenset[str] = frozenset()) -> Features:
    columns = columns_of(table, sheet)
    around = surroundings(sheet, columns.header)
    likeness = lexical.compare(columns.header, [around] * len(table), without)
    return describe(columns, likeness, profile_columns(columns.values))


def pair(found: Features, row: int, field: str, name: str) -> float:
    return float(found.pairs[row, INDEX[field], PAIR_NAMES.index(name)])


def alone(found: Features, row: int, name: str) -> float:
    return float(found.columns[row, COLUMN_NAMES.index(name)])


def test_features_are_finite_numbers_in_the_listed_order() -> None:
    found = described(TABLE)
    assert found.pairs.shape == (len(TABLE), len(CANDIDATES), len(PAIR_NAMES))
    assert found.columns.shape == (len(TABLE), len(COLUMN_NAMES))
    assert np.isfinite(found.pairs).all()
    assert np.isfinite(found.columns).all()
    assert len(found.said) == len(TABLE)


def test_the_listed_names_are_those_that_are_computed() -> None:
    columns = columns_of(TABLE)
    likeness = lexical.compare(columns.header, [surroundings("x", columns.header)] * len(TABLE))
    profiles = profile_columns(columns.values)
    values, _ = value_weights(profiles, likeness.score)
    computed = room._pairs(columns, likeness, values) | room._ignoring(columns, likeness, profiles)
    assert set(computed) == set(PAIR_NAMES)
    assert set(room._alone(columns, profiles)) == set(COLUMN_NAMES)
    assert len(set(PAIR_NAMES)) == len(PAIR_NAMES)
    assert len(set(COLUMN_NAMES)) == len(COLUMN_NAMES)


def test_no_columns_give_empty_arrays() -> None:
    found = described({})
    assert found.pairs.shape == (0, len(CANDIDATES), len(PAIR_NAMES))
    assert found.columns.shape == (0, len(COLUMN_NAMES))


def test_a_listed_header_is_exact_for_its_field_and_leads() -> None:
    found = described(TABLE)
    assert pair(found, 0, "asset_name", "lexicon exact") == 1
    assert pair(found, 0, "asset_name", "likest leads") == 1
    assert pair(found, 0, "memory_mb", "lexicon exact") == 0


def test_values_speak_where_the_header_is_silent() -> None:
    found = described(TABLE)
    assert pair(found, 2, "ip_address", "values where header is silent") > 0
    assert pair(found, 0, "ip_address", "values where header is silent") == 0
    assert found.said[2] == "values are IP addresses"


def test_what_speaks_for_leaving_out_is_zero_for_every_field() -> None:
    found = described(TABLE)
    names = [place for place, name in enumerate(PAIR_NAMES) if name.startswith("ignore: ")]
    fields = [place for place, field in enumerate(CANDIDATES) if field != IGNORE]
    assert not found.pairs[:, fields][:, :, names].any()
    assert pair(found, 3, IGNORE, "ignore: flag") == 1
    assert pair(found, 0, IGNORE, "ignore: flag") == 0


@pytest.mark.parametrize(
    ("row", "name", "expected"),
    [
        (1, "percent", 1), (0, "percent", 0), (2, "ip", 1), (3, "flag", 1), (0, "first", 1), (1, "first", 0),
        (4, "has values", 0), (1, "has values", 1), (0, "rows are asset", 1), (0, "rows are application", 0),
    ],
)  # fmt: skip
def test_a_column_is_described_by_itself(row: int, name: str, expected: float) -> None:
    assert alone(described(TABLE), row, name) == expected


def test_a_sheet_of_disks_says_so_to_each_column() -> None:
    found = described({"VM": ["vm1"], "Capacity": ["40"]}, sheet="Disks")
    assert alone(found, 1, "rows detail disk") == 1
    assert alone(found, 1, "rows detail memory") == 0


def test_a_blinded_family_teaches_nothing() -> None:
    template = next(each for each in templates() if each.family == "rvtools")
    table: dict[str, list[str]] = {column.header: [] for column in template.columns}
    seen, blinded = described(table), described(table, without=frozenset({"rvtools"}))
    alike = [found.pairs[:, :, PAIR_NAMES.index("template")].max(axis=1) for found in (seen, blinded)]
    assert (alike[0] >= alike[1]).all()
    assert (alike[0] > alike[1] + 0.1).sum() > 10
    np.testing.assert_array_equal(seen.columns, blinded.columns)


def test_equal_headers_are_described_alike_wherever_they_stand_in_the_batch() -> None:
    many = [f"header {n}" for n in range(300)]
    around = surroundings("x", [])
    alike = lexical.compare(["Memory", *many, "Memory"], [around] * 302)
    np.testing.assert_array_equal(alike.score[0], alike.score[-1])
    np.testing.assert_array_equal(alike.template[0], alike.template[-1])
