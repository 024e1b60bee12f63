"""The review queue and corrections of a tenant in its store, and a simulated round of answers."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import FieldMapping, MappingCorrection, SourceFile, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id
from aidiscover_pipelines.mapping import learning
from aidiscover_pipelines.mapping.answers import Answer, retake, teach
from aidiscover_pipelines.mapping.fields import map_sheets
from aidiscover_pipelines.mapping.review import review_queue
from aidiscover_pipelines.mapping.stage import map_fields, settle_mappings
from resources.scratch_store import ScratchStore

ACME, GLOBEX = tenant_id("acme"), tenant_id("globex")
HEADERS = ["Server Name", "Quux", "Zorp"]
CELLS = [["s1", "10.0.0.1", "x"], ["s2", "10.0.0.2", "y"]]


def receive(store, tenant, name="export_2026-03-01.csv", file_id="aaa", headers=None):
    """One accepted file of the tenant with the rows above."""
    headers = headers or HEADERS
    base = {"file_id": file_id, "sheet_index": 1}
    file = {"file_id": file_id, "name": name, "bytes": 1}
    file |= {"status": "accepted", "received_at": datetime(2026, 11, 21, tzinfo=UTC)}
    sheet = base | {"sheet": name, "header_row": 1, "headers": headers, "rows": 2}
    records = [base | {"record_id": f"{file_id}.1.{n}", "row": n, "cells": row} for n, row in enumerate(CELLS, 2)]
    frames = {SourceFile: [file], SourceSheet: [sheet], SourceRecord: records}
    filled = {table: pd.DataFrame([blank(table) | row for row in rows]) for table, rows in frames.items()}
    store.upsert(tenant, RunRef("intake"), filled)


def blank(table):
    """A row without content; the columns that a test is about are put over it."""
    return {name: [] if "list" in str(field.annotation) else "x" for name, field in table.model_fields.items()}


@pytest.fixture
def store():
    held = ScratchStore(Tenant(ACME, "Acme"), Tenant(GLOBEX, "Globex"))
    for tenant in (ACME, GLOBEX):
        receive(held, tenant)
        map_fields(held, tenant, RunRef("r1"))
    return held


def column(store, header, tenant=ACME, file_id="aaa"):
    held = store.read(tenant, FieldMapping, file_id=file_id).set_index("header")
    return held.loc[header]


def test_a_correction_is_kept_with_context_and_used_by_the_next_mapping(store):
    told = learning.correct(store, ACME, Answer("quux", "ip_address"), "ann")
    assert told["columns"] == [{"id": "aaa.1.2", "file": "export_2026-03-01.csv", "sheet": "export_2026-03-01.csv",
                                "header": "Quux"}]  # fmt: skip
    held = store.read(ACME, MappingCorrection).iloc[0]
    assert held["neighbours"] == ["Server Name", "Zorp"]
    assert held["profile"]["ip"] == 1.0 and held["profile"]["values"] == 2
    assert len(held["embedding"]) == 256
    assert column(store, "Quux")["reason"].startswith("corrected by") is False, "the mapping itself is not changed"
    map_fields(store, ACME, RunRef("r2"))
    assert column(store, "Quux")[["field", "decision"]].tolist() == ["ip_address", "accept"]
    assert column(store, "Quux", GLOBEX)["reason"].startswith("corrected") is False, "another tenant learns nothing"
    assert store.read(GLOBEX, MappingCorrection).empty


def test_an_answer_about_one_source_holds_for_its_next_export_and_not_elsewhere(store):
    learning.answer_review(store, ACME, {"aaa.1.3": "vendor"}, "ann")
    receive(store, ACME, "export_2026-04-01.csv", "bbb")
    receive(store, ACME, "unlike.csv", "ccc", headers=["Server Name", "Zorp", "Other"])
    map_fields(store, ACME, RunRef("r2"))
    for file_id in ("aaa", "bbb"):
        assert column(store, "Zorp", file_id=file_id)["reason"].startswith("corrected by ann")
    assert not column(store, "Zorp", file_id="ccc")["reason"].startswith("corrected")


def test_a_header_that_no_file_has_yet_can_be_taught(store):
    told = learning.correct(store, ACME, Answer("Future", "vendor", sheet="Tab"), "ann")
    assert told["columns"] == []
    assert store.read(ACME, MappingCorrection)["proposed"].isna().all()


def test_contrary_corrections_are_named_and_history_is_listed(store):
    first = learning.correct(store, ACME, Answer("Quux", "vendor"), "ann")["correction"]["correction_id"]
    narrow = learning.correct(store, ACME, Answer("Quux", "tags", "export*.csv"), "bob")["correction"]["correction_id"]
    last = learning.correct(store, ACME, Answer("Quux", "ip_address"), "eve")
    assert (last["superseded"], last["narrower"]) == ([first], [narrow])
    listed = {row["correction_id"]: row for row in learning.list_corrections(store, ACME)}
    assert [row["field"] for row in listed.values()] == ["ip_address", "tags", "vendor"], "the latest first"
    assert [row["superseded"] for row in listed.values()] == [False, False, True]


def test_a_removed_correction_gives_way_to_the_one_before(store):
    learning.correct(store, ACME, Answer("Quux", "vendor"), "ann")
    last = learning.correct(store, ACME, Answer("Quux", "tags"), "ann")["correction"]["correction_id"]
    learning.remove_corrections(store, ACME, [last])
    map_fields(store, ACME, RunRef("r2"))
    assert column(store, "Quux")["field"] == "vendor"
    with pytest.raises(ConfigError, match=f"cannot remove correction '{last}'.*corrections list"):
        learning.remove_corrections(store, ACME, [last])
    with pytest.raises(ConfigError):
        learning.remove_corrections(store, GLOBEX, [learning.list_corrections(store, ACME)[0]["correction_id"]])


def in_review(store, tenant=ACME, **changes):
    """Put every column of the tenant in review, as a doubtful ranker would."""
    held = store.read(tenant, FieldMapping)
    doubtful = {"decision": "review", "confidence": [0.7, 0.6, 0.8], "field": ["asset_name", "tags", "tags"]}
    store.replace(tenant, RunRef("r"), {FieldMapping: held.assign(**(doubtful | changes))})


def test_the_queue_empties_as_answers_come_in_before_the_next_run(store):
    in_review(store)
    assert learning.waiting(store, ACME)["id"].tolist() == ["aaa.1.1", "aaa.1.2", "aaa.1.3"]
    told = learning.answer_review(store, ACME, {"aaa.1.1": None, "aaa.1.2": "ip_address"}, "ann")
    assert [row["field"] for row in told] == ["asset_name", "ip_address"]
    waiting = learning.waiting(store, ACME)
    assert waiting[["id", "file"]].to_numpy().tolist() == [["aaa.1.3", "export_2026-03-01.csv"]]
    assert [row["upheld"] for row in learning.trust(store, ACME) if row["kind"] == "source"] == [1]


def test_what_a_person_said_before_is_no_answer_of_the_mapper(store):
    in_review(store)
    for field in ("vendor", "tags"):
        learning.answer_review(store, ACME, {"aaa.1.2": field}, "ann")
    first, second = store.read(ACME, MappingCorrection).sort_values("at").to_dict("records")
    assert first["proposed"] == "tags" and pd.isna(second["proposed"])


def test_unknown_columns_and_tenants_are_named(store):
    with pytest.raises(ConfigError, match=r"column 'aaa.1.9' of tenant 'acme'.*aidiscover review"):
        learning.answer_review(store, ACME, {"aaa.1.9": None}, "ann")
    with pytest.raises(UnknownTenant):
        learning.correct(store, tenant_id("nobody"), Answer("Quux", "vendor"), "ann")


def test_a_crew_never_overrides_what_a_person_said(store):
    in_review(store, alternatives=[[{"field": "hostname", "confidence": 0.1}]] * 3)
    learning.answer_review(store, ACME, {"aaa.1.1": "hostname", "aaa.1.3": "ignore"}, "ann")
    map_fields(store, ACME, RunRef("r2"))
    answers = [
        {"file_id": "aaa", "sheet_index": 1, "column_index": n, "field": field, "why": "crew"}
        for n, field in ((1, "asset_name"), (3, "tags"))
    ]
    told = settle_mappings(store, ACME, RunRef("r3"), answers)
    assert told.skipped == {"the column is not in review": 2}
    assert column(store, "Server Name")["field"] == "hostname"
    assert pd.isna(column(store, "Zorp")["field"])


def test_a_mapping_without_a_tenants_corrections_is_the_rankers(store):
    sheets, records = store.read(ACME, SourceSheet), store.read(ACME, SourceRecord)
    pd.testing.assert_frame_equal(map_sheets(sheets, records), map_sheets(sheets, records, None))


def test_keys_come_first_then_the_most_rows_in_doubt(mapped):
    first = mapped("A", "B", "C", field=["tags", "tags", "hostname"], confidence=[0.6, 0.8, 0.8])
    big = mapped("D", "E", sheet_index=2, confidence=[0.8, 0.99], decision=["review", "accept"])
    left_out = mapped("F", "G", sheet_index=3, entity=None, field=["asset_name", "tags"])
    queue = review_queue(pd.concat([first, big, left_out]), {("f1", 2): 1000})
    assert queue["header"].tolist() == ["F", "C", "D", "A", "B"]
    assert queue["is_key"].tolist() == [True, True, False, False, False]
    assert review_queue(mapped("A", decision="accept"), {}).empty


def judged():
    rows = [
        ("tool", "a.csv", "Hostname", "s1", "hostname", "", "hostname", 0.95, "accept", True),
        ("tool", "a.csv", "Spalte A", "x", "vendor", "", "tags", 0.6, "review", False),
        ("tool", "a.csv", "Spalte B", "x", "ignore", "", "tags", 0.7, "review", False),
        ("tool", "a.csv", "Spalte C", "x", "location", "", "location", 0.8, "review", True),
        ("tool", "a.csv", "Spalte D", "x", "os_name", "", "ignore", 0.9, "ignore", False),
    ]
    names = ["source", "file", "header", "sample_values", "canonical_field", "also_accept", "field", "confidence"]
    return pd.DataFrame(rows, columns=[*names, "decision", "right"])


def test_a_round_answers_the_queue_first_and_then_what_else_is_wrong():
    at = datetime(2026, 11, 21, tzinfo=UTC)
    assert teach(judged(), 2, at)["header"].tolist() == ["Spalte A", "Spalte B"]
    assert len(teach(judged(), None, at, shown_only=True)) == 3
    everything = teach(judged(), None, at)
    assert everything[["header", "field"]].to_numpy().tolist()[2:] == [
        ["Spalte C", "location"],
        ["Spalte D", "os_name"],
    ]
    after = retake(judged(), everything)
    assert after["field"].tolist() == ["hostname", "vendor", "ignore", "location", "os_name"]
    assert after["decision"].tolist() == ["accept", "accept", "ignore", "accept", "accept"]
    assert len(teach(judged().head(0), None, at)) == 0
