"""A row that comes again in the next upload keeps its address, and no address ever means two rows."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidiscover_pipelines.domain.tables import SheetReading, SkippedRow, SourceFile, SourceRecord
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.ingest.numbering import AsBefore, texts_of
from aidiscover_pipelines.ingest.reading import read_records
from aidiscover_pipelines.ingest.stage import receive_uploads
from resources.landing import LocalTenantFiles
from resources.scratch_store import ScratchStore
from tests.ingest.conftest import ACME

Read = Callable[..., dict[str, str]]


@pytest.fixture
def read(store: ScratchStore, files: LocalTenantFiles, tmp_path: Path) -> Read:
    """Upload a list of servers and read it; address -> cells as one text."""

    def once(*rows: str, name: str = "servers.csv", header: str = "Name,CPU") -> dict[str, str]:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        files.receive(ACME, path)
        receive_uploads(store, files, ACME, RunRef("r"))
        read_records(store, files, ACME, RunRef("r"))
        return addresses(store)

    return once


def addresses(store: ScratchStore) -> dict[str, str]:
    held = store.read(ACME, SourceRecord)
    return {address: ",".join(cells) for address, cells in zip(held["record_id"], held["cells"], strict=True)}


def test_rows_that_moved_keep_their_addresses_and_tell_where_they_stand(read: Read, store: ScratchStore) -> None:
    before = read("web01,4", "db01,8", "mail01,2")
    now = read("new01,1", "web01,4", "mail01,2", "db01,16")
    assert {address for address, row in now.items() if row in ("web01,4", "mail01,2")} == {
        address for address, row in before.items() if row != "db01,8"
    }
    assert not before.keys() & {address for address, row in now.items() if row in ("new01,1", "db01,16")}
    held = store.read(ACME, SourceRecord)
    assert dict(zip(held["row"], [cells[0] for cells in held["cells"]], strict=True)) == {
        2: "new01", 3: "web01", 4: "mail01", 5: "db01",
    }  # fmt: skip


def test_the_next_file_of_a_stamped_name_goes_on_under_the_first_ones_addresses(read: Read) -> None:
    before = read("web01,4", "db01,8", "mail01,2", name="servers_2026-10.csv")
    now = read("web01,4", "db01,8", "mail01,4", name="servers_2026-11.csv")
    assert sorted(before.keys() & now.keys()) == sorted(address for address in before if before[address] != "mail01,2")


def test_an_address_is_not_given_again_after_its_row_went(read: Read) -> None:
    first = read("web01,4", "db01,8", "mail01,2")
    gone = next(address for address, row in first.items() if row == "mail01,2")
    read("web01,4", "db01,8")
    assert gone not in read("web01,4", "db01,8", "new01,1")


def test_equal_rows_have_addresses_of_their_own(read: Read) -> None:
    before = read("web01,4", "web01,4", "db01,8")
    now = read("web01,4", "web01,4", "web01,4", "db01,8")
    assert len(now) == 4 and before.items() <= now.items()


def test_under_other_headers_no_row_is_an_earlier_one(read: Read) -> None:
    assert not read("web01,4", "db01,8").keys() & read("web01,4", "db01,8", header="Name,Cores").keys()


def test_a_row_that_is_rejected_shares_no_address_with_one_that_is_kept(read: Read, store: ScratchStore) -> None:
    read("web01,4", "db01,8", "Total,12")
    now = read("db01,8", "web01,4", "Total,12", "mail01,2")
    assert not now.keys() & set(store.read(ACME, SkippedRow)["record_id"])


def test_what_is_stored_as_it_would_be_read_is_not_read_again(
    read: Read, store: ScratchStore, files: LocalTenantFiles
) -> None:
    before = read("web01,4", "db01,8")
    for sha256 in store.read(ACME, SourceFile)["sha256"]:
        files.original(ACME, sha256).unlink()
    result = read_records(store, files, ACME, RunRef("r2"))
    assert addresses(store) == before
    assert (result.rows_in, result.rows_out, result.figures["files"], result.figures["sheets"]) == (2, 2, 1, 1)


def test_a_file_that_other_code_read_is_read_again(read: Read, store: ScratchStore, files: LocalTenantFiles) -> None:
    before = read("web01,4", "db01,8")
    store.upsert(ACME, RunRef("r"), {SheetReading: store.read(ACME, SheetReading).assign(digest="of other code")})
    for sha256 in store.read(ACME, SourceFile)["sha256"]:
        kept = files.original(ACME, sha256)
        kept.chmod(0o600)
        kept.write_text("Name,CPU\nweb01,4\nmail01,2\n", encoding="utf-8")
    read_records(store, files, ACME, RunRef("r2"))
    assert sorted(addresses(store).values()) == ["mail01,2", "web01,4"]
    assert len(before.keys() & addresses(store).keys()) == 1


lists = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=8)


@given(uploads=st.lists(lists, min_size=2, max_size=5), cut=st.integers(1, 8))
def test_a_number_means_one_text_for_ever(uploads: list[list[str]], cut: int) -> None:
    meant: dict[int, str] = {}
    before: dict[int, str] = {}
    last = 0
    for rows in uploads:
        numbers = AsBefore(texts_of([[row] for row in before.values()]), np.array([*before], dtype=np.int64), last)
        parts = [rows[start : start + cut] for start in range(0, len(rows), cut)]
        given_now = [
            numbers.of(pd.DataFrame({"cells": [json.dumps([row]) for row in part]})).tolist() for part in parts
        ]
        now = dict(zip([number for part in given_now for number in part], rows, strict=True))
        assert len(now) == len(rows) and all(meant.setdefault(number, row) == row for number, row in now.items())
        kept = Counter(before.values()) & Counter(rows)
        assert Counter(now[number] for number in before.keys() & now.keys()) == kept
        assert max(meant, default=0) <= numbers.last
        before, last = now, numbers.last
