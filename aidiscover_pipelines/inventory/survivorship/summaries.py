"""What the values of assets tell of each: its name, its kind and the digest of what stands; and what is in dispute."""

from collections import Counter

import numpy as np
import pandas as pd

from aidiscover_pipelines.inventory.digests import value_digests
from aidiscover_pipelines.inventory.survivorship.kinds import KIND_FIELDS, asset_kinds

_NAMING = ("asset_name", "hostname")


class AssetSummaries:
    """Summaries of assets from frames of their values (EntityValue, as `asset_values` gives them) as they go by.

    `scanned`: ids of assets that a cloud scan returned. `conflicts`: fields of assets in dispute; `disputed`: field ->
    values of such.
    """

    def __init__(self, scanned: pd.Series) -> None:
        self._scanned = scanned
        self._parts: list[pd.DataFrame] = []
        self.conflicts = 0
        self.disputed: Counter[str] = Counter()

    def take(self, values: pd.DataFrame) -> None:
        """Add some assets with all their values."""
        ids = values["entity_id"].cat.categories
        chosen = values.loc[values["chosen"], ["entity_id", "field", "statistic", "value"]]
        telling = chosen[chosen["field"].isin((*KIND_FIELDS, *_NAMING))]
        names = np.full(len(ids), None, dtype=object)
        for field in reversed(_NAMING):
            named = telling[telling["field"] == field]
            names[named["entity_id"].cat.codes.to_numpy()] = named["value"].to_numpy(dtype=object)
        scanned = np.flatnonzero(ids.isin(self._scanned)) if len(self._scanned) else np.zeros(0, dtype=np.int64)
        told = {"name": names, "kind": asset_kinds(telling, scanned)}
        self._parts.append(
            pd.DataFrame(told, index=ids.astype(object)).assign(digest=value_digests(chosen).reindex(ids).to_numpy())
        )
        in_dispute = values.loc[values["conflict"], ["entity_id", "field"]]
        self.conflicts += len(in_dispute.drop_duplicates())
        self.disputed.update(in_dispute["field"].astype("str").tolist())

    def frame(self) -> pd.DataFrame:
        """By asset_id: name (missing where no value is one), kind and digest. Nothing taken: empty."""
        none = pd.DataFrame(columns=["name", "kind", "digest"])
        return pd.concat(self._parts) if self._parts else none
