"""The kind of each source shows in its rows; its day is that of its newest plausible row, else of its upload."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.questionnaire import KEY_HEADER
from aidiscover_pipelines.domain.tables import SourceFile, SourceSheet, SourceStanding
from aidiscover_pipelines.inventory.survivorship.rules import BY_KIND
from aidiscover_pipelines.inventory.survivorship.standing import standings, stated

RECEIVED = datetime(2026, 11, 20, 8, tzinfo=UTC)


def cells(*rows):
    """Cells of rows (record_id, {field: value})."""
    told = [
        (f"{record}.{place}", record, record.split(".")[0], field, value)
        for record, fields in rows
        for place, (field, value) in enumerate(fields.items(), start=1)
    ]
    return pd.DataFrame(told, columns=["evidence_id", "record_id", "file_id", "field", "value"], dtype="str")


def standing_of(*rows, headers=(), scanned=None):
    held = cells(*rows)
    files = [file_id for file_id in held["file_id"].unique() if ":" not in file_id]
    sheets = pd.DataFrame(
        [(file_id, 1, "Tab", 1, list(headers), 9, False) for file_id in files], columns=SourceSheet.columns()
    )
    received = pd.DataFrame(
        [(file_id, f"{file_id}.csv", "", 1, "csv", "accepted", "", RECEIVED, []) for file_id in files],
        columns=SourceFile.columns(),
    )
    return held, standings(held, sheets, received, scanned)


@pytest.mark.parametrize(
    ("kind", "fields", "headers"),
    [
        ("person", {"application_id": "crm", "user_count": "40"}, (KEY_HEADER, "Users [user_count]")),
        ("platform", {"asset_name": "a", "power_state": "running", "cluster_name": "C1"}, ()),
        ("registry", {"asset_id": "ci-1", "asset_name": "a", "last_seen": "2026-10-01"}, ()),
        ("registry", {"application_id": "A1", "application_type": "web", "lifecycle_status": "active"}, ()),
        ("list", {"asset_id": "1", "asset_name": "a", "asset_type": "virtual"}, ()),
        ("list", {"asset_name": "a", "power_state": "running", "last_seen": "2026-10-01"}, ()),
    ],
)
def test_the_kind_of_a_sheet_shows_in_its_headers_and_fields(kind, fields, headers):
    held, found = standing_of(("f.1.2", fields), headers=headers)
    row = found.iloc[0]
    assert (row["sheet_key"], row["source"], row["kind"]) == ("f.1", "f.csv, Tab", kind)
    assert row["trust"] == BY_KIND[kind].trust
    assert row["reason"].startswith(BY_KIND[kind].words)
    assert stated(held, found)["source_kind"].unique().tolist() == [kind]


def test_a_scanned_cloud_is_one_source_of_the_day_of_its_scan():
    held, found = standing_of(
        ("aws:eu-central-1.ec2.i-1", {"asset_id": "i-1"}), ("aws:eu-central-1.rds.db-1", {"asset_id": "db-1"}),
        scanned=date(2026, 11, 19),
    )  # fmt: skip
    assert found[["sheet_key", "kind", "as_of"]].to_numpy().tolist() == [["aws:eu-central-1", "cloud", "2026-11-19"]]
    assert set(stated(held, found)["source_kind"]) == {"cloud"}


def test_a_sheet_is_as_old_as_its_newest_row_that_can_be_right():
    rows = [
        ("f.1.2", {"asset_name": "a", "last_seen": "2026-10-01T10:00:00"}),
        ("f.1.3", {"asset_name": "b", "last_seen": "2024-01-01"}),
        ("f.1.4", {"asset_name": "c", "last_seen": "9999-12-31"}),
        ("f.1.5", {"asset_name": "d", "last_seen": "0001-01-01"}),
        ("f.1.6", {"asset_name": "e", "last_seen": "2026-12-24"}),
    ]
    held, found = standing_of(*rows)
    assert found["as_of"].tolist() == ["2026-10-01"]
    spoken = stated(held, found).drop_duplicates("record_id")["day"]
    days = [str(date.fromordinal(date(1970, 1, 1).toordinal() + int(day))) for day in spoken]
    # A row without a stamp that can be right is as old as its sheet.
    assert days == ["2026-10-01", "2024-01-01", "2026-10-01", "2026-10-01", "2026-10-01"]


def test_an_undated_sheet_is_as_old_as_its_upload_and_says_so():
    _, found = standing_of(("f.1.2", {"asset_name": "a"}))
    assert found["as_of"].tolist() == ["2026-11-20"]
    assert "no row is dated" in found["reason"].item()


def test_no_cells_have_no_standing():
    nothing = cells()
    assert standings(nothing, nothing, nothing, None).columns.tolist() == SourceStanding.columns()
    assert stated(nothing, pd.DataFrame()).empty
