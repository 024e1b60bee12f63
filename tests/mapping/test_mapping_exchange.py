"""What one tenant learned, given to another as a file: headers and fields, nothing of the tenant, nothing hostile."""

from datetime import UTC, datetime

import pandas as pd
import pytest
import yaml

from aidiscover_pipelines.domain.errors import EmptyFile, InputError, MissingFile, UnreadableFile
from aidiscover_pipelines.domain.tenancy import Tenant, tenant_id
from aidiscover_pipelines.mapping.corrections import apply_corrections
from aidiscover_pipelines.mapping.exchange import MOST_BYTES, export_templates, import_templates

ACME = Tenant(tenant_id("acme-de"), "Acme GmbH")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def learned(taught, said):
    return taught(
        said("Owner", "vendor", 1),
        said("Owner", "technical_owner", 2, values=["Ann Lee"], source="cmdb.csv", sheet="Secret"),
        said("Mem", "memory_mb", 3, unit="GiB", source="cmdb.csv"),
        said("No", "ignore", 4),
        said("Acme ID", "asset_id", 5),
        said("AcmeDe key", "asset_id", 6),
        said("Imported", "tags", 7, source="library: other.yaml", by="import other.yaml"),
    )


@pytest.fixture
def library(learned, tmp_path):
    path = tmp_path / "learned.yaml"
    path.write_text(export_templates(ACME, learned)[0], encoding="utf-8")
    return path


def test_the_library_holds_headers_fields_and_units_and_nothing_of_the_tenant(learned):
    text, columns, left_out = export_templates(ACME, learned)
    (sheet,) = yaml.safe_load(text)["sheets"]
    assert sheet["columns"] == [
        ["Mem", "memory_mb", "", {"unit": "GiB"}],
        ["No", "ignore"],
        ["Owner", "technical_owner"],
    ]
    assert (columns, left_out) == (3, 2)
    for secret in ("acme", "ann", "cmdb", "secret", "other", "2026"):
        assert secret not in text.lower()


def test_headers_of_several_lines_and_with_odd_blanks_survive(taught, said, tmp_path):
    path = tmp_path / "odd.yaml"
    headers = ["Memory\n(GB)", "Owner\u00a0name", "数 \u200bx", "key: [value] #1", "'quoted\""]
    odd = taught(*(said(header, "tags", minute) for minute, header in enumerate(headers)))
    path.write_text(export_templates(ACME, odd)[0], encoding="utf-8")
    assert sorted(import_templates(path, taught(), NOW)[0]["header"]) == sorted(headers)


def test_nothing_learned_is_an_empty_library(taught, tmp_path):
    text, columns, left_out = export_templates(ACME, taught())
    (tmp_path / "empty.yaml").write_text(text)
    assert (columns, left_out) == (0, 0)
    assert len(import_templates(tmp_path / "empty.yaml", taught(), NOW)[0]) == 0


def test_another_tenant_learns_from_it_as_from_another_source(library, mapped, taught, names):
    rows, kept = import_templates(library, taught(), NOW)
    assert set(rows["by"]) == {"import learned.yaml"} and kept == 0
    assert rows.set_index("header").loc["Mem", "unit"] == "GiB"
    before = mapped("Owner", "Owner of all", confidence=[0.6, 0.97])
    first, _ = apply_corrections(before, names, [[], []], rows).to_dict("records")
    assert (first["field"], first["decision"]) == ("technical_owner", "review")
    assert "corrected by import learned.yaml on 2026-11-22" in first["reason"]


def test_what_the_tenants_own_people_said_stays(library, said, taught, mapped, names):
    own = taught(said("owner", "business_owner"))
    rows, kept = import_templates(library, own, NOW)
    assert "Owner" not in rows["header"].tolist() and kept == 1
    (row,) = apply_corrections(mapped("Owner"), names, [[]], pd.concat([own, rows])).to_dict("records")
    assert row["field"] == "business_owner"


def test_importing_the_same_file_again_adds_nothing_and_a_changed_one_its_changes(library, taught):
    first, _ = import_templates(library, taught(), NOW)
    again, kept = import_templates(library, first, NOW)
    assert (len(again), kept) == (0, 3)
    library.write_text(library.read_text().replace("technical_owner", "business_owner"))
    changed, kept = import_templates(library, first, NOW)
    assert (changed["field"].tolist(), kept) == (["business_owner"], 2)


def test_a_vendor_template_can_be_imported_too(taught, tmp_path):
    path = tmp_path / "tool.yaml"
    path.write_text(
        "product: Tool\nlanguage: en\norigin: documented\nsource: docs\n"
        "sheets:\n  - name: vInfo\n    describes: asset\n"
        '    columns:\n      - ["VM", asset_name, "", {also: [hostname]}]\n      - [Yes, ignore]\n'
    )
    rows, _ = import_templates(path, taught(), NOW)
    assert rows[["header", "field", "sheet"]].to_numpy().tolist() == [
        ["VM", "asset_name", "vInfo"],
        ["Yes", "ignore", "vInfo"],
    ]


BILLION = "a: &a [x, x]\nb: &b [*a, *a]\nsheets: [*b]\n"
HOSTILE = {
    "no YAML": ("sheets: [", "no YAML at line"),
    "aliases": (BILLION, "YAML aliases"),
    "depth": ("[" * 5000, "nested too deeply|no YAML"),
    "a text": ("hello", "the document"),
    "a list": ("- 1", "the document"),
    "no sheets": ("product: x", "sheets: Field required"),
    "unknown key": ("sheets: []\nrun: rm", "run: Extra inputs"),
    "a map for a header": ("sheets: [{columns: [[{a: b}, ignore]]}]", "sheets.0.columns.0"),
    "a NUL": ('sheets: [{columns: [["a\\0", ignore]]}]', "cannot be shown"),
    "half a pair": ('sheets: [{columns: [["\\ud800", ignore]]}]', "sheets.0.columns.0.0"),
    "blank header": ('sheets: [{columns: [[" ", ignore]]}]', "blank"),
    "long header": (f"sheets: [{{columns: [[{'a' * 400}, ignore]]}}]", "at most 300"),
    "unknown field": ("sheets: [{columns: [[Owner, ownr]]}]", "'ownr' is no canonical field"),
    "unknown unit": ("sheets: [{columns: [[Mem, memory_mb, '', {unit: bananas}]]}]", "unit 'bananas'"),
    "control characters": ("sheets: \x01", "no YAML"),
    "a list as a key": ("? [a]\n: b\n", "no YAML at line 1"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_malformed_or_hostile_file_gets_one_clear_line(name, taught, tmp_path):
    text, words = HOSTILE[name]
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(UnreadableFile, match=words) as raised:
        import_templates(path, taught(), NOW)
    assert "\n" not in str(raised.value) and "bad.yaml" in str(raised.value)


def test_tags_are_not_obeyed(taught, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("!!python/object/apply:os.system ['touch hacked']")
    with pytest.raises(UnreadableFile):
        import_templates(path, taught(), NOW)


@pytest.mark.parametrize(
    ("content", "error"), [(None, MissingFile), (b"", EmptyFile), (b"\xff\xfe\xff", UnreadableFile)]
)
def test_what_is_no_text_is_refused(content, error, taught, tmp_path):
    path = tmp_path / "bad.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        import_templates(path, taught(), NOW)


def test_a_huge_file_is_not_read(taught, tmp_path):
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(InputError, match="larger than 512 KB"):
        import_templates(path, taught(), NOW)
