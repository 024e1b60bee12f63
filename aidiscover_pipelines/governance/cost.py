"""What a run would use before it is started: kickoffs as the plan counts them, times what kickoffs took, times prices.

Deterministic; no model is asked. Every figure comes thrice: low, likely and high.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aidiscover_pipelines.governance.budget import MOST_ANSWER_TOKENS, Used
from aidiscover_pipelines.governance.policy import Budget
from aidiscover_pipelines.governance.sizes import Amount, Place, TaskSize

# (model, prompt tokens, answer tokens) of one call -> US dollars, None where no price is known
PriceOf = Callable[[str, int, int], float | None]
# (crew, task) -> the model that would be asked
ModelOf = Callable[[str, str], str]
NOTHING = Amount()
# Limits that all kickoffs of a run share; the others hold one call at a time.
SHARED = ("run", "tenant")


@dataclass(frozen=True, slots=True)
class KickoffCount:
    """Kickoffs of one crew about one kind of subject: low, likely, high."""

    crew: str
    kind: str
    low: int
    likely: int
    high: int


@dataclass(frozen=True, slots=True)
class Bill:
    """What is used and what it costs. `usd` is None where any of it has no known price."""

    used: Amount = NOTHING
    usd: float | None = 0.0

    def __add__(self, other: "Bill") -> "Bill":
        usd = None if self.usd is None or other.usd is None else self.usd + other.usd
        return Bill(self.used + other.used, usd)

    def __mul__(self, times: int) -> "Bill":
        if not times:
            return Bill()
        return Bill(self.used * times, None if self.usd is None else self.usd * times)


# Of a run: low, likely, high.
Bills = tuple[Bill, Bill, Bill]


@dataclass(frozen=True, slots=True)
class Forecast:
    """`parts` is by (crew, kind). `kickoffs` and `tasks` are (likely, high) of single ones, those that would be run.

    `call` is the dearest call with the longest answer: what a budget sets aside before a call. `at_once` is how many
    calls are on their way at the same time.
    """

    total: Bills
    parts: Mapping[tuple[str, str], Bills]
    kickoffs: Sequence[tuple[Bill, Bill]]
    tasks: Sequence[tuple[Bill, Bill]]
    call: Bill
    at_once: int


def forecast(
    counts: Sequence[KickoffCount],
    sizes: Mapping[Place, TaskSize],
    model_of: ModelOf,
    price: PriceOf,
    at_once: int,
) -> Forecast:
    """Low and likely take the usual size of each task, high the 90th percentile."""
    parts: dict[tuple[str, str], Bills] = {}
    kickoffs: list[tuple[Bill, Bill]] = []
    tasks: list[tuple[Bill, Bill]] = []
    calls: list[Bill] = []
    for count in counts:
        mine, longest = [], []
        for (crew, kind, task), size in sizes.items():
            if (crew, kind) == (count.crew, count.kind):
                model = model_of(crew, task)
                mine.append((_bill(size.usual, model, price), _bill(size.high, model, price)))
                prompt = size.high.prompt_tokens / max(size.high.calls, 1.0)
                longest.append(_bill(Amount(1.0, prompt, MOST_ANSWER_TOKENS), model, price))
        usual, high = sum((one for one, _ in mine), Bill()), sum((one for _, one in mine), Bill())
        parts[count.crew, count.kind] = (usual * count.low, usual * count.likely, high * count.high)
        if count.high:
            kickoffs.append((usual, high))
            tasks += mine
            calls += longest
    call = widest(calls)
    low, likely, most = (sum((part[place] for part in parts.values()), Bill()) for place in range(3))
    return Forecast((low, likely, most), parts, kickoffs, tasks, call, at_once)


def widest(calls: Sequence[Bill]) -> Bill:
    """The most tokens and the most dollars of any call; dollars are None where one has no known price."""
    return Bill(max((one.used for one in calls), key=lambda used: used.tokens, default=NOTHING), _dearest(calls))


def fit_budgets(told: Forecast, budget: Budget, month: Used) -> list[dict[str, Any]]:
    """Each limit that is set against what would be used: rows of rule, limit, used, likely, high, fits and set_to.

    `fits` is yes, perhaps (not at the high figure, or with too little left for calls on their way), no, or unknown
    where no price is known. `set_to` is a limit that would hold, None where this one does or nobody can say. An agent's
    share is taken to be that of a task.
    """
    return [_fit(rule, float(limit), told, month) for rule, limit in budget.model_dump().items() if limit is not None]


def fitting_limit(rule: str, told: Forecast, month: Used) -> float | int | None:
    """A limit by which a run would not be stopped, two digits; None where no price is known or nothing costs."""
    high, aside = _expected(rule, told, True), _set_aside(rule, told)
    if high is None or aside is None or not high:
        return None
    wanted = _used(rule, month) + high + aside
    if rule == "task_calls":
        return math.ceil(wanted)
    step = 10.0 ** (math.floor(math.log10(wanted)) - 1)
    rounded = round(math.ceil(wanted / step) * step, 6)
    return rounded if rule.endswith("usd") else math.ceil(rounded)


def _fit(rule: str, limit: float, told: Forecast, month: Used) -> dict[str, Any]:
    used, aside = _used(rule, month), _set_aside(rule, told)
    likely, high = (_expected(rule, told, is_high) for is_high in (False, True))
    if likely is None or high is None or aside is None:
        fits = "unknown"
    elif used + high + (aside if high else 0.0) <= limit:
        fits = "yes"
    else:
        fits = "perhaps" if used + likely <= limit else "no"
    return {
        "rule": f"budget.{rule}",
        "limit": _shown(rule, limit),
        "used": _shown(rule, used),
        "likely": _shown(rule, likely),
        "high": _shown(rule, high),
        "fits": fits,
        "set_to": fitting_limit(rule, told, month) if fits in ("no", "perhaps") else None,
    }


def _used(rule: str, month: Used) -> float:
    return {"tenant_tokens": float(month.tokens), "tenant_usd": month.usd}.get(rule, 0.0)


def _expected(rule: str, told: Forecast, is_high: bool) -> float | None:
    """What is used of a limit."""
    tasks, kickoffs = ([pair[is_high] for pair in pairs] for pairs in (told.tasks, told.kickoffs))
    scope, _, unit = rule.partition("_")
    if rule == "task_calls":
        return max((math.ceil(task.used.calls) for task in tasks), default=0)
    if scope == "step":
        return max((task.used.tokens / max(task.used.calls, 1.0) for task in tasks), default=0.0)
    bills = {"crew": kickoffs, "agent": tasks}.get(scope, [told.total[2 if is_high else 1]])
    return max((bill.used.tokens for bill in bills), default=0.0) if unit == "tokens" else _dearest(bills)


def _set_aside(rule: str, told: Forecast) -> float | None:
    """What a limit must hold beyond what is used: the longest answers of the calls that are on their way."""
    scope, _, unit = rule.partition("_")
    if rule == "task_calls":
        return 0.0
    if unit == "usd":
        return None if told.call.usd is None else told.call.usd * (told.at_once if scope in SHARED else 1)
    return told.call.used.tokens * told.at_once if scope in SHARED else MOST_ANSWER_TOKENS


def _shown(rule: str, value: float | None) -> float | int | None:
    if value is None:
        return None
    return round(value, 4) if rule.endswith("usd") else math.ceil(value)


def _dearest(bills: Sequence[Bill]) -> float | None:
    prices = [bill.usd for bill in bills]
    return None if None in prices else max((price for price in prices if price is not None), default=0.0)


def _bill(used: Amount, model: str, price: PriceOf) -> Bill:
    """Priced call by call: some price lists ask more for long prompts."""
    if not used.calls:
        return Bill(used)
    one = price(model, round(used.prompt_tokens / used.calls), round(used.completion_tokens / used.calls))
    return Bill(used, None if one is None else one * used.calls)
