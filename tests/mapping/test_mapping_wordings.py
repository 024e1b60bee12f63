"""The wordings as they are shipped: those of the present files, and weighed as scikit-learn would."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.mapping import prepared
from aidiscover_pipelines.mapping.terms import count_terms, letters, rarity, weighed
from aidiscover_pipelines.mapping.wordings import HEADER_LETTERS, plain, wordings, worked_out

TEXTS = ["operating system", "betriebssystem", "os", "a", "zuverlässigkeit a a", "主机 名称", "x" * 40]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An artefact of our own, with one array and one text."""
    monkeypatch.setattr(prepared, "ARTEFACT", tmp_path / "prepared.npz")
    prepared.write({"places": np.arange(3, dtype=np.int32), "phrases": [["os_name", "Größe"]]})
    return tmp_path / "prepared.npz"


def test_the_shipped_parts_are_what_the_present_files_and_code_give() -> None:
    held, made = prepared.prepared(), worked_out()
    assert set(held) == set(made), "run 'make model'"
    for name, part in made.items():
        if isinstance(part, np.ndarray):
            np.testing.assert_array_equal(held[name], part, err_msg=f"{name}: run 'make model'")
            assert held[name].dtype == part.dtype
        else:
            assert held[name] == json.loads(json.dumps(part)), f"{name}: run 'make model'"


def test_the_artefact_is_small() -> None:
    assert prepared.ARTEFACT.stat().st_size < 1_500_000


def test_what_was_written_comes_back(kept: Path) -> None:
    held = prepared.prepared.__wrapped__()
    assert held["places"].tolist() == [0, 1, 2]
    assert held["phrases"] == [["os_name", "Größe"]]


def test_parts_of_other_words_are_refused_with_the_command_to_run(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "named_contents", lambda: b"new.yaml\0product: New\n")
    with pytest.raises(ConfigError, match=r"'prepared\.npz'.*have changed since.*run 'make model'"):
        prepared.prepared.__wrapped__()


@pytest.mark.parametrize("runs", [(3, 3), (2, 4)])
def test_weights_are_those_of_scikit_learn_bit_for_bit(runs: tuple[int, int]) -> None:
    learned = TfidfVectorizer(analyzer="char_wb", ngram_range=runs, sublinear_tf=True, dtype=np.float32)
    theirs = learned.fit_transform(TEXTS)
    counted = count_terms(letters(text, *runs) for text in TEXTS)
    assert counted.vocabulary == learned.vocabulary_
    np.testing.assert_array_equal(weighed(counted, rarity(counted)).toarray(), theirs.toarray())
    asked = ["betriebssysteme", "", "qqqq os"]
    ours = weighed(count_terms((letters(text, *runs) for text in asked), counted.vocabulary), rarity(counted))
    np.testing.assert_array_equal(ours.toarray(), learned.transform(asked).toarray())


def test_the_shipped_headers_are_weighed_as_scikit_learn_weighs_them() -> None:
    learned = TfidfVectorizer(analyzer="char_wb", ngram_range=HEADER_LETTERS, sublinear_tf=True, dtype=np.float32)
    theirs = learned.fit_transform([plain(phrase.text) for phrase in wordings().listed])
    assert (wordings().raw_spelled.rows != theirs).nnz == 0


def test_no_texts_have_no_terms() -> None:
    assert weighed(count_terms([], {"os": 0}), np.ones(1, dtype=np.float32)).shape == (0, 1)
