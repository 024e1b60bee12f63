"""What makes two applications alike for a disposition: the signals that the policy weighs, and the products named.

The figures behind `LEAST_ALIKE` (precedents.py) hold for these traits and weights; change them together.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.feature_hashing import hashed_feature
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.strategy.policy.policy import shipped_policy
from aidiscover_pipelines.strategy.signals import SIGNALS, FactTable

# What is read from texts beside the signals: two Oracle applications are more alike than two with any database.
PRODUCTS = "products"
PRODUCT_FIELDS = ("technology_stack", "database_engine", "vendor", "application_type")
_PRODUCT = re.compile(r"[a-z][a-z0-9+#]{2,}")
_LISTED = "; "

LEVELS: Mapping[str, tuple[str, ...]] = {
    "criticality": ("low", "medium", "high", "mission critical"),
    "complexity": ("low", "medium", "high"),
    "debt": ("low", "medium", "high"),
    "eol": ("supported", "ends soon", "ended"),
}
# Bounds between the bands of a quantity: those that criteria, rules and risks ask for.
BANDS: Mapping[str, tuple[int, ...]] = {
    "users": (50, 500, 1000, 5000),
    "compliance": (1, 3),
    "dependency_count": (1, 5),
    "depended_on_count": (1, 5),
    "asset_count": (2, 6),
    "data_gb": (100, 1024),
}
# Measured use is told by zombie and idle, cost by nothing that decides.
_UNTOLD = ("cpu_util", "memory_util", "annual_cost", "said_zombie", "said_idle")
TOLD = (*(signal for signal in SIGNALS if signal not in _UNTOLD), "zombie", "idle")

# A signal that no argument uses still tells applications apart, as a hint does.
_HINT = 0.2
# All rules together exclude, which settles a matter like two points do (the scale of strategy/policy/policy.yaml).
_EXCLUDES = 2.0
_PRODUCTS_WEIGH = 1.0
# Six digits come back from a single-precision column as they went in.
_DIGITS = 6

Traits = dict[str, str]


@cache
def _weights() -> Mapping[str, float]:
    """Each signal's weight: the square root of the most points that an argument gives for it."""
    most: dict[str, float] = {}
    arguments = [(criterion.when.signals, abs(criterion.points)) for criterion in shipped_policy().criteria]
    constraints = [(constraint.when.signals, _EXCLUDES) for constraint in shipped_policy().constraints]
    for signals, points in [*arguments, *constraints]:
        for signal in signals:
            most[signal] = max(most.get(signal, _HINT), points)
    return {signal: float(np.sqrt(most.get(signal, _HINT))) for signal in TOLD}


def traits_of(table: FactTable, frame: pd.DataFrame) -> list[Traits]:
    """Traits of each application of the table, in its order: {"oracle": "yes", "criticality": "high", ...}.

    `frame` is what `read_signals` gives for the table. Unknown signals and those that say no are left out.
    """
    found: list[Traits] = [{} for _ in range(len(frame))]
    for signal in TOLD:
        values = frame[signal].to_numpy(dtype="float64")
        for row in np.flatnonzero(~np.isnan(values)).tolist():
            if level := _level(signal, float(values[row])):
                found[row][signal] = level
    for row, names in enumerate(_products(table)):
        if names:
            found[row][PRODUCTS] = _LISTED.join(names)
    return found


def embed_traits(traits: Sequence[Mapping[str, str]]) -> np.ndarray:
    """One vector of length 1 for each, shape (n, 256); all zeros where nothing is known."""
    vectors = np.zeros((len(traits), EMBEDDING_DIMENSIONS))
    for row, each in enumerate(traits):
        products = _listed(each)
        features = [
            (f"{signal} {level}", _weights().get(signal, _HINT)) for signal, level in each.items() if signal != PRODUCTS
        ]
        features += [(f"product {name}", _PRODUCTS_WEIGH / len(products) ** 0.5) for name in products]
        for feature, weight in features:
            place, signed = hashed_feature(feature, weight)
            vectors[row, place] += signed
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = np.round(vectors / np.where(length > 0, length, 1.0), _DIGITS)
    return unit


def shared_traits(one: Mapping[str, str], other: Mapping[str, str], most: int) -> list[str]:
    """What two applications have in common, in words, the weightiest first."""
    common = [signal for signal, level in one.items() if signal != PRODUCTS and other.get(signal) == level]
    products = [name for name in _listed(one) if name in _listed(other)]
    words = [
        signal.replace("_", " ") + ("" if one[signal] == "yes" else f" {one[signal]}")
        for signal in sorted(common, key=lambda signal: (-_weights().get(signal, _HINT), signal))
    ]
    return list(dict.fromkeys([*products, *words]))[:most]


def _level(signal: str, value: float) -> str:
    if signal in LEVELS:
        return LEVELS[signal][min(int(value), len(LEVELS[signal]) - 1)]
    if signal in BANDS:
        bounds = BANDS[signal]
        place = int(np.searchsorted(bounds, value, side="right"))
        if 0 < place < len(bounds):
            return f"{bounds[place - 1]} to {bounds[place]}"
        return f"{bounds[-1]} or more" if place else f"below {bounds[0]}"
    if signal == "physical":
        return "yes" if value >= 0.5 else ""
    return "yes" if value >= 1.0 else ""


def _products(table: FactTable) -> list[list[str]]:
    """Names in the fields that name products, without repeats, in alphabetical order."""
    held = [field for field in PRODUCT_FIELDS if table.has(field)]
    if not held:
        return [[] for _ in range(len(table.index))]
    texts = table.text[held].fillna("").agg(" ".join, axis=1)
    return [sorted(set(_PRODUCT.findall(text))) for text in texts]


def _listed(traits: Mapping[str, str]) -> list[str]:
    return [name for name in traits.get(PRODUCTS, "").split(_LISTED) if name]
