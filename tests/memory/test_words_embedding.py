"""Texts as vectors without a model: what resembles what, in any script, the same on every machine."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from resources.memory.embedding import WordsEmbedder

EMBEDDER = WordsEmbedder()


def cosine(one: str, other: str) -> float:
    first, second = np.array(EMBEDDER.embed([one, other]))
    return float(first @ second)


@pytest.mark.parametrize(
    ("asked", "near", "far"),
    [
        ("oracle database out of support", "The database is Oracle 12c", "The web server is nginx"),
        ("databases", "one database", "one web server"),  # inflected
        ("postgress", "PostgreSQL 11", "SQL Server 2012"),  # misspelt
        ("Größe der Datenbank", "DATENBANKGRÖSSE 5 TB", "Anzahl der Benutzer"),
        ("données de paie", "La paie tient ses données ici", "Le site vitrine"),
        ("база данных", "Базы данных Oracle", "веб-сервер"),
        ("数据库服务器", "旧的数据库服务器在北京", "应用程序的用户很多"),
        ("サーバー", "古いサーバーです", "利用者が多い"),
        ("데이터베이스", "오래된 데이터베이스", "사용자"),
        ("ฐานข้อมูล", "เซิร์ฟเวอร์ฐานข้อมูล", "ผู้ใช้"),
        ("\uff2f\uff52\uff41\uff43\uff4c\uff45", "oracle 12c", "nginx"),  # full width
    ],
)
def test_what_shares_words_is_nearer_in_any_script(asked: str, near: str, far: str) -> None:
    assert cosine(asked, near) > 0.12
    assert cosine(asked, near) > 2 * cosine(asked, far)


def test_case_order_and_punctuation_do_not_count() -> None:
    assert cosine("Oracle, 12c: the DATABASE!", "the database oracle 12C") == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["", " ", "--- !", "\n", "___"])
def test_a_text_without_words_has_no_direction(text: str) -> None:
    assert EMBEDDER.embed([text]) == [[0.0] * EMBEDDING_DIMENSIONS]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_unit_vector_or_zeros(text: str) -> None:
    (vector,) = EMBEDDER.embed([text])
    assert len(vector) == EMBEDDING_DIMENSIONS
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4) or not any(vector)


def test_the_same_text_gives_the_same_vector_in_every_process() -> None:
    """A vector that was stored stays comparable: hash seeds, platforms and releases must not change it."""
    program = (
        "import json; from resources.memory.embedding import WordsEmbedder;"
        "print(json.dumps(WordsEmbedder().embed(['Oracle 12c 数据库 Größe'])))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    (text,) = runs
    assert json.loads(text) == EMBEDDER.embed(["Oracle 12c 数据库 Größe"])
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "5e45f511ed90e39b"
