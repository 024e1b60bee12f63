"""What people should look at because of the policy: a declaration that no longer fits, constraints that contradict."""

import hashlib

import pandas as pd

from aidiscover_pipelines.domain.tables import DataFlag
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.strategy.policy.contradictions import CONTRADICTION
from aidiscover_pipelines.strategy.policy.tenant import InForce

POLICY = "policy"
UNUSED = "policy not used"


def policy_flags(standing: InForce, recommendations: pd.DataFrame, application: str | None = None) -> pd.DataFrame:
    """DataFlag rows of applications whose constraints leave no strategy, and of a declaration that is not used.

    With an application, of that one alone.
    """
    rows = [] if application is not None or not standing.faults else [_unused(standing)]
    hit = recommendations[recommendations["review"].astype("str").str.startswith(CONTRADICTION)]
    columns = ["application_id", "strategy", "review", "evidence"]
    rows += [_contradiction(*values) for values in hit[columns].itertuples(index=False, name=None)]
    return pd.DataFrame(rows, columns=DataFlag.columns())


def _unused(standing: InForce) -> dict[str, object]:
    what = (
        f"declaration {standing.number} no longer fits this version of the product, so the shipped policy decides: "
        f"{'; '.join(standing.faults)}; correct the file and set it again"
    )
    return _flag(UNUSED, "", str(standing.number), what, [])


def _contradiction(application: str, strategy: str, review: str, evidence: list[str]) -> dict[str, object]:
    what = (
        f"{review.removeprefix(f'{CONTRADICTION}: ')}; it keeps {strategy}, the least bad by points: change or switch "
        "off one of them, or decide it yourself"
    )
    return _flag(CONTRADICTION, application, str(strategy), what, evidence)


def _flag(problem: str, application: str, value: str, what: str, evidence: list[str]) -> dict[str, object]:
    return {
        "stage": POLICY,
        "flag_id": hashlib.sha256("\x1f".join((problem, application, what)).encode()).hexdigest()[:16],
        "problem": problem,
        "entity": EntityKind.APPLICATION.value,
        "entity_id": application,
        "field": "",
        "value": value,
        "what": what,
        "evidence": evidence,
    }
