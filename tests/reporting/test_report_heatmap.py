import re

import pandas as pd
import pytest

from aidiscover_pipelines.domain.critical_attributes import CRITICAL_ATTRIBUTES, WEIGHTS
from aidiscover_pipelines.domain.stage import HeatMap
from aidiscover_pipelines.reporting.heatmap import (
    ROWS_ALONE,
    SHADES,
    application_confidence,
    heat_map_svg,
    portfolio_heat_map,
)


def attributes(quality: dict[str, float]) -> pd.DataFrame:
    rows = {key: dict.fromkeys([attribute.key for attribute in CRITICAL_ATTRIBUTES], quality[key]) for key in quality}
    return pd.DataFrame.from_dict(rows, orient="index", dtype=float)


def applications(keys: list[str], clusters: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"application_id": keys, "name": [key.upper() for key in keys], "cluster": clusters})


def test_few_applications_have_a_row_each_and_the_weakest_comes_first() -> None:
    grid = portfolio_heat_map(attributes({"a": 0.9, "b": 0.2}), applications(["a", "b"], ["", ""]))
    assert (list(grid.rows), len(grid.columns)) == (["B", "A"], 22)
    assert grid.cells[0] == [0.2] * 22


def test_many_applications_are_shown_by_pattern_the_largest_first() -> None:
    keys = [f"k{number:03d}" for number in range(ROWS_ALONE + 10)]
    clusters = ["SAP" if number < 30 else "" if number < 35 else "Web" for number in range(len(keys))]
    quality = {key: 0.5 if cluster == "SAP" else 1.0 for key, cluster in zip(keys, clusters, strict=True)}
    grid = portfolio_heat_map(attributes(quality), applications(keys, clusters))
    assert list(grid.rows) == ["SAP (30)", "Web (15)", "in no pattern (5)"]
    assert [row[0] for row in grid.cells] == [0.5, 1.0, 1.0]


def test_confidence_weighs_the_attributes_by_what_they_matter() -> None:
    table = attributes({"a": 0.0})
    table["technology_stack"] = 1.0
    expected = WEIGHTS["technology_stack"] / sum(WEIGHTS.values())
    assert application_confidence(table)["a"] == pytest.approx(expected)


def test_no_applications_give_an_empty_grid() -> None:
    grid = portfolio_heat_map(attributes({}), applications([], []))
    assert (list(grid.rows), list(grid.cells)) == ([], [])


def test_shades_darken_with_the_share() -> None:
    drawn = str(heat_map_svg(HeatMap(["CRM"], ["a", "b", "c", "d"], [[None, 0.0, 0.5, 1.0]]), "Quality"))
    assert re.findall(r'class="f-(\w+)"><title>CRM', drawn) == ["none", "h0", "h3", f"h{len(SHADES) - 1}"]


def test_names_are_text_in_the_picture() -> None:
    grid = HeatMap(["<b>CRM</b>", "a & b"], ["User load"], [[0.4], [None]])
    svg = str(heat_map_svg(grid, "Quality"))
    assert "<b>" not in svg
    assert "&lt;b&gt;CRM&lt;/b&gt;: User load: 40 %" in svg
    assert "nothing stored" in svg
