"""Sheets of the plan in time, and of what is not known yet: waves, their calendar, problems, gaps, questions."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.vocabulary import AttributeState, RiskLevel
from aidiscover_pipelines.reporting.dossiers import as_list
from aidiscover_pipelines.reporting.questions import LABELS
from aidiscover_pipelines.reporting.sheets_decisions import table
from aidiscover_pipelines.reporting.view import PortfolioView
from aidiscover_pipelines.reporting.workbook import Sheet, Values

_MONTHS_SHOWN = 60
_RUNS = "\N{BLACK SQUARE}"


def wave_sheets(view: PortfolioView) -> list[Sheet]:
    """Who moves when, each wave with its calendar, what would be other, and what stands in the way."""
    rows, problems = view.applications, view.problems
    names = rows.set_index("application_id")["name"]
    return [
        table(
            "Waves",
            ("Wave", "Application", "Strategy", "Risk", "Servers", "Reason", "Moves with"),
            _placed(rows, names),
        ),
        _calendar(view.calendar),
        table(
            "What if",
            ("Scenario", "Application", "Would be", "Instead of", "Confidence", "Why"),
            _scenarios(view),
        ),
        Sheet(
            "Plan problems",
            {
                "Rule": problems["rule"],
                "What collides": problems["what"],
                "What to change": problems["relax"],
                "Constraint dropped": problems["dropped"],
                "Applications": [_named(ids, names) for ids in problems["applications"]],
            },
        ),
    ]


def gap_sheets(view: PortfolioView) -> list[Sheet]:
    """What is missing and whom to ask."""
    names = view.applications.set_index("application_id")["name"]
    attributes = view.dossiers.attributes
    known = attributes["state"].isin([AttributeState.PRESENT.value, AttributeState.NOT_APPLICABLE.value])
    gaps = attributes[~known | (attributes["question"] != "")]
    place = gaps["application_id"].map(pd.Series(range(len(names)), index=names.index))
    gaps = gaps.assign(place=place).sort_values(["place", "attribute"], kind="stable")
    questions = view.questions
    return [
        Sheet(
            "Gaps",
            {
                "Application": gaps["application_id"].map(names),
                "Attribute": [LABELS.get(key, key) for key in gaps["attribute"]],
                "State": gaps["state"],
                "Question": gaps["question"],
            },
        ),
        table(
            "Pattern gaps",
            ("Pattern", "Members", "Gap report", "Attribute", "Applications", "Method", "Minutes", "Changes expected"),
            _pattern_gaps(view),
        ),
        Sheet(
            "Next questions",
            {
                "Application": [names.get(each, each) for each in questions["application_id"]],
                "Ask": questions["ask"],
                "Question": questions["question"],
                "An answer could make it": [
                    "; ".join(f"{answer}: {strategy}" for answer, strategy in outcomes.items())
                    for outcomes in questions["would_become"]
                ],
                "Probability": questions["change"],
                "Minutes": questions["minutes"],
                "Cheapest way": questions["method"],
            },
        ),
    ]


def _placed(rows: pd.DataFrame, names: "pd.Series[str]") -> Iterator[tuple[Any, ...]]:
    placed = rows[rows["wave"].notna()].sort_values(["wave", "name"], kind="stable")
    shown = ("name", "strategy", "risk", "servers", "wave_reason", "moves_with")
    for wave, *told, others in zip(placed["wave"], *(placed[column] for column in shown), strict=True):
        yield int(wave) or "does not move", *told, _named(others, names)


def _calendar(waves: pd.DataFrame) -> Sheet:
    """One row for each wave; a square in every month in which it runs, where dates are planned."""
    risks = {f"Risk {level.value}": [risk.get(level.value, 0) for risk in waves["risks"]] for level in RiskLevel}
    return Sheet(
        "Wave plan",
        {
            "Wave": waves["wave"],
            "Pilot": waves["is_pilot"],
            "Starts": waves["starts"],
            "Ends": waves["ends"],
            "Applications": waves["applications"],
            "Capacity": waves["capacity"],
            "Servers": waves["servers"],
            "Work, person days": waves["effort_days"],
            **risks,
            "Business units": [_counts(units) for units in waves["units"]],
            **_months(waves["starts"], waves["ends"]),
        },
    )  # fmt: skip


def _scenarios(view: PortfolioView) -> Iterator[tuple[Any, ...]]:
    """Applications that another goal or policy would move."""
    for scenario in view.scenarios:
        for row in scenario["examples"]:
            yield scenario["name"], *(row[key] for key in ("name", "strategy", "instead_of", "confidence", "why"))


def _counts(units: Mapping[str, int]) -> str:
    return ", ".join(f"{unit} ({count})" for unit, count in units.items())


def _months(starts: "pd.Series[Any]", ends: "pd.Series[Any]") -> dict[str, Values]:
    first, last = pd.to_datetime(starts).dt.to_period("M"), pd.to_datetime(ends).dt.to_period("M")
    if first.isna().all() or last.isna().all():
        return {}
    months = pd.period_range(first.min(), last.max(), freq="M")[:_MONTHS_SHOWN]
    return {str(month): [_RUNS if runs else "" for runs in (first <= month) & (month <= last)] for month in months}


def _pattern_gaps(view: PortfolioView) -> Iterator[tuple[Any, ...]]:
    """One row for each way to close a gap; the report stands in the first of a pattern."""
    columns = ("attribute", "applications", "method", "minutes", "changes")
    for gap in view.gaps:
        for number, step in enumerate(gap["steps"] or [dict.fromkeys(columns)]):
            report = gap["report"] if number == 0 else ""
            yield gap["pattern"], gap["members"], report, *(step[name] for name in columns)


def _named(ids: Any, names: "pd.Series[str]") -> str:
    return ", ".join(str(names.get(each, each)) for each in as_list(ids))
