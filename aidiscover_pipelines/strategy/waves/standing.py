"""Whether the stored plan still stands: a digest of all that it was made of, and of the plan itself."""

import hashlib

import pandas as pd

from aidiscover_pipelines.domain.edition import edition
from aidiscover_pipelines.domain.tables import StageDigest
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.waves.document import Planning
from aidiscover_pipelines.strategy.waves.movers import Inputs

STAGE = "waves"


def digest(inputs: Inputs, planning: Planning, assignments: pd.DataFrame, problems: pd.DataFrame) -> str:
    """Digest of what a plan is made of and of its WaveAssignment and PlanProblem rows, whose texts follow from it."""
    told = hashlib.sha256(f"{edition('strategy', 'domain')} {planning.model_dump_json()}".encode())
    made_of = (inputs.recommendations, inputs.dependencies, inputs.applications, inputs.facts, inputs.links)
    for frame in (*made_of, assignments[["application_id", "wave"]], problems[["problem_id"]]):
        told.update(len(frame).to_bytes(8))
        told.update(pd.util.hash_pandas_object(frame.astype("str"), index=False).to_numpy().tobytes())
    return told.hexdigest()


def held(store: PortfolioStore, tenant: TenantId) -> str:
    """The digest that was kept with the plan; empty where none was."""
    row = store.find(tenant, StageDigest, stage=STAGE, application_id="")
    return row.digest if row else ""


def keep(store: PortfolioStore, tenant: TenantId, made_of: str) -> None:
    """Keep the digest of the plan that has been stored; where that is cut short, the old one fits no stored plan."""
    store.put(tenant, [StageDigest(stage=STAGE, application_id="", digest=made_of)])
