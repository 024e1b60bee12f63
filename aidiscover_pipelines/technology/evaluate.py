"""How well texts are named by the labels of a training file: top-1, coverage, false names, calibration."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from aidiscover_pipelines.domain.calibration import calibration_error
from aidiscover_pipelines.domain.errors import InputError
from aidiscover_pipelines.technology.catalogue import everyday
from aidiscover_pipelines.technology.labels import Answer, Labelled, Labels
from aidiscover_pipelines.technology.spelling import squashed

Label = Hashable
_SHAPE = 'an object whose "data" holds {"mentions": [...], "entity_id": ...} or {"mention": ..., "entity_id": ...}'
_BINS = 10


def read_mentions(document: Any, path: str) -> list[tuple[str, Label | None]]:
    """Mentions with their label in file order; None where it is missing or blank. `data` is a list or an object.

    Raises: InputError, where the document has another shape.
    """
    data = document.get("data") if isinstance(document, Mapping) else None
    rows = list(data.values()) if isinstance(data, Mapping) else data
    if not isinstance(rows, list):
        raise InputError(path, 'it has no "data" that is a list or an object', f"give {_SHAPE}")
    told: list[tuple[str, Label | None]] = []
    for number, row in enumerate(rows):
        mentions = row.get("mentions", [row.get("mention")]) if isinstance(row, Mapping) else None
        label = row.get("entity_id") if isinstance(row, Mapping) else None
        if not isinstance(mentions, list) or not all(isinstance(one, str) for one in mentions):
            raise InputError(path, f"entry {number} of its data has no mention that is a text", f"give {_SHAPE}")
        if not isinstance(label, str | int | float | None):
            raise InputError(
                path, f"entry {number} of its data has an entity_id that is no text or number", "correct it"
            )
        told += [(one, None if label in (None, "") else label) for one in mentions]
    return told


def evaluate_technology(train: Sequence[tuple[str, Label | None]], test: Sequence[tuple[str, Label | None]]) -> Any:
    """Name the test mentions by what the training mentions teach. Labels of the test are read for the figures only.

    Shape: metrics, and under `predictions` {"mention", "predicted", "confidence"} in file order; `predicted` is the
    training file's own label, or None. Figures over labels are None where the test has none.
    """
    known, written = _training(train)
    labels = Labels(known)
    answers = labels.answer([mention for mention, _ in test])
    told = [(answer, None if label is None else str(label)) for answer, (_, label) in zip(answers, test, strict=True)]
    return {
        "training_mentions": len(known),
        "labels": len(written),
        "mentions": len(test),
        **_figures([(answer, label, label in written) for answer, label in told if label is not None]),
        **_everyday(labels),
        "predictions": [
            {
                "mention": mention,
                "predicted": None if answer.label is None else written[answer.label],
                "confidence": round(answer.confidence, 4),
            }
            for (mention, _), answer in zip(test, answers, strict=True)
        ],
    }


def cross_validate(
    train: Sequence[tuple[str, Label | None]], folds: int, progress: Callable[[str], None] = lambda _: None
) -> Any:
    """Each part of the training mentions named by the others.

    Under `by_text` equal texts are in one fold; under `by_mention` each mention stands alone, so that another with the
    same text may teach it. `labels_held_back` are the answers to mentions of labels that no other fold taught,
    once with the catalogue as it is, and once without the products that share a spelling with them.
    """
    known, written = _training(train)
    units = {"by_text": [text for text, _ in known], "by_mention": [str(number) for number in range(len(known))]}
    results: dict[str, Any] = {"training_mentions": len(known), "labels": len(written), "folds": folds}
    for name, unit in units.items():
        results[name] = _figures(_answered(known, _folds(unit, folds), progress))
    by_label = _folds([label for _, label in known], folds)
    for name, forget in (("labels_held_back", False), ("labels_and_products_held_back", True)):
        held = _answered(known, by_label, progress, forget)
        named = sum(answer.label is not None for answer, *_ in held)
        results[name] = {"mentions": len(held), "false_names": _share(named, len(held))}
    results.update(_everyday(Labels(known)))
    return results


def _training(train: Sequence[tuple[str, Label | None]]) -> tuple[list[tuple[str, str]], dict[str, Label]]:
    """Mentions with their labels as text, and the labels as they are written."""
    written = {str(label): label for _, label in train if label is not None}
    return [(mention, str(label)) for mention, label in train if label is not None], written


def _folds(units: Sequence[str], folds: int) -> "np.ndarray[Any, Any]":
    distinct = sorted(set(units))
    drawn = dict(zip(distinct, np.random.default_rng(0).permutation(len(distinct)) % folds, strict=True))
    return np.array([drawn[unit] for unit in units])


def _answered(
    known: Labelled, fold: "np.ndarray[Any, Any]", progress: Callable[[str], None], forget: bool = False
) -> list[tuple[Answer, str, bool]]:
    """Answer, true label, and whether the other folds have that label, of every mention."""
    rows: list[tuple[Answer, str, bool]] = []
    for number in range(int(fold.max()) + 1):
        progress(f"fold {number + 1}")
        taught = [row for row, own in zip(known, fold, strict=True) if own != number]
        asked = [row for row, own in zip(known, fold, strict=True) if own == number]
        labels = {label for _, label in taught}
        forgotten = frozenset(squashed(mention) for mention, _ in asked) if forget else frozenset()
        answers = Labels(taught, forgotten).answer([mention for mention, _ in asked])
        rows += [(answer, label, label in labels) for answer, (_, label) in zip(answers, asked, strict=True)]
    return rows


def _figures(rows: Sequence[tuple[Answer, str, bool]]) -> dict[str, float | int | None]:
    named = [(answer, label) for answer, label, _ in rows if answer.label is not None]
    right = sum(answer.label == label for answer, label in named)
    return {
        "labelled": len(rows),
        "top_1": _share(right, len(rows)),
        "coverage": _share(len(named), len(rows)),
        "precision": _share(right, len(named)),
        "abstained": len(rows) - len(named),
        "label_was_taught": _share(sum(taught for *_, taught in rows), len(rows)),
        "top_1_where_taught": _share(right, sum(taught for *_, taught in rows)),
        "calibration_error": None
        if not rows
        else calibration_error(
            [answer.confidence for answer, *_ in rows], [answer.guess == label for answer, label, _ in rows], _BINS
        ),
    }


def _everyday(labels: Labels) -> dict[str, Any]:
    """False names among texts that name no technology and that the model has never seen."""
    texts = everyday("reported")
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for (kind, _), answer in zip(texts, labels.answer([text for _, text in texts]), strict=True):
        by_kind[kind].append(answer.label is not None)
    false = Counter({kind: sum(flags) for kind, flags in by_kind.items()})
    return {
        "everyday_texts": len(texts),
        "everyday_false_names": _share(false.total(), len(texts)),
        "everyday_false_names_by_kind": {kind: _share(false[kind], len(flags)) for kind, flags in by_kind.items()},
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
