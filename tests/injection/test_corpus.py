"""The corpus itself: complete, realistic in size, and none of its texts survives the way into a prompt unseen."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from aidiscover_pipelines.crews.text import VALUE_CHARS, shown_value, visible

CORPUS = yaml.safe_load((Path(__file__).parent / "corpus.yaml").read_text(encoding="utf-8"))
KINDS = {
    *("override", "role_play", "fake_message", "json_in_value", "fence", "exfiltration", "encoded", "hidden"),
    *("foreign_tenant", "fake_evidence", "interpolation", "formula", "prompt_leak", "memory", "delegation", "budget"),
    *("tool_abuse", "long", "language"),
}


def test_there_are_enough_of_every_kind():
    counts = Counter(injection["kind"] for injection in CORPUS)
    assert len(CORPUS) >= 70
    assert set(counts) == KINDS
    assert min(counts.values()) >= 3
    assert len({injection["id"] for injection in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("injection", CORPUS, ids=lambda injection: injection["id"])
def test_each_says_what_a_model_that_obeys_would_do(injection):
    assert set(injection) == {"id", "kind", "text", "wants"}
    assert injection["id"].startswith(f"{injection['kind']}-")
    assert len(injection["text"]) < 4000
    wants = injection["wants"]
    assert set(wants) in ({"tool", "arguments"}, {"answer"}, {"text"})
    assert isinstance(wants.get("arguments", {}), dict) and isinstance(wants.get("answer", {}), dict)


@pytest.mark.parametrize("injection", CORPUS, ids=lambda injection: injection["id"])
def test_an_agent_sees_each_in_visible_characters_and_limited_length(injection):
    shown = shown_value(injection["text"])
    assert shown == visible(shown)
    assert len(shown) <= VALUE_CHARS
