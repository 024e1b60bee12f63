"""One application looked at alone gets what it gets in the bulk run: typical, exceptional, decided and locked ones."""

import json
from datetime import UTC, datetime

import pytest

from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.crews.assessment.case import assessment_cases
from aidiscover_pipelines.domain.crew import APPLICATION
from aidiscover_pipelines.domain.settings import OFFLINE_MODEL, Settings
from aidiscover_pipelines.domain.tables import CrewAnswer, PatternCluster, Recommendation
from aidiscover_pipelines.domain.tenancy import RunRef, tenant_id
from aidiscover_pipelines.ops.application import examine, reassess
from aidiscover_pipelines.ops.assessments import answers_on_file, read_estate
from aidiscover_pipelines.strategy.stage import draft_portfolio, settle_portfolio
from resources.catalogue import SystemClock
from resources.crews.open import open_runner

DEMO = tenant_id("demo")


@pytest.fixture
def store(demo, command_line):
    store = open_portfolio(Settings.from_environment())
    yield store
    store.close()


def kinds(store):
    """One application of each kind: what a crew was asked about alone, and what only its pattern was."""
    answers = store.read(DEMO, CrewAnswer, columns=["subject"], crew="assessment")["subject"]
    alone = sorted(subject.removeprefix(APPLICATION) for subject in answers if subject.startswith(APPLICATION))
    typical = set(store.read(DEMO, PatternCluster)["representative"])
    rows = store.read(DEMO, Recommendation, columns=["application_id", "decided_by"])
    plain = sorted(set(rows.loc[rows["decided_by"] == "policy", "application_id"]) - {*alone, *typical})
    return {"member": plain[0], "representative": sorted(typical - {*alone})[0], "exception": alone[0],
            "decided": plain[1], "decided exception": alone[1], "locked": plain[2]}  # fmt: skip


def rows_of(store, applications):
    """Every column but the run, by application."""
    rows = store.read(DEMO, Recommendation, application_id=list(applications)).drop(columns="run_id")
    return {row["application_id"]: json.dumps(row, sort_keys=True, default=str) for row in rows.to_dict("records")}


def look_alone(store, application):
    runner, clock, run = open_runner(Settings.from_environment(), store), SystemClock(), RunRef("alone", now())
    examine(store, runner, clock, DEMO, run, application)
    reassess(store, runner, clock, DEMO, run, application)


def settle_all(store):
    today = SystemClock().today()
    drafts = draft_portfolio(store, DEMO, today)
    answers = answers_on_file(store, OFFLINE_MODEL, DEMO, read_estate(store, DEMO, today, drafts), [])
    settle_portfolio(store, DEMO, RunRef("bulk again", now()), drafts, answers, today)


def now():
    return datetime.now(UTC)


@pytest.mark.slow
def test_alone_and_in_bulk_every_column_is_the_same(store, command_line):
    chosen = kinds(store)
    before = rows_of(store, chosen.values())
    said = ("--reason", "the committee said so", "--by", "eve")
    overridden = ("--application", chosen["decided"], "--strategy", "retain")
    command_line.json("review", "override", "--tenant", DEMO, *overridden, *said)
    command_line.json("review", "lock", "--tenant", DEMO, "--application", chosen["locked"], *said)
    for application in chosen.values():
        look_alone(store, application)
    alone = rows_of(store, chosen.values())
    settle_all(store)
    assert rows_of(store, chosen.values()) == alone
    for kind in ("member", "exception"):
        assert alone[chosen[kind]] == before[chosen[kind]]
    command_line.json("review", "withdraw", "--tenant", DEMO, "--application", chosen["decided"], *said)
    command_line.json("review", "unlock", "--tenant", DEMO, "--application", chosen["locked"], *said)
    look_alone(store, chosen["decided"])
    assert rows_of(store, [chosen["decided"]])[chosen["decided"]] == before[chosen["decided"]]
    settle_all(store)
    assert rows_of(store, chosen.values()) == before


def test_an_answer_given_once_counts_where_a_later_budget_does_not_suffice(store):
    today = SystemClock().today()
    estate = read_estate(store, DEMO, today, draft_portfolio(store, DEMO, today))
    subjects = {case.subject for case in assessment_cases(DEMO, estate, 100)}
    assert len(subjects) > 10 and assessment_cases(DEMO, estate, 0) == []
    on_file = {answer["subject"] for answer in answers_on_file(store, OFFLINE_MODEL, DEMO, estate, [])}
    assert on_file >= subjects
    assert answers_on_file(store, OFFLINE_MODEL, DEMO, estate, sorted(on_file)) == []
    assert answers_on_file(store, "another/model", DEMO, estate, []) == []
