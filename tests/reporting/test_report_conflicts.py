"""The report shows under each application where sources disagree: what stands, what lost, why, and both cells."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import ApplicationAsset, EntityValue
from aidiscover_pipelines.reporting.conflicts import (
    CONFLICTS_PER_APPLICATION,
    application_conflicts,
    read_disputes,
    why_lost,
)
from tests.reporting.report_page import island, rendered


def conflicts_of(case, *applications):
    links = case.store.read(case.tenant, ApplicationAsset)
    return application_conflicts(read_disputes(case.store, case.tenant), links, applications)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("lost to f.1.2.3: a registry before a list", "a registry before a list"),
        ("sum of 2 disks; lost to f.1.2.3: average before peak", "sum of 2 disks; average before peak"),
        ("only value", "only value"),
        ("lost to f.1.2.3", "f.1.2.3"),
    ],
)
def test_a_reason_is_told_without_the_address(rule, why):
    assert why_lost(rule) == why


def test_disputes_of_an_application_and_of_its_servers_lead_to_both_cells(case):
    told = conflicts_of(case, "app-00000", "app-00001")
    assert told["application_id"].unique().tolist() == ["app-00000"], "the other has none"
    first, second = told.to_dict("records")
    assert (first["field"], first["of"], first["value"]) == ("business_criticality", "", "high")
    assert (second["field"], second["of"], second["value"]) == ("memory_mb", "srv000", "32768")
    assert (second["other"], second["why"]) == ("16384", "older")
    assert (second["evidence_id"], second["other_evidence"]) == ("f2.1.2.2", "f2.1.3.2")


def test_what_disagrees_stands_in_the_data_of_the_page_with_the_text_of_its_cells(case):
    data = island(rendered(case))
    text = data["texts"].__getitem__
    _, field, of, value, cell, other, _, why = data["dossiers"]["disputes"][1]
    assert [text(place) for place in (field, of, value, other, why)] == [
        "Memory MB",
        "srv000",
        "32768",
        "16384",
        "older",
    ]
    assert text(data["cells"]["original"][cell - 1]) == "32,768"


def test_no_application_shows_more_than_a_page_of_disputes(case):
    rows = [
        (
            "application",
            "app-00000",
            f"field_{place}",
            value,
            None,
            None,
            f"f1.1.{place}.{column}",
            column == 1,
            True,
            "x",
        )
        for place in range(CONFLICTS_PER_APPLICATION + 5)
        for column, value in ((1, "a"), (2, "b"))
    ]
    case.store.replace(case.tenant, case.run, {EntityValue: pd.DataFrame(rows, columns=EntityValue.columns())})
    assert len(conflicts_of(case, "app-00000")) == CONFLICTS_PER_APPLICATION
    case.store.replace(case.tenant, case.run, {EntityValue: pd.DataFrame(columns=EntityValue.columns())})
    assert conflicts_of(case, "app-00000").empty
