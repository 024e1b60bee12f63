"""Why each application has its wave, in the words of the plan."""

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import WaveAssignment
from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.waves.movers import Inputs

SHOWN = 3


def assignments(
    inputs: Inputs,
    waves: dict[str, int],
    circles: dict[str, list[str]],
    pilots: set[str],
    started: set[str],
    locked: set[str],
    links: dict[str, list[str]],
) -> pd.DataFrame:
    """WaveAssignment of every application with a recommendation, by id; what is not in `waves` does not move.

    circles: whom each moves with. links: what each declared constraint says of its applications.
    """
    called = dict(zip(inputs.applications["application_id"], inputs.applications["name"], strict=True))
    known = inputs.known["application_id"].tolist()
    needs, needed_by = _edges(inputs.dependencies, known)
    rows: list[tuple[str, int, str, list[str]]] = []
    for application, strategy in zip(known, inputs.known["strategy"].astype("str"), strict=True):
        wave = waves.get(application, 0)
        if not wave:
            moving = [name for name in needed_by.get(application, []) if name in waves]
            rows.append((application, 0, _why_it_stays(strategy, _names(moving, called)), []))
            continue
        mine = needs.get(application, [])
        circle = circles.get(application, [])
        direct = [name for name in circle if name in mine or application in needs.get(name, [])]
        reasons = []
        if application in started:
            reasons.append("its wave has started")
        if application in pilots:
            reasons.append("pilot: easy, not critical, needs no other mover")
        if application in locked:
            reasons.append("locked in this wave")
        said = links.get(application, [])
        if circle and (direct or not said):
            reasons.append(f"moves together with {_names(circle, called)}: they need each other")
        if before := [name for name in mine if name in waves and name not in circle]:
            reasons.append(f"not before {_names(before, called)}, which it needs")
        reasons += said[:SHOWN]
        if staying := [name for name in mine if name not in waves]:
            reasons.append(f"keeps a connection to {_names(staying, called)}, which does not move")
        reason = "; ".join(reasons) or "by priority and risk; waits for nothing"
        rows.append((application, wave, reason, circle))
    return pd.DataFrame(rows, columns=WaveAssignment.columns())


def _edges(dependencies: pd.DataFrame, known: list[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What each application needs and who needs it, in the order of `known`. Undirected edges order nothing."""
    directed, places = dependencies[dependencies["directed"].astype(bool)], pd.Index(known)
    source, target = (places.get_indexer(pd.Index(directed[f"{end}_application"])) for end in ("source", "target"))
    inside = (source >= 0) & (target >= 0) & (source != target)
    pairs = np.unique(source[inside] * len(known) + target[inside])
    needs: dict[str, list[str]] = {}
    needed_by: dict[str, list[str]] = {}
    for pair in pairs.tolist():
        one, other = known[pair // len(known)], known[pair % len(known)]
        needs.setdefault(one, []).append(other)
        needed_by.setdefault(other, []).append(one)
    return needs, needed_by


def _why_it_stays(strategy: str, moving: str) -> str:
    if strategy == Strategy.RETIRE:
        return "switched off" + (f" once {moving} no longer need it" if moving else "")
    return "stays where it is" + (f"; {moving} must reach it from the cloud" if moving else "")


def _names(ids: list[str], called: dict[str, str]) -> str:
    """The first names, as people know them."""
    more = len(ids) - SHOWN
    return ", ".join(called[each] for each in ids[:SHOWN]) + (f" and {more} more" if more > 0 else "")
