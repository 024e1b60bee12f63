"""Classes of fields and values: what is withheld from a remote model, and what a tenant may change."""

import json
from itertools import chain

import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES
from aidiscover_pipelines.attributes.rollups import ROLLUPS
from aidiscover_pipelines.cli.main import main
from aidiscover_pipelines.cli.sensitivity import sensitivity
from aidiscover_pipelines.domain.canonical import BY_NAME, FIELDS
from aidiscover_pipelines.domain.classification import CLASSIFIED, PERSONAL
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import TenantSetting
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from aidiscover_pipelines.domain.vocabulary import Sensitivity
from aidiscover_pipelines.governance.sensitivity import (
    MADE_OF,
    STANDARD,
    Classes,
    classes_of,
    holds_restricted,
    personal_values,
    restricted_values,
    set_class,
    withhold,
)
from resources.scratch_store import ScratchStore

ACME, GLOBEX = TenantId("acme"), TenantId("globex")
KEPT = "[withheld: restricted]"


@pytest.fixture
def settings() -> ScratchStore:
    return ScratchStore(Tenant(ACME, "Acme"), Tenant(GLOBEX, "Globex"))


def result(*rows, about=None):
    return {"about": about or {}, "rows": list(rows), "total": len(rows)}


def test_every_canonical_field_is_classed_once_and_no_other():
    classed = list(chain.from_iterable(row.fields for row in CLASSIFIED))
    assert sorted(classed) == sorted(BY_NAME)


def test_a_class_that_is_not_the_default_has_its_reason():
    assert all(bool(row.reason) == (row.sensitivity is not Sensitivity.CONFIDENTIAL) for row in CLASSIFIED)


def test_fields_that_name_people_are_confidential_at_least():
    assert all(BY_NAME[name].sensitivity.rank >= Sensitivity.CONFIDENTIAL.rank for name in PERSONAL)


def test_every_attribute_and_rolled_up_fact_has_a_class_of_its_own():
    named = {attribute.key for attribute in ATTRIBUTES} | {rollup.fact for rollup in ROLLUPS}
    assert named <= set(BY_NAME) | set(MADE_OF)
    assert set(chain.from_iterable(MADE_OF.values())) <= set(BY_NAME)


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=lambda attribute: attribute.key)
def test_an_attribute_is_as_sensitive_as_the_most_sensitive_of_its_facts(attribute):
    facts = [fact for part in attribute.parts for fact in part.facts]
    highest = max((STANDARD.of(fact) for fact in facts), key=lambda each: each.rank)
    assert STANDARD.of(attribute.key, is_attribute=True).rank >= highest.rank


def test_restricted_values_are_withheld_and_their_evidence_stays():
    shown = result(
        {"field": "serial_number", "value": "CZJ1234567", "evidence": ["a1b2c3d4e5f6.0.12.3"]},
        {"field": "os_name", "value": "Windows Server 2019", "evidence": ["a1b2c3d4e5f6.0.12.4"]},
    )
    told, count = withhold(shown, remote=True)
    assert count == 1
    assert told["rows"] == [{**shown["rows"][0], "value": KEPT}, shown["rows"][1]]
    assert told["total"] == 2


def test_rows_keyed_by_fields_are_withheld_too():
    told, count = withhold(
        result({"asset_id": "a1", "mac_address": ["00:50:56:ab:cd:ef"], "cpu_cores": 4}), remote=True
    )
    assert (told["rows"], count) == ([{"asset_id": "a1", "mac_address": KEPT, "cpu_cores": 4}], 1)


def test_all_that_a_row_says_of_a_restricted_field_is_withheld_but_where_it_stands():
    row = {"fact": "serial_number", "examples": ["CZJ1234567"], "file": "cmdb.csv", "header": "Serial", "columns": 3}
    told, _ = withhold(result({**row, "evidence": ["e"]}), remote=True)
    assert told["rows"] == [{**row, "examples": KEPT, "evidence": ["e"]}]


def test_nothing_is_withheld_from_a_model_on_this_machine():
    shown = result({"field": "serial_number", "value": "CZJ1234567", "evidence": []})
    assert withhold(shown, remote=False) == (shown, 0)


def test_empty_values_are_shown_as_empty():
    shown = result({"field": "serial_number", "value": None, "evidence": []}, {"mac_address": ""})
    assert withhold(shown, remote=True) == (shown, 0)


@pytest.mark.parametrize(
    "value",
    [
        "reach it with password: swordfish",
        "postgres://app:hunter2@db01/x",
        "card 4111 1111 1111 1111",
        4111111111111111,
        "IBAN DE89370400440532013000",
        "SSN 536-90-4399",
        {"note": ["pwd=Welcome1"]},
    ],
)
def test_a_value_is_restricted_by_what_it_holds_wherever_it_stands(value):
    shown = result({"field": "description", "value": value, "evidence": ["e"]}, about={"note": value})
    told, count = withhold(shown, remote=True)
    assert count == 2
    assert KEPT in json.dumps(told["about"])
    assert "4111" not in json.dumps(told)
    assert told["rows"][0]["evidence"] == ["e"]


@pytest.mark.parametrize(
    "value", ["password required", "10.0.0.1", "", 3.5, 20036589, "a1b2c3d4e5f6.0.12.3", True, None]
)
def test_ordinary_values_are_not(value):
    assert not holds_restricted(value)


def test_an_attribute_told_from_a_restricted_field_is_withheld(settings):
    classes = set_class(settings, ACME, "ip_address", "restricted", "ann")
    shown = result({"attribute": "network_configuration", "value": "addresses 10.0.0.1", "evidence": []})
    assert withhold(shown, remote=True, classes=classes)[0]["rows"][0]["value"] == KEPT
    assert withhold(shown, remote=True)[1] == 0


def test_values_of_owner_fields_and_of_restricted_fields_are_found_for_redaction():
    sections = {
        "application_facts": [
            {"field": "business_owner", "value": "Sarah Chen", "evidence": ["e"]},
            {"field": "technical_owner", "value": ["Bob Hill", "Sarah Chen"]},
            {"field": "serial_number", "value": "CZJ1234567"},
        ],
        "application": [{"business_owner": "Ana Sousa", "name": "Shop"}],
    }
    assert personal_values(sections) == ["Sarah Chen", "Bob Hill", "Ana Sousa"]
    assert restricted_values(sections) == ["CZJ1234567"]


def test_a_tenant_may_raise_and_lower_a_class_for_itself_alone(settings):
    set_class(settings, ACME, "annual_cost", "restricted", "ann")
    set_class(settings, ACME, "serial_number", "internal", "ann")
    classes = classes_of(settings, ACME)
    assert (classes.of("annual_cost"), classes.of("serial_number")) == ("restricted", "internal")
    assert classes_of(settings, GLOBEX) == STANDARD
    set_class(settings, ACME, "annual_cost", None, "ann")
    assert classes_of(settings, ACME).of("annual_cost") is Sensitivity.CONFIDENTIAL


def test_the_limit_keeps_whole_classes_back(settings):
    classes = set_class(settings, ACME, "limit", "internal", "ann")
    shown = result({"field": "business_owner", "value": "Sarah Chen"}, {"field": "cpu_cores", "value": "4"})
    told, count = withhold(shown, remote=True, classes=classes)
    assert (count, [row["value"] for row in told["rows"]]) == (1, ["[withheld: confidential]", "4"])


def test_a_name_that_nobody_declared_is_confidential():
    assert STANDARD.of("server_count") is Sensitivity.CONFIDENTIAL
    assert not Classes(limit=Sensitivity.INTERNAL).leaves("server_count")


@pytest.mark.parametrize(("name", "value"), [("colour", "public"), ("annual_cost", "secret"), ("limit", "restricted")])
def test_a_wrong_name_or_class_stores_nothing(settings, name, value):
    with pytest.raises(ConfigError, match=name):
        set_class(settings, ACME, name, value, "ann")
    assert settings.read(ACME, TenantSetting).empty


def test_a_stored_class_that_is_none_is_named(settings):
    row = {"name": "sensitivity.annual_cost", "value": {"value": "top"}, "by": "x", "at": pd.Timestamp.now("UTC")}
    settings.append(ACME, {TenantSetting: pd.DataFrame([row])})
    with pytest.raises(ConfigError, match=r"'annual_cost'.*'top'"):
        classes_of(settings, ACME)


def test_a_tenant_that_is_not_registered_has_no_classes(settings):
    with pytest.raises(UnknownTenant):
        set_class(settings, TenantId("nobody"), "annual_cost", "public", "ann")


def test_the_command_lists_and_sets_classes(store, tenant, database_home, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))

    def said(*words):
        run = CliRunner().invoke(sensitivity, [*words, "--tenant", tenant], standalone_mode=False)
        assert run.exit_code == 0, run.exception
        return run.stdout

    assert "kept from remote models: annual_cost, mac_address, serial_number" in said(
        "set", "annual_cost", "restricted"
    )
    listed = json.loads(said("list", "--json"))
    assert listed["limit"] == "confidential"
    assert len(listed["fields"]) == len(FIELDS)
    assert listed["fields"][0] | {"reason": "set for this tenant"} == listed["fields"][0]
    assert "annual_cost" in said("list")
    assert json.loads(said("set", "limit", "internal", "--json"))["limit"] == "internal"
    assert json.loads(said("set", "annual_cost", "default", "--json"))["class"] == "confidential"


def test_the_command_says_what_is_wrong_in_one_line(store, tenant, database_home, monkeypatch, capsys):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    with pytest.raises(SystemExit):
        main(["sensitivity", "set", "colour", "public", "--tenant", tenant])
    assert "no canonical field is called that" in capsys.readouterr().err
