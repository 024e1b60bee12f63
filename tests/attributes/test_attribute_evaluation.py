import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES
from aidiscover_pipelines.attributes.evaluate import completeness, confidence, evaluate_attributes
from aidiscover_pipelines.attributes.formula import BELIEF, FORMULA, UNDATED, freshness, quality
from aidiscover_pipelines.attributes.rules import INFERENCES
from aidiscover_pipelines.attributes.standing import UNKNOWN_TRUST
from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.collection import COLLECTION
from aidiscover_pipelines.domain.critical_attributes import GROUPS, WEIGHTS
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.domain.tables import AttributeValue, SourceStanding
from aidiscover_pipelines.strategy.calibration.confidence import DECISIVE
from tests.attributes.conftest import APPS, assets, evaluated, facts_of, links, values

PLAIN = BELIEF["freshness"] * UNDATED + BELIEF["agreement"] + BELIEF["trust"] * UNKNOWN_TRUST
"""Quality of a complete, valid, undated record from a source of which nothing is known."""
MADE_OF = {
    "os_names": {"os_name"}, "eol_status": {"support_end_date"}, "eol_products": {"support_end_date"},
    "depends_on": {"dep_target"}, "dependency_count": {"dep_target"},
}  # fmt: skip


def test_the_catalogue_has_22_attributes_in_four_groups_served_by_known_facts() -> None:
    sizes = [sum(attribute.group == group for attribute in ATTRIBUTES) for group in GROUPS]
    assert sizes == [6, 8, 4, 4]
    derived = {"os_names", "eol_judgement", "cpu_util_pct_max", "memory_util_pct_max"}
    told = {fact for attribute in ATTRIBUTES for part in attribute.parts for fact in part.facts}
    assert told <= set(BY_NAME) | derived
    assert {field for attribute in ATTRIBUTES for field in attribute.fields} <= set(BY_NAME)
    assert {rule.attribute for rule in INFERENCES} <= {attribute.key for attribute in ATTRIBUTES}
    assert {attribute.key for attribute in ATTRIBUTES} == set(COLLECTION)


def test_an_attribute_weighs_one_and_one_more_for_each_decisive_question_that_it_answers() -> None:
    for attribute in ATTRIBUTES:
        answers = sum(
            any(set(attribute.fields) & MADE_OF.get(field, {field}) for field in fields) for _, fields in DECISIVE
        )
        assert attribute.weight == 1 + answers, attribute.key


def test_every_application_has_22_rows_and_nothing_known_is_missing_with_a_question() -> None:
    rows = evaluate_attributes(facts_of(values()), APPS)
    assert rows.columns.tolist() == AttributeValue.columns()
    assert rows["application_id"].value_counts().to_dict() == {"bill": 22, "crm": 22, "hr": 22}
    assert set(rows["state"]) == {"missing"}
    assert rows["question"].ne("").all()
    assert rows[["quality", "presence", "validity", "freshness", "agreement", "trust"]].eq(0).all(axis=None)
    assert rows[["value", "rule", "problem"]].eq("").all(axis=None)
    assert completeness(rows)["completeness"].tolist() == [0, 0, 0]
    assert confidence(rows)["confidence"].tolist() == [0, 0, 0]


def test_a_recorded_value_says_where_it_stands_and_by_which_rule() -> None:
    told = values(("application", "crm", "business_criticality", "high"), ("asset", "s1", "cpu_cores", 4))
    facts = facts_of(told, assets(s1="virtual"), links(("crm", "s1")))
    row = evaluated(facts, "crm", "business_criticality")
    assert (row["state"], row["value"], row["question"]) == ("present", "high", "")
    assert row["quality"] == pytest.approx(PLAIN)
    assert (row["rule"], row["evidence"]) == ("recorded: only source", ["e0"])
    assert evaluated(facts, "crm", "compute_specification")["rule"] == "sum over its servers: only source"


def test_the_formula_is_the_one_that_is_written_down() -> None:
    one = np.ones(1)
    assert FORMULA == "quality = presence x validity x (0.3 freshness + 0.4 agreement + 0.3 trust)"
    assert quality(one / 2, one, one, one, one).tolist() == [0.5]
    assert quality(one, one / 2, one / 2, one, one) == pytest.approx([0.5 * (0.15 + 0.4 + 0.3)])
    assert freshness(np.array([0.0, 90.0, 180.0, np.nan]), 90).tolist() == [1.0, 0.5, 0.25, UNDATED]


@pytest.mark.parametrize("column", ["presence", "validity", "freshness", "agreement", "trust"])
def test_quality_never_falls_when_one_of_its_figures_rises(column: str) -> None:
    names = ["presence", "validity", "freshness", "agreement", "trust"]
    rising = np.linspace(0, 1, 21)
    figures = [rising if name == column else np.full(21, 0.6) for name in names]
    assert (np.diff(quality(*figures)) > 0).all()


def standing(trust: float, as_of: str | None) -> pd.DataFrame:
    return pd.DataFrame([("f.1", "cmdb.csv", "registry", trust, as_of, "")], columns=SourceStanding.columns())


def quality_from(told: pd.DataFrame, sources: pd.DataFrame, attribute: str) -> dict[str, Any]:
    facts = facts_of(told, assets(s1="virtual"), links(("crm", "s1")), standings=sources)
    return evaluated(facts, "crm", attribute)


def test_trust_and_age_come_from_the_sheet_and_a_rows_own_date_counts_first() -> None:
    told = values(("application", "crm", "user_count", 50), ("application", "crm", "last_seen", "2026-11-21"))
    told["evidence_id"] = ["f.1.2.1", "f.1.2.9"]
    row = quality_from(told, standing(0.95, "2020-01-01"), "user_load")
    assert (row["trust"], row["freshness"]) == (0.95, 1.0)
    told["evidence_id"] = ["f.1.2.1", "f.1.3.9"]
    row = quality_from(told, standing(0.95, "2026-02-24"), "user_load")
    assert row["freshness"] == 0.5  # 270 days, the half-life of what is recorded often
    told["evidence_id"] = ["g.1.2.1", "g.1.3.9"]
    assert quality_from(told, standing(0.95, None), "user_load")["trust"] == UNKNOWN_TRUST


def test_what_is_measured_ages_sooner_than_what_was_decided() -> None:
    told = values(("application", "crm", "business_criticality", "high"), ("application", "crm", "cpu_util_pct", 40))
    told["evidence_id"] = ["f.1.2.1", "f.1.2.2"]
    sources = standing(0.7, "2025-11-21")
    decided, measured = (quality_from(told, sources, key) for key in ("business_criticality", "performance_baseline"))
    assert decided["freshness"] > 0.7 > 0.2 > measured["freshness"]


def test_agreement_is_the_share_of_files_that_say_what_stands() -> None:
    told = values(*[("application", "crm", "user_count", number, None, True) for number in (50, 51, 90)])
    told["chosen"] = [True, False, False]
    told["evidence_id"] = ["a.1.2.1", "b.1.2.1", "c.1.2.1"]
    assert quality_from(told, standing(0.7, None), "user_load")["agreement"] == pytest.approx(2 / 3, abs=0.001)
    told["evidence_id"] = ["a.1.2.1", "c.1.3.1", "c.1.2.1"]
    assert quality_from(told, standing(0.7, None), "user_load")["agreement"] == 0.75


def test_missing_parts_lower_the_quality_and_are_asked_for() -> None:
    compute = evaluated(facts_of(values(("application", "crm", "cpu_cores", 8))), "crm", "compute_specification")
    assert (compute["state"], compute["presence"], compute["value"]) == ("present", 0.333, "8 cores")
    assert compute["quality"] == pytest.approx(PLAIN / 3, abs=0.001)
    assert compute["question"].startswith("Ask the server team:")


def test_what_a_person_says_does_not_apply_is_settled_and_no_value_of_anything_else() -> None:
    facts = facts_of(values(("application", "crm", "compliance_requirements", NOT_APPLICABLE)))
    row = evaluated(facts, "crm", "compliance_constraints")
    assert (row["state"], row["value"], row["question"]) == ("not applicable", NOT_APPLICABLE, "")
    assert row["evidence"] == ["e0"]
    rows = evaluate_attributes(facts, APPS)
    assert completeness(rows).set_index("application_id")["completeness"]["crm"] == pytest.approx(1 / 22)


def test_a_question_that_is_out_shows_until_something_is_known() -> None:
    asked = pd.DataFrame({"application_id": ["crm", "crm"], "attribute": ["user_load", "business_criticality"]})
    facts = facts_of(values(("application", "crm", "business_criticality", "high")))
    rows = evaluate_attributes(facts, APPS, asked)
    states = rows[rows["application_id"] == "crm"].set_index("attribute")["state"]
    assert (states["user_load"], states["business_criticality"], states["data_volume"]) == (
        "asked", "present", "missing",
    )  # fmt: skip
    assert rows.loc[rows["state"] == "asked", ["quality", "presence"]].eq(0).all(axis=None)


@pytest.mark.parametrize(
    ("engine", "state", "value"),
    [
        ("Oracle 11g", "present", "past or near its end: Oracle Database 11 (2015-01-31)"),
        ("MariaDB 10.11", "present", "ends within two years: MariaDB 10.11 (2028-02-16)"),
        ("Oracle 19c", "present", "supported"),
        ("Oracle", "missing", ""),
    ],
)
def test_end_of_life_is_known_only_where_the_version_is(engine: str, state: str, value: str) -> None:
    row = evaluated(facts_of(values(("application", "crm", "database_engine", engine))), "crm", "eol_technology")
    assert (row["state"], row["value"]) == (state, value)


def test_completeness_counts_inferred_attributes_half_and_confidence_weighs_quality() -> None:
    told = values(("application", "crm", "user_count", 5), ("application", "crm", "business_unit", "Sales"))
    rows = evaluate_attributes(facts_of(told), APPS)
    assert completeness(rows).set_index("application_id")["completeness"]["crm"] == pytest.approx(1.5 / 22)
    expected = (WEIGHTS["user_load"] * PLAIN + WEIGHTS["stakeholder_impact"] * 0.5 * PLAIN) / sum(WEIGHTS.values())
    assert confidence(rows).set_index("application_id")["confidence"]["crm"] == pytest.approx(expected, abs=0.001)


def test_no_applications_have_no_attributes() -> None:
    rows = evaluate_attributes(facts_of(values()), APPS.iloc[:0])
    assert rows.empty
    assert completeness(rows).empty
    assert confidence(rows).empty


def test_the_page_of_attributes_is_that_of_the_catalogue() -> None:
    from aidiscover_pipelines.cli.attribute_page import page

    written = Path(__file__).parents[2] / "docs" / "attributes.md"
    assert written.read_text(encoding="utf-8") == page(), (
        "run: python -m aidiscover_pipelines.cli.attribute_page > docs/attributes.md"
    )
    assert len(re.findall(r"^### ", page(), re.MULTILINE)) == 22
