from pathlib import Path

import pytest

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.mapping import lexicon, words
from aidiscover_pipelines.mapping.lexicon import IGNORE, LANGUAGES, read_lexicon

LEXICON = read_lexicon()


def test_every_canonical_field_and_ignore_have_phrases_in_every_language() -> None:
    assert set(LEXICON) == {*BY_NAME, IGNORE}
    assert {field: set(by_language) for field, by_language in LEXICON.items()} == {
        field: set(LANGUAGES) for field in LEXICON
    }
    assert all(phrases for by_language in LEXICON.values() for phrases in by_language.values())


def test_every_phrase_is_text_and_means_something() -> None:
    listed = [text for by_language in LEXICON.values() for phrases in by_language.values() for text in phrases]
    assert all(isinstance(text, str) for text in listed)
    assert [text for text in listed if not words.concepts(text)] == []


def test_phrases_are_in_a_fixed_order_and_unique_within_a_field() -> None:
    found = [(phrase.field, phrase.concepts) for phrase in lexicon.phrases()]
    assert len(found) == len(set(found)) > 1500


def test_a_phrase_file_with_an_unknown_field_says_which_file_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language in LANGUAGES:
        (tmp_path / f"fields_{language}.yaml").write_text("asset_name: [server]\n", encoding="utf-8")
    (tmp_path / "fields_nl.yaml").write_text("server_colour: [serverkleur]\n", encoding="utf-8")
    monkeypatch.setattr(words, "VOCABULARY", tmp_path)
    with pytest.raises(ConfigError, match=r"fields_nl\.yaml.*server_colour.*canonical"):
        lexicon.read_lexicon()


def test_no_vocabulary_file_is_longer_than_400_lines() -> None:
    assert all(len(path.read_text(encoding="utf-8").splitlines()) <= 400 for path in words.VOCABULARY.iterdir())
