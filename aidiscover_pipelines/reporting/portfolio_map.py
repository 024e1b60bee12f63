"""The portfolio at a glance: strategies against criticality, and the patterns by how critical and how sure they are."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from aidiscover_pipelines.domain.vocabulary import CLOSED_ATTRIBUTES, Strategy
from aidiscover_pipelines.reporting import svg
from aidiscover_pipelines.reporting.view import PortfolioView

_WORDS = CLOSED_ATTRIBUTES["business_criticality"]
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Applications by strategy (rows) and criticality; `shade` 0 (none) to 4 for each cell."""

    columns: list[str]
    rows: list[dict[str, Any]]


def criticality_matrix(view: PortfolioView) -> Matrix:
    """Counts of assessed applications: each row has strategy, cells [{count, shade, filter}] and total."""
    assessed = view.applications[view.applications["strategy"].notna()]
    columns = [*reversed(_WORDS), _UNKNOWN]
    counts = pd.crosstab(assessed["strategy"], assessed["criticality"].replace("", _UNKNOWN)).reindex(
        index=[strategy.value for strategy in Strategy], columns=columns, fill_value=0
    )
    peak = int(counts.to_numpy().max()) if len(assessed) else 0
    rows = [
        {
            "strategy": strategy,
            "cells": [
                {"count": int(count), "shade": -(-4 * int(count) // peak) if peak else 0,
                 "filter": {"strategy": strategy, "criticality": "-" if word == _UNKNOWN else word}}
                for word, count in zip(columns, line, strict=True)
            ],
            "total": int(line.sum()),
        }
        for strategy, line in zip(counts.index, counts.to_numpy(), strict=True)
    ]  # fmt: skip
    return Matrix(columns, rows)


def pattern_bubbles(view: PortfolioView) -> Markup:
    """A circle for each pattern: confidence to the right, criticality upwards, size by members, its number inside."""
    rank = {word: place for place, word in enumerate(_WORDS)}
    rows = view.applications.assign(
        weight=view.applications["criticality"].map(rank), sure=view.applications["confidence"].astype(float) * 100
    )
    means = rows.groupby("cluster_id")[["weight", "sure"]].mean()
    width, height, left, bottom = 560, 320, 90, 46
    known = means["sure"].dropna()
    low, high = (10 * (known.min() // 10), 10 * (known.max() // 10 + 1)) if len(known) else (0.0, 100.0)
    parts = _axes(width, height, left, bottom, low, high)
    peak = max((cluster["size"] for cluster in view.clusters), default=1)
    for cluster in view.clusters:
        at = means.loc[cluster["cluster_id"]] if cluster["cluster_id"] in means.index else None
        if at is None or at.isna().any():
            continue
        x = left + (width - left - 30) * (at["sure"] - low) / (high - low)
        y = 20 + (height - bottom - 40) * (1 - at["weight"] / (len(_WORDS) - 1))
        radius = 9 + 15 * (cluster["size"] / peak) ** 0.5
        counts: dict[str, int] = cluster["strategies"]
        leading = max(counts, key=counts.__getitem__)
        tip = f"{cluster['number']}: {cluster['label']}, {cluster['size']} applications, mostly {leading}"
        parts.append(svg.circle(x, y, radius, f"{svg.fill(leading)} s-paper", tip))
        parts.append(svg.text(x, y + 4, str(cluster["number"]), 11, "f-on", "middle"))
    return svg.svg(width, height, "Patterns by confidence and criticality", parts)


def _axes(width: int, height: int, left: int, bottom: int, low: float, high: float) -> list[Markup]:
    parts: list[Markup] = []
    for place, word in enumerate(_WORDS):
        y = 20 + (height - bottom - 40) * (1 - place / (len(_WORDS) - 1))
        parts.append(svg.rect(left - 8, y, width - left, 1, "f-none"))
        parts.append(svg.text(left - 16, y + 4, word, 11, "f-soft", "end"))
    for step in range(5):
        share = low + (high - low) * step / 4
        x = left + (width - left - 30) * step / 4
        parts.append(svg.text(x, height - bottom + 14, f"{share:.0f} %", 11, "f-soft", "middle"))
    parts.append(svg.text(left + (width - left) / 2, height - 8, "mean confidence", 11, "f-soft", "middle"))
    return parts
