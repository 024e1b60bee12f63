"""Groups: how many, which, and whether their ids stay."""

from functools import partial

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import ClusterMember
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.patterns.cluster import MOST_CLUSTERS, SAMPLE, group_alike, keep_ids
from aidiscover_pipelines.patterns.features import read_features
from aidiscover_pipelines.patterns.stage import find_patterns

ACME = TenantId("acme")


def groups_of(store):
    return group_alike(read_features(partial(store.read, ACME)))


def found(store):
    find_patterns(store, ACME, RunRef("r"))
    return store.read(ACME, ClusterMember).set_index("application_id")["cluster_id"]


def again(store_with, rows, before):
    """Cluster ids of a portfolio whose last run found `before`."""
    store = store_with(rows)
    store.replace(ACME, RunRef("r"), {ClusterMember: before.read(ACME, ClusterMember)})
    return found(store)


def random_facts(count):
    dice = np.random.default_rng(3)  # seeded: the same noise in every run
    return {
        f"a{n:03d}": {
            "technologies": f"Tool {dice.integers(8)}",
            "os_family": f"system {dice.integers(3)}",
            "@architecture_pattern": f"pattern {dice.integers(5)}",
            "asset_count": float(dice.integers(1, 9)),
            "user_count": float(dice.lognormal(5, 1)),
        }
        for n in range(count)
    }


def test_noise_without_structure_is_one_group(store_with):
    assert set(groups_of(store_with(random_facts(300)))) == {0}


def test_a_small_group_of_oddities_is_no_kind(store_with, three_kinds):
    rows = three_kinds(60)
    odd = random_facts(6)
    labels = groups_of(store_with(rows | {f"z{key}": told for key, told in odd.items()}))
    assert len(set(labels)) == 3


def test_unknown_values_do_not_make_a_group(store_with, three_kinds):
    rows = three_kinds(40)
    for number, told in enumerate(rows.values()):
        for field in [field for place, field in enumerate(list(told)) if (number * 7 + place * 5) % 4 == 0]:
            del told[field]
    labels = groups_of(store_with(rows))
    assert len(set(labels)) == 3
    kinds = pd.Series([key[:5] for key in sorted(rows)])
    assert pd.Series(labels).groupby(kinds).agg(lambda own: (own == own.mode()[0]).mean()).min() > 0.95


def test_all_are_placed_where_a_sample_decides(store_with, three_kinds):
    rows = three_kinds(SAMPLE // 3 + 100)
    labels = groups_of(store_with(rows))
    assert pd.Series(labels).groupby([key[:5] for key in sorted(rows)]).nunique().tolist() == [1, 1, 1]
    assert len(set(labels)) == 3


def test_there_are_never_more_groups_than_people_can_look_at(store_with):
    rows = {f"a{n:03d}": {"technologies": f"Tool {n % 25}", "os_family": f"system {n % 25}"} for n in range(500)}
    assert 1 < len(set(groups_of(store_with(rows)))) <= MOST_CLUSTERS


def test_ids_stay_with_their_members_when_applications_come_and_go(store_with, three_kinds):
    small, large = three_kinds(10), three_kinds(25)
    first = store_with(small)
    before = found(first)
    grown = again(store_with, large, first)
    assert grown.loc[before.index].equals(before)
    shrunk_from = store_with(large)
    found(shrunk_from)
    shrunk = again(store_with, small, shrunk_from)
    assert shrunk.groupby(shrunk.index.str[:5]).nunique().tolist() == [1, 1, 1]
    assert shrunk.equals(shrunk_from.read(ACME, ClusterMember).set_index("application_id")["cluster_id"][shrunk.index])


def test_ids_stay_when_values_change(store_with, three_kinds):
    rows = three_kinds(10)
    first = store_with(rows)
    before = found(first)
    for told in rows.values():
        told["cpu_cores"] += 3
        told["environment"] = "test"
    assert again(store_with, rows, first).equals(before)


def test_a_new_kind_gets_an_id_that_the_last_run_did_not_have(store_with, three_kinds):
    rows = three_kinds(12)
    first = store_with({key: told for key, told in rows.items() if not key.startswith("app-2")})
    before = found(first)
    assert sorted(before.unique()) == ["c01", "c02"]
    with_third = again(store_with, rows, first)
    assert with_third.loc[before.index].equals(before)
    assert with_third["app-2-000"] == "c03"


def test_a_group_without_known_members_gets_a_number_that_was_not_used():
    previous = pd.DataFrame({"application_id": ["a", "b", "x"], "cluster_id": ["c02", "c02", "c07"]})
    ids = np.array(["a", "b", "c", "d"], dtype=object)
    assert keep_ids(ids, np.array([0, 0, 1, 2]), previous).tolist() == ["c02", "c02", "c08", "c09"]


def test_when_a_group_splits_the_larger_part_keeps_the_id():
    previous = pd.DataFrame({"application_id": list("abc"), "cluster_id": ["c01"] * 3})
    kept = keep_ids(np.array(list("abc"), dtype=object), np.array([1, 0, 0]), previous)
    assert kept.tolist() == ["c02", "c01", "c01"]


def test_when_groups_merge_the_id_of_the_larger_part_stands():
    previous = pd.DataFrame({"application_id": list("abcde"), "cluster_id": ["c01", "c01", "c02", "c02", "c02"]})
    kept = keep_ids(np.array(list("abcde"), dtype=object), np.zeros(5, dtype=np.int64), previous)
    assert kept.tolist() == ["c02"] * 5
