"""Discovering twice, and discovering a newer export: what stays, what is said to have changed, what is gone."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.demo.write import write_demo_files
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    Asset,
    AttributeValue,
    CleansedCell,
    DataFlag,
    Dependency,
    EntityPresence,
    EntityValue,
    Recommendation,
    Row,
    SourceChange,
    SourceFile,
    TechnologyUse,
    WaveAssignment,
)

TENANT = "twice"
TABLES: tuple[type[Row], ...] = (
    SourceFile, CleansedCell, SourceChange, Asset, Application, ApplicationAsset, EntityValue, EntityPresence,
    Dependency, DataFlag, TechnologyUse, AttributeValue, Recommendation, WaveAssignment,
)  # fmt: skip


def held(table: type[Row]) -> pd.DataFrame:
    store = open_portfolio(Settings.from_environment())
    frame = store.read(TENANT, table)
    store.close()
    return frame.drop(columns=[name for name in ("last_seen", "run_id") if name in frame.columns])


@pytest.fixture(scope="module")
def twice(command_line, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The demo's files under dated names, discovered twice; the tables after the first run, and the server list."""
    folder: Path = tmp_path_factory.mktemp("exports")
    [servers, *others] = write_demo_files(folder)
    servers = servers.rename(folder / "servicenow_cmdb_2026-04-30.csv")
    command_line.json("tenant", "add", TENANT)
    command_line.json("ingest", "--tenant", TENANT, servers, *others)
    command_line.json("discover", "--tenant", TENANT)
    first = {table: held(table) for table in TABLES}
    command_line.json("discover", "--tenant", TENANT)
    return {"first": first, "servers": servers}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.table)
def test_a_second_discovery_of_the_same_files_changes_nothing(twice, table: type[Row]) -> None:
    pd.testing.assert_frame_equal(held(table), twice["first"][table])


@pytest.mark.slow
def test_a_newer_export_is_a_difference_and_what_is_gone_is_out_of_the_plan(twice, command_line) -> None:
    file_id = held(SourceFile).set_index("name").loc[twice["servers"].name, "file_id"]
    assets = held(Asset)
    only_here = assets.loc[[sources == [file_id] for sources in assets["sources"]], "asset_id"].tolist()[:5]
    values = held(EntityValue)
    cells = values.loc[values["entity_id"].isin(only_here), "evidence_id"]
    left_out = {int(cell.split(".")[2]) for cell in cells}
    lines = twice["servers"].read_bytes().splitlines(keepends=True)
    rows = [line for number, line in enumerate(lines, start=1) if number not in left_out]
    newer = twice["servers"].with_name("servicenow_cmdb_2026-05-31.csv")
    newer.write_bytes(b"".join([*rows, rows[-1].replace(rows[-1].split(b",")[0], b"f" * 32)]))
    command_line.json("ingest", "--tenant", TENANT, newer)
    command_line.json("discover", "--tenant", TENANT)
    told = command_line.json("changes", "--tenant", TENANT)
    [upload] = told["uploads"]
    assert (upload["file"], upload["before"]) == (newer.name, twice["servers"].name)
    counts = {name: upload[name] for name in ("added", "changed", "gone", "reappeared")}
    assert counts == {"added": 1, "changed": 0, "gone": len(left_out), "reappeared": 0}
    assert [row["file"] for row in told["replaced"]] == [twice["servers"].name]
    gone = {row["entity_id"] for row in told["gone"]}
    assert gone >= set(only_here) and all(
        row["last_seen"] < row["gone_since"] and row["last_known"] for row in told["gone"]
    )
    assert not gone & {*held(Asset)["asset_id"], *held(Application)["application_id"]}
    assert not gone & {*held(ApplicationAsset)["asset_id"], *held(WaveAssignment)["application_id"]}
    report = Path(command_line.json("report", "--tenant", TENANT)["html"]).read_text()
    assert "Changes since the upload before" in report and "<h3>Gone</h3>" in report
    assert "Gone: " in command_line.run("changes", "--tenant", TENANT).output


def test_a_person_may_say_that_the_older_export_is_a_source_of_its_own(twice, command_line) -> None:
    older = twice["servers"].name
    command_line.json("changes", "--tenant", TENANT, "--keep", older, "--by", "anna")
    kept = held(SourceFile).set_index("name").loc[older]
    assert (kept["status"], kept["reason"]) == ("accepted", "a source of its own, said by anna")
    command_line.json("changes", "--tenant", TENANT, "--release", older)
    assert held(SourceFile).set_index("name").loc[older, "reason"] == ""
    for option in ("--keep", "--release"):
        assert "nothing.csv" in str(command_line.run("changes", "--tenant", TENANT, option, "nothing.csv").exception)
