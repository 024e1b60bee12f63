"""Words of a recommendation: why this strategy, why not the others, and what to do next."""

from collections.abc import Mapping, Sequence
from typing import Any

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.advice.wording import Quoter
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES
from aidiscover_pipelines.strategy.policy.score import Scores, strongest_first

Reason = dict[str, object]
# How the text of a reason begins: what it does for its strategy.
FOR, AGAINST, EXCLUDED, BEHIND = "for: ", "against: ", "excluded: ", "behind: "
_REASONS_TOLD = 3
LEAST_LEAD = 0.05  # below it a lead shown with one decimal would read 0.0

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


def reasons_of(scores: Scores, quoter: Quoter) -> list[list[list[Reason]]]:
    """Reasons by application and strategy: constraints that exclude it first, then arguments by weight."""
    found: list[list[list[Reason]]] = [[[] for _ in STRATEGIES] for _ in range(len(scores.points))]
    for constraint, rows in scores.broken:
        texts, cited = quoter.text(constraint.reason, rows), quoter.cite(constraint.when.signals, rows)
        for row, text, evidence in zip(rows.tolist(), texts, cited, strict=True):
            for strategy in constraint.removed:
                found[row][STRATEGIES.index(strategy)].append(
                    {"text": f"{EXCLUDED}{text} [{constraint.citation}]", "evidence": evidence, "rule": constraint.id}
                )
    for criterion, worth, rows in strongest_first(scores):
        position, points = STRATEGIES.index(criterion.strategy), round(worth, 2)
        side = FOR if worth > 0 else AGAINST
        texts, cited = quoter.text(criterion.text, rows), quoter.cite(criterion.when.signals, rows)
        for row, text, evidence in zip(rows.tolist(), texts, cited, strict=True):
            found[row][position].append({"text": f"{side}{text}", "evidence": evidence, "points": points})
    return found


def rankings(scores: Scores, reasons: Sequence[Sequence[list[Reason]]]) -> list[list[dict[str, object]]]:
    """All six strategies of each application, best first, with reasons; each but the first has one why it is not."""
    order, points, allowed = scores.order.tolist(), scores.points.round(3).tolist(), scores.allowed.tolist()
    names = [strategy.value for strategy in STRATEGIES]
    ranked = []
    for row, (first, *others) in enumerate(order):
        told = {first: reasons[row][first] or [{"text": "no evidence speaks for or against it", "evidence": []}]}
        argument, evidence = _strongest(told[first])
        for position in others:
            lead = points[row][first] - points[row][position]
            place = f"{lead:.1f} points behind" if lead >= LEAST_LEAD else "level with"
            why_not = {"text": f"{BEHIND}{place} {names[first]}, {argument}", "evidence": evidence}
            told[position] = [why_not, *reasons[row][position]] if allowed[row][position] else reasons[row][position]
        ranked.append(
            [
                {
                    "strategy": names[position],
                    "score": points[row][position],
                    "allowed": allowed[row][position],
                    "reasons": told[position],
                }
                for position in (first, *others)
            ]
        )
    return ranked


def put_first(
    ranking: Sequence[dict[str, Any]], strategy: str, how: str, why: str, evidence: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The ranking with the strategy that a crew or a person chose before the others; scores stay the policy's.

    `how` is in the words "chosen by the crew". What the policy ranks first tells why it is not the answer.
    """
    ranked = []
    for place, entry in enumerate(ranking):
        if entry["strategy"] == strategy:
            told = [{"text": f"{how}: {why}", "evidence": list(evidence)}]
        elif place == 0 and entry["allowed"]:
            told = [{"text": f"{BEHIND}first by points, but {strategy} was {how}", "evidence": list(evidence)}]
        else:
            told = []
        ranked.append({**entry, "reasons": [*told, *entry["reasons"]]})
    return sorted(ranked, key=lambda entry: bool(entry["strategy"] != strategy))


def _strongest(said: list[Reason]) -> tuple[str, object]:
    """The strongest argument for a strategy in words, and its cells."""
    for reason in said:
        if str(reason["text"]).startswith(FOR):
            return f"for which speaks: {str(reason['text']).removeprefix(FOR)}", reason["evidence"]
    return "which has no argument of its own", []


def rationales(ranked: list[list[dict[str, object]]]) -> list[str]:
    """Two or three sentences: what speaks for the first, what against it, and what comes next."""
    return [_rationale(entries[0], entries[1]) for entries in ranked]


def beside(words: str, rationale: str, best: Mapping[str, object]) -> str:
    """The words and the rationale of an entry as one text, which does not give the same reasons twice."""
    pro = _said(best, FOR)[:_REASONS_TOLD]
    is_told = bool(pro) and all(reason in words for reason in pro)
    rest = rationale.removeprefix(_speaks_for(best)).lstrip() if is_told else rationale
    return " ".join(part for part in (words, rest) if part)


def _speaks_for(best: Mapping[str, object]) -> str:
    pro = _said(best, FOR)[:_REASONS_TOLD] or ["nothing known speaks for a change of its place"]
    return f"{str(best['strategy']).capitalize()}: {'; '.join(pro)}."


def _rationale(best: dict[str, object], second: dict[str, object]) -> str:
    con, words = _said(best, AGAINST), _speaks_for(best)
    if con:
        words += f" Against it: {con[0]}."
    if second["allowed"]:
        behind = float(str(best["score"])) - float(str(second["score"]))
        support = _said(second, FOR)
        words += f" Next best is {second['strategy']}, {behind:.1f} points behind"
        words += f" ({support[0]})." if support else "."
    return words


def _said(entry: Mapping[str, object], side: str) -> list[str]:
    reasons = entry["reasons"]
    texts = [str(reason["text"]) for reason in reasons] if isinstance(reasons, list) else []
    return [text.removeprefix(side) for text in texts if text.startswith(side)]


def why_not(ranking: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Why each strategy but the first is not the answer: [{"strategy", "why", "evidence"}], best first.

    What excludes it, else how far behind it is and what speaks against it, with the cells.
    """
    told = []
    for entry in ranking[1:]:
        reasons = entry["reasons"] if isinstance(entry["reasons"], list) else []
        excluded = [reason for reason in reasons if str(reason["text"]).startswith(EXCLUDED)]
        shown = excluded or [reason for reason in reasons if str(reason["text"]).startswith((BEHIND, AGAINST))]
        cells = dict.fromkeys(cell for reason in shown for cell in reason["evidence"])
        words = "; ".join(str(reason["text"]).removeprefix(BEHIND) for reason in shown)
        told.append({"strategy": entry["strategy"], "why": words, "evidence": list(cells)})
    return told
