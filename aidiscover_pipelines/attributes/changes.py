"""Which applications must be judged anew: a digest of each over all that the stage reads about it."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.attributes.estate import NOBODY, Estate, places
from aidiscover_pipelines.attributes.flags import STAGE
from aidiscover_pipelines.attributes.standing import Believed, arrow_texts
from aidiscover_pipelines.attributes.survey import Hashes, hashes, mixed
from aidiscover_pipelines.domain.tables import AttributeValue, StageDigest
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import PortfolioStore


def digests(estate: Estate, common: str) -> "pd.Series[str]":
    """application_id, or NOBODY, -> digest; equal where nothing that is read differs.

    Rows of values, servers, links, edges with the names of both ends, products and questions that are out; trust and
    age of every row that is cited; `common`, Estate.common_digest. Two that differ are taken for equal once in 2**64.
    """
    survey, servers = estate.survey, estate.assets["asset_id"]
    sums, served = np.zeros(len(estate.ids) + 1, dtype=np.uint64), np.zeros(len(servers) + 1, dtype=np.uint64)
    told = survey.told.copy()
    _add(told, survey.of, mixed([*_believed(estate.sources.believe_rows(survey.cited)), hashes(survey.turn)]))
    uses = _hashed(estate.uses)
    for total, known, is_its in ((sums, estate.ids, ~survey.is_asset), (served, servers, survey.is_asset)):
        _add(total, np.where(is_its, places(survey.ids, known), -1), told)
        _add(total, places(estate.uses["entity_id"], known), uses)
    served[:-1] += _hashed(estate.assets)
    cited = [estate.sources.believe(arrow_texts(rows["evidence_id"])) for rows in (estate.links, estate.edges)]
    links = mixed([_hashed(estate.links), *_believed(cited[0]), served[estate.served]])
    _add(sums, estate.serving, links)
    edges = mixed([_hashed(estate.edges), *_believed(cited[1])])
    names = np.append(hashes(estate.applications["name"].to_numpy(dtype=object)), np.uint64(0))
    ends = [estate.edges[f"{end}_application"] for end in ("source", "target")]
    edges = mixed([edges, *(names[places(end, estate.applications["application_id"])] for end in ends)])
    for turn, end in enumerate(ends):
        _add(sums, places(end, estate.ids), mixed([edges, np.full(len(edges), turn, dtype=np.uint64)]))
    _add(sums, places(estate.asked["application_id"], estate.ids), _hashed(estate.asked))
    sums[-1] = served[:-1][estate.serve_nobody].sum()
    told_by = pd.Series(
        [f"{common}-{number:016x}" for number in sums.tolist()], index=[*estate.ids, NOBODY], dtype="str"
    )
    return told_by[:-1] if estate.alone else told_by


def write_judged(store: PortfolioStore, tenant: TenantId, run: RunRef, attributes: pd.DataFrame) -> None:
    """Put AttributeValue rows of a crew in place of the stage's, which then makes its own again in the next run.

    Their digests become empty, equal to nothing; the rows stay, because they tell what is to go with an application.
    """
    judged = pd.DataFrame({"application_id": attributes["application_id"].unique()}).assign(stage=STAGE, digest="")
    store.upsert(tenant, run, {AttributeValue: attributes, StageDigest: judged})


def _hashed(rows: pd.DataFrame) -> Hashes:
    return cast(Hashes, pd.util.hash_pandas_object(rows, index=False).to_numpy(dtype=np.uint64))


def _believed(cited: Believed) -> list[Hashes]:
    return [hashes(cited.trust), hashes(cited.age)]


def _add(sums: Hashes, to: "npt.NDArray[Any]", told: Hashes) -> None:
    """A sum does not know an order, and runs over at 2**64."""
    np.add.at(sums, to[to >= 0], told[to >= 0])
