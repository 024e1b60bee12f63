"""The report shows under each application where sources disagree: what stands, what lost, why, and both cells."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import EntityValue
from aidiscover_pipelines.reporting.conflicts import CONFLICTS_PER_APPLICATION, application_conflicts, why_lost
from aidiscover_pipelines.reporting.view import portfolio_view


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
    first, second = portfolio_view(case.store, case.tenant).details["app-00000"].conflicts
    assert (first["field"], first["of"], first["value"]) == ("business_criticality", "", "high")
    assert (second["field"], second["of"], second["value"]) == ("memory_mb", "srv000", "32768")
    assert second["source"].endswith("ram = 32,768 (MiB to MB)")
    (loser,) = second["others"]
    assert (loser["value"], loser["why"]) == ("16384", "older")
    assert loser["source"].startswith("cmdb.csv")
    assert portfolio_view(case.store, case.tenant).details["app-00001"].conflicts == []


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
    assert len(application_conflicts(case.store, case.tenant, ["app-00000"])["app-00000"]) == CONFLICTS_PER_APPLICATION
    case.store.replace(case.tenant, case.run, {EntityValue: pd.DataFrame(columns=EntityValue.columns())})
    assert application_conflicts(case.store, case.tenant, ["app-00000"]) == {}
