"""What people decided: which entry holds for each application, and the recommendation that it makes.

Entries are read in the order of their numbers. The latest approval or override that is not withdrawn holds; a lock
holds over both until it is unlocked. Comments change nothing. People contradict each other where their latest words on
one application differ; a lock ends that.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import Recommendation, ReviewEntry
from aidiscover_pipelines.domain.vocabulary import DecidedBy, ReviewAction
from aidiscover_pipelines.strategy.advice.reasons import EXCLUDED, put_first
from aidiscover_pipelines.strategy.draft import digests, rows_of

EVIDENCE = "override:"
# Without the vector, which only the search for precedents reads, and the facts, which are compared where one holds.
SAID = [column for column in ReviewEntry.columns() if column not in ("embedding", "facts")]
DECISIONS = (ReviewAction.APPROVE, ReviewAction.OVERRIDE)
CONTRADICTORY = "contradictory reviews"
# Whether another expert would follow a person who knows the application: where facts were enough, two experts named the
# same strategy for 31 of the 37 development cases (gold/sixr_cases.csv).
WHEN_DECIDED = 0.84
# A hard constraint says no and the person yes: whom an expert would follow is open.
WHEN_EXCLUDED = 0.5


def in_force(entries: pd.DataFrame) -> pd.DataFrame:
    """The entry that holds for each application where one does, by application, with two columns more.

    `is_locked`, and `contradiction`: who said what and when, the latest last; empty where nobody contradicts.
    """
    ordered = entries.sort_values(["application_id", "number"], kind="stable").reset_index(drop=True)
    holding = list(_holding(ordered))
    held = ordered.loc[[position for position, _, _ in holding]].reset_index(drop=True)
    return held.assign(
        is_locked=pd.Series([is_locked for _, is_locked, _ in holding], dtype=bool),
        contradiction=pd.Series([contradiction for _, _, contradiction in holding], dtype="str"),
    )


def decisions(entries: pd.DataFrame) -> pd.DataFrame:
    """Approvals and overrides that nobody withdrew, those that a later one superseded too."""
    withdrawn = entries.loc[entries["action"].astype("str") == ReviewAction.WITHDRAW.value, "about"]
    is_decision = entries["action"].astype("str").isin([action.value for action in DECISIONS])
    return entries[is_decision & ~entries["entry_id"].isin(withdrawn)]


def _holding(ordered: pd.DataFrame) -> Iterator[tuple[int, bool, str]]:
    """Position of the entry that holds, whether it is locked, and the contradiction, for each application with one."""
    columns = ["application_id", "entry_id", "action", "strategy", "about", "by", "at"]
    for _, said in groupby(ordered[columns].itertuples(name="Said"), key=attrgetter("application_id")):
        decided: list[Any] = []
        lock: Any = None
        for entry in said:
            if entry.action in DECISIONS:
                decided.append(entry)
            elif entry.action == ReviewAction.WITHDRAW:
                decided = [one for one in decided if one.entry_id != entry.about]
            elif entry.action == ReviewAction.LOCK:
                lock = entry
            elif entry.action == ReviewAction.UNLOCK:
                lock = None
        if lock is not None:
            yield lock.Index, True, ""
        elif decided:
            yield decided[-1].Index, False, _contradiction(decided)


def _contradiction(decided: list[Any]) -> str:
    latest = {entry.by: entry for entry in decided}
    if len({str(entry.strategy) for entry in latest.values()}) < 2:
        return ""
    words = sorted(latest.values(), key=attrgetter("Index"))
    return "; ".join(f"{entry.by} said {entry.strategy} on {entry.at:%Y-%m-%d %H:%M} UTC" for entry in words)


def as_decided(drafts: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Recommendation rows of the applications in `held` (entries in force); run_id is left empty.

    `drafts` were made with `chosen_for` these entries, so that all that depends on the strategy fits. `held` may have a
    column `review`: why a person should look again. No drafts: no rows.
    """
    said = {str(row["application_id"]): row for row in rows_of(held)}
    rows = [_decided(row, said[row["application_id"]]) for row in rows_of(drafts) if row["application_id"] in said]
    if not rows:
        return pd.DataFrame(columns=Recommendation.columns())
    frame = pd.DataFrame(rows).assign(foretold=lambda decided: decided["confidence"])
    seeds = [f"{row['digest']} {said[row['application_id']]['entry_id']}" for row in rows]
    return frame.assign(digest=digests(frame, seeds))[Recommendation.columns()]


def exclusions(ranking: list[dict[str, Any]], strategy: str) -> list[str]:
    """Why hard constraints forbid a strategy; nothing where they allow it."""
    entry = next(entry for entry in ranking if entry["strategy"] == strategy)
    texts = [str(reason["text"]) for reason in entry["reasons"]]
    return [text.removeprefix(EXCLUDED) for text in texts if text.startswith(EXCLUDED)]


def _decided(draft: dict[str, Any], said: Mapping[Any, Any]) -> dict[str, Any]:
    strategy, key = str(said["strategy"]), EVIDENCE + str(said["entry_id"])
    first, against = draft["ranking"][0], exclusions(draft["ranking"], strategy)
    return {
        **draft,
        "strategy": strategy,
        "confidence": _confidence(draft, strategy, against),
        "decided_by": DecidedBy.PERSON.value,
        "ranking": put_first(draft["ranking"], strategy, _by_a_person(said), str(said["reason"]), [key]),
        "rationale": _rationale(draft, first, said, against),
        "evidence": [key, *draft["evidence"]],
        "review": said.get("review", ""),
    }


def _by_a_person(said: Mapping[Any, Any]) -> str:
    return f"{'locked' if said['action'] == ReviewAction.LOCK else 'decided'} by a person"


def _confidence(draft: Mapping[str, Any], strategy: str, against: list[str]) -> float:
    if against:
        return WHEN_EXCLUDED
    agrees = draft["ranking"][0]["strategy"] == strategy
    return max(WHEN_DECIDED, float(draft["confidence"])) if agrees else WHEN_DECIDED


def _rationale(draft: Mapping[str, Any], first: Mapping[str, Any], said: Mapping[Any, Any], against: list[str]) -> str:
    strategy = str(said["strategy"])
    words = f"{strategy.capitalize()}, {_by_a_person(said)}: {str(said['reason']).rstrip('.')}."
    if against:
        words += f" A hard constraint speaks against it: {'; '.join(against)}."
    view = "The policy agrees" if first["strategy"] == strategy else "The policy ranks another first"
    return f"{words} {view}: {draft['rationale']}"
