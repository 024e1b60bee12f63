"""The one formula of quality: how much of an attribute is known, times how far that is to be believed."""

import numpy as np

from aidiscover_pipelines.attributes.wide import Numbers

# How much each counts for belief. Two sources that say the same convince more than a young or a governed one.
BELIEF = {"freshness": 0.3, "agreement": 0.4, "trust": 0.3}
# Freshness of what nothing dates: neither new nor old.
UNDATED = 0.5
ASK_BELOW = 0.35
"""Quality below which the question is worth a person's time: weak conclusions, stale firm ones, records with most parts
missing."""
FORMULA = "quality = presence x validity x (0.3 freshness + 0.4 agreement + 0.3 trust)"


def freshness(age: Numbers, half_life: int) -> Numbers:
    """Half after each half-life, both in days; UNDATED where the age is not known."""
    fresh: Numbers = np.where(np.isnan(age), UNDATED, 0.5 ** (np.nan_to_num(age) / half_life))
    return fresh


def quality(presence: Numbers, validity: Numbers, fresh: Numbers, agreement: Numbers, trust: Numbers) -> Numbers:
    """FORMULA. Presence is the share of parts that is known, of a conclusion what its rule is worth."""
    belief = BELIEF["freshness"] * fresh + BELIEF["agreement"] * agreement + BELIEF["trust"] * trust
    return presence * validity * belief
