"""Drafting shared out in chunks gives the tables that drafting at once gives."""

import tempfile
from datetime import date
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from aidiscover_pipelines.cli.scratch import RUN, SCRATCH, validated_file
from aidiscover_pipelines.demo.generate import write_portfolio_files
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import OpenQuestion, Recommendation, RecommendationDraft, ScenarioOutcome
from aidiscover_pipelines.ops import strategy as ops
from aidiscover_pipelines.ops.partitions import TENANTS
from aidiscover_pipelines.patterns.stage import find_patterns
from assets.strategy import recommendations

TODAY = date(2026, 11, 21)
GENERATED, APPLICATIONS = 50, 42  # the rest is in the list of the subsidiary alone


class Today:
    def today(self) -> date:
        return TODAY


class NobodyToAsk:
    """A crew runner of a portfolio without a budget for kickoffs."""

    model = "offline/analyst-v1"

    def answer(self, cases, run):
        assert not cases
        return iter(())


@pytest.fixture(scope="module")
def portfolio():
    with tempfile.TemporaryDirectory() as folder:
        applications, *_ = write_portfolio_files(Path(folder), GENERATED)
        store = validated_file(applications, TODAY)
    find_patterns(store, SCRATCH.id, RUN)
    return store


def tables(portfolio, monkeypatch, at_most):
    """What the ops of the asset store where a chunk has so many applications; and the keys of the chunks."""
    monkeypatch.setattr(ops, "DRAFTS_PER_CHUNK", at_most)
    portfolio.delete(SCRATCH.id, RecommendationDraft, [])
    resources = {
        "store": portfolio,
        "clock": Today(),
        "crews": NobodyToAsk(),
        "settings": Settings.from_environment({"AIDISCOVER_KICKOFFS": "0"}),
    }
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions(TENANTS.name, [SCRATCH.id])
        result = dg.materialize([recommendations], instance=instance, partition_key=SCRATCH.id, resources=resources)
    chunks = [
        event.step_key for event in result.all_events if event.is_step_success and "draft_chunk" in event.step_key
    ]
    stored = {table: portfolio.read(SCRATCH.id, table) for table in (Recommendation, OpenQuestion, ScenarioOutcome)}
    return {table: frame.drop(columns="run_id", errors="ignore") for table, frame in stored.items()}, chunks


def test_one_two_and_seven_chunks_store_equal_tables(portfolio, monkeypatch):
    whole, one = tables(portfolio, monkeypatch, APPLICATIONS)
    assert len(one) == 1
    assert len(whole[Recommendation]) == APPLICATIONS
    for number in (2, 7):
        chunked, steps = tables(portfolio, monkeypatch, APPLICATIONS // number)
        assert len(steps) == number
        for table, frame in whole.items():
            pd.testing.assert_frame_equal(chunked[table], frame)
