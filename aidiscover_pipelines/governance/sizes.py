"""How large kickoffs were: calls and tokens of each task, from the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import LlmCall
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore

ANSWERED = "answered"
DECLARED = "declared prompts"
# A tenth of kickoffs is larger: what a careful person plans with.
HIGH_QUANTILE = 0.9

# Crew, kind of subject (tenant, file, cluster, application) and task: what a size depends on.
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Amount:
    """Calls and tokens."""

    calls: float = 0.0
    prompt_tokens: float = 0.0
    completion_tokens: float = 0.0

    @property
    def tokens(self) -> float:
        """Sent and received."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )

    def __mul__(self, times: float) -> "Amount":
        return Amount(self.calls * times, self.prompt_tokens * times, self.completion_tokens * times)


@dataclass(frozen=True, slots=True)
class TaskSize:
    """What one task of a kickoff takes: usually, and at the 90th percentile. `basis` says what was measured."""

    usual: Amount
    high: Amount
    basis: str


def measured_sizes(store: PortfolioStore, tenant: TenantId, models: Iterable[str]) -> dict[Place, TaskSize]:
    """Sizes from kickoffs on record: those of `models` where there are any, else those of every model.

    Kickoffs with a kept, failed or refused call say less than the whole and are left out.
    """
    columns = ["kickoff_id", "subject", "crew", "task", "model_served", "status"]
    calls = store.read(tenant, LlmCall, columns=[*columns, "prompt_tokens", "completion_tokens"])
    calls = calls[calls["kickoff_id"] != ""]
    broken = set(calls.loc[calls["status"] != ANSWERED, "kickoff_id"])
    calls = calls[~calls["kickoff_id"].isin(broken)]
    # Providers answer with a dated name of what was asked: gpt-4.1-mini-2025-04-14 for openai/gpt-4.1-mini.
    names = tuple(model.rpartition("/")[2] for model in models)
    served = [str(model).rpartition("/")[2].startswith(names) for model in calls["model_served"]]
    return {**_sizes(calls, "any model"), **_sizes(calls[np.array(served, dtype=bool)], "this model")}


def sizes_of(
    places: Iterable[Place], measured: Mapping[Place, TaskSize], declared: Mapping[tuple[str, str], Amount]
) -> dict[Place, TaskSize]:
    """A size for each place: measured, else declared by (crew, task)."""
    return {place: measured.get(place) or _as_declared(declared[place[0], place[2]]) for place in dict.fromkeys(places)}


def _as_declared(amount: Amount) -> TaskSize:
    """Without a record nothing is known of the spread: a second look of the agent doubles a task."""
    return TaskSize(amount, amount * 2, DECLARED)


def _sizes(calls: pd.DataFrame, of: str) -> dict[Place, TaskSize]:
    kinds = calls.assign(kind=[str(subject).partition(":")[0] for subject in calls["subject"]])
    places = ["crew", "kind", "task"]
    kickoffs = kinds.groupby(["kickoff_id", *places]).agg(
        calls=("status", "size"),
        prompt_tokens=("prompt_tokens", "sum"),
        completion_tokens=("completion_tokens", "sum"),
    )
    sizes = {}
    for (crew, kind, task), rows in kickoffs.groupby(level=places):
        usual, high = rows.median(), rows.quantile(HIGH_QUANTILE)
        sizes[str(crew), str(kind), str(task)] = TaskSize(_amount(usual), _amount(high), f"{len(rows)} of {of}")
    return sizes


def _amount(row: pd.Series) -> Amount:
    return Amount(float(row["calls"]), float(row["prompt_tokens"]), float(row["completion_tokens"]))
