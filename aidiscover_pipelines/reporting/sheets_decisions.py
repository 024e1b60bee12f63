"""Sheets of what is recommended and why: the choice, every reason for and against each R, what would change it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.reporting.dossiers import as_list, reason_text
from aidiscover_pipelines.reporting.workbook import Sheet


def decision_sheets(rows: pd.DataFrame, detailed: pd.DataFrame) -> list[Sheet]:
    """`rows`: applications of the view. `detailed`: those with a dossier, under the same index."""
    return [
        _recommendations(rows, detailed),
        table(
            "Reasons",
            ("Application", "R", "Place", "Chosen", "Possible", "Score", "Points", "Reason", "Source"),
            _reasons(detailed),
        ),
        table(
            "Counterfactuals",
            ("Application", "Strategy", "What would change it", "Fact", "From", "To", "Becomes"),
            _counterfactuals(detailed),
        ),
        table(
            "Risks",
            ("Application", "Strategy", "Overall", "Kind", "Level", "Risk", "Mitigation", "Source"),
            _risks(detailed),
        ),
        table(
            "Effort and cost",
            (
                "Application", "Strategy", "Effort", "Days, low", "Days, high", "Basis of the effort",
                "Cost a month, low", "Cost a month, high", "Currency", "Basis of the cost",
            ),
            _bands(rows),
        ),
    ]  # fmt: skip


def table(name: str, headers: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> Sheet:
    """A sheet from rows; without any it has its header only."""
    columns = list(zip(*rows, strict=True)) or [()] * len(headers)
    return Sheet(name, dict(zip(headers, columns, strict=True)))


def _recommendations(rows: pd.DataFrame, detailed: pd.DataFrame) -> Sheet:
    """Scores of all six side by side; an R that a hard constraint rules out reads "not possible"."""
    rankings, steps = (detailed[name].reindex(rows.index) for name in ("ranking", "next_steps"))
    scores = [
        {str(entry["strategy"]): entry["score"] if entry["allowed"] else "not possible" for entry in as_list(ranking)}
        for ranking in rankings
    ]
    return Sheet(
        "Recommendations",
        {
            "Application": rows["name"],
            "Strategy": rows["strategy"].fillna("not assessed"),
            "Target": rows["target"],
            "Why that target": rows["target_why"],
            "Confidence": rows["confidence"],
            "Decided by": rows["decided_by"],
            "Risk": rows["risk"],
            "Priority": rows["priority"],
            "Wave": rows["wave"],
            "Rationale": rows["rationale"],
            **{f"Score {each.value}": [score.get(each.value) for score in scores] for each in Strategy},
            "Why not the others": [_why_not(*pair) for pair in zip(rankings, rows["strategy"], strict=True)],
            "Question that would decide": rows["question"],
            "Next steps": ["; ".join(map(str, as_list(told))) for told in steps],
            "Policy": rows["policy"],
            "Model": rows["model"],
            "A person should look": rows["review"],
        },
    )


def _why_not(ranking: Any, strategy: Any) -> str:
    others = [
        f"{entry['strategy']}: {'; '.join(map(reason_text, entry['reasons']))}"
        for entry in as_list(ranking)
        if str(entry["strategy"]) != strategy and entry["reasons"]
    ]
    return "\n".join(others)


def _reasons(rows: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    for name, strategy, ranking in zip(rows["name"], rows["strategy"], rows["ranking"], strict=True):
        for place, entry in enumerate(as_list(ranking), start=1):
            head = (name, entry["strategy"], place, entry["strategy"] == strategy, entry["allowed"], entry["score"])
            for reason in entry["reasons"]:
                told: Mapping[str, Any] = reason if isinstance(reason, dict) else {"text": reason}
                yield *head, told.get("points"), str(told["text"]), _sources(told.get("evidence"))


def _counterfactuals(rows: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    for name, strategy, entries in zip(rows["name"], rows["strategy"], rows["counterfactuals"], strict=True):
        for entry in as_list(entries):
            told = (_text(entry.get(key)) for key in ("text", "fact", "from", "to", "becomes"))
            yield name, strategy, *told


def _risks(rows: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    for name, strategy, overall, risks in zip(rows["name"], rows["strategy"], rows["risk"], rows["risks"], strict=True):
        for risk in as_list(risks):
            told = (_text(risk.get(key)) for key in ("kind", "level", "risk", "mitigation"))
            yield name, strategy, overall, *told, _sources(risk.get("evidence"))


def _bands(rows: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Applications with a band of work or of cost; both can be switched off."""
    for name, strategy, effort, cost in zip(rows["name"], rows["strategy"], rows["effort"], rows["cost"], strict=True):
        work, money = effort or {}, cost or {}
        if work or money:
            yield (
                name, strategy, _text(work.get("band")), work.get("days_low"), work.get("days_high"),
                _text(work.get("basis")), money.get("low"), money.get("high"), money.get("currency"),
                _text(money.get("basis")),
            )  # fmt: skip


def _sources(evidence: Any) -> str:
    """Addresses of source cells; sheet Evidence and 'aidiscover explain' lead on from there."""
    return ", ".join(map(str, as_list(evidence)))


def _text(value: Any) -> str:
    return "" if value is None else "; ".join(map(str, value)) if isinstance(value, list) else str(value)
