"""How long memories are kept, how many, and how they are forgotten."""

from datetime import timedelta

import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import AgentMemory
from aidiscover_pipelines.governance.memory.upkeep import (
    clean,
    forget,
    forget_application,
    forget_scope,
    list_memories,
)
from aidiscover_pipelines.governance.policy import Retention
from tests.memory.conftest import NOON, keep

KEEP = Retention(short_term=7, long_term=365)


def held(portfolio, tenant) -> set[str]:
    return set(portfolio.read(tenant, AgentMemory)["content"])


def test_each_scope_is_kept_as_long_as_the_policy_says(portfolio, acme) -> None:
    for root in ("short_term", "long_term", "entity", "elsewhere"):
        for days in (1, 8, 366):
            keep(portfolio, acme, f"{root} {days}", scope=f"/{root}/x/", created_at=NOON - timedelta(days=days))
    gone = clean(portfolio, acme, KEEP, NOON)
    assert gone == {"short_term": 2, "long_term": 1, "entity": 1, "other": 1, "over_cap": 0}
    assert held(portfolio, acme) == {
        "short_term 1", "long_term 1", "long_term 8", "entity 1", "entity 8", "elsewhere 1", "elsewhere 8"
    }  # fmt: skip
    assert sum(clean(portfolio, acme, KEEP, NOON).values()) == 0


def test_the_last_moment_is_kept_and_zero_days_keep_nothing(portfolio, acme) -> None:
    keep(portfolio, acme, "on the edge", scope="/short_term/x/", created_at=NOON - timedelta(days=7))
    assert clean(portfolio, acme, KEEP, NOON)["short_term"] == 0
    assert clean(portfolio, acme, Retention(short_term=0, long_term=365), NOON)["short_term"] == 1


def test_a_full_scope_loses_the_least_important_then_the_oldest(portfolio, acme) -> None:
    for number, importance in enumerate((0.9, 0.5, 0.5, 0.1)):
        at = NOON + timedelta(minutes=number)
        keep(portfolio, acme, f"m{number}", scope="/entity/crm/", importance=importance, created_at=at)
    keep(portfolio, acme, "another scope", scope="/entity/crm/db/", importance=0.0)
    assert clean(portfolio, acme, KEEP, NOON, most_per_scope=2)["over_cap"] == 2
    assert held(portfolio, acme) == {"m0", "m2", "another scope"}


def test_cleaning_leaves_other_tenants_alone(portfolio, acme, globex) -> None:
    keep(portfolio, globex, "old", created_at=NOON - timedelta(days=4000))
    assert sum(clean(portfolio, acme, KEEP, NOON, most_per_scope=0).values()) == 0
    assert held(portfolio, globex) == {"old"}


def test_memories_are_forgotten_by_id_all_or_none(portfolio, acme, globex) -> None:
    first, second = keep(portfolio, acme, "one", "two")
    (foreign,) = keep(portfolio, globex, "three")
    for unknown in ("none", foreign, "' OR true --"):
        with pytest.raises(ConfigError, match=r"cannot forget memory .*: there is none; see 'aidiscover memory list"):
            forget(portfolio, acme, [first, unknown])
    assert held(portfolio, acme) == {"one", "two"}
    assert forget(portfolio, acme, [first, first, second]) == 2
    assert held(portfolio, globex) == {"three"}


def test_memories_are_forgotten_by_scope_and_by_application(portfolio, acme, globex) -> None:
    keep(portfolio, acme, "a", scope="/entity/crm/", application_id="crm")
    keep(portfolio, acme, "b", scope="/entity/crm-2/", application_id="crm-2")
    keep(portfolio, acme, "c", scope="/short_term/r1/", application_id="crm")
    keep(portfolio, globex, "d", scope="/entity/crm/", application_id="crm")
    assert forget_application(portfolio, acme, "none") == 0
    assert forget_application(portfolio, acme, "crm") == 2, "in whatever scope"
    assert forget_scope(portfolio, acme, f"/../{globex}") == 0
    assert forget_scope(portfolio, acme, "/entity/%") == 0
    assert forget_scope(portfolio, acme, "/entity") == 1
    assert held(portfolio, globex) == {"d"}


def test_memories_are_listed_newest_first_in_pages(portfolio, acme) -> None:
    for number in range(5):
        keep(portfolio, acme, f"m{number}", created_at=NOON + timedelta(minutes=number))
    page, total = list_memories(portfolio, acme, limit=2, offset=1)
    assert (total, [one["content"] for one in page]) == (5, ["m3", "m2"])
    assert (page[0]["importance"], page[0]["embedder"]) == (0.5, "offline/words-v1")
    assert list_memories(portfolio, acme, scope="/entity")[1] == 0
