"""By which way each of the 22 attributes reaches each member: the automation of an estate as a matrix, not a guess."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.tiers.members import scope_of
from aidiscover_pipelines.tiers.rules import API, ATTRIBUTES, AUTOMATED, EDGES_SERVE, FILE, MANUAL, MOSTLY

Degrees = npt.NDArray[np.float32]

_SERVED_BY: Mapping[str, tuple[str, ...]] = {
    attribute: tuple(field.name for field in FIELDS if field.serves in groups)
    for attribute, groups in ATTRIBUTES.items()
}
SERVING = sorted({name for names in _SERVED_BY.values() for name in names})
"""Fields that serve at least one of the 22 attributes."""


def degrees_of_sources(
    evidence_ids: pd.Series, reached: pd.DataFrame, files: pd.DataFrame, people: pd.Series
) -> Degrees:
    """AUTOMATED of the way by which each cell came: an interface that still answers, a file in use, or people.

    `people` are keys of sheets (file.sheet) that persons filled in. A cell of an account that no longer answers, or of
    a file that is no longer used, is collected by nothing.
    """
    address = evidence_ids.astype("str")
    # Few sources differ: each is looked at once.
    codes, different = pd.factorize(address.str.replace(r"\..*", "", regex=True))
    source = pd.Series(different, dtype="str")
    scope = scope_of(source, reached)
    told = source.map(dict.fromkeys(files["file_id"], AUTOMATED[FILE]))
    told = told.where(~scope.isin(reached.index[reached["answers"]]), AUTOMATED[API])
    # Neither a file nor an account of a scan: another interface, such as that of a code host.
    other = source.str.contains(":", regex=False) & scope.isna()
    told = told.where(~other, AUTOMATED[API]).fillna(AUTOMATED[MANUAL])
    degrees = told.to_numpy(dtype=np.float32)[codes]
    if len(people):
        degrees[address.str.startswith(tuple(f"{sheet}." for sheet in people)).to_numpy(dtype=bool)] = AUTOMATED[MANUAL]
    return degrees


def automation(
    members: pd.DataFrame, values: pd.DataFrame, edges: pd.DataFrame, links: pd.DataFrame, degrees: Degrees
) -> Degrees:
    """How automatically each member's attributes are collected, 0 to 1; shape (members, 22), columns as ATTRIBUTES.

    `values` (entity, entity_id, field: categories) and `edges` (entity, entity_id) have `degrees`, one after the other.
    An asset has what it or one of its applications (`links`) is told to have, by the better way of the two.
    Nothing reaches an air-gapped member by itself. `members` has all assets before all applications.
    """
    is_asset = members["entity"] == "asset"
    assets, alone = pd.Index(members.loc[is_asset, "id"]), members.loc[~is_asset, "id"]
    applications = pd.Index(pd.unique(pd.concat([links["application_id"], alone])))
    of_assets = _degrees(values, edges, degrees, "asset", assets)
    of_applications = _degrees(values, edges, degrees, "application", applications)
    at = assets.get_indexer(pd.Index(links["asset_id"]))
    np.maximum.at(of_assets, at[at >= 0], of_applications[applications.get_indexer(links["application_id"])[at >= 0]])
    told = np.concatenate([of_assets, of_applications[applications.get_indexer(pd.Index(alone))]])
    told[members["isolated"].to_numpy(dtype=bool)] = AUTOMATED[MANUAL]
    return told


def _degrees(values: pd.DataFrame, edges: pd.DataFrame, degrees: Degrees, entity: str, ids: pd.Index) -> Degrees:
    told = np.zeros((len(ids), len(ATTRIBUTES)), dtype=np.float32)
    entities, fields = values["entity_id"].cat, values["field"].cat
    at = ids.get_indexer(pd.Index(entities.categories))[entities.codes]
    held = np.flatnonzero((values["entity"] == entity).to_numpy() & (at >= 0))
    at, field, rank = at[held], fields.codes.to_numpy()[held], degrees[held]
    for column, names in enumerate(_SERVED_BY.values()):
        rows = fields.categories.isin(names)[field]
        np.maximum.at(told[:, column], at[rows], rank[rows])
    joined = ids.get_indexer(pd.Index(edges["entity_id"]))
    rows = (edges["entity"] == entity).to_numpy() & (joined >= 0)
    np.maximum.at(told[:, list(ATTRIBUTES).index(EDGES_SERVE)], joined[rows], degrees[len(values) :][rows])
    return told


def edge_ends(dependencies: pd.DataFrame) -> pd.DataFrame:
    """entity, entity_id and evidence_id of every known end of every edge."""
    ends = [
        dependencies[[column, "evidence_id"]].set_axis(["entity_id", "evidence_id"], axis=1).assign(entity=entity)
        for entity in ("application", "asset")
        for column in (f"source_{entity}", f"target_{entity}")
    ]
    return pd.concat(ends, ignore_index=True).dropna(subset=["entity_id"]).reset_index(drop=True)


def ways(degrees: Degrees) -> dict[str, str]:
    """Attribute -> api, file or manual: the way by which most members have it."""
    if not len(degrees):
        return dict.fromkeys(ATTRIBUTES, MANUAL)
    by_api = (degrees >= AUTOMATED[API]).mean(axis=0) >= MOSTLY
    by_any = (degrees > AUTOMATED[MANUAL]).mean(axis=0) >= MOSTLY
    return {
        attribute: API if api else FILE if any_way else MANUAL
        for attribute, api, any_way in zip(ATTRIBUTES, by_api.tolist(), by_any.tolist(), strict=True)
    }


def percent(degrees: Degrees) -> float:
    """Mean over members and attributes, 0 to 100; 0 where nobody is to be collected from."""
    return round(100.0 * float(degrees.mean(dtype=np.float64)), 1) if len(degrees) else 0.0
