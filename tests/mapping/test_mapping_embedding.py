"""Columns as vectors: the same everywhere and always, near for what means the same, far for what does not."""

import subprocess
import sys

import numpy as np

from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.mapping.embedding import embed_columns


def cosine(first: str, second: str, *, sheets: tuple[str, str] = ("", "")) -> float:
    a, b = embed_columns([first, second], sheets, [[], []])
    return float(a @ b)


def test_vectors_have_length_one_and_blank_columns_none():
    vectors = embed_columns(["Hostname", "", "数"], ["Servers", "", ""], [["OS"], [], []])
    assert vectors.shape == (3, EMBEDDING_DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1], atol=1e-4)


def test_no_columns_give_no_vectors():
    assert embed_columns([], [], []).shape == (0, EMBEDDING_DIMENSIONS)


def test_what_means_the_same_is_near_and_what_does_not_is_far():
    assert cosine("Seriennummer", "serial number") > 0.95
    assert cosine("Technical Owner", "Technical Owners") > 0.9
    assert cosine("Technical Owner", "Disk size") < 0.4


def test_numbers_and_sheets_tell_equal_headers_apart():
    assert cosine("Custom 1", "Custom 2") < 0.95
    assert cosine("Name", "Name", sheets=("Servers", "Applications")) < cosine("Name", "Name")


def test_another_process_computes_the_same_vector():
    code = (
        "from aidiscover_pipelines.mapping.embedding import embed_columns;"
        "print(embed_columns(['Betriebssystem'], ['Server'], [['RAM']])[0].tolist())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(embed_columns(["Betriebssystem"], ["Server"], [["RAM"]])[0].tolist())
