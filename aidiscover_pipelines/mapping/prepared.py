"""What follows from the vocabulary and the templates alone, worked out by `make model` and shipped as prepared.npz.

Reading nine languages and 120 templates, bringing 11,000 wordings to concepts and taking them apart costs seconds; to
read the result costs a tenth of one. A digest of the files that it was made from says whether it is still theirs.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.mapping.words import named_contents

ARTEFACT = Path(__file__).parent / "prepared.npz"


def data_digest() -> str:
    """SHA-256 over the names and contents of the vocabulary's and the templates' files."""
    return hashlib.sha256(named_contents()).hexdigest()


@cache
def prepared() -> dict[str, Any]:
    """The parts by name, as `write` was given them; whatever is no array has been through JSON.

    Raises: ConfigError where the data has changed since.
    """
    with np.load(ARTEFACT) as held:
        arrays = {name: held[name] for name in held.files}
    document: dict[str, Any] = json.loads(arrays.pop("document").tobytes())
    if document.pop("inputs") != data_digest():
        raise ConfigError(
            f"cannot use {ARTEFACT.name!r} of the column mapper: the vocabulary or the templates have changed since it "
            "was made; run 'make model'"
        )
    return {**document, **arrays}


def write(parts: Mapping[str, Any]) -> None:
    """Store the parts: NumPy arrays, and what JSON can hold."""
    arrays = {name: part for name, part in parts.items() if isinstance(part, np.ndarray)}
    document = {name: part for name, part in parts.items() if name not in arrays} | {"inputs": data_digest()}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    arrays["document"] = np.frombuffer(text.encode(), dtype=np.uint8)
    np.savez_compressed(ARTEFACT, **arrays)  # type: ignore[arg-type]  # its stub takes them for its one option
