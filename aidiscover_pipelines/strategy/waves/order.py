"""An order in which what is needed comes first."""

import heapq

import numpy as np


def needed_first(source: np.ndarray, target: np.ndarray, key: np.ndarray) -> list[int]:
    """Positions of `key` so that each target comes before its source; among those that are free the least key first.

    source[i] needs target[i]; without circles. Equal keys: the least position first.
    """
    count = len(key)
    order = np.argsort(target, kind="stable")
    sources, ends = source[order].tolist(), np.searchsorted(target[order], np.arange(count + 1)).tolist()
    waiting = np.bincount(source, minlength=count).tolist()
    keys = key.tolist()
    ready = [(keys[position], position) for position in range(count) if not waiting[position]]
    heapq.heapify(ready)
    found = []
    while ready:
        _, position = heapq.heappop(ready)
        found.append(position)
        for waiter in sources[ends[position] : ends[position + 1]]:
            waiting[waiter] -= 1
            if not waiting[waiter]:
                heapq.heappush(ready, (keys[waiter], waiter))
    return found
