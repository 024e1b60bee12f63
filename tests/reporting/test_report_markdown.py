"""The page of Markdown: what it says, and that no name changes how it is shown."""

import re

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Wave
from aidiscover_pipelines.reporting.markdown import escaped, portfolio_markdown, table
from aidiscover_pipelines.reporting.view import portfolio_view


def page(case):
    return portfolio_markdown(portfolio_view(case.store, case.tenant), case.run, case.now)


def test_it_has_the_parts_that_a_reader_asks_for(case):
    told = page(case)
    assert re.findall(r"^#+ .*$", told, re.MULTILINE) == [
        "# Migration plan: Acme Example Ltd", "## Summary", "## Recommendations", "## Waves", "## Top risks",
        "## Open questions", "## Method",
    ]  # fmt: skip
    assert "- 4 applications on 5 servers and other assets" in told
    assert "| SAP ERP |" in told and "Tomcat 7 is out of support" in told
    assert "2 by policy, 2 by crew" in told and "2026.11 balanced" in told


def test_waves_have_their_dates_and_the_pilot_its_mark(case):
    wave = (1, True, "2027-01-11", "2027-02-19", 1, 2, 3.0, 10, {"low": 1}, {})
    case.store.replace(case.tenant, case.run, {Wave: pd.DataFrame([wave], columns=Wave.columns())})
    told = page(case)
    assert "| 1 (pilot) | 2027-01-11 | 2027-02-19 |" in told and "| does not move |" in told


def test_nothing_known_is_said_in_words(empty_case):
    told = page(empty_case)
    for sentence in ("No application has been assessed.", "No waves have been planned.", "No risk is on record."):
        assert sentence in told


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a|b", r"a\|b"),
        ("<script>", r"\<script\>"),
        ("![x](http://evil)", r"\!\[x\](http\://evil)"),
        ("www.evil.example", r"www\.evil.example"),
        ("# *b* _i_ `c` ~s~", r"\# \*b\* \_i\_ \`c\` \~s\~"),
        ("two\nlines\x07", "two lines"),
        ("back\\slash &amp;", r"back\\slash \&amp;"),
    ],
)
def test_a_name_shows_as_itself_on_one_line(name, shown):
    assert escaped(name) == shown


def test_hostile_names_leave_every_table_in_shape(case_of):
    names = ["a|b", "=1|2", "<img src=x>", "line\nbreak", "[l](javascript:x)", "`code`"]
    told = page(case_of(names))
    rows = [line for line in told.splitlines() if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in rows}
    assert widths <= {5, 6, 7} and "<img" not in told.replace(r"\<img", "")


def test_a_table_without_rows_is_a_sentence():
    assert table(("A",), [], "Nothing.") == "Nothing."
    assert table(("A", "B"), [(1, None)], "") == "| A | B |\n| --- | --- |\n| 1 |  |"
