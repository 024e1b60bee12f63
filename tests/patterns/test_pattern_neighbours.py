"""The applications most like each, groups of all but equal ones, and the forest that finds them."""

from functools import partial

import numpy as np
import pytest

from aidiscover_pipelines.domain.tables import ClusterMember, SimilarityGroup
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.patterns.nearest import LEAF, nearest_rows
from aidiscover_pipelines.patterns.neighbours import ALL_BUT_EQUAL, LEAST_LIKE, MOST_SIMILAR
from aidiscover_pipelines.patterns.similarity import alike
from aidiscover_pipelines.patterns.stage import find_patterns

ACME = TenantId("acme")


@pytest.fixture
def store(store_with, three_kinds):
    store = store_with(three_kinds(40))
    find_patterns(store, ACME, RunRef("r"))
    return store


def test_every_application_has_the_few_most_like_it_the_most_alike_first(store):
    members = store.read(ACME, ClusterMember)
    for row in members.to_dict("records"):
        similar = row["similar"]
        assert len(similar) == MOST_SIMILAR
        assert {one["application"][:5] for one in similar} == {row["application_id"][:5]}
        assert row["application_id"] not in {one["application"] for one in similar}
        likeness = [one["similarity"] for one in similar]
        assert likeness == sorted(likeness, reverse=True) and likeness[-1] >= LEAST_LIKE
    assert members["similar"][0][0]["shared"][:2] == ["technology", "operating system"]


def test_what_is_stored_is_what_is_answered_when_asked(store):
    stored = store.read(ACME, ClusterMember, application_id="app-1-004")["similar"][0]
    answered = alike(partial(store.read, ACME), "app-1-004", MOST_SIMILAR)
    assert [one["similarity"] for one in stored] == [one["similarity"] for one in answered]


def test_groups_name_what_all_their_members_have(store):
    groups = store.read(ACME, SimilarityGroup)
    assert len(groups) and groups["similarity"].ge(ALL_BUT_EQUAL).all()
    members = [name for names in groups["members"] for name in names]
    assert len(members) == len(set(members)) == groups["size"].sum()
    for row in groups.to_dict("records"):
        assert len({name[:5] for name in row["members"]}) == 1
        expected = {"app-0": "linux", "app-1": "windows", "app-2": "mainframe"}[row["members"][0][:5]]
        assert row["common"]["os_family"] == expected and row["members"] == sorted(row["members"])


def test_a_group_keeps_its_id_as_long_as_its_members(store, store_with, three_kinds):
    other = store_with(three_kinds(40) | {"new": {"technologies": "Delphi", "os_family": "windows"}})
    find_patterns(other, ACME, RunRef("r"))
    assert set(other.read(ACME, SimilarityGroup)["group_id"]) == set(store.read(ACME, SimilarityGroup)["group_id"])


def test_an_application_of_which_little_is_known_is_in_no_group(store_with, three_kinds):
    rows = three_kinds(10) | {"thin-1": {"os_family": "linux"}, "thin-2": {"os_family": "linux"}}
    store = store_with(rows)
    find_patterns(store, ACME, RunRef("r"))
    assert not {name for names in store.read(ACME, SimilarityGroup)["members"] for name in names} & {"thin-1", "thin-2"}


def test_the_forest_finds_most_of_the_nearest_without_comparing_all():
    points = np.random.default_rng(1).normal(size=(20 * LEAF, 12))  # seeded: the same points in every run
    points[:, :4] *= 4
    near = nearest_rows(points, 16)
    apart = ((points[:200, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    nearest = np.argsort(apart, axis=1)[:, 1:6]
    recall = np.mean([len(set(near[row]) & set(nearest[row])) / 5 for row in range(200)])
    assert recall > 0.7
    assert all(row not in near[row] for row in range(len(points)))


@pytest.mark.parametrize("count", [1, 2, 5, LEAF, LEAF + 1, 3 * LEAF + 7])
def test_every_row_of_any_number_has_distinct_neighbours_or_none(count):
    points = np.random.default_rng(1).normal(size=(count, 3))
    near = nearest_rows(points, 16)
    assert len(near) == count
    for row in range(count):
        found = near[row][near[row] >= 0]
        assert len(found) == len(set(found)) and len(found) >= min(count - 1, 10) and row not in found
