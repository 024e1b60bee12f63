"""Which applications must be judged anew: a digest of each over all that the stage reads about it."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.attributes.estate import Part, places
from aidiscover_pipelines.attributes.facts import Judgement
from aidiscover_pipelines.attributes.flags import STAGE
from aidiscover_pipelines.domain.tables import AttributeValue, StageDigest
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import PortfolioStore

_Hashes = npt.NDArray[np.uint64]
_ODD = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio, as in splitmix64


def digests(part: Part, judged: Judgement, common: str) -> "pd.Series[str]":
    """application_id -> digest, in the part's order; equal where nothing that is read differs.

    Rows of values, servers, links, edges with the names of both ends, products and questions that are out; trust and
    age of every cell; `common`, Estate.common_digest. Two that differ are taken for equal once in 2**64.
    """
    cells, cited, servers = judged.cells, judged.addresses, part.assets["asset_id"]
    sums, served = np.zeros(len(part.ids), dtype=np.uint64), np.zeros(len(part.assets), dtype=np.uint64)
    addresses = _mixed([_hashes(column) for column in (cited.texts, cited.believed.trust, cited.believed.age)])
    texts = (cells.entity, cells.entity_id, cells.field, cells.value, cells.statistic, cells.rule)
    told = [*(_hashes(column.texts)[column.codes] for column in texts), addresses[cited.values]]
    values = _mixed([*told, *(_hashes(column) for column in (cells.number, cells.chosen, cells.conflict))])
    entities = pd.Series(cells.entity_id.texts, dtype="str")
    of_application, of_server = (places(entities, known)[cells.entity_id.codes] for known in (part.ids, servers))
    _add(sums, np.where(cells.is_asset, -1, of_application), values)
    _add(served, np.where(cells.is_asset, of_server, -1), values)
    uses = _hashed(part.uses)
    for total, known in ((sums, part.ids), (served, servers)):
        _add(total, places(part.uses["entity_id"], known), uses)
    served += _hashed(part.assets)
    server = places(part.links["asset_id"], servers)
    runs_on = np.append(served, np.uint64(0))[server]  # the last one is of links to what is no asset
    links = _mixed([_hashed(part.links), addresses[cited.links], runs_on])
    _add(sums, places(part.links["application_id"], part.ids), links)
    edges = _hashed(part.dependencies)
    for end in ("source", "target"):
        named = places(part.dependencies[f"{end}_application"], part.neighbours["application_id"])
        edges = _mixed([edges, np.append(_hashes(part.neighbours["name"].to_numpy(dtype=object)), np.uint64(0))[named]])
    edges = _mixed([edges, addresses[cited.edges]])
    for end in ("source", "target"):
        told_end = _mixed([edges, np.full(len(edges), len(end) + ord(end[0]), dtype=np.uint64)])
        _add(sums, places(part.dependencies[f"{end}_application"], part.ids), told_end)
    _add(sums, places(part.asked["application_id"], part.ids), _hashed(part.asked))
    return pd.Series([f"{common}-{number:016x}" for number in sums.tolist()], index=part.ids, dtype="str")


def write_judged(store: PortfolioStore, tenant: TenantId, run: RunRef, attributes: pd.DataFrame) -> None:
    """Put AttributeValue rows of a crew in place of the stage's, which then makes its own again in the next run.

    Their digests become empty, equal to nothing; the rows stay, because they tell what is to go with an application.
    """
    judged = pd.DataFrame({"application_id": attributes["application_id"].unique()}).assign(stage=STAGE, digest="")
    store.upsert(tenant, run, {AttributeValue: attributes, StageDigest: judged})


def _hashed(rows: pd.DataFrame) -> _Hashes:
    hashes = pd.util.hash_pandas_object(rows, index=False).to_numpy(dtype=np.uint64)
    return cast(_Hashes, hashes)


def _hashes(values: "npt.NDArray[Any]") -> _Hashes:
    """A hash of each."""
    return cast(_Hashes, pd.util.hash_array(values, categorize=False))


def _mixed(columns: Sequence[_Hashes]) -> _Hashes:
    """One hash for each row of all its columns, which depends on their order."""
    out = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        out = (out ^ column) * _ODD
        out ^= out >> np.uint64(32)
    return out


def _add(sums: _Hashes, to: "npt.NDArray[Any]", hashes: _Hashes) -> None:
    """A sum does not know an order, and runs over at 2**64."""
    np.add.at(sums, to[to >= 0], hashes[to >= 0])
