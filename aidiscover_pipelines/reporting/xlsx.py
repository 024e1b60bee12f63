"""The report as a workbook: the same content as the page, one table for each question that a migration team asks."""

from datetime import datetime
from typing import Any

from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.reporting.labels import label
from aidiscover_pipelines.reporting.questions import LABELS
from aidiscover_pipelines.reporting.sheets_data import data_sheets
from aidiscover_pipelines.reporting.sheets_decisions import decision_sheets
from aidiscover_pipelines.reporting.sheets_plan import gap_sheets, wave_sheets
from aidiscover_pipelines.reporting.view import PortfolioView
from aidiscover_pipelines.reporting.workbook import Sheet, Values, workbook


def portfolio_xlsx(view: PortfolioView, run: RunRef, now: datetime) -> bytes:
    """The workbook, one sheet for each table. `now` is UTC.

    Sheets that say more than a row of each application hold those with a dossier; the summary says so.
    """
    sheets = [
        _executive(view, run, now),
        _applications(view),
        *_attributes(view),
        *decision_sheets(view.applications, view.dossiers.applications),
        *wave_sheets(view),
        *gap_sheets(view),
        *data_sheets(view),
    ]
    return workbook(sheets, f"Migration plan {view.name}", now)


def _executive(view: PortfolioView, run: RunRef, now: datetime) -> Sheet:
    moving = view.applications["wave"].notna() & (view.applications["wave"] != 0)
    figures: list[tuple[str, Any]] = [
        ("Tenant", view.tenant),
        ("Written", now.strftime("%Y-%m-%d %H:%M UTC")),
        ("Run", run.run_id),
        ("Applications", len(view.applications)),
        ("Servers and other assets", view.assets),
        ("Average completeness of the attributes, percent", round(view.completeness, 1)),
        *((f"Recommendation: {name}", count) for name, count in view.strategies.items()),
        *((f"Risk: {name}", count) for name, count in view.risks.items()),
        *((f"Decided by: {name}", count) for name, count in view.decided_by.items()),
        ("Applications that move", int(moving.sum())),
        ("Waves", int(view.applications.loc[moving, "wave"].nunique())),
        *((f"Top risk: {risk['application']} ({risk['strategy']})", risk["text"]) for risk in view.top_risks),
        ("Automation tier", view.platform["tier"] if view.platform else ""),
        ("Rows in", view.quality.rows_in),
        ("Rows skipped", view.quality.rows_skipped),
        ("Conflicts between sources", len(view.quality.conflicts)),
        ("Crew kickoffs", view.crews.kickoffs),
        ("LLM tokens", view.crews.tokens),
        ("LLM cost, USD", round(view.crews.cost_usd, 4)),
    ]
    if view.is_cut:
        note = (
            "Sheets Heat map, Attributes, Reasons, Counterfactuals, Risks, Gaps and Evidence hold the "
            f"{len(view.dossiers.applications):,} applications that come first by priority or most need a decision; "
            "sheet Recommendations has scores and next steps of these; 'aidiscover export --format json' has the "
            "reasons of all, 'aidiscover explain' the cells behind each"
        )
        figures.append(("Note", note))
    return Sheet("Summary", {"Figure": [name for name, _ in figures], "Value": [value for _, value in figures]})


def _applications(view: PortfolioView) -> Sheet:
    rows = view.applications
    shown = {
        "Application": "name", "Id": "application_id", "Known from": "origin", "Servers": "servers",
        "Pattern": "cluster", "Strategy": "strategy", "Target": "target", "Confidence": "confidence", "Risk": "risk",
        "Priority": "priority", "Wave": "wave",
    }  # fmt: skip
    columns: dict[str, Values] = {header: rows[column] for header, column in shown.items()}
    columns["Strategy"] = rows["strategy"].fillna("not assessed")
    columns["Completeness %"] = rows["completeness"].round(1)
    columns["Data confidence %"] = rows["data_confidence"].round(1)
    return Sheet("Applications", columns)


def _attributes(view: PortfolioView) -> list[Sheet]:
    """The attributes of each application twice: quality in percent on a scale of colour, and standing in words."""
    rows, held = view.dossiers.applications, view.dossiers.attributes
    known = set(held["attribute"])
    shown = [*(key for key in LABELS if key in known), *sorted(known - LABELS.keys())]
    keyed = held.set_index(["application_id", "attribute"])
    quality = (keyed["quality"].astype(float) * 100).round().unstack().reindex(rows["application_id"], columns=shown)
    states = view.attribute_states.reindex(rows["application_id"])
    headers = {key: LABELS.get(key, label(key)) for key in shown}
    confidence = rows["data_confidence"].round(1)
    return [
        Sheet(
            "Heat map",
            {
                "Application": rows["name"],
                "Data confidence %": confidence,
                **{headers[key]: quality[key] for key in shown},
            },
            graded=["Data confidence %", *headers.values()],
        ),
        Sheet("Attributes", {"Application": rows["name"], **{headers[key]: states[key] for key in shown}}),
    ]
