"""What binds and draws groups to each other, as lists for one group and as arrays for many."""

import itertools

import numpy as np

from aidiscover_pipelines.strategy.waves.problem import Problem

Link = tuple[int, int]


class _Links:
    """Links by the group that they leave: those of group g stand from starts[g] to starts[g + 1]."""

    def __init__(self, here: np.ndarray, there: np.ndarray, value: np.ndarray, count: int) -> None:
        order = np.argsort(here, kind="stable")
        self.there, self.value = there[order], value[order]
        self.starts = np.searchsorted(here[order], np.arange(count + 1))

    def of(self, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of the links of some groups: the group's place among them, where the link leads, its value."""
        counts = self.starts[groups + 1] - self.starts[groups]
        place = np.repeat(np.arange(len(groups)), counts)
        links = (self.starts[groups] - np.cumsum(counts) + counts)[place] + np.arange(len(place))
        return place, self.there[links], self.value[links]

    def lists(self) -> list[list[Link]]:
        """(where it leads, value) of the links of each group."""
        pairs = list(zip(self.there.tolist(), self.value.tolist(), strict=True))
        starts = self.starts.tolist()
        return [pairs[first:end] for first, end in itertools.pairwise(starts)]


class Neighbours:
    """For each group what is near it, with points for each wave between, what it needs and what needs it, with lags."""

    def __init__(self, problem: Problem) -> None:
        self._problem, count = problem, problem.count
        one, other, points = problem.near_one, problem.near_other, problem.near_points
        self._near = _Links(np.r_[one, other], np.r_[other, one], np.r_[points, points], count)
        self._needs = _Links(problem.source, problem.target, problem.lag, count)
        self._needed_by = _Links(problem.target, problem.source, problem.lag, count)
        self.near, self.needs, self.needed_by = (links.lists() for links in (self._near, self._needs, self._needed_by))

    def farther(self, waves: np.ndarray, groups: np.ndarray, wave: int) -> np.ndarray:
        """Points of closeness, without the goal's weight, that each of the groups would add by going to that wave."""
        place, there, points = self._near.of(groups)
        added = points * (np.abs(wave - waves[there]) - np.abs(waves[groups][place] - waves[there]))
        return np.bincount(place, weights=added, minlength=len(groups)).astype(np.int64)

    def bounds(self, waves: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First and last wave that each of the groups may take while all others stay."""
        low, high = self._problem.floor[groups], self._problem.latest[groups]
        place, there, lag = self._needs.of(groups)
        np.maximum.at(low, place, waves[there] + lag)
        place, there, lag = self._needed_by.of(groups)
        np.minimum.at(high, place, waves[there] - lag)
        return low, high
