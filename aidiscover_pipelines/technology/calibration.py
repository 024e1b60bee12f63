"""How likely an answer of the spelling model is right, apart from the model: it needs no learning library."""

from dataclasses import dataclass
from typing import Any

import numpy as np

FIGURES = ("score", "lead over the next label", "similarity of the nearest spelling", "share of the text explained")

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic curve over FIGURES."""

    weights: tuple[float, ...]
    intercept: float

    def probability(self, figures: Floats) -> Floats:
        """Probability that each answer is right. Shape of `figures`: (texts, len(FIGURES))."""
        curve: Floats = 1.0 / (1.0 + np.exp(-(figures @ np.array(self.weights) + self.intercept)))
        return curve


# Fitted by labels.py on the esAppMod mentions, the catalogue and the everyday texts.
FITTED = Calibration((3.59, 0.55, 2.09, 2.27), -4.37)
