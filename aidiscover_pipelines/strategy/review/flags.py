"""What changed under a recommendation that a person holds, and whose words on it differ: flags, and why to look again.

A fact has changed where what the policy reads in it has: a quantity that stays within its band (traits.py) has
not, and neither has a field that decides nothing. Both sides are read at the same date, so time alone changes no fact.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.excerpts import clipped
from aidiscover_pipelines.domain.tables import ApplicationFact, DataFlag
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.strategy.review.decided import CONTRADICTORY
from aidiscover_pipelines.strategy.review.traits import PRODUCT_FIELDS, PRODUCTS, traits_of
from aidiscover_pipelines.strategy.signals import OPINIONS, SOURCE_SUFFIX, FactTable, read_signals

STAGE = "strategy"
FACT_CHANGED = "fact changed under an approved recommendation"
GONE = "reviewed application is gone"
CHANGED_COLUMNS = ["application_id", "field", "then", "value"]
# Longer texts are cut in a flag; the fact itself is stored whole.
_SHOWN = 80
_NONE = "nothing"


def facts_then(facts: pd.DataFrame) -> dict[str, dict[str, list[Any]]]:
    """What an entry keeps of each application's facts: application -> {field: [value, number or None]}."""
    told = facts[~facts["field"].isin(OPINIONS)].sort_values(["application_id", "field"], kind="stable")
    numbers = told["number"].astype("float64").tolist()
    kept: dict[str, dict[str, list[Any]]] = {}
    columns = (told[name].tolist() for name in ("application_id", "field", "value"))
    for application, field, value, number in zip(*columns, numbers, strict=True):
        kept.setdefault(application, {})[field] = [value, None if number != number else number]
    return kept


def changed_facts(held: pd.DataFrame, facts: pd.DataFrame, today: date) -> pd.DataFrame:
    """Facts that say something else to the policy than when the entry in force was made: CHANGED_COLUMNS.

    `held` has application_id and `facts` (as `facts_then` gives them; empty where an entry kept none, which compares
    nothing); `facts` are ApplicationFact rows of now. A value is NaN where nothing is or was told.
    """
    told_now = facts_then(facts)
    kept = zip(held["application_id"].tolist(), held["facts"].tolist(), strict=True)
    # Most stand as they were: only the others are compared fact by fact.
    differs = np.array([bool(then) and then != told_now.get(name) for name, then in kept], dtype=bool)
    then = _as_rows(held[differs])
    now = facts[facts["application_id"].astype(object).isin(set(then["application_id"]))]
    now = now[~now["field"].isin(OPINIONS)]
    both = then.merge(now, how="outer", on=["application_id", "field"], suffixes=("_then", ""))
    same = both["value_then"].fillna("").astype("str") == both["value"].fillna("").astype("str")
    differing = both[~same]
    if differing.empty:
        return pd.DataFrame(columns=CHANGED_COLUMNS)
    concerned = set(differing["application_id"])
    read = _read_otherwise(
        then[then["application_id"].isin(concerned)], now[now["application_id"].isin(concerned)], today
    )
    told = [pair in read for pair in zip(differing["application_id"], differing["field"], strict=True)]
    found = differing[told].rename(columns={"value_then": "then"})
    return found[CHANGED_COLUMNS].sort_values(["application_id", "field"], kind="stable").reset_index(drop=True)


def _as_rows(held: pd.DataFrame) -> pd.DataFrame:
    """The kept facts as ApplicationFact rows."""
    rows: list[tuple[Any, ...]] = [
        (application, field, value, number, [], "")
        for application, kept in zip(held["application_id"], held["facts"], strict=True)
        for field, (value, number) in kept.items()
    ]
    return pd.DataFrame(rows, columns=ApplicationFact.columns())


def _read_otherwise(then: pd.DataFrame, now: pd.DataFrame, today: date) -> set[tuple[str, str]]:
    """(application, field) from which a signal is read, then or now, whose level is another one."""
    levels, origins = zip(*(_levels(facts, today) for facts in (then, now)), strict=True)
    found: set[tuple[str, str]] = set()
    for application in levels[0].keys() | levels[1].keys():
        before, after = (side.get(application, {}) for side in levels)
        for signal in before.keys() | after.keys():
            if before.get(signal) != after.get(signal):
                fields = PRODUCT_FIELDS if signal == PRODUCTS else (side.get((application, signal)) for side in origins)
                found.update((application, field) for field in fields if field)
    return found


def _levels(facts: pd.DataFrame, today: date) -> tuple[dict[str, dict[str, str]], dict[tuple[str, str], str]]:
    """Level of each signal by application, and the field that each signal was read from."""
    if facts.empty:
        return {}, {}
    table = FactTable(facts)
    frame = read_signals(table, today)
    origins = {
        (str(application), signal.removesuffix(SOURCE_SUFFIX)): str(field)
        for signal in frame.columns
        if signal.endswith(SOURCE_SUFFIX)
        for application, field in frame[signal].dropna().items()
    }
    return dict(zip(table.index, traits_of(table, frame), strict=True)), origins


def review_flags(held: pd.DataFrame, changed: pd.DataFrame, policy_says: Mapping[str, str]) -> pd.DataFrame:
    """DataFlag rows on entries in force: changed facts, contradictions, applications that are gone.

    `policy_says` is the policy's choice for each application of the inventory under the facts of now.
    """
    is_gone = ~held["application_id"].astype(object).isin(policy_says.keys())
    is_changed = held["application_id"].astype(object).isin(set(changed["application_id"]))
    told = held[is_gone | is_changed | (held["contradiction"] != "")].drop(columns="facts")
    by_application = {str(row["application_id"]): row for row in told.to_dict("records")}
    rows = [_fact_flag(row, by_application[row["application_id"]], policy_says) for row in changed.to_dict("records")]
    for application, said in by_application.items():
        if said["contradiction"]:
            what = (
                f"{said['contradiction']}; {said['strategy']} was said last and holds: approve it, withdraw one of "
                "them, or lock what stands"
            )
            rows.append(_flag(CONTRADICTORY, application, "", str(said["strategy"]), what, [], said["contradiction"]))
        if application not in policy_says:
            what = (
                f"{said['by']} decided {said['strategy']} on {said['at']:%Y-%m-%d}, and the inventory no longer has "
                "the application: see whether it goes by another id now, and withdraw what no longer holds"
            )
            rows.append(_flag(GONE, application, "", str(said["strategy"]), what, [], said["entry_id"]))
    return pd.DataFrame(rows, columns=DataFlag.columns())


def _fact_flag(row: Mapping[Any, Any], said: Mapping[Any, Any], policy_says: Mapping[str, str]) -> dict[str, Any]:
    application, now = str(row["application_id"]), _shown(row["value"])
    view = policy_says[application]
    policy = f"the policy would {'still' if view == said['strategy'] else 'now'} say {view}"
    answer = "unlock it and decide again" if said["is_locked"] else "approve it again, override it or withdraw it"
    what = (
        f"{row['field']} was {_quoted(row['then'])} when {said['by']} decided {said['strategy']} on "
        f"{said['at']:%Y-%m-%d} and is {_quoted(row['value'])} now; {said['strategy']} stays, and {policy}: {answer}"
    )
    cells = list(row["evidence"]) if isinstance(row["evidence"], list) else []
    return _flag(FACT_CHANGED, application, str(row["field"]), now, what, cells, said["entry_id"])


def _flag(
    problem: str, application: str, field: str, value: str, what: str, evidence: list[str], seed: str
) -> dict[str, Any]:
    key = "\x1f".join((problem, application, field, seed))
    return {
        "stage": STAGE,
        "flag_id": hashlib.sha256(key.encode()).hexdigest()[:16],
        "problem": problem,
        "entity": EntityKind.APPLICATION.value,
        "entity_id": application,
        "field": field,
        "value": value,
        "what": what,
        "evidence": evidence,
    }


def remarks(held: pd.DataFrame, changed: pd.DataFrame) -> pd.Series:
    """Why a person should look again at each application in `held`, as Recommendation.review; empty: no need."""
    told = {
        str(application): "fact changed: "
        + "; ".join(
            f"{field} was {_quoted(then)}, is {_quoted(now)}"
            for field, then, now in zip(rows["field"], rows["then"], rows["value"], strict=True)
        )
        for application, rows in changed.groupby("application_id")
    }
    contradictions = np.where(held["contradiction"] != "", f"{CONTRADICTORY}: " + held["contradiction"], "")
    return pd.Series(
        [
            "; ".join(part for part in (contradiction, told.get(application, "")) if part)
            for contradiction, application in zip(contradictions, held["application_id"], strict=True)
        ],
        index=held.index,
        dtype="str",
    )


def _shown(value: Any) -> str:
    return clipped(" ".join(value.split()), _SHOWN) if isinstance(value, str) else ""


def _quoted(value: Any) -> str:
    return repr(_shown(value)) if _shown(value) else _NONE
