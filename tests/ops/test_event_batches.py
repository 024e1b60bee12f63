"""Materialisations written at once are what Dagster's own batch would have written, and only the changed ones are."""

import dagster as dg
import orjson
import pytest
from dagster._core.storage.event_log.schema import AssetEventTagsTable, SqlEventLogStorageTable  # noqa: TID251

from aidiscover_pipelines.ops.event_batches import (
    DATA_VERSION_TAG,
    _event,
    add_partitions,
    report_changed,
)
from aidiscover_pipelines.ops.partitions import PartitionState

ASSET = dg.AssetKey("application_recommendation")
STATES = [
    PartitionState(f"acme|app-{number}", f"v{number}", {"strategy": "rehost", "confidence": number / 4, "of": number})
    for number in range(5)
]


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as held:
        yield held


def rows(instance, table, *left_out):
    columns = [column for column in table.c if column.name not in left_out]
    with instance.event_log_storage.index_connection() as connection:
        return [row._asdict() for row in connection.execute(table.select().with_only_columns(*columns))]


def without_time(row):
    return row | {"event": orjson.loads(row["event"]) | {"timestamp": 0}}


def test_the_rows_are_those_that_dagster_writes_itself(instance):
    assert report_changed(instance, ASSET, STATES, "r1", "bulk_discovery") == 5
    with dg.DagsterInstance.ephemeral() as other:
        other.event_log_storage.store_event_batch([_event(ASSET, state, "r1", "bulk_discovery") for state in STATES])
        for table in (SqlEventLogStorageTable, AssetEventTagsTable):
            ours, theirs = (rows(held, table, "timestamp", "event_timestamp") for held in (instance, other))
            if table is SqlEventLogStorageTable:
                ours, theirs = [without_time(row) for row in ours], [without_time(row) for row in theirs]
            assert ours == theirs


def test_dagster_reads_them_back_as_materialisations(instance):
    report_changed(instance, ASSET, STATES, "r1", "bulk_discovery")
    wanted = dg.AssetRecordsFilter(asset_key=ASSET, asset_partitions=["acme|app-3"])
    told = instance.fetch_materializations(wanted, limit=5).records[0].event_log_entry.asset_materialization
    assert told.metadata["confidence"].value == 0.75
    assert told.tags == {DATA_VERSION_TAG: "v3"}
    assert instance.get_materialized_partitions(ASSET) == {state.key for state in STATES}
    assert instance.get_latest_materialization_event(ASSET).asset_materialization.partition == "acme|app-4"


def test_only_what_changed_is_reported_again(instance):
    report_changed(instance, ASSET, STATES, "r1", "bulk_discovery")
    assert report_changed(instance, ASSET, STATES, "r2", "bulk_discovery") == 0
    changed = [*STATES[:2], PartitionState("acme|app-2", "new", STATES[2].metadata), *STATES[3:]]
    assert report_changed(instance, ASSET, changed, "r3", "bulk_discovery") == 1
    assert [row["run_id"] for row in rows(instance, SqlEventLogStorageTable)] == ["r1"] * 5 + ["r3"]


def test_partitions_are_made_once(instance):
    assert add_partitions(instance, "application", ["acme/a", "acme/b", "acme/a"]) == 2
    assert add_partitions(instance, "application", ["acme/b", "acme/c"]) == 1
    assert sorted(instance.get_dynamic_partitions("application")) == ["acme/a", "acme/b", "acme/c"]
