"""How the attributes of all applications stand, as grids of applications by attribute."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import AttributeValue
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import STATE_WEIGHTS, AttributeState
from aidiscover_pipelines.ports import PortfolioStore

_STATES = [state.value for state in AttributeState]
_STATE = pd.CategoricalDtype(_STATES)


@dataclass(frozen=True, slots=True)
class AttributeGrid:
    """Frames of one shape, a row for each application (index application_id), a column for each attribute by name.

    states: values of AttributeState as categories, missing where nothing is stored. quality: 0 to 1, NaN where nothing
    is stored. known: index application_id, share of the stored attributes that are known, inferred ones by half, in
    percent; 0 without any.
    """

    states: pd.DataFrame
    quality: pd.DataFrame
    known: "pd.Series[float]"


def attribute_grid(store: PortfolioStore, tenant: TenantId, applications: "pd.Series[str]") -> AttributeGrid:
    """Read the attributes of these applications, in their order."""
    columns = ["application_id", "attribute", "state", "quality"]
    return gridded(store.read(tenant, AttributeValue, columns=columns, coded=columns[:3]), applications)


def gridded(attributes: pd.DataFrame, applications: "pd.Series[str]") -> AttributeGrid:
    """`attribute_grid` of rows of AttributeValue; those of other applications are left out."""
    index = pd.Index(applications, name="application_id")
    keys = pd.Index(sorted(attributes["attribute"].unique()))
    row, column, state = (
        among.get_indexer(pd.Index(attributes[name]))
        for among, name in ((index, "application_id"), (keys, "attribute"), (pd.Index(_STATES), "state"))
    )
    own = row >= 0
    place = (row[own], column[own])
    states = np.full((len(index), len(keys)), -1, dtype=np.int8)
    states[place] = state[own]
    quality = np.full(states.shape, np.nan)
    quality[place] = attributes["quality"].to_numpy(dtype=float)[own]
    worth = np.array([*(STATE_WEIGHTS[AttributeState(state)] for state in _STATES), 0.0])[states]
    stored = (states >= 0).sum(axis=1)
    told = np.where(states < 0, _STATES.index(AttributeState.MISSING.value), states)
    return AttributeGrid(
        pd.DataFrame(
            {key: pd.Categorical.from_codes(told[:, place], dtype=_STATE) for place, key in enumerate(keys)},
            index=index,
        ),
        pd.DataFrame(quality, index=index, columns=keys),
        pd.Series(100 * worth.sum(axis=1) / np.maximum(stored, 1), index=index),
    )
