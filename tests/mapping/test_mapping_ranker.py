"""The trained model as it is shipped, and the probabilities it gives."""

import json
from pathlib import Path

import numpy as np
import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.vocabulary import MappingDecision
from aidiscover_pipelines.mapping import model, words
from aidiscover_pipelines.mapping.features import COLUMN_NAMES, PAIR_NAMES, Features
from aidiscover_pipelines.mapping.fields import read_sheets
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.model import ARTEFACT, TRUST_NAMES, inputs_digest, model_from, trained
from aidiscover_pipelines.mapping.rank import ACCEPT_FROM, REVIEW_FROM
from aidiscover_pipelines.mapping.wordings import CANDIDATES, INDEX


def random_features(size: int) -> Features:
    rng = np.random.default_rng(11)  # fixed: the same features each time
    pairs = rng.random((size, len(CANDIDATES), len(PAIR_NAMES))).astype(np.float32)
    return Features(pairs, rng.random((size, len(COLUMN_NAMES))).astype(np.float32), [""] * size)


def test_the_shipped_model_is_trained_from_the_present_words_templates_and_features() -> None:
    assert trained().pairs.shape == (len(PAIR_NAMES),)
    assert json.loads(ARTEFACT.read_text(encoding="utf-8"))["inputs"] == inputs_digest()


def test_a_stale_model_is_refused_with_the_command_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = json.loads(ARTEFACT.read_text(encoding="utf-8")) | {"inputs": "of last week"}
    stale = tmp_path / "ranker.json"
    stale.write_text(json.dumps(held), encoding="utf-8")
    monkeypatch.setattr(model, "ARTEFACT", stale)
    with pytest.raises(ConfigError, match=r"'ranker\.json'.*changed since.*run 'make model'"):
        trained.__wrapped__()


def test_the_digest_follows_every_data_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "named_contents", words.named_contents.__wrapped__)
    before = inputs_digest()
    (tmp_path / "new.yaml").write_text("product: New\n", encoding="utf-8")
    monkeypatch.setattr(words, "TEMPLATES", tmp_path)
    once = inputs_digest()
    (tmp_path / "new.yaml").write_text("product: Newer\n", encoding="utf-8")
    assert len({before, once, inputs_digest()}) == 3


def test_the_artefact_is_small_and_names_all_it_weighs() -> None:
    held = json.loads(ARTEFACT.read_text(encoding="utf-8"))
    assert ARTEFACT.stat().st_size < 250_000
    assert (set(held["pairs"]), set(held["columns"])) == (set(PAIR_NAMES), set(COLUMN_NAMES))
    assert (set(held["trust"]), set(held["bias"])) == (set(TRUST_NAMES), set(CANDIDATES))
    restored = model_from(held)
    assert all(np.isfinite(weights).all() for weights in (restored.pairs, restored.columns, restored.bias))


def test_probabilities_of_a_column_sum_to_one() -> None:
    shares = trained().probabilities(random_features(50))
    assert shares.shape == (50, len(CANDIDATES))
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)


def test_confidence_is_a_probability() -> None:
    features = random_features(50)
    shares = trained().probabilities(features)
    sure = trained().confidence(shares.argmax(axis=1), shares, features)
    assert ((sure >= 0) & (sure <= 1)).all()


def test_no_columns_have_no_probabilities() -> None:
    assert trained().probabilities(random_features(0)).shape == (0, len(CANDIDATES))


def test_a_well_known_header_is_surer_than_a_vague_one_and_a_vague_one_than_noise() -> None:
    headers = ["Server name", "Operating system", "Contact", "Frobnication index"]
    values = [["s1", "s2"], ["RHEL 8", "AIX 7.2"], ["Ann", "Bob"], ["a7", "c9"]]
    _, choices = read_sheets(["x"], [headers], [values])
    known, _, vague, noise = choices
    assert known.decision is MappingDecision.ACCEPT
    assert known.confidence > vague.confidence
    assert noise.field is None


def test_decisions_follow_the_confidence() -> None:
    headers = ["Server name", "OS", "Owner", "Contact", "Site", "Colour", "Type", "Class", "Level", "Group"]
    _, choices = read_sheets(["x"], [headers], [[["a", "b", "c"]] * len(headers)])
    for choice in choices:
        if choice.field is None:
            assert choice.decision is MappingDecision.IGNORE
        else:
            expected = MappingDecision.ACCEPT if choice.confidence >= ACCEPT_FROM else MappingDecision.REVIEW
            assert choice.decision is expected
            assert choice.confidence >= REVIEW_FROM


def test_ignoring_is_a_candidate_like_any_other() -> None:
    assert CANDIDATES[-1] == IGNORE
    assert INDEX[IGNORE] == len(CANDIDATES) - 1
