"""Rows wait for their part and come back in their order."""

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.shelf import Shelf


def test_the_rows_of_a_part_come_back_once_in_the_order_in_which_they_came() -> None:
    shelf = Shelf(["name", "size"])
    shelf.put(pd.DataFrame({"name": ["a", "b", "c"], "size": [1.0, 2.0, 3.0]}), np.array([0, 2]), np.array([1, 0]))
    shelf.put(pd.DataFrame({"name": ["d", None], "size": [4.0, 5.0]}), np.array([0, 1]), np.array([1, 1]))
    assert shelf.taken(1)["size"].tolist() == [1.0, 4.0, 5.0]
    assert shelf.taken(0)["name"].tolist() == ["c"]
    assert shelf.taken(1).empty


def test_where_nothing_is_chosen_nothing_waits() -> None:
    shelf = Shelf(["name"])
    nowhere = np.array([], dtype=np.int64)
    shelf.put(pd.DataFrame({"name": ["a"]}), nowhere, nowhere)
    assert shelf.taken(0).empty
