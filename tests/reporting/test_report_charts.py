from io import BytesIO

import matplotlib.image
import pytest

from aidiscover_pipelines.reporting import svg
from aidiscover_pipelines.reporting.charts import bar_chart_png


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
    picture = matplotlib.image.imread(BytesIO(bar_chart_png("Title $ with dollar", bars)), format="png")
    assert picture.shape[1] == 704
    assert 60 < picture.shape[0] < 900


def test_the_definitions_do_not_pay_for_matplotlib():
    import subprocess
    import sys

    code = "import sys, aidiscover_pipelines.reporting.charts; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


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
