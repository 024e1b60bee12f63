"""Exports against the published schemas and samples themselves, where a copy of them is present."""

import csv
import io
import json
import re

import pytest

from aidiscover_pipelines.reporting.exports import cmf, konveyor
from aidiscover_pipelines.reporting.exports.estate import read_estate
from tests.reporting.export_estate import SHARED, TARGET, TENANT, estate_store

needs_templates = pytest.mark.skipif(not SHARED.is_dir(), reason="the published templates are not on this machine")


@pytest.fixture(scope="module")
def estate():
    return read_estate(estate_store(), TENANT)


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def plain(node):
    """DynamoDB's typed JSON as plain values."""
    ((kind, value),) = node.items()
    if kind == "M":
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if kind == "L" else value


@needs_templates
def test_the_factory_s_own_schema_takes_every_row_of_the_form(estate):
    schemas = {
        schema["schema_name"]["S"]: [plain(each) for each in schema["attributes"]["L"]]
        for schema in json.loads((SHARED / "aws_cmf" / "default_schema.json").read_text())
        if schema["schema_name"]["S"] in ("wave", "app", "server")
    }
    header, *rows = lines(cmf.cmf(estate, TARGET).files[0])
    assert header == lines((SHARED / "aws_cmf" / "server-list.csv").read_bytes())[0]
    assert rows
    for row in (dict(zip(header, cells, strict=True)) for cells in rows):
        for attribute in (each for held in schemas.values() for each in held if each["name"] in header):
            cell, name = row[attribute["name"]], attribute["name"]
            # The schema's accounts are a sample for an administrator to replace.
            allowed = [] if name == "aws_accountid" else attribute.get("listvalue", "").split(",")
            if attribute.get("required") is True and name != "wave_name":
                assert cell, name
            if cell and any(allowed):
                assert cell in allowed, name
            if cell and attribute.get("validation_regex"):
                assert re.search(attribute["validation_regex"], cell), name


@needs_templates
def test_every_rule_of_the_form_is_that_of_the_factory_s_schema():
    schemas = json.loads((SHARED / "aws_cmf" / "default_schema.json").read_text())
    rules = {
        attribute["name"]: attribute
        for schema in schemas
        if schema["schema_name"]["S"] in ("app", "server")
        for attribute in (plain(each) for each in schema["attributes"]["L"])
    }
    ours = {column.title: column for column in cmf.TEMPLATE.columns}
    for name in ("aws_region", "server_os_family", "r_type", "tenancy"):
        assert set(ours[name].allowed) == set(rules[name]["listvalue"].split(",")), name
    required = {name for name, rule in rules.items() if rule.get("required") is True and not rule.get("hidden")}
    assert required & set(ours) == {column.title for column in ours.values() if column.required}


@needs_templates
def test_konveyor_s_template_has_our_titles_and_its_importer_takes_our_rows(estate):
    template = lines((SHARED / "konveyor" / "template_application_import.csv").read_bytes())
    sample = lines((SHARED / "konveyor" / "sample-applications.csv").read_bytes())
    header, *rows = lines(konveyor.konveyor(estate).files[0])
    assert header == template[0]
    assert {len(row) for row in rows if row[0] == "2"} == {len(row) for row in sample if row[0] == "2"}
    imported, needs, faults = konveyor_import(rows)
    assert not faults
    assert len(imported) == 4 and len(needs) == 2


@needs_templates
@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("missing_application_name.csv", "Application Name is mandatory."),
        ("invalid_record_type_21.csv", "Invalid or unknown Record Type"),
        ("valid_application_rows.csv", ""),
    ],
)
def test_our_reading_of_the_importer_is_that_of_its_own_edge_cases(file, fault):
    _, *rows = lines((SHARED / "konveyor" / "import_edge_cases" / file).read_bytes())
    rows = [row if file != "valid_application_rows.csv" else [*row[:5], *[""] * 12, *row[5:]] for row in rows]
    _, _, faults = konveyor_import(rows)
    assert bool(faults) == bool(fault) and all(told.startswith(fault) for told in faults)


def konveyor_import(rows):
    """What importer/manager.go of konveyor/tackle2-hub does with rows: names, needs, faults."""
    names: dict[str, list[str]] = {}
    needs, faults = [], []
    for row in rows:
        if row[0] == "1":
            name, tags = row[1].strip(), row[17:]
            if len(row) < 17:
                faults.append("Invalid Application Import CSV format.")
            elif not name:
                faults.append("Application Name is mandatory.")
            elif row[15] and not re.search(r"(.+)\s<(.+@.+)>", row[15]):
                faults.append(f"Could not parse Owner {row[15]!r}.")
            elif any(row[7:10]) and not all(row[7:10]):
                faults.append("Binary-related fields need to be all present or all empty")
            elif any(tag and not kind for kind, tag in zip(tags[::2], tags[1::2], strict=True)):
                faults.append("Tag has missing or invalid TagCategory.")
            else:
                names[name] = tags
        elif row[0] == "2":
            place = 5 if len(row) > 7 else len(row) - 2
            source, target, direction = row[1].strip(), row[place].strip(), row[place + 1].lower()
            if source not in names or target not in names or direction not in ("northbound", "southbound"):
                faults.append(f"Application dependency {target!r} could not be found.")
            needs.append((source, target))
        else:
            faults.append(f"Invalid or unknown Record Type {row[0]!r}.")
    return names, needs, faults
