"""The data in the page that its script draws from: columns instead of rows, each text once, compressed."""

import base64
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from aidiscover_pipelines.domain.vocabulary import AttributeState
from aidiscover_pipelines.reporting.dependency_map import LANE_GAP, LANE_WIDTH, map_layout
from aidiscover_pipelines.reporting.dossiers import Dossiers, as_list, reason_cells, reason_text
from aidiscover_pipelines.reporting.labels import ATTRIBUTE_LABELS, label
from aidiscover_pipelines.reporting.view import PortfolioView

_WORDS = ("rationale", "review", "question")  # that the page has of every application
_SPEED = 4  # of deflate: a third of the time of the default for a seventh more bytes


class Texts:
    """Texts that repeat, kept once and told by their place. The empty text is 0."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {"": 0}

    def place(self, text: Any) -> int:
        """Place of one text; of None the empty one's."""
        known = self._places.get(text)
        return (
            known
            if known is not None
            else self._places.setdefault("" if text is None else str(text), len(self._places))
        )

    def places(self, texts: Iterable[Any]) -> list[int]:
        """Places of some texts."""
        return [self.place(text) for text in texts]

    def column(self, column: pd.Series) -> list[int]:
        """Places of a column, missing ones as empty; each distinct text is looked up once."""
        codes, distinct = pd.factorize(column)
        known = np.array([*self.places(distinct), 0])
        return list(known[codes].tolist())

    def all(self) -> list[str]:
        """The texts by their places."""
        return list(self._places)


class _Cited(dict[str, int]):
    """Place of each source cell that the page cites, from 1, in the order in which it is cited first."""

    def __missing__(self, evidence: str) -> int:
        return self.setdefault(evidence, len(self) + 1)


def packed(data: dict[str, Any]) -> Markup:
    """Gzip in base64: an eighth of the JSON, and no character that could end a script element. Equal data, equal text.

    JSON escapes what is not ASCII, so that a lone surrogate from a file is written too.
    """
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return Markup(base64.b64encode(gzip.compress(text.encode(), _SPEED, mtime=0)).decode())  # noqa: S704  base64


def page_data(view: PortfolioView) -> dict[str, Any]:
    """Everything that the page draws by script; numbers that stand for texts are places in `texts`.

    rows: a column for each figure of all applications, in the order of the view. edges: places of both ends. map: where
    an application is drawn. dossiers, attributes and cells: of the applications in `dossiers.row`, in that order; cells
    by their place from 1.
    """
    texts = Texts()
    cells = _Cited()
    data = {
        "tenant": view.tenant,
        "rows": _rows(view, texts),
        "edges": _edges(view, texts),
        "map": _map(view),
        "dossiers": _dossiers(view, texts, cells),
        "attributes": _attributes(view, texts, cells),
        "cells": _cells(view.dossiers.cells.loc[list(cells)], texts),  # of what all above cites
    }
    return {**data, "texts": texts.all()}


def _rows(view: PortfolioView, texts: Texts) -> dict[str, list[Any]]:
    rows = view.applications
    days = [_band(effort, "days_low", "days_high") for effort in rows["effort"]]
    return {
        "id": rows["application_id"].tolist(),
        "name": rows["name"].tolist(),
        "confidence": _whole(rows["confidence"].astype(float) * 100),
        "wave": _whole(rows["wave"].astype(float)),
        "completeness": _whole(rows["completeness"]),
        "believed": _whole(rows["data_confidence"]),
        "servers": rows["servers"].tolist(),
        "anomaly": rows["anomaly"].astype(int).tolist(),
        "days": [None if low is None else [low, high] for low, high in days],
        "strategy": texts.column(rows["strategy"].fillna("not assessed")),
        **{
            name: texts.column(rows[name])
            for name in ("risk", "decided_by", "cluster", "target", "criticality", *_WORDS)
        },
    }


def _edges(view: PortfolioView, texts: Texts) -> dict[str, list[Any]]:
    """Edges with two known ends, each pair once; where an end is unknown its text stands under `loose`."""
    place = pd.Series(range(len(view.applications)), index=view.applications["application_id"])
    edges = view.dependencies
    known = edges[edges["resolved"]].drop_duplicates(["source_id", "target_id", "directed", "kind"])
    loose = edges[edges["source_id"].notna() ^ edges["target_id"].notna()]
    outgoing = loose["source_id"].notna()
    return {
        "source": known["source_id"].map(place).tolist(),
        "target": known["target_id"].map(place).tolist(),
        "directed": known["directed"].astype(int).tolist(),
        "kind": texts.column(known["kind"]),
        "loose": list(
            zip(
                loose["source_id"].where(outgoing, loose["target_id"]).map(place).tolist(),
                texts.column(loose["target"].where(outgoing, loose["source"])),
                outgoing.astype(int).tolist(),
                strict=True,
            )
        ),
    }


def _map(view: PortfolioView) -> dict[str, Any]:
    layout = map_layout(view.applications, view.dependencies)
    return {
        "row": layout.nodes["row"].tolist(),
        "x": layout.nodes["x"].tolist(),
        "y": layout.nodes["y"].tolist(),
        "lanes": [[lane.label, lane.x, lane.columns] for lane in layout.lanes],
        "height": layout.height,
        "step": LANE_WIDTH,
        "gap": LANE_GAP,
    }


def _dossiers(view: PortfolioView, texts: Texts, cells: _Cited) -> dict[str, list[Any]]:
    held = view.dossiers
    rows = held.applications
    names = dict(zip(view.applications["application_id"], view.applications["name"], strict=True))
    words = ("target_why", "wave_reason", "model", "policy")
    return {
        "row": rows.index.tolist(),
        **{name: texts.column(rows[name]) for name in words},
        "priority": _whole(rows["priority"].astype(float)),
        "ranking": [_ranking(ranking, texts, cells) for ranking in rows["ranking"]],
        "risks": [_risks(risks, texts, cells) for risks in rows["risks"]],
        "steps": [texts.places(as_list(steps)) for steps in rows["next_steps"]],
        "changes": [[texts.place(_told(change)) for change in as_list(changes)] for changes in rows["counterfactuals"]],
        "evidence": [[cells[evidence] for evidence in as_list(cited)] for cited in rows["evidence"]],
        "together": [
            texts.places(names.get(other, other) for other in as_list(others)) for others in rows["moves_with"]
        ],
        "stands_out": [texts.places(as_list(reasons)) for reasons in rows["stands_out"]],
        "similar": [_similar(alike, names, texts) for alike in rows["similar"]],
        "effort": [_bounds(effort, ("days_low", "days_high"), ("band", "basis"), texts) for effort in rows["effort"]],
        "cost": [_bounds(cost, ("low", "high"), ("currency", "basis"), texts) for cost in rows["cost"]],
        "disputes": _disputes(held, texts, cells),
        "history": _history(held, texts),
    }


# One flat list for each application: a list for each reason would cost more time to collect as garbage than to write.
def _ranking(ranking: Any, texts: Texts, cells: _Cited) -> list[float]:
    """For each R its name, score, whether it is allowed and how many reasons follow.

    For each reason its words, points, how many cells follow, and those.
    """
    flat: list[float] = []
    for entry in as_list(ranking):
        reasons = as_list(entry["reasons"])
        flat += (texts.place(entry["strategy"]), entry["score"], int(bool(entry["allowed"])), len(reasons))
        for reason in reasons:
            points = reason.get("points", 0) if isinstance(reason, dict) else 0
            sources = reason_cells(reason)
            flat += (texts.place(reason_text(reason)), points, len(sources), *(cells[cell] for cell in sources))
    return flat


def _risks(risks: Any, texts: Texts, cells: _Cited) -> list[int]:
    """For each risk its level, kind, words and mitigation, how many cells follow, and those."""
    flat: list[int] = []
    for risk in as_list(risks):
        sources = [cells[str(cell)] for cell in as_list(risk.get("evidence"))]
        flat += (*texts.places(risk.get(name) for name in ("level", "kind", "risk", "mitigation")), len(sources))
        flat += sources
    return flat


def _told(change: Any) -> str:
    return str(change["text"]) if isinstance(change, dict) else str(change)


def _similar(alike: Any, names: Mapping[str, str], texts: Texts) -> list[list[Any]]:
    """[[name, percent, what they share] ...]."""
    return [
        [texts.place(names.get(other["application"], other["application"])), round(100 * other["similarity"]),
         texts.place(", ".join(map(str, shared)) if isinstance(shared := other.get("shared"), list) else shared)]
        for other in as_list(alike)
    ]  # fmt: skip


def _band(document: Any, low: str, high: str) -> tuple[float | None, float | None]:
    """Bounds of a band; (None, None) where it is unknown or switched off."""
    held = document if isinstance(document, dict) else {}
    return held.get(low), held.get(high)


def _bounds(document: Any, bounds: tuple[str, str], words: tuple[str, str], texts: Texts) -> list[Any]:
    """[low, high, word, basis], the first two None where unknown; empty where bands are switched off."""
    return [*_band(document, *bounds), *texts.places(document.get(word) for word in words)] if document else []


def _disputes(held: Dossiers, texts: Texts, cells: _Cited) -> list[list[int]]:
    """[row, field, of, value, its cell, the value that lost, its cell, why] for each."""
    told = held.conflicts
    place = pd.Series(range(len(held.applications)), index=held.applications["application_id"])
    return _together(
        told["application_id"].map(place).tolist(),
        texts.column(told["field"].map(label)),
        texts.column(told["of"]),
        texts.column(told["value"]),
        [cells[evidence] for evidence in told["evidence_id"]],
        texts.column(told["other"]),
        [cells[evidence] for evidence in told["other_evidence"]],
        texts.column(told["why"]),
    )


def _history(held: Dossiers, texts: Texts) -> list[list[int]]:
    """[row, time, by, action, strategy, reason] for each, oldest first."""
    place = pd.Series(range(len(held.applications)), index=held.applications["application_id"])
    told = held.history[held.history["application_id"].isin(place.index)]
    days = pd.to_datetime(told["at"], utc=True).dt.strftime("%Y-%m-%d %H:%M")
    columns = (texts.column(told[name]) for name in ("by", "action", "strategy", "reason"))
    return _together(told["application_id"].map(place).tolist(), texts.column(days), *columns)


def _attributes(view: PortfolioView, texts: Texts, cells: _Cited) -> dict[str, Any]:
    """A grid of applications by attributes, line by line: state (a letter of `states`), value, rule, question, cell."""
    held = view.dossiers.attributes
    keys = list(view.attribute_states.columns)
    line = pd.Index(view.dossiers.applications["application_id"]).get_indexer(pd.Index(held["application_id"]))
    places = line * len(keys) + pd.Index(keys).get_indexer(pd.Index(held["attribute"]))
    size = len(view.dossiers.applications) * len(keys)
    states = [state.value for state in AttributeState]
    codes = pd.Index(states).get_indexer(pd.Index(held["state"]))
    first = [cells[sources[0]] if sources else 0 for sources in held["evidence"]]
    return {
        "labels": [ATTRIBUTE_LABELS.get(key, key) for key in keys],
        "states": states,
        "state": _placed(codes, places, size, states.index(AttributeState.MISSING.value)),
        "value": _placed(texts.column(held["value"]), places, size),
        "rule": _placed(texts.column(held["rule"]), places, size),
        "question": _placed(texts.column(held["question"]), places, size),
        "cell": _placed(first, places, size),
    }


def _placed(values: Any, places: np.ndarray, size: int, otherwise: int = 0) -> list[int]:
    grid = np.full(size, otherwise)
    grid[places] = values
    return list(grid.tolist())


def _cells(cells: pd.DataFrame, texts: Texts) -> dict[str, list[Any]]:
    """Source cells; `place` is the whole address of one whose file is not known."""
    told = {name: texts.column(cells[name]) for name in ("file", "sheet", "header", "original", "transform")}
    row = pd.to_numeric(cells["row"], errors="coerce").fillna(0).astype(int)
    unknown = cells.index.to_series().where(cells["file"] == "", "")
    return {**told, "row": row.tolist(), "place": texts.column(unknown)}


def _whole(column: pd.Series) -> list[int | None]:
    """Rounded numbers; None where missing."""
    return [None if value != value else round(value) for value in column.tolist()]


def _together(*columns: Sequence[int]) -> list[list[int]]:
    return [list(row) for row in zip(*columns, strict=True)]
