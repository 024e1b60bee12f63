"""A run judges only the applications of which something differs, and leaves what a run from nothing would."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import pytest

from aidiscover_pipelines.attributes.proposals import take_reviews
from aidiscover_pipelines.attributes.stage import ask_questions, validate_attributes
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    Asset,
    AttributeQuestion,
    AttributeValue,
    DataFlag,
    Dependency,
    EntityValue,
    Row,
    SourceStanding,
    StageDigest,
)
from aidiscover_pipelines.domain.tenancy import RunRef
from resources.scratch_store import ScratchStore
from tests.attributes.test_attribute_stage import ACME, TODAY, portfolio

WRITTEN = (ApplicationFact, AttributeValue, DataFlag)

MANY = 16


def judged(store: ScratchStore, today: date = TODAY, at_once: int = 2_500) -> StageResult:
    return validate_attributes(store, ACME, RunRef("r"), today, at_once=at_once)


def stored(store: ScratchStore) -> list[pd.DataFrame]:
    return [store.read(ACME, table) for table in WRITTEN]


def anew(store: ScratchStore, today: date = TODAY) -> StageResult:
    """The same portfolio judged from nothing; the store holds that afterwards."""
    store.replace(
        ACME, RunRef("r"), {table: pd.DataFrame(columns=table.columns()) for table in (*WRITTEN, StageDigest)}
    )
    return judged(store, today)


def shuffle_answers(frame: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    values = frame["value"].mask(rows & frame["field"].eq("business_criticality"), "none of these")
    return frame.assign(value=values.mask(rows & frame["field"].eq("location"), "Nice"))


def changed(table: type[Row], change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[ScratchStore], None]:
    def apply(store: ScratchStore) -> None:
        store.replace(ACME, RunRef("r"), {table: change(store.read(ACME, table))})

    return apply


def ask(store: ScratchStore) -> None:
    row = {"application_id": "app-007", "attribute": "user_load", "ask": "owner", "questionnaire": "q"}
    store.replace(
        ACME,
        RunRef("r"),
        {AttributeQuestion: pd.DataFrame([{**row, "asked_at": pd.Timestamp("2026-11-20", tz="UTC")}])},
    )


def stand(store: ScratchStore) -> None:
    sheet = store.read(ACME, EntityValue)["evidence_id"].iloc[0]
    row = {"sheet_key": sheet, "source": "s", "kind": "list", "trust": 0.3, "as_of": "2026-01-01", "reason": "r"}
    store.replace(ACME, RunRef("r"), {SourceStanding: pd.DataFrame([row])})


# What changes -> how, and how many applications of 16 that may concern at most.
CHANGES = {
    "nothing": (lambda store: None, 0),
    "a value": (changed(EntityValue, lambda rows: shuffle_answers(rows, rows.index < 12)), 12),
    "a value that goes": (changed(EntityValue, lambda rows: rows.drop(index=[3, 50])), 2),
    "which value stands": (
        changed(EntityValue, lambda rows: rows.assign(chosen=rows["chosen"] ^ (rows.index == 9))), 1
    ),
    "the name of a neighbour": (
        changed(Application, lambda rows: rows.assign(name=rows["name"].replace("APP-004", "Fourth"))), 12
    ),
    "an application that goes": (changed(Application, lambda rows: rows.drop(index=5)), 12),
    "a server of another application": (
        changed(ApplicationAsset, lambda rows: rows.assign(asset_id=rows["asset_id"].replace("srv-001", "srv-002"))), 3
    ),
    "a server that nobody uses any more": (
        changed(ApplicationAsset, lambda rows: rows[rows["asset_id"] != "srv-004"]), 1
    ),
    "a server of two applications": (
        changed(
            ApplicationAsset,
            lambda rows: pd.concat([rows, rows[4:5].assign(application_id="app-015", evidence_id="link")]),
        ),
        1,
    ),
    "a kind of server": (
        changed(Asset, lambda rows: rows.assign(kind=rows["kind"].where(rows["asset_id"].ne("srv-009"), "cloud"))), 1
    ),
    "an edge": (changed(Dependency, lambda rows: rows.assign(port=rows["port"].mask(rows.index == 3, 443))), 2),
    "an edge that goes": (changed(Dependency, lambda rows: rows.drop(index=7)), 2),
    "a question that is out": (ask, 1),
    "the standing of a source": (stand, 3),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_run_after_a_change_leaves_what_a_run_from_nothing_leaves(name: str) -> None:
    change, most = CHANGES[name]
    store = portfolio(MANY)
    judged(store)
    change(store)
    after = judged(store)
    told = stored(store)
    assert 0 <= int(after.figures["judged anew"]) <= most
    fresh = anew(store)
    for left, right in zip(told, stored(store), strict=True):
        pd.testing.assert_frame_equal(left, right)
    assert {**after.figures, "judged anew": 0} == {**fresh.figures, "judged anew": 0}
    assert (after.rows_in, after.rows_out, after.preview) == (fresh.rows_in, fresh.rows_out, fresh.preview)
    assert (after.charts, after.heat_maps) == (fresh.charts, fresh.heat_maps)


def test_only_what_a_changed_value_concerns_is_judged_anew() -> None:
    store = portfolio(MANY)
    assert judged(store).figures["judged anew"] == MANY
    changed(EntityValue, lambda rows: shuffle_answers(rows, rows["entity_id"].eq("app-011")))(store)
    assert judged(store).figures["judged anew"] == 1
    assert judged(store).figures["judged anew"] == 0


def test_servers_of_nobody_are_flagged_anew_where_they_changed() -> None:
    store = portfolio(MANY)
    changed(ApplicationAsset, lambda rows: rows[rows["asset_id"] != "srv-004"])(store)
    judged(store)
    of_nobody = {"field": "environment", "entity_id": "srv-004"}
    flag = store.read(ACME, DataFlag, **of_nobody)
    changed(EntityValue, lambda rows: rows.assign(value=rows["value"].mask(rows["entity_id"].eq("srv-004"), "x")))(
        store
    )
    assert judged(store).figures["judged anew"] == 0
    assert (flag["value"].tolist(), store.read(ACME, DataFlag, **of_nobody)["value"].tolist()) == (["prod"], ["x"])
    told = stored(store)
    anew(store)
    for left, right in zip(told, stored(store), strict=True):
        pd.testing.assert_frame_equal(left, right)


def test_a_fault_that_turns_out_to_be_the_columns_is_told_once_for_all_its_servers() -> None:
    store = portfolio(MANY)
    rows = store.read(ACME, EntityValue)
    cores = rows.index[rows["field"].eq("cpu_cores")]
    rows.loc[cores, "evidence_id"] = [f"file.1.{number}.3" for number in range(len(cores))]

    def flagged(count: int) -> tuple[list[str], object]:
        unmeasured = rows.index.isin(cores[:count])
        told = rows.assign(value=rows["value"].mask(unmeasured, "many"), number=rows["number"].mask(unmeasured))
        changed(EntityValue, lambda _: told)(store)
        after = judged(store)
        return sorted(store.read(ACME, DataFlag, field="cpu_cores")["entity_id"]), after.figures["judged anew"]

    assert flagged(4) == (["srv-000", "srv-001", "srv-002", "srv-003"], MANY)
    assert flagged(5) == ([""], 1)
    assert flagged(4)[0] == ["srv-000", "srv-001", "srv-002", "srv-003"]


def test_the_age_of_a_row_counts_for_whoever_cites_it() -> None:
    store = portfolio(MANY)
    rows = store.read(ACME, EntityValue)
    cited = rows.index[rows["entity"].eq("application") & rows["field"].eq("business_unit") & rows["chosen"]][0]
    rows.loc[cited, "evidence_id"] = "file.1.7.2"
    stamp = rows[rows["entity"].eq("asset")].iloc[:1].assign(field="last_seen", evidence_id="file.1.7.3", chosen=True)

    def seen(day: str) -> StageResult:
        changed(EntityValue, lambda _: pd.concat([rows, stamp.assign(value=day)]))(store)
        return judged(store)

    seen("2026-11-01")
    key = {"application_id": rows.loc[cited, "entity_id"], "attribute": "stakeholder_impact"}
    before = store.read(ACME, AttributeValue, **key)["freshness"].iloc[0]
    assert 1 <= int(seen("2023-11-01").figures["judged anew"]) <= 2
    told = stored(store)
    assert store.read(ACME, AttributeValue, **key)["freshness"].iloc[0] < before
    anew(store)
    for left, right in zip(told, stored(store), strict=True):
        pd.testing.assert_frame_equal(left, right)


def test_on_another_day_everything_is_judged_anew_because_ages_count_from_it() -> None:
    store = portfolio(MANY)
    judged(store)
    assert judged(store, TODAY + timedelta(days=1)).figures["judged anew"] == MANY


@pytest.mark.parametrize("at_once", [1, 4])
def test_results_are_the_same_however_many_applications_are_judged_at_once(at_once: int) -> None:
    whole, parted = portfolio(5), portfolio(5)
    told, same = judged(whole), judged(parted, at_once=at_once)
    assert told == same
    for left, right in zip(stored(whole), stored(parted), strict=True):
        pd.testing.assert_frame_equal(left, right)
    change = changed(EntityValue, lambda rows: shuffle_answers(rows, rows.index % 5 == 1))
    for store in (whole, parted):
        change(store)
    assert judged(whole) == judged(parted, at_once=at_once)
    for left, right in zip(stored(whole), stored(parted), strict=True):
        pd.testing.assert_frame_equal(left, right)


def test_what_a_crew_wrote_is_made_anew_by_the_next_run() -> None:
    store = portfolio(3)
    judged(store)
    before = stored(store)
    rows = store.read(ACME, AttributeValue)
    asked = rows[rows["state"].eq("missing")].iloc[0]
    ask_questions(store, ACME, RunRef("r"), [{**asked[["application_id", "attribute"]], "question": "Who knows?"}])
    inferred = rows[rows["state"].eq("inferred") & rows["application_id"].ne(asked["application_id"])].iloc[0]
    verdict = {"verdict": "doubted", "why": "no", "evidence": ["c"], "model": "m"}
    take_reviews(store, ACME, RunRef("r"), [{**inferred[["application_id", "attribute"]], **verdict}], [])
    assert judged(store).figures["judged anew"] == 2
    for left, right in zip(before, stored(store), strict=True):
        pd.testing.assert_frame_equal(left, right)


def test_what_a_crew_wrote_goes_with_its_application() -> None:
    store = portfolio(3)
    judged(store)
    missing = store.read(ACME, AttributeValue, state="missing").iloc[0]
    ask_questions(store, ACME, RunRef("r"), [{**missing[["application_id", "attribute"]], "question": "Who knows?"}])
    gone = missing["application_id"]
    changed(Application, lambda rows: rows[rows["application_id"] != gone])(store)
    judged(store)
    assert gone not in set(store.read(ACME, AttributeValue)["application_id"])


def test_random_changes_one_after_the_other_never_leave_anything_behind() -> None:
    dice, store = random.Random(5), portfolio(MANY)  # noqa: S311  # not for secrets
    judged(store)
    for _ in range(3):
        for name in dice.sample(sorted(CHANGES), 3):
            CHANGES[name][0](store)
        judged(store, at_once=dice.choice([9, 100]))
    told = stored(store)
    anew(store)
    for left, right in zip(told, stored(store), strict=True):
        pd.testing.assert_frame_equal(left, right)
