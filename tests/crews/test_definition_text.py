import datetime

import pytest

from aidiscover_pipelines.crews.definition_text import MOST_BYTES, read_text
from aidiscover_pipelines.domain.errors import InvalidCrew


def test_yaml_and_json_are_read_alike():
    expected = {"name": "licences", "tasks": [{"context": ["a", "b"]}], "memory": True, "manager": None}
    assert read_text(b"name: licences\ntasks:\n- context: [a, b]\nmemory: true\nmanager: null\n", "x") == expected
    text = b'\xef\xbb\xbf{"name": "licences", "tasks": [{"context": ["a", "b"]}], "memory": true, "manager": null}'
    assert read_text(text, "x") == expected


def test_a_date_stays_text():
    assert read_text(b"description: 2026-01-31", "x") == {"description": "2026-01-31"}
    loaded = read_text(b"at: 2026-01-31T00:00:00Z", "x")
    assert not isinstance(loaded["at"], datetime.datetime)


BOMB = b"a: &a [x, x, x, x]\n" + b"".join(
    f"{name}: &{name} [*{before}, *{before}, *{before}, *{before}]\n".encode()
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (b"x" * (MOST_BYTES + 1), "65,537 bytes, and 65,536 are allowed"),
        (b"name: \xff\xfe", "is no UTF-8"),
        (b"name: 'open", "line 1, column 12: while scanning a quoted scalar, found unexpected end of stream"),
        (b"\x00", "characters that YAML does not allow"),
        (b"name: a\nname: b", "line 2, column 1: a key stands twice"),
        (b"agents: {b: {role: x, role: y}}", "a key stands twice"),
        (b"? [a, b]\n: c", "a key must be a text"),
        (BOMB, "uses an anchor or alias"),
        (b"a: &a {b: *a}", "uses an anchor or alias"),
        (b"a: !!python/object/apply:os.system [id]", "line 1 uses a tag"),
        (b"a: !!binary aGVsbG8=", "line 1 uses a tag"),
        (b"[" * 30_000, "nested deeper than 8 levels"),
        (b"\n".join(b"- a" for _ in range(3000)), "more than 2,000 parts"),
        (b"a: 1\n---\nb: 2", "expected a single document in the stream"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_text_that_could_hurt_is_refused_before_anything_is_built(source, problem):
    with pytest.raises(InvalidCrew, match=problem) as caught:
        read_text(source, "acme.yaml")
    assert str(caught.value).startswith("cannot use crew 'acme.yaml': its text: ")
    assert "\n" not in str(caught.value) and "python/object" not in str(caught.value)
