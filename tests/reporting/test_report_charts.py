from xml.etree import ElementTree

import pytest

from aidiscover_pipelines.domain.stage import HeatMap
from aidiscover_pipelines.reporting import svg
from aidiscover_pipelines.reporting.charts import bar_chart, picture
from aidiscover_pipelines.reporting.heatmap import heat_map_svg


@pytest.mark.parametrize(
    "bars",
    [
        {},
        {"rehost": 3, "retire": 0},
        {"$x^2$ \t tab": 1.5, "ümlaut": 2},
        {f"wave {number}": float(number) for number in range(60)},
        {"only": -2.0},
    ],
)
def test_a_chart_is_a_picture_whatever_the_bars(bars):
    root = ElementTree.fromstring(picture(bar_chart("Title <b> & more", bars)))  # noqa: S314 - made here
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.findtext("{*}title") == "Title <b> & more"
    assert 20 < float(root.attrib["height"]) < 600
    assert len(root.findall("{*}rect")) == min(len(bars), 24)


def test_bars_beyond_two_dozen_are_summed_into_one():
    drawn = bar_chart("Waves", {f"wave {number}": 1.0 for number in range(60)})
    assert ">37 others<" in drawn
    assert ">37<" in drawn


def test_a_grid_of_colours_is_a_picture_too():
    grid = HeatMap(["<b>CRM</b>", "bell\x07"], ["User load"], [[0.4], [None]])
    assert ElementTree.fromstring(picture(heat_map_svg(grid, "Quality"))) is not None  # noqa: S314 - made here


def test_charts_escape_their_labels():
    drawn = svg.stacked_bars([("<script>alert(1)</script>", {"present": 1})], "A <b> title")
    assert "<script" not in drawn
    assert "A &lt;b&gt; title" in drawn
    assert "<b>" not in svg.columns([("<b>", 2)], "title")


def test_a_thin_bar_says_its_counts_in_words():
    assert "<title>rehost 2, retire 1</title>" in svg.mix_bar({"rehost": 2, "refactor": 0, "retire": 1})
    assert svg.mix_bar({"rehost": 1}, whole=4).count('width="40.0"') == 1


def test_many_waves_are_labelled_with_numbers_alone():
    waves = [{"wave": n, "applications": 1, "strategies": {"rehost": 1}} for n in range(41)]
    drawn = svg.wave_timeline(waves, ["rehost"])
    assert ">Wave 3<" not in drawn
    assert ">3<" in drawn
    assert svg.wave_timeline([], ["rehost"]).startswith("<svg")


def test_shares_and_long_labels_fit():
    assert svg.mix_bar({"rehost": 0}).count("<rect") == 0
    assert "\N{HORIZONTAL ELLIPSIS}" in svg.stacked_bars([("x" * 90, {"missing": 1})], "t")
    assert svg.columns([], "nothing").startswith("<svg")
