"""The report on paper, as Chromium prints it."""

import pdfplumber
import pytest

from tests.reporting.report_page import rendered

ACTIONS = '<ol class="actions">'


@pytest.mark.parametrize(("more", "page"), [(0, 0), (6, 1), (7, 1)])
def test_the_mix_and_the_charts_of_the_summary_are_printed_on_one_page(case, dump, tmp_path, more, page):
    html = rendered(case)
    assert html.count(ACTIONS) == 1
    path = tmp_path / "report.pdf"
    longer = html.replace(ACTIONS, ACTIONS + "<li>one more</li>" * more)
    dump(longer, options=(f"--print-to-pdf={path}", "--no-pdf-header-footer"))
    with pdfplumber.open(path) as printed:
        texts = [each.extract_text() for each in printed.pages[: page + 1]]
    [held] = [number for number, text in enumerate(texts) if "The mix" in text]
    below = texts[held].split("The mix")[1]
    assert held == page and "retain" in below and "Risk" in below and "by a person" in below
