"""The plan as one page of Markdown, for a wiki or a repository; renders on GitHub and GitLab (GFM tables)."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.domain.vocabulary import RiskLevel
from aidiscover_pipelines.reporting.executive import figures
from aidiscover_pipelines.reporting.labels import STRATEGY_MEANING
from aidiscover_pipelines.reporting.questions import question_groups
from aidiscover_pipelines.reporting.view import PortfolioView
from aidiscover_pipelines.reporting.waiting import UNSURE

_SHOWN = 10
_RISK = ("application", "strategy", "risk", "text", "mitigation")
# Every character that Markdown or the HTML in it gives a meaning; a backslash takes the meaning away (CommonMark 2.4).
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&@])")
_BARE_LINK = re.compile(r"(?<=[A-Za-z])://|\bwww\.", re.IGNORECASE)  # GFM links these without any markup


def portfolio_markdown(view: PortfolioView, run: RunRef, now: datetime) -> str:
    """Summary, mix, waves, top risks, open questions and method. `now` is UTC; names cannot carry markup."""
    policies = sorted(set(view.applications["policy"].dropna()) - {""})
    parts = [
        f"# Migration plan: {escaped(view.name)}",
        f"Written {now:%Y-%m-%d %H:%M} UTC by run `{run.run_id}`; the report beside this page has every reason.",
        "## Summary",
        "\n".join(f"- {line}" for line in _summary(view)),
        "## Recommendations",
        _mix(view),
        "## Waves",
        _waves(view),
        "## Top risks",
        table(
            ("Application", "Strategy", "Risk", "Why", "Mitigation"),
            (tuple(risk[key] for key in _RISK) for risk in view.top_risks),
            "No risk is on record.",
        ),
        "## Open questions",
        _questions(view),
        "## Method",
        "\n".join(f"- {line}" for line in _method(view, policies)),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def escaped(value: Any) -> str:
    """Text that shows as itself, on one line."""
    text = " ".join("".join(c for c in str(value) if c.isprintable() or c.isspace()).split())
    text = _MARKUP.sub(r"\\\1", text)
    return _BARE_LINK.sub(lambda found: found[0].replace(":", "\\:").replace(".", "\\."), text)


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]], nothing: str) -> str:
    """A GFM table, or the sentence that stands for an empty one."""
    lines = ["| " + " | ".join("" if cell is None else escaped(cell) for cell in row) + " |" for row in rows]
    if not lines:
        return nothing
    return "\n".join(["| " + " | ".join(headers) + " |", "|" + " --- |" * len(headers), *lines])


def _summary(view: PortfolioView) -> list[str]:
    rows, told = view.applications, figures(view)
    moving = rows["wave"].notna() & (rows["wave"] != 0)
    lines = [
        f"{len(rows):,} applications on {view.assets:,} servers and other assets",
        f"{view.completeness:.0f} % of the 22 critical attributes are known; inferred ones count half",
        f"{int(moving.sum()):,} applications move in {rows.loc[moving, 'wave'].nunique()} waves",
        f"{view.risks.get('high', 0):,} recommendations carry a high risk",
        f"{told['unsure']:,} recommendations have a confidence below {100 * UNSURE:.0f} %, "
        f"{told['to_review']:,} ask for a person's look",
    ]
    confidences = pd.to_numeric(rows["confidence"])
    if confidences.notna().any():
        lines.append(f"mean confidence {confidences.mean():.2f} (1 is certain)")
    return lines


def _mix(view: PortfolioView) -> str:
    total = max(sum(view.strategies.values()), 1)
    rows = [
        (name, STRATEGY_MEANING[name], count, f"{100 * count / total:.0f} %")
        for name, count in view.strategies.items()
        if count
    ]
    return table(("Strategy", "Means", "Applications", "Share"), rows, "No application has been assessed.")


def _waves(view: PortfolioView) -> str:
    placed = view.applications[view.applications["wave"].notna()]
    planned = {int(row["wave"]): row for row in view.calendar.to_dict("records")}
    servers = {wave["wave"]: wave["servers"] for wave in view.waves}
    rows: list[tuple[Any, ...]] = []
    for number, members in placed.groupby(placed["wave"].astype(int)):
        wave = int(str(number))
        plan = planned.get(wave, {})
        dates = ("" if pd.isna(plan.get(day)) else plan.get(day) for day in ("starts", "ends"))
        name = f"{wave}{' (pilot)' if plan.get('is_pilot') else ''}" if wave else "does not move"
        high = int((members["risk"] == RiskLevel.HIGH.value).sum())
        rows.append((name, *dates, len(members), servers[wave], high))
    headers = ("Wave", "Starts", "Ends", "Applications", "Servers", "High risk")
    return table(headers, rows, "No waves have been planned.")


def _questions(view: PortfolioView) -> str:
    names = view.applications.set_index("application_id")["name"]
    groups = question_groups(view.questions, names)[:_SHOWN]
    return table(
        ("Ask", "Question", "Applications", "Recommendations that answers are expected to change"),
        ((group["ask"], group["question"], group["applications"], group["change"]) for group in groups),
        "No question is open whose answer would change a recommendation.",
    )


def _method(view: PortfolioView, policies: Sequence[str]) -> list[str]:
    decided = ", ".join(f"{count:,} by {who}" for who, count in view.decided_by.items() if count)
    quality = view.quality
    return [
        f"Decided: {decided or 'nothing yet'}. Hard constraints come first, then a declared policy of points; crews "
        "and people decide what is close.",
        *([f"Policy: {escaped(', '.join(policies))}"] if policies else []),
        f"Rests on {len(quality.files):,} files with {quality.rows_in:,} rows; {quality.rows_skipped:,} rows were left "
        f"out, each with a reason, and {len(quality.conflicts):,} values on which sources disagree stand by rule.",
        "A confidence is the probability that an expert would agree.",
    ]
