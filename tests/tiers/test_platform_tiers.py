from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.tables import (
    Asset,
    AttributeValue,
    CloudCell,
    CloudCoverage,
    EntityValue,
    FieldMapping,
    PlatformAssessment,
    SourceFile,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.tiers.rules import ATTRIBUTES
from aidiscover_pipelines.tiers.stage import draft_platform, settle_platform
from resources.scratch_store import ScratchStore

TENANT = TenantId("acme")
RUN = RunRef("r1")
FILE = ("f1", "cmdb.csv", "0" * 64, 10, "csv", "accepted", "", datetime(2026, 11, 20, tzinfo=UTC))


def coverage(*outcomes):
    rows = [("aws", "eu-central-1", f"service{number}", outcome, 1, "") for number, outcome in enumerate(outcomes)]
    return pd.DataFrame(rows, columns=CloudCoverage.columns())


def assets(clouded, others):
    rows = [(f"c{n}", f"c{n}", "cloud", ["aws"], 1, "single", 1.0) for n in range(clouded)]
    rows += [(f"o{n}", f"o{n}", "virtual", ["f1"], 1, "single", 1.0) for n in range(others)]
    return pd.DataFrame(rows, columns=Asset.columns())


def value(asset, field, text):
    return ("asset", asset, field, text, None, None, f"e.{asset}.{field}", True, False, "only value")


def values(*rows):
    return pd.DataFrame(list(rows), columns=EntityValue.columns())


def mapping(*fields):
    rows = [
        ("f1", 1, "cmdb", "application", number, field, field, None, None, 0.9, "accept", [], "")
        for number, field in enumerate(fields, start=1)
    ]
    return pd.DataFrame(rows, columns=FieldMapping.columns())


def cells(*fields):
    rows = [
        (f"aws.1.{n}.1", f"aws.1.{n}", "aws", "asset", field, "x", None, None, "x", "", "")
        for n, field in enumerate(fields)
    ]
    return pd.DataFrame(rows, columns=CloudCell.columns())


def store_with(**frames):
    tables = {
        table.table: table
        for table in (SourceFile, CloudCoverage, Asset, EntityValue, AttributeValue, FieldMapping, CloudCell)
    }
    store = ScratchStore(Tenant(TENANT, "Acme"))
    store.replace(TENANT, RUN, {tables[name]: frame for name, frame in frames.items()})
    return store


def files(*rows):
    return pd.DataFrame([(*row, []) for row in rows], columns=SourceFile.columns())


def measured(count):
    return [value(f"c{n}", "cpu_util_pct", "12") for n in range(count)]


def test_an_estate_that_answers_in_full_is_tier_1_and_needs_no_files():
    store = store_with(
        cloud_coverage=coverage("called", "called", "empty"),
        assets=assets(10, 0),
        entity_values=values(*measured(8)),
        cloud_cells=cells(*(field.name for field in FIELDS)),
    )
    draft = draft_platform(store, TENANT)
    assert (draft["tier"], draft["methods"], draft["automation_percent"]) == (1, ["api"], 100.0)


def test_what_interfaces_leave_open_is_asked_for_even_in_tier_1():
    store = store_with(
        cloud_coverage=coverage("called"), assets=assets(4, 0), entity_values=values(*measured(4)),
        cloud_cells=cells("os_name"),
    )  # fmt: skip
    draft = draft_platform(store, TENANT)
    assert (draft["tier"], draft["methods"]) == (1, ["api", "manual"])
    assert draft["automation_percent"] == pytest.approx(100 / 22, abs=0.1)


@pytest.mark.parametrize(
    ("outcomes", "clouded", "others", "measures"),
    [
        (("called", "called", "denied"), 10, 0, 10),
        (("called", "called"), 10, 40, 10),
        (("called", "called"), 10, 0, 0),
    ],
    ids=["a call is denied", "most assets are elsewhere", "nothing is measured"],
)
def test_partial_access_is_tier_2_and_keeps_people_in_the_loop(outcomes, clouded, others, measures):
    store = store_with(
        cloud_coverage=coverage(*outcomes), assets=assets(clouded, others), entity_values=values(*measured(measures))
    )
    draft = draft_platform(store, TENANT)
    assert (draft["tier"], draft["methods"]) == (2, ["api", "file", "manual"])


def test_files_alone_are_tier_3():
    draft = draft_platform(store_with(source_files=files(FILE), field_mappings=mapping("os_name", "vendor")), TENANT)
    assert (draft["tier"], draft["methods"]) == (3, ["file", "manual"])
    assert draft["automation_percent"] == pytest.approx(100 * 0.6 / 22, abs=0.1)


def test_mostly_denied_interfaces_fall_back_to_files():
    store = store_with(source_files=files(FILE), cloud_coverage=coverage("denied", "failed", "called"))
    draft = draft_platform(store, TENANT)
    assert draft["tier"] == 3 and "manual" in draft["methods"]
    assert "2 refused" in draft["justification"]


def test_nothing_readable_is_tier_4_by_hand():
    quarantined = (*FILE[:5], "quarantined", "broken", FILE[7])
    for store in (store_with(), store_with(source_files=files(quarantined), cloud_coverage=coverage("denied"))):
        draft = draft_platform(store, TENANT)
        assert (draft["tier"], draft["methods"], draft["automation_percent"]) == (4, ["manual"], 0.0)


def test_freshness_counts_sightings_within_a_month_of_the_newest_source():
    seen = values(
        value("o0", "last_seen", "2026-11-10"),
        value("o1", "last_seen", "2026-01-10"),
        value("o2", "last_seen", "often"),
    )
    with_file = draft_platform(store_with(source_files=files(FILE), assets=assets(0, 4), entity_values=seen), TENANT)
    without = draft_platform(store_with(assets=assets(0, 4), entity_values=seen), TENANT)
    unreadable = draft_platform(store_with(assets=assets(0, 4), entity_values=seen.tail(1)), TENANT)
    assert with_file["capabilities"]["fresh_asset_share"] == without["capabilities"]["fresh_asset_share"] == 0.25
    assert unreadable["capabilities"]["fresh_asset_share"] == 0.0


def test_filled_attributes_are_a_capability():
    judged = ("", 1.0, 1.0, 1.0, 1.0, 1.0, "")
    attributes = pd.DataFrame(
        [("a", "x", "present", "v", 1.0, [], "", *judged), ("a", "y", "missing", "", 0.0, [], "?", *judged)],
        columns=AttributeValue.columns(),
    )
    draft = draft_platform(store_with(attribute_values=attributes), TENANT)
    assert draft["capabilities"]["filled_attribute_share"] == 0.5


def test_there_are_22_attributes_and_every_group_exists_in_the_canonical_schema():
    assert len(ATTRIBUTES) == 22
    served = {field.serves for field in FIELDS}
    assert all(served.intersection(groups) for groups in ATTRIBUTES.values())


def answer(status="answered", **said):
    words = {"tier": 3, "justification": "crew", "methods": [], "strategy": "plan", "evidence": ["capability:files"]}
    return {"subject": "tenant", "status": status, "model": "offline/x", "answer": {**words, **said}}


@pytest.mark.parametrize(
    ("given", "tier", "decided_by", "justification"),
    [
        (None, 3, "policy", None),
        (answer(status="fallback", tier=4), 3, "policy", None),
        (answer(), 3, "crew", "crew"),
        (answer(tier=4), 4, "crew", "crew"),
        (answer(tier=4, evidence=[]), 3, "policy", None),
        (answer(tier=1), 3, "policy", None),
    ],
    ids=["no answer", "fallback", "agrees", "doubts with evidence", "doubts without evidence", "finds access better"],
)
def test_a_crew_may_reword_and_doubt_but_never_find_access_better(given, tier, decided_by, justification):
    store = store_with(source_files=files(FILE))
    draft = draft_platform(store, TENANT)
    result = settle_platform(store, TENANT, RUN, draft, given)
    (stored,) = store.read(TENANT, PlatformAssessment).to_dict("records")
    assert (stored["tier"], stored["decided_by"]) == (tier, decided_by)
    assert stored["justification"] == (justification or draft["justification"])
    assert result.figures["tier"] == tier and "manual" in stored["methods"]
    assert sum(result.charts["Attributes by way of collecting"].values()) == 22
    PlatformAssessment(**stored)


def test_doubt_about_full_access_raises_by_one_only_and_adds_people():
    store = store_with(
        cloud_coverage=coverage("called"), assets=assets(4, 0), entity_values=values(*measured(4)),
        cloud_cells=cells(*(field.name for field in FIELDS)),
    )  # fmt: skip
    draft = draft_platform(store, TENANT)
    settle_platform(store, TENANT, RUN, draft, answer(tier=4))
    (stored,) = store.read(TENANT, PlatformAssessment).to_dict("records")
    assert (stored["tier"], stored["methods"]) == (2, ["api", "manual"])
    assert stored["justification"] == draft["justification"]
