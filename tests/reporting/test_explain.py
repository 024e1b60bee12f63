"""`explain` follows an attribute or a value to its cells, says who lost and why, and finds what a person means."""

import re
from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.spreadsheets import column_letters
from aidiscover_pipelines.domain.tables import (
    AttributeQuestion,
    AttributeValue,
    OpenQuestion,
    SourceStanding,
    TechnologyUse,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.reporting.explain import explain
from aidiscover_pipelines.reporting.explain_text import explained

APPLICATION, ASSET = EntityKind.APPLICATION, EntityKind.ASSET
CELL = "f1.1.4.2"
ASKED_AT = datetime(2026, 11, 1, tzinfo=UTC)


def frame(table, *rows):
    return pd.DataFrame(rows, columns=table.columns())


@pytest.fixture
def asked(case):
    """The small portfolio with attributes in every state, products, questions and standings."""
    judged = (1.0, 1.0, 0.9, 1.0, 0.55, "")
    values = [
        ("app-00000", "technology_stack", "present", "Java 8", 0.8, [CELL], "", "recorded: only value", *judged),
        ("app-00000", "architecture_pattern", "inferred", "two tiers", 0.5, [CELL], "Ask", "tiers of servers", *judged),
        ("app-00000", "user_load", "asked", "", 0.0, [], "How many users?", "", *judged),
        ("app-00000", "data_volume", "not applicable", "", 1.0, [], "", "a person says so", *judged),
        ("app-00000", "eol_technology", "present", "Java 8", 0.8, [CELL], "", "", *judged),
        ("app-00000", "integration_dependencies", "present", "a needs b", 0.8, [CELL], "", "", *judged),
        ("app-00000", "business_criticality", "present", "high", 0.8, ["f1.1.4.3"], "", "", *judged),
        ("app-00000", "compute_specification", "present", "32768 MB", 0.8, ["f2.1.2.2"], "", "", *judged[:-1], "odd"),
    ]
    use = ("technology_stack", "Java 8", "java", "Java SE", "Oracle", "language", "runtime", "8", "8", 0.97)
    written = {
        AttributeValue: frame(AttributeValue, *values),
        TechnologyUse: frame(
            TechnologyUse,
            ("application", "app-00000", CELL, *use, "2014-03-18", None, "2026-11-30", "eol_12", "endoflife.date"),
            ("asset", "s0", "f2.1.2.2", "os_name", "Foo", *[""] * 7, 0.1, None, None, None, "unknown", ""),
        ),
        AttributeQuestion: frame(
            AttributeQuestion, ("app-00000", "user_load", "business owner", "questions.xlsx", ASKED_AT)
        ),
        OpenQuestion: frame(
            OpenQuestion,
            ("app-00000", "user_load", "business owner", "How many users?", "questionnaire", 5.0, 0.25,
             {"10,000": "refactor"}, 3.0),
        ),
        SourceStanding: frame(
            SourceStanding, ("f1.1", "apps.xlsx, Apps", "list", 0.55, "2026-11-20", "a list: no row is dated"),
            ("aws", "aws", "cloud", 0.95, "2026-11-20", "a cloud's interface: a cloud account was scanned"),
        ),
    }  # fmt: skip
    case.store.replace(case.tenant, case.run, written)
    return case


def lines_of(case, kind=APPLICATION, name="Customer Portal", **what):
    return explained(explain(case.store, case.tenant, kind, name, **what))


def test_a_value_leads_to_its_cell_its_cleansing_its_mapping_and_its_source(asked):
    document = explain(asked.store, asked.tenant, APPLICATION, "app-00000", "technology_stack")
    (attribute,) = document["attributes"]
    assert (attribute["label"], attribute["state"], attribute["quality"]) == ("Technology stack", "present", 0.8)
    (cell,) = attribute["cells"]
    assert (cell["file"], cell["sheet"], cell["column"], cell["row"]) == ("apps.xlsx", "Apps", "B", 4)
    assert (cell["header"], cell["original"], cell["value"]) == ("Tech", "Java 8 / Tomcat 7", "Java 8")
    assert (cell["mapping"]["field"], cell["mapping"]["confidence"]) == ("technology_stack", 0.71)
    assert cell["source"] == {"kind": "list", "trust": 0.55, "as_of": "2026-11-20", "reason": "a list: no row is dated"}
    assert document["runs"][0]["run_id"] == asked.run.run_id


def test_a_dispute_shows_the_value_that_stands_and_the_losers_with_why(asked):
    document = explain(asked.store, asked.tenant, APPLICATION, "Customer Portal", "compute_specification")
    (contest,) = document["attributes"][0]["values"]
    assert (contest["entity"], contest["name"], contest["conflict"]) == ("asset", "srv000", True)
    assert [value["value"] for value in contest["stands"]] == ["32768"]
    assert [(value["value"], value["rule"]) for value in contest["others"]] == [("16384", "older")]
    text = "\n".join(explained(document))
    assert "memory_mb of asset srv000, sources disagree" in text
    assert "32768 stands: newest source" in text and "16384: older" in text
    assert "cmdb.csv \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} B2 under 'ram' says '32,768'" in text
    assert "cleansed: MiB to MB (rule unit)" in text and "problem: odd" in text


def test_inferred_asked_and_inapplicable_attributes_and_products_say_what_they_rest_on(asked):
    text = "\n".join(lines_of(asked))
    assert "inferred: tiers of servers" in text
    assert "asked business owner on 2026-11-01 with questions.xlsx; no answer yet" in text
    assert "changes the recommendation with probability 0.25 (10,000: refactor); 5 minutes by questionnaire" in text
    assert "not applicable, quality 1.00" in text and "why: a person says so" in text
    assert "product Java SE 8: cycle 8, eol_12, released 2014-03-18, end of life 2026-11-30" in text
    assert "confidence 0.97; dates by endoflife.date" in text
    assert "a needs b (relation, port 443; 1 observations)" in text
    assert f"written by run {asked.run.run_id} of " in text


def test_one_field_and_an_asset_can_be_asked_for(asked):
    by_field = explain(asked.store, asked.tenant, APPLICATION, "app-00000", field="business_criticality")
    assert [contest["field"] for contest in by_field["values"]] == ["business_criticality"]
    assert "attributes" not in by_field
    asset = explain(asked.store, asked.tenant, ASSET, "SRV000")
    assert {contest["field"] for contest in asset["values"]} == {"memory_mb", "hostname"}
    assert [link["name"] for link in asset["applications"]] == ["Customer Portal"]
    assert "nothing is known of it" in lines_of(asked, ASSET, "lost")[-3]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"text": "Custom Portal"}, r"the nearest names are Customer Portal"),
        ({"text": "zzzz"}, r"names stand in the report's workbook"),
        ({"text": "SAP ERP", "attribute": "user"}, r"there is no such attribute; did you mean user_load"),
        ({"text": "SAP ERP", "field": "memory"}, r"there is no such field; did you mean memory_mb"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line_with_the_nearest(case, what, message):
    with pytest.raises(ConfigError, match=message) as caught:
        explain(case.store, case.tenant, APPLICATION, **what)
    assert "\n" not in str(caught.value)


def test_a_name_that_several_have_is_refused_with_their_ids(case_of, empty_case):
    twice = case_of(("CRM", "crm", "ERP"))
    with pytest.raises(ConfigError, match="2 have that name; take the id of one: app-00000, app-00001"):
        explain(twice.store, twice.tenant, APPLICATION, "Crm")
    assert explain(twice.store, twice.tenant, APPLICATION, "app-00001")["name"] == "crm"
    with pytest.raises(ConfigError, match=re.escape("run 'aidiscover discover --tenant acme' first")):
        explain(empty_case.store, empty_case.tenant, APPLICATION, "CRM")
    with pytest.raises(UnknownTenant):
        explain(empty_case.store, TenantId("other"), APPLICATION, "CRM")


def test_columns_are_named_as_a_spreadsheet_names_them():
    assert [column_letters(index) for index in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]
