"""Words of a recommendation: why this strategy, why not the others, and what to do next."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.score import STRATEGIES, Scores, strongest_first
from aidiscover_pipelines.strategy.wording import Quoter

Reason = dict[str, object]

STEPS: dict[Strategy, tuple[str, ...]] = {
    Strategy.REHOST: (
        "Confirm target size from measured use, not from what is installed",
        "Replicate the servers and test a cut-over on a copy",
        "Cut over in its wave and keep the source switched off for two weeks",
    ),
    Strategy.REPLATFORM: (
        "Prove the managed platform with a copy of the data",
        "List features and extensions in use that the managed platform lacks",
        "Migrate the data with a rehearsed way back",
    ),
    Strategy.REFACTOR: (
        "Draw the boundaries of the parts that change most often",
        "Decide whether to move it unchanged first",
        "Estimate budget and skills for the redesign before its wave is fixed",
    ),
    Strategy.REPURCHASE: (
        "Shortlist products and run a fit-gap analysis",
        "Clarify data take-over and the end date of the present licence",
        "Plan training and the switch of its interfaces",
    ),
    Strategy.RETIRE: (
        "Have the business owner confirm that it can go",
        "Archive data as long as retention rules ask",
        "Switch off, wait a month, then remove servers and licences",
    ),
    Strategy.RETAIN: (
        "Note why it stays and who decided",
        "Decide again within twelve months, or when the reason ends",
        "Check that applications which move can still reach it",
    ),
}
# Below this confidence the plan starts with the question that could change the answer.
ASK_BELOW = 0.65
QUESTIONS = 2
ASK = "Ask: "


def reasons_of(scores: Scores, quoter: Quoter) -> list[list[list[Reason]]]:
    """Reasons by application and strategy: rules that exclude it first, then arguments by weight."""
    found: list[list[list[Reason]]] = [[[] for _ in STRATEGIES] for _ in range(len(scores.points))]
    for rule, rows in scores.broken:
        texts, cited = quoter.text(rule.reason, rows), quoter.cite(rule.when.signals, rows)
        for row, text, evidence in zip(rows.tolist(), texts, cited, strict=True):
            for strategy in rule.excludes:
                found[row][STRATEGIES.index(strategy)].append(
                    {"text": f"excluded: {text} [{rule.citation}]", "evidence": evidence, "rule": rule.id}
                )
    for criterion, worth, rows in strongest_first(scores):
        position, points = STRATEGIES.index(criterion.strategy), round(worth, 2)
        side = "for" if worth > 0 else "against"
        texts, cited = quoter.text(criterion.text, rows), quoter.cite(criterion.when.signals, rows)
        for row, text, evidence in zip(rows.tolist(), texts, cited, strict=True):
            found[row][position].append({"text": f"{side}: {text}", "evidence": evidence, "points": points})
    return found


def rankings(scores: Scores, reasons: Sequence[Sequence[list[Reason]]]) -> list[list[dict[str, object]]]:
    """All six strategies of each application, best first, each with at least one reason."""
    order, points, allowed = scores.order.tolist(), scores.points.round(3).tolist(), scores.allowed.tolist()
    ranked = []
    for row, positions in enumerate(order):
        lead = points[row][positions[0]]
        ranked.append(
            [
                {
                    "strategy": STRATEGIES[position].value,
                    "score": points[row][position],
                    "allowed": allowed[row][position],
                    "reasons": reasons[row][position] or [_silence(lead - points[row][position])],
                }
                for position in positions
            ]
        )
    return ranked


def _silence(behind: float) -> Reason:
    place = f"; it starts {behind:.1f} points behind" if behind > 0 else ""
    return {"text": f"no evidence speaks for or against it{place}", "evidence": []}


def rationales(ranked: list[list[dict[str, object]]]) -> list[str]:
    """Two or three sentences: what speaks for the first, what against it, and what comes next."""
    return [_rationale(entries[0], entries[1]) for entries in ranked]


def _rationale(best: dict[str, object], second: dict[str, object]) -> str:
    pro, con = _said(best, "for: "), _said(best, "against: ")
    name = str(best["strategy"]).capitalize()
    words = f"{name}: " + ("; ".join(pro[:3]) if pro else "nothing known speaks for a change of its place") + "."
    if con:
        words += f" Against it: {con[0]}."
    if second["allowed"]:
        behind = float(str(best["score"])) - float(str(second["score"]))
        support = _said(second, "for: ")
        words += f" Next best is {second['strategy']}, {behind:.1f} points behind"
        words += f" ({support[0]})." if support else "."
    return words


def _said(entry: dict[str, object], side: str) -> list[str]:
    reasons = entry["reasons"]
    texts = [str(reason["text"]) for reason in reasons] if isinstance(reasons, list) else []
    return [text.removeprefix(side) for text in texts if text.startswith(side)]


def next_steps(
    chosen: np.ndarray, confidences: np.ndarray, attributes: pd.DataFrame, index: pd.Index
) -> list[list[str]]:
    """What to do next; where the confidence is low, the open questions come first."""
    asked = attributes[(attributes["state"].astype("str") == "missing") & (attributes["question"].fillna("") != "")]
    asked = asked.sort_values(["application_id", "attribute"]).groupby("application_id").head(QUESTIONS)
    questions = {str(key): list(group) for key, group in asked.groupby("application_id")["question"]}
    return [
        [*(f"{ASK}{question}" for question in questions.get(key, []) if sure < ASK_BELOW), *STEPS[STRATEGIES[position]]]
        for key, position, sure in zip(index, chosen.tolist(), confidences.tolist(), strict=True)
    ]
