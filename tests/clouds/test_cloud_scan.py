"""A scan into the store: what is the same stays untouched, what could not be read stays as it was, the rest goes."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import CleansingExemption, CloudCell, CloudCoverage
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.inventory.cloud_scan import record_cloud_scan
from aidiscover_pipelines.ports import CloudScope
from resources.clouds.combined import open_inventory
from resources.clouds.reader import Limits, read_account
from resources.clouds.scopes import Gathering
from resources.scratch_store import ScratchStore
from tests.clouds.loopback import Answer, LoopbackAccount, cloud, server

ACME = TenantId("acme")
QUICK = Limits(threads=4, attempts=2, backoff_s=0.01, seconds=20)
DENIED = Answer(status=403, code="AccessDenied")
LOAD = Answer([{"id": "a", "measured": [["cpu_util_pct", "avg", 12.5]]}])
LATER = ["north/monitor/Load"]


class LoopbackInventory:
    """CloudInventory over one loopback account."""

    def __init__(self, account: LoopbackAccount) -> None:
        self._account = account

    def scan(self, tenant: TenantId, clouds: Sequence[str] = ()) -> Iterator[CloudScope]:
        return Gathering(self._account.cloud, self._account.id).scopes(read_account(self._account, QUICK))

    def check(self, tenant: TenantId, clouds: Sequence[str] = ()) -> Iterator[CloudScope]:
        return iter(())

    def policy(self, cloud: str, permissions: Sequence[str]) -> str:
        return ""


@pytest.fixture
def store() -> ScratchStore:
    return ScratchStore(Tenant(ACME, "Acme"))


def scan(
    store: ScratchStore,
    day: int,
    later: Sequence[str] = (),
    account: str = "1",
    only: Sequence[str] = (),
    **script: Any,
) -> StageResult:
    with cloud(**script) as held:
        inventory = LoopbackInventory(LoopbackAccount(held, later, account))
        run = RunRef(f"run-{day}", datetime(2026, 1, day, tzinfo=UTC))
        return record_cloud_scan(store, inventory, ACME, run, only)


def names(store: ScratchStore) -> set[str]:
    return set(store.read(ACME, CloudCell, field="asset_name")["value"])


def row(store: ScratchStore, operation: str) -> dict[str, Any]:
    return store.read(ACME, CloudCoverage, operation=operation).iloc[0].to_dict()


def test_what_was_found_is_stored_when_half_the_services_are_denied(store: ScratchStore) -> None:
    result = scan(store, 1, List=Answer([server("a")]), Secret=DENIED, **{"south/disks/List2": DENIED})
    assert names(store) == {"a"}
    assert result.figures["coverage gaps"] == 2
    assert [row(store, each)["outcome"] for each in ("List", "Secret", "List2")] == ["called", "denied", "denied"]
    assert row(store, "Secret")["permission"] == "compute:Secret"
    assert pd.isna(row(store, "Secret")["read_at"])


def test_a_resource_that_is_no_longer_listed_goes_and_a_new_one_comes(store: ScratchStore) -> None:
    scan(store, 1, List=Answer([server("a"), server("b")]))
    scan(store, 2, List=Answer([server("b"), server("c")]))
    assert names(store) == {"b", "c"}


def test_an_unchanged_service_is_not_written_again(store: ScratchStore) -> None:
    first = scan(store, 1, List=Answer([server("a"), server("b")]))
    again = scan(store, 2, List=Answer([server("b"), server("a")]))
    new = "kinds of call that told something new"
    assert (first.figures[new], again.figures[new]) == (2, 0)
    assert store.last_writer(ACME, CloudCell).run_id == "run-1"
    assert store.last_writer(ACME, CloudCoverage).run_id == "run-2"
    changed = scan(store, 3, List=Answer([server("a", app="Shop"), server("b")]))
    assert changed.figures[new] == 1


@pytest.mark.parametrize("fault", [DENIED, Answer(status=500), Answer(status=429)])
def test_a_service_that_fails_keeps_what_it_gave_at_the_last_good_scan(store: ScratchStore, fault: Answer) -> None:
    scan(store, 1, List=Answer([server("a"), server("b")]))
    before = row(store, "List")["read_at"]
    scan(store, 2, List=fault)
    assert names(store) == {"a", "b"}
    after = row(store, "List")
    assert after["outcome"] in ("denied", "failed", "throttled")
    assert (after["read_at"], after["scanned_at"] > before) == (before, True)
    scan(store, 3, List=Answer([server("a")]))
    assert names(store) == {"a"}, "once it answers, what is gone is gone"


def test_half_a_listing_adds_and_takes_nothing_away(store: ScratchStore) -> None:
    scan(store, 1, List=Answer([server("a"), server("b")]))
    scan(store, 2, List=[Answer([server("c")], next="2"), DENIED])
    assert names(store) == {"a", "b", "c"}
    scan(store, 3, List=Answer([server("a"), server("b")]))
    assert names(store) == {"a", "b"}


def test_an_account_that_refuses_keeps_its_services_as_skipped_rows_with_the_reason(store: ScratchStore) -> None:
    scan(store, 1, List=Answer([server("a")]))
    scan(store, 2, List=Answer([server("a")]), **{"global/identity/identity": DENIED})
    assert names(store) == {"a"}
    assert row(store, "List")["outcome"] == "skipped"
    assert "not asked this time: answered 403; what was read on 20" in row(store, "List")["reason"]


def test_a_service_that_is_no_longer_asked_is_forgotten(store: ScratchStore) -> None:
    scan(store, 1, List=Answer([server("a")]), **{"south/compute/List2": Answer([server("z")])})
    scan(store, 2, List=Answer([server("a")]), Secret=DENIED)
    assert names(store) == {"a"}
    assert store.read(ACME, CloudCoverage, region="south").empty, "a gap elsewhere is no reason to keep it"


def test_an_account_that_is_no_longer_connected_is_forgotten(store: ScratchStore) -> None:
    scan(store, 1, account="1", List=Answer([server("a")]))
    scan(store, 2, account="2", List=Answer([server("b")]))
    assert names(store) == {"b"}
    assert set(store.read(ACME, CloudCoverage)["account"]) == {"2"}


def test_load_of_a_deleted_server_does_not_outlive_it_where_monitoring_is_denied(store: ScratchStore) -> None:
    both = Answer([server("a"), server("b")])
    loads = Answer([{"id": each, "measured": [["cpu_util_pct", "avg", 12.5]]} for each in ("a", "b")])
    scan(store, 1, LATER, List=both, **{LATER[0]: loads})
    scan(store, 2, LATER, List=Answer([server("a")]), **{LATER[0]: DENIED})
    measured = store.read(ACME, CloudCell, field="cpu_util_pct")
    assert measured["record_id"].tolist() == ["aws:1:north.compute.a"]


def test_load_stays_where_the_list_failed_and_nothing_was_asked_for(store: ScratchStore) -> None:
    scan(store, 1, LATER, List=Answer([server("a")]), **{LATER[0]: LOAD})
    scan(store, 2, LATER, List=DENIED, **{LATER[0]: LOAD})
    assert len(store.read(ACME, CloudCell, field="cpu_util_pct")) == 1
    assert row(store, "Load")["outcome"] == "skipped"


def test_rules_that_people_have_undone_stay_undone(store: ScratchStore) -> None:
    undone = CleansingExemption(
        rule="vocabulary", field="environment", original="", since=datetime(2026, 1, 1, tzinfo=UTC), by="ann"
    )
    store.put(ACME, [undone])
    scan(store, 1, List=Answer([server("a", env="prod")]))
    assert store.read(ACME, CloudCell, field="environment")["value"].tolist() == ["prod"]


def test_equal_accounts_give_equal_cells_whatever_the_order_of_answers(store: ScratchStore) -> None:
    items = [server(f"s{number}", app=f"App {number % 3}") for number in range(12)]
    frames = []
    for day, order in enumerate((items, items[::-1]), start=1):
        other = ScratchStore(Tenant(ACME, "Acme"))
        pages = [Answer(order[:6], next="2", late_s=0.02 * day), Answer(order[6:])]
        scan(other, day, List=pages, **{"north/sizes/Types": Answer([{"id": "s1", "texts": {"cpu_cores": "4"}}])})
        frames.append(other.read(ACME, CloudCell).sort_values("evidence_id", ignore_index=True))
    pd.testing.assert_frame_equal(*frames)


def scan_unconnected(store: ScratchStore, home: Path) -> None:
    settings = Settings.from_environment({"AIDISCOVER_HOME": str(home)})
    record_cloud_scan(store, open_inventory(store, settings), ACME, RunRef("run-2", datetime(2026, 1, 2, tzinfo=UTC)))


def test_a_tenant_that_lost_its_connections_keeps_what_was_read(store: ScratchStore, tmp_path: Path) -> None:
    scan(store, 1, List=Answer([server("web-1")]))
    scan_unconnected(store, tmp_path)
    assert names(store) == {"web-1"}
    assert row(store, "List")["outcome"] == "skipped"
    assert "what was read on" in row(store, "List")["reason"]


def test_that_there_was_no_connection_is_forgotten_when_there_is_one(store: ScratchStore, tmp_path: Path) -> None:
    scan_unconnected(store, tmp_path)
    assert store.read(ACME, CloudCoverage)["cloud"].tolist() == ["none"]
    scan(store, 3, only=("loop",), List=Answer([server("web-1")]))
    assert "none" not in set(store.read(ACME, CloudCoverage)["cloud"])
