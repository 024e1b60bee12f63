import random
from datetime import date
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.attributes.figures import MAPPED_ALONE
from aidiscover_pipelines.attributes.stage import QUESTION_LENGTH, ask_questions, validate_attributes
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    Asset,
    AttributeValue,
    DataFlag,
    Dependency,
    EntityValue,
)
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, Tenant, TenantId
from aidiscover_pipelines.domain.vocabulary import AttributeState
from resources.scratch_store import ScratchStore

TODAY = date(2026, 11, 21)
ACME = TenantId("acme")
TEXTS = {
    "os_name": ["Windows Server 2012 R2", "RHEL 7", "Linux", "CentOS 4/5/6"],
    "environment": ["prod", "dev", "test"],
    "location": ["Paris", "Lyon"],
}
OWN = {
    "technology_stack": ["Java 8; Tomcat 9", ".NET 4.5", "COBOL", "own"],
    "business_criticality": ["high", "low"],
    "business_unit": ["Sales", "HR"],
    "application_type": ["COTS", "custom web"],
}


def portfolio(count: int) -> ScratchStore:
    """A store with an invented portfolio. Seeded: the same in every run."""
    dice = random.Random(11)  # noqa: S311  # not for secrets
    applications = [f"app-{n:03d}" for n in range(count)]
    servers = [f"srv-{n:03d}" for n in range(count)]
    cells: list[dict[str, Any]] = []

    def tell(
        entity: str, key: str, field: str, value: str, number: float | None = None, how: str | None = None
    ) -> None:
        cells.append(
            {
                "entity": entity, "entity_id": key, "field": field, "value": value, "number": number,
                "statistic": how, "evidence_id": f"cell-{dice.randrange(10**9):09d}", "chosen": dice.random() < 0.9,
                "conflict": dice.random() < 0.2, "rule": "any",
            }
        )  # fmt: skip

    for server in servers:
        for field, choices in TEXTS.items():
            tell("asset", server, field, dice.choice(choices))
        tell("asset", server, "cpu_cores", "4", 4.0)
        tell("asset", server, "cpu_util_pct", "70", 70.0, "max")
        tell("asset", server, "cpu_util_pct", "20", 20.0, "avg")
    for application in applications:
        for field, choices in OWN.items():
            if dice.random() < 0.6:
                tell("application", application, field, dice.choice(choices))
    store = ScratchStore(Tenant(ACME, "Acme"))
    store.replace(
        ACME,
        RunRef("setup"),
        {
            Application: pd.DataFrame(
                [
                    {"application_id": key, "name": key.upper(), "sources": [], "records": 1, "origin": "recorded",
                     "confidence": 1.0, "matched_by": "single"}
                    for key in applications
                ],
                columns=Application.columns(),
            ),
            Asset: pd.DataFrame(
                [
                    {"asset_id": key, "name": key, "kind": dice.choice(["virtual", "physical"]), "sources": [],
                     "records": 1, "matched_by": "single", "confidence": 1.0}
                    for key in servers
                ],
                columns=Asset.columns(),
            ),
            EntityValue: pd.DataFrame(cells, columns=EntityValue.columns()),
            ApplicationAsset: pd.DataFrame(
                [
                    {"application_id": dice.choice(applications), "asset_id": server, "evidence_id": f"link-{server}",
                     "how": "asset row"}
                    for server in servers
                ],
                columns=ApplicationAsset.columns(),
            ),
            Dependency: pd.DataFrame(
                [
                    {"dependency_id": f"d{n:03d}", "source_application": dice.choice(applications),
                     "target_application": dice.choice([*applications, None]), "source_text": "from",
                     "target_text": "to", "kind": dice.choice(["flow", "relation"]), "evidence_id": f"edge-{n}",
                     "directed": True, "strength": 0.9, "observations": 1, "evidence": [f"edge-{n}"]}
                    for n in range(count)
                ],
                columns=Dependency.columns(),
            ),
        },
    )  # fmt: skip
    return store


def test_facts_and_attributes_are_the_same_alone_and_in_bulk() -> None:
    store = portfolio(12)
    validate_attributes(store, ACME, RunRef("bulk"), TODAY)
    facts, attributes = store.read(ACME, ApplicationFact), store.read(ACME, AttributeValue)
    flags = store.read(ACME, DataFlag)
    assert len(flags)
    for application in facts["application_id"].unique():
        result = validate_attributes(store, ACME, RunRef("alone"), TODAY, ApplicationId(application))
        assert result.rows_out == 22
    pd.testing.assert_frame_equal(facts, store.read(ACME, ApplicationFact))
    pd.testing.assert_frame_equal(attributes, store.read(ACME, AttributeValue))
    pd.testing.assert_frame_equal(flags, store.read(ACME, DataFlag))


def test_equal_input_gives_equal_output_whatever_the_order_of_its_rows() -> None:
    store = portfolio(6)
    validate_attributes(store, ACME, RunRef("r"), TODAY)
    tables = (ApplicationFact, AttributeValue, DataFlag)
    first = {table: store.read(ACME, table) for table in tables}
    shuffled = store.read(ACME, EntityValue).sample(frac=1, random_state=3)
    store.replace(ACME, RunRef("again"), {EntityValue: shuffled})
    validate_attributes(store, ACME, RunRef("again"), TODAY)
    for table in tables:
        pd.testing.assert_frame_equal(first[table], store.read(ACME, table))


def test_a_flag_goes_when_its_value_is_corrected() -> None:
    store = portfolio(3)
    validate_attributes(store, ACME, RunRef("r"), TODAY)
    problems = store.read(ACME, DataFlag)["problem"]
    assert set(problems) == {"not in the vocabulary"}
    values = store.read(ACME, EntityValue)
    values["value"] = values["value"].replace({"prod": "production", "dev": "development"})
    store.replace(ACME, RunRef("s"), {EntityValue: values})
    result = validate_attributes(store, ACME, RunRef("s"), TODAY)
    assert (len(store.read(ACME, DataFlag)), result.figures["flags"]) == (0, 0)


def test_the_heat_map_shows_each_application_or_each_tenth_of_many() -> None:
    few = validate_attributes(portfolio(5), ACME, RunRef("r"), TODAY).heat_maps["Quality of the attributes"]
    assert (len(few.rows), len(few.columns)) == (5, 22)
    means = [sum(cell or 0 for cell in row) for row in few.cells]
    assert all(0 <= cell <= 1 for row in few.cells for cell in row if cell is not None)
    many = validate_attributes(portfolio(MAPPED_ALONE + 5), ACME, RunRef("r"), TODAY)
    grid = many.heat_maps["Quality of the attributes"]
    assert (grid.rows[0], grid.rows[-1], len(grid.rows)) == ("weakest tenth", "best tenth", 10)
    assert sum(cell or 0 for cell in grid.cells[0]) < sum(cell or 0 for cell in grid.cells[-1])
    assert min(means) > 0


def test_the_stage_tells_completeness_and_the_least_complete_applications() -> None:
    result = validate_attributes(portfolio(12), ACME, RunRef("r"), TODAY)
    assert result.rows_out == 12 * 22
    assert sum(int(result.figures[state]) for state in AttributeState) == 12 * 22
    bars = result.charts["Completeness by attribute, percent"]
    assert len(bars) == 22
    mean = sum(bars.values()) / 22
    assert result.figures["completeness_percent"] == pytest.approx(mean, abs=0.1)
    shares = [row["completeness_percent"] for row in result.preview]
    assert len(shares) == 10
    assert shares == sorted(shares)


def test_nothing_in_gives_an_empty_result() -> None:
    result = validate_attributes(portfolio(0), ACME, RunRef("r"), TODAY)
    assert (result.rows_in, result.rows_out, list(result.preview)) == (0, 0, [])
    assert result.figures["completeness_percent"] == 0


def test_an_application_that_is_gone_is_skipped_and_cleared() -> None:
    store = portfolio(3)
    validate_attributes(store, ACME, RunRef("r"), TODAY)
    before = store.read(ACME, AttributeValue)
    result = validate_attributes(store, ACME, RunRef("s"), TODAY, ApplicationId("gone"))
    assert result.skipped == {"no such application": 1}
    pd.testing.assert_frame_equal(before, store.read(ACME, AttributeValue))


def test_a_crews_questions_go_only_where_something_is_open() -> None:
    store = portfolio(3)
    validate_attributes(store, ACME, RunRef("r"), TODAY)
    held = store.read(ACME, AttributeValue, application_id="app-000").set_index("attribute")["state"]
    missing = held[held == "missing"].index[0]
    present = held[held == "present"].index[0]
    ask = {"application_id": "app-000", "attribute": missing}
    result = ask_questions(
        store,
        ACME,
        RunRef("s"),
        [
            {**ask, "question": "First?"},
            {**ask, "question": "Who  knows\n" + "x" * 500},
            {**ask, "attribute": present, "question": "Sure?"},
            {**ask, "attribute": "shoe_size", "question": "Which?"},
            {**ask, "question": None},
        ],
    )
    assert result.rows_out == 1
    assert result.skipped == {
        "no question, or asked twice": 2,
        "no such application or attribute": 1,
        "already recorded": 1,
    }
    question = store.read(ACME, AttributeValue, application_id="app-000", attribute=missing)["question"].iloc[0]
    assert question.startswith("Who knows xxx")
    assert len(question) == QUESTION_LENGTH
    assert len(store.read(ACME, AttributeValue)) == 3 * 22


def test_no_questions_change_nothing() -> None:
    assert ask_questions(portfolio(1), ACME, RunRef("r"), []).rows_out == 0
