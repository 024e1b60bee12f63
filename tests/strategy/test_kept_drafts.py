"""What is kept of drafts between runs equals what drafting everything gives, whatever happened in between."""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.attributes.stage import ask_questions, validate_attributes
from aidiscover_pipelines.cli.scratch import RUN, SCRATCH, validated_file
from aidiscover_pipelines.demo.generate import write_portfolio_files
from aidiscover_pipelines.domain.tables import (
    TABLES,
    Application,
    AttributeValue,
    ClusterMember,
    EntityValue,
    RecommendationDraft,
)
from aidiscover_pipelines.patterns.stage import find_patterns
from aidiscover_pipelines.ports import Condition
from aidiscover_pipelines.strategy import kept_drafts
from aidiscover_pipelines.strategy.kept_drafts import KEPT, refresh_drafts
from aidiscover_pipelines.strategy.policy.overlay import overlay_of
from aidiscover_pipelines.strategy.policy.tenant import declare_policy
from aidiscover_pipelines.strategy.stage import draft_portfolio
from resources.scratch_store import ScratchStore

TENANT, TODAY, TOMORROW = SCRATCH.id, date(2026, 11, 21), date(2026, 11, 22)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def drafted():
    with tempfile.TemporaryDirectory() as folder:
        applications, *_ = write_portfolio_files(Path(folder), 30)
        store = validated_file(applications, TODAY)
    find_patterns(store, TENANT, RUN)
    refresh_drafts(store, TENANT, RUN, TODAY)
    return store


@pytest.fixture
def store(drafted):
    copy = ScratchStore(SCRATCH)
    copy.append(TENANT, {table: drafted.read(TENANT, table) for table in TABLES})
    return copy


def refreshed(store, today=TODAY):
    """How many were drafted anew; the kept ones are those that drafting everything gives."""
    count = refresh_drafts(store, TENANT, RUN, today)
    kept = store.read(TENANT, RecommendationDraft, columns=KEPT)
    pd.testing.assert_frame_equal(
        kept, draft_portfolio(store, TENANT, today), check_dtype=False, check_column_type=False
    )
    return count


def names(store):
    return store.read(TENANT, Application, columns=["application_id"])["application_id"].tolist()


def changed_values(store, applications):
    """Another number of users for these, and the attributes judged again."""
    rows = store.read(TENANT, EntityValue, entity="application", entity_id=applications, field="user_count")
    number = rows["number"] + 4_000
    rows = rows.assign(number=number, value=number.astype(int).astype("str"))
    store.upsert(TENANT, RUN, {EntityValue: rows})
    validate_attributes(store, TENANT, RUN, TODAY)
    return rows["entity_id"].nunique()


def test_nothing_is_drafted_again_where_nothing_differs(store):
    assert refreshed(store) == 0


def test_only_what_changed_is_drafted_again_whatever_changed(store):
    rng = np.random.default_rng(7)
    told = store.read(TENANT, EntityValue, entity="application", field="user_count")["entity_id"].unique()
    for _ in range(3):
        some = rng.choice(told, 3, replace=False).tolist()
        assert changed_values(store, some) == refreshed(store) == 3
    one, other = rng.choice(names(store), 2, replace=False).tolist()
    renamed = store.read(TENANT, Application, application_id=one).assign(name="Another name")
    members = store.read(TENANT, ClusterMember, application_id=other)
    store.upsert(TENANT, RUN, {Application: renamed, ClusterMember: members.assign(anomaly=~members["anomaly"])})
    assert refreshed(store) == 2


def test_all_are_drafted_again_for_another_policy_and_on_another_day(store):
    declare_policy(store, TENANT, overlay_of({"goal": "cost"}, "it"), "", "me", NOW)
    assert refreshed(store) == len(names(store))
    assert refreshed(store, TOMORROW) == len(names(store))


def test_what_a_crew_judged_is_drafted_again_until_it_is_left_alone(store):
    open_one = store.read(TENANT, AttributeValue, state="missing").iloc[0]
    asked = {"application_id": open_one["application_id"], "attribute": open_one["attribute"], "question": "Why?"}
    ask_questions(store, TENANT, RUN, [asked])
    assert (refreshed(store), refreshed(store)) == (1, 1)
    validate_attributes(store, TENANT, RUN, TODAY)
    assert (refreshed(store), refreshed(store)) == (1, 0)


def test_the_draft_of_an_application_that_is_gone_goes(store):
    gone = names(store)[0]
    store.delete(TENANT, Application, [Condition("application_id", "=", gone)])
    validate_attributes(store, TENANT, RUN, TODAY)
    find_patterns(store, TENANT, RUN)
    refreshed(store)
    assert gone not in store.read(TENANT, RecommendationDraft)["application_id"].tolist()


def test_parts_and_a_run_that_stopped_after_some_of_them_make_no_difference(store, monkeypatch):
    whole = store.read(TENANT, RecommendationDraft)
    store.delete(TENANT, RecommendationDraft, [])
    monkeypatch.setattr(kept_drafts, "DRAFTED_AT_ONCE", 4)
    assert refresh_drafts(store, TENANT, RUN, TODAY, names(store)[3:16]) == 13
    assert refreshed(store) == len(names(store)) - 13
    pd.testing.assert_frame_equal(store.read(TENANT, RecommendationDraft), whole)


def test_a_portfolio_without_applications_has_no_draft(store):
    store.delete(TENANT, Application, [])
    assert refresh_drafts(store, TENANT, RUN, TODAY) == 0
    assert store.read(TENANT, RecommendationDraft).empty
