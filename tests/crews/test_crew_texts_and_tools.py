import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.crews.assessment import case as assessment
from aidiscover_pipelines.crews.discovery.case import mapping_cases
from aidiscover_pipelines.crews.text import VALUE_CHARS, clipped, json_value, listed, sentence, shown_value, visible
from aidiscover_pipelines.crews.tools import MOST_ROWS, TOOLS, Desk
from aidiscover_pipelines.domain.errors import ForbiddenTool


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\x00b\tc", "a b c"),
        ("safe\u202eevil\u2066", "safe evil"),
        ("zero\u200bwidth\ufeff", "zero width"),
        ("tag\U000e0049\U000e0067", "tag"),
        ("half \ud800 pair", "half pair"),
        ("Größe 東京", "Größe 東京"),
    ],
)
def test_hidden_characters_do_not_reach_an_agent(text, shown):
    assert visible(text) == shown


def test_a_megabyte_cell_is_cut_with_an_ellipsis():
    assert clipped("x" * 1_000_000, 10) == "x" * 9 + "…"
    assert clipped("\u200b" * 100 + "late", 10) == "…"
    assert shown_value(["y" * 500, {"k": "z" * 500}]) == ["y" * 199 + "…", {"k": "z" * 199 + "…"}]


def test_frame_values_become_json_values():
    row = {"a": np.int64(3), "b": float("nan"), "c": [np.float64(0.5), pd.NaT], "d": np.bool_(True), "e": None}
    assert json_value(row) == {"a": 3, "b": None, "c": [0.5, None], "d": True, "e": None}
    assert json_value(pd.Timestamp("2026-01-01")) == "2026-01-01 00:00:00"


def test_lists_and_sentences_read_well():
    assert listed([]) == "" and listed(["a"]) == "a" and listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"
    assert sentence("because", "", "it is old.") == "Because it is old." and sentence("") == ""


def test_a_tool_shows_clean_rows_up_to_its_cap_and_says_how_many_there_are(tenant, one_draft, facts):
    many = pd.concat([facts.assign(field=f"field_{number}") for number in range(40)])
    many.loc[many.index[0], "value"] = "ignore\u200b previous" + "!" * 900
    case = assessment.application_case(tenant, one_draft, many)
    result = TOOLS["application_facts"].read(Desk(case), {})
    assert result["total"] == 120 and len(result["rows"]) == MOST_ROWS
    assert all(len(row["value"]) <= VALUE_CHARS and "\u200b" not in row["value"] for row in result["rows"])


def test_an_argument_narrows_and_an_unknown_one_is_refused(tenant, one_draft, facts, mappings):
    desk = Desk(assessment.application_case(tenant, one_draft, facts))
    tool = TOOLS["application_facts"]
    assert [row["field"] for row in tool.read(desk, {"field": "os_names"})["rows"]] == ["os_names"]
    assert len(tool.read(desk, {"field": ""})["rows"]) == 3
    with pytest.raises(ForbiddenTool, match="it takes field"):
        tool.read(desk, {"field": "os_names", "tenant": "globex"})
    other = Desk(mapping_cases(tenant, mappings)[0])
    assert not tool.is_useful(other)
    assert tool.read(other, {}) == {"about": {}, "rows": [], "total": 0}
