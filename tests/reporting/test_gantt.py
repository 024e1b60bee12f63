import itertools
from xml.etree import ElementTree

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Wave, WaveAssignment
from aidiscover_pipelines.reporting.gantt import gantt_svg

SVG = "{http://www.w3.org/2000/svg}"


def waves(count, dated=True):
    rows = [
        (wave, wave == 1, f"2027-{wave:02d}-04" if dated else None, f"2027-{wave:02d}-24" if dated else None, 12, 30,
         41.5, 20, {"low": 9, "high": 3}, {"Sales": 12})
        for wave in range(1, count + 1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=Wave.columns())


@pytest.fixture
def assignments():
    rows = [(f"a{number}", 1, "why", []) for number in range(7)]
    return pd.DataFrame([*rows, ("stays", 0, "retain", [])], columns=WaveAssignment.columns())


def test_each_wave_is_a_bar_with_its_words_and_the_picture_is_described(assignments):
    drawn = ElementTree.fromstring(gantt_svg(waves(3), assignments, {"a0": "<Web & Shop>"}))  # noqa: S314  our own text
    said = [element.text for element in drawn.iter("text")]
    assert "Wave 1 (pilot)" in said and said.count("12 applications, 30 servers, 3 high risk, 42 days") == 3
    assert [each for each in said if each.startswith("2027-")] == ["2027-02", "2027-03"]
    assert len(list(drawn.iter("rect"))) == 3
    assert drawn.find("title").text == "Waves in time"
    assert drawn.find("desc").text.startswith("Wave 1 (pilot), 2027-01-04 to 2027-01-24: 12 applications")
    assert "<Web & Shop>, a1, a2, a3, a4 and 2 more" in drawn.find("rect/title").text


def test_bars_lie_in_time_and_do_not_leave_the_picture(assignments):
    drawn = ElementTree.fromstring(gantt_svg(waves(12), assignments))  # noqa: S314  our own text
    spans = [(float(bar.get("x")), float(bar.get("width"))) for bar in drawn.iter("rect")]
    assert all(first[0] + first[1] <= then[0] for first, then in itertools.pairwise(spans))
    assert spans[-1][0] + spans[-1][1] <= float(drawn.get("viewBox").split()[2])


def test_without_dates_the_order_is_drawn_and_said(assignments):
    drawn = gantt_svg(waves(2, dated=False), assignments)
    assert "in this order, without dates" in drawn and "2027" not in drawn


def test_no_waves_draw_nothing_and_many_are_counted(assignments):
    assert gantt_svg(waves(0), assignments) == ""
    many = pd.concat([waves(1, dated=False).assign(wave=wave) for wave in range(1, 71)])
    assert "and 10 later waves" in gantt_svg(many, assignments)
