"""What WCAG 2.2 AA asks of a page and a machine can check: names, order, tables, contrast of every declared colour."""

import re
from collections import Counter
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise

import pytest

from tests.reporting.report_page import rendered

_VOID = {"meta", "input", "link", "br", "img", "hr"}


class Page(HTMLParser):
    """Elements with their attributes, their text and what they stand in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[dict] = []
        self._open: list[dict] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "set": dict(attrs), "text": "", "in": [parent["tag"] for parent in self._open]}
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append({"tag": tag, "set": dict(attrs), "text": "", "in": []})

    def handle_endtag(self, tag):
        closed = self._open.pop()
        assert closed["tag"] == tag, f"<{closed['tag']}> is closed by </{tag}>"

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def all(self, *tags: str) -> list[dict]:
        return [element for element in self.elements if element["tag"] in tags]


@pytest.fixture
def page(case) -> Page:
    return Page(rendered(case))


def test_the_page_has_a_language_a_title_and_landmarks(page):
    assert page.all("html")[0]["set"]["lang"] == "en"
    assert page.all("title")[0]["text"] == "Migration plan Acme Example Ltd"
    assert [len(page.all(tag)) for tag in ("main", "nav", "header", "footer", "h1")] == [1, 1, 1, 1, 1]
    assert page.all("nav")[0]["set"]["aria-label"]
    assert "maximum-scale" not in page.all("meta")[2]["set"]["content"]


def test_headings_never_skip_a_level_and_say_something(page):
    headings = page.all("h1", "h2", "h3", "h4")
    levels = [int(heading["tag"][1]) for heading in headings]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(heading["text"].strip() for heading in headings)


def test_ids_are_unique_and_every_link_leads_somewhere(page):
    ids = Counter(element["set"]["id"] for element in page.elements if element["set"].get("id"))
    assert max(ids.values()) == 1
    targets = [link["set"]["href"][1:] for link in page.all("a")]
    assert all(target in ids or target.startswith("application=") for target in targets)
    assert page.all("a")[0]["set"]["class"] == "skip", "the first thing to reach by keyboard leads past the navigation"


def test_every_control_has_a_name(page):
    labelled = {label["set"].get("for") for label in page.all("label")}
    for control in page.all("input", "select"):
        assert "label" in control["in"] or control["set"].get("id") in labelled, control
    for button in page.all("button"):
        assert button["text"].strip() or button["set"].get("aria-label"), button
    assert page.all("dialog")[0]["set"]["aria-labelledby"] == "dossier-name"
    assert "list beside it" in page.all("canvas")[0]["set"]["aria-label"]


def test_every_picture_has_a_title_or_is_hidden(page):
    pictures = page.all("svg")
    assert len(pictures) > 10
    for picture in pictures:
        assert picture["set"].get("aria-hidden") == "true" or picture["set"].get("role") == "img", picture
    titled = [element for element in page.all("title") if element["in"][-1] == "svg"]
    assert len(titled) == sum(picture["set"].get("role") == "img" for picture in pictures)
    assert all(title["text"].strip() for title in titled)


def test_every_table_has_a_caption_and_headers_with_a_scope(page):
    tables = page.all("table")
    assert len(tables) >= 8
    assert len(page.all("caption")) == len(tables)
    assert all(header["set"].get("scope") in {"col", "row"} for header in page.all("th"))
    assert all(caption["text"].strip() for caption in page.all("caption"))


def test_what_scrolls_can_be_reached_and_is_named(page):
    regions = [element for element in page.elements if element["set"].get("class") == "scroll"]
    assert len(regions) >= 8
    for region in regions:
        assert (region["set"]["tabindex"], region["set"]["role"]) == ("0", "region")
        assert region["set"]["aria-label"].strip()


def colours() -> dict[str, dict[str, str]]:
    """Custom properties of both themes; what the dark one does not declare is the light one's."""
    css = resources.files("aidiscover_pipelines.reporting").joinpath("templates", "report.css").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.S)
    read = [dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})", block)) for block in (light, dark)]
    return {"light": read[0], "dark": {**read[0], **read[1]}}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_the_measure_of_contrast_is_right():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


BADGES = ("rehost", "replatform", "refactor", "repurchase", "retire", "retain", "low", "medium", "high")
FILES = ("accepted", "quarantined", "superseded")
TEXT = [
    *[(ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "wash", "hover")],
    ("band-ink", "band"), ("band-soft", "band"), ("ink", "warn"), ("high", "paper"), ("soft", "none"),
    *[("on", badge) for badge in (*BADGES, *FILES)],
    *[("h-dark", f"h{step}") for step in range(4)], *[("h-light", f"h{step}") for step in (4, 5)],
]  # fmt: skip
GRAPHICS = [(name, "paper") for name in (*BADGES, "edge", "field", "present", "asked", "not-applicable")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_have_a_contrast_of_4_5_and_graphics_of_3(theme):
    palette = colours()[theme]
    weak = {pair: round(ratio, 2) for pairs, least in ((TEXT, 4.5), (GRAPHICS, 3.0))
            for pair in pairs if (ratio := contrast(palette[pair[0]], palette[pair[1]])) < least}  # fmt: skip
    assert weak == {}
