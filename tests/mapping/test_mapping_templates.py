"""The product templates as data, and how a product's sheet is recognised by its headers."""

from pathlib import Path

import numpy as np
import pytest

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.mapping import templates as room
from aidiscover_pipelines.mapping.answers import STATISTICS, UNITS
from aidiscover_pipelines.mapping.lexicon import IGNORE, LANGUAGES
from aidiscover_pipelines.mapping.templates import Template, read_templates, recognise, related_families, templates
from aidiscover_pipelines.mapping.words import TEMPLATES, read_data

FILES = sorted(TEMPLATES.glob("*.yaml"))


def sheet(key: str, name: str) -> Template:
    return next(each for each in templates() if (each.key, each.sheet) == (key, name))


def headers(template: Template) -> list[str]:
    return [column.header for column in template.columns]


def test_every_template_file_has_sheets_with_columns() -> None:
    assert {template.key for template in templates()} == {path.stem for path in FILES}
    assert len(FILES) >= 100
    assert [template.key for template in templates() if not template.columns] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_template_names_its_product_source_and_language(path: Path) -> None:
    document = read_data(path)
    assert document["language"] in LANGUAGES
    assert all(str(document[name] or "").strip() for name in ("product", "origin", "source"))


def test_every_column_has_a_header_and_a_canonical_field_or_ignore() -> None:
    columns = [column for template in templates() for column in template.columns]
    assert all(column.header.strip() for column in columns)
    assert {name for column in columns for name in (column.field, *column.also)} <= {*BY_NAME, IGNORE}


def test_units_and_statistics_are_spelt_as_a_mapping_spells_them() -> None:
    measured = [
        column
        for template in templates()
        for column in template.columns
        if column.unit and BY_NAME[column.field].unit != "currency"
    ]
    assert {column.unit for column in measured} - set(UNITS) == set()
    assert all(BY_NAME[column.field].unit for column in measured)
    statistics = {column.statistic for template in templates() for column in template.columns} - {None}
    assert statistics - set(STATISTICS) == set()


def test_a_template_that_names_an_unknown_field_is_refused_with_file_and_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "product: X\nlanguage: en\nsheets: [{name: s, describes: asset, columns: [[Colour, server_colour]]}]\n"
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(room, "TEMPLATES", tmp_path)
    with pytest.raises(ConfigError, match=r"x\.yaml.*Colour.*server_colour.*canonical"):
        read_templates()


def test_a_products_own_headers_are_recognised() -> None:
    unrecognised = []
    for template in templates():
        found = recognise(headers(template))
        if found is None or found.template.key != template.key:
            unrecognised.append((template.key, template.sheet))
    # Two or three headers, or four such as 'Name', 'Version' and 'Publisher', prove no product.
    short = [(each.key, each.sheet) for each in templates() if len(each.columns) <= room.RECOGNISED_HEADERS]
    assert set(unrecognised) <= set(short)
    assert len(unrecognised) <= 15


def test_order_and_added_site_columns_do_not_hide_a_product() -> None:
    template = sheet("rvtools", "vInfo")
    mixed = [*headers(template), "Kostenstelle HH", "Wave 2 approved", "zz_site"]
    mixed = [mixed[place] for place in np.random.default_rng(3).permutation(len(mixed))]
    found = recognise(mixed)
    assert found is not None
    assert found.template == template
    site = {mixed.index(name) for name in ("Kostenstelle HH", "Wave 2 approved", "zz_site")}
    assert set(found.columns) == set(range(len(mixed))) - site
    assert found.columns[mixed.index("Powerstate")].field == "power_state"


@pytest.mark.parametrize(
    "listed",
    [
        ["Name", "Status", "Description", "Location", "Owner"],
        ["Name", "IP Address", "Operating System", "CPU", "Memory", "Location"],
        ["Hostname", "IP Address", "OS", "Environment", "Owner", "Location"],
        ["Server", "OS", "RAM", "Disk", "Owner", "Remarks"],
        ["Application", "Description", "Owner", "Criticality", "Environment"],
        ["", "", "", ""],
        [],
    ],
)
def test_generic_headers_alone_are_nobodys(listed: list[str]) -> None:
    assert recognise(listed) is None


def test_a_blinded_family_is_not_recognised() -> None:
    template = sheet("rvtools", "vInfo")
    found = recognise(headers(template), frozenset({template.family}))
    assert found is None or found.template.family != template.family


def test_the_nearest_sheet_says_what_a_header_means_there() -> None:
    found = recognise(headers(sheet("rvtools", "vPartition")))
    assert found is not None
    assert found.template.sheet == "vPartition"


def test_families_join_languages_and_are_related_by_name_or_by_headers() -> None:
    assert {each.family for each in templates() if each.key.startswith("itop_")} == {"itop"}
    assert "glpi" in related_families("glpi_13_export", ["Something else"])
    assert "rvtools" in related_families("unnamed", headers(sheet("rvtools", "vInfo")))
    assert related_families("unnamed", ["Qwx", "Zzy", "Frobnicator"]) == frozenset()


def test_headers_are_compared_without_accents_case_and_separators() -> None:
    assert room.spelling("Numéro de Série") == room.spelling("numero_de-serie")
    assert room.spelling("***") == "***"
