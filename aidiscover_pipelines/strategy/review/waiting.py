"""Which recommendations ask for a person's look, and why. A confirmation or an override answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from aidiscover_pipelines.domain.tables import Application, Recommendation
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.advice.reasons import LEAST_LEAD

DISAGREEMENT = "disagreement"
# How a reason begins where an error of that class kept the crew from answering (crews.grounding.failure_reason).
_FAILURES = {"BudgetExhausted": "budget exhausted", "ContextOverflow": "context overflow"}
FALLBACK = "fallback"


def disagreement(ranking: Sequence[Mapping[str, Any]], named: str, *, decides: bool, is_pattern: bool) -> str:
    """The crew named another strategy than the policy ranks first."""
    scores = {str(entry["strategy"]): entry for entry in ranking}
    first = ranking[0]
    ahead = float(first["score"]) - float(scores[named]["score"])
    place = f"{ahead:.1f} points ahead" if ahead >= LEAST_LEAD else "level with it"
    if not scores[named]["allowed"]:
        place = "and a hard constraint forbids the other"
    chose = f"{'chose' if decides else 'would choose'} {named}{' for its pattern' if is_pattern else ''}"
    return f"{DISAGREEMENT}: the crew {chose}, the policy ranks {first['strategy']} first, {place}"


def no_answer(reason: str) -> str:
    """The crew gave no answer that may stand, so the policy's recommendation does."""
    kind = next((words for name, words in _FAILURES.items() if reason.startswith(name)), FALLBACK)
    return f"{kind}: {reason or 'the crew gave no answer that may stand'}"


def waiting(store: PortfolioStore, tenant: TenantId) -> list[dict[str, Any]]:
    """Recommendations that ask for a look, the least sure first.

    [{"application", "name", "strategy", "confidence", "decided_by", "kind", "why"}]. Raises: UnknownTenant.
    """
    store.tenant(tenant, "list the recommendations that wait for a person")
    columns = ["application_id", "strategy", "confidence", "decided_by", "review"]
    rows = store.read(tenant, Recommendation, columns=columns)
    names = store.read(tenant, Application, columns=["application_id", "name"]).set_index("application_id")["name"]
    asking = rows[rows["review"] != ""].sort_values(["confidence", "application_id"], kind="stable")
    return [
        {
            "application": row["application_id"],
            "name": str(names.get(row["application_id"], row["application_id"])),
            "strategy": str(row["strategy"]),
            "confidence": float(row["confidence"]),
            "decided_by": str(row["decided_by"]),
            "kind": str(row["review"]).partition(": ")[0],
            "why": str(row["review"]).partition(": ")[2],
        }
        for row in asking.to_dict("records")
    ]
