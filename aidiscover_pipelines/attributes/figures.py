"""What the page of the run shows of the attributes: states and qualities of all applications in a few arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES
from aidiscover_pipelines.attributes.estate import places
from aidiscover_pipelines.attributes.wide import Numbers
from aidiscover_pipelines.domain.critical_attributes import WEIGHTS
from aidiscover_pipelines.domain.stage import HeatMap
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES, STATE_WEIGHTS, AttributeState

MAPPED_ALONE = 40
"""Applications up to which each has a row of the heat map; more rows cannot be read on one screen."""

OUTLINE = ["application_id", "attribute", "state", "quality", "question"]
_PREVIEW_ROWS = 10
_ORDINALS = ("weakest", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "best")
_KEYS = sorted(attribute.key for attribute in ATTRIBUTES)
_STATES = list(AttributeState)


@dataclass(frozen=True, slots=True)
class Outline:
    """Applications by row, attributes in key order by column: codes in AttributeState order, quality.

    `questions` tells how many of the attributes have one.
    """

    ids: list[str]
    states: npt.NDArray[np.int8]
    quality: Numbers
    questions: int

    @classmethod
    def of(cls, attributes: pd.DataFrame) -> "Outline":
        """AttributeValue rows in key order, all of each application."""
        shape = (-1, len(_KEYS))
        return cls(
            attributes["application_id"].iloc[:: len(_KEYS)].tolist(),
            places(attributes["state"], [state.value for state in _STATES]).astype(np.int8).reshape(shape),
            attributes["quality"].to_numpy(dtype=float).reshape(shape),
            int(attributes["question"].ne("").sum()),
        )

    @classmethod
    def joined(cls, outlines: Sequence["Outline"]) -> "Outline":
        """One after the other."""
        return cls(
            [application for outline in outlines for application in outline.ids],
            np.concatenate([outline.states for outline in outlines]),
            np.concatenate([outline.quality for outline in outlines]),
            sum(outline.questions for outline in outlines),
        )

    def completeness(self) -> Numbers:
        """Share of the attributes that is known; see evaluate.completeness."""
        return self._known().mean(axis=1) if self.ids else np.zeros(0)

    def confidence(self) -> Numbers:
        """See evaluate.confidence."""
        weights = np.array([WEIGHTS[key] for key in _KEYS], dtype=float)
        shares: Numbers = (self.quality * weights).sum(axis=1) / weights.sum()
        return shares

    def figures(self) -> dict[str, float | int]:
        """Applications, mean completeness and confidence, and how many attributes are in each state."""
        known, sure = self.completeness(), self.confidence()
        counts = np.bincount(self.states.ravel(), minlength=len(_STATES)).tolist()
        return {
            "applications": len(self.ids),
            "completeness_percent": round(100 * float(known.mean()), 1) if len(known) else 0.0,
            "confidence_percent": round(100 * float(sure.mean()), 1) if len(sure) else 0.0,
            **{state.value: count for state, count in zip(_STATES, counts, strict=True)},
        }

    def by_attribute(self) -> dict[str, float]:
        """How far each attribute is known, percent."""
        shares = self._known().mean(axis=0) if self.ids else np.zeros(len(_KEYS))
        told = dict(zip(_KEYS, shares.tolist(), strict=True))
        return {attribute.label: round(100 * told[attribute.key], 1) for attribute in ATTRIBUTES}

    def least_complete(self, names: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """The applications of which least is known, with what is missing."""
        known, sure = self.completeness(), self.confidence()
        is_open = np.isin(self.states, [_STATES.index(state) for state in OPEN_STATES])
        return [
            {
                "application": names[self.ids[row]],
                "completeness_percent": round(100 * float(known[row]), 1),
                "confidence_percent": round(100 * float(sure[row]), 1),
                "missing": ", ".join(key for key, missing in zip(_KEYS, is_open[row], strict=True) if missing),
            }
            for row in np.argsort(known, kind="stable")[:_PREVIEW_ROWS].tolist()
        ]

    def quality_map(self, names: Mapping[str, str]) -> HeatMap:
        """Mean quality of each attribute, the least confident applications first.

        One row for each application; of more than MAPPED_ALONE one for each tenth of them.
        """
        order = np.argsort(self.confidence().round(9), kind="stable")
        columns = [_KEYS.index(attribute.key) for attribute in ATTRIBUTES]
        grid = self.quality[order][:, columns]
        rows = [str(names.get(self.ids[row], self.ids[row])) for row in order.tolist()]
        if len(rows) > MAPPED_ALONE:
            tenth = np.arange(len(rows)) * len(_ORDINALS) // len(rows)
            grid = np.array([grid[tenth == place].mean(axis=0) for place in range(len(_ORDINALS))])
            rows = [f"{ordinal} tenth" for ordinal in _ORDINALS]
        cells = [[round(cell, 3) for cell in row] for row in grid.tolist()]
        return HeatMap(rows, [attribute.label for attribute in ATTRIBUTES], cells)

    def _known(self) -> Numbers:
        return np.array([STATE_WEIGHTS[state] for state in _STATES])[self.states]
