"""Jira: an epic for each wave, a task for each application under it, sub-tasks for its next steps, links between."""

from collections.abc import Iterator, Mapping

import pandas as pd

from aidiscover_pipelines.reporting.dossiers import as_list
from aidiscover_pipelines.reporting.exports.csv_text import importer_csv, runs_as_formula
from aidiscover_pipelines.reporting.exports.estate import Estate, wave_name
from aidiscover_pipelines.reporting.exports.made import Made
from aidiscover_pipelines.reporting.exports.template import Column, Template

_SUMMARY_LIMIT = 255
_ISSUES = 10_000
_PRIORITIES = {1: "Highest", 2: "High", 3: "Medium", 4: "Low", 5: "Lowest"}

# Jira maps titles to fields in a dialogue and takes these names by itself. Epics stand before tasks and tasks before
# sub-tasks, and Parent holds the Issue ID of the row above them; titles have no punctuation. One column follows for
# each application that waits for the row's own: map "Blocks" to the link of that name.
TEMPLATE = Template(
    columns=(
        Column("Issue ID", required=True),
        Column("Issue Type", required=True, allowed=("Epic", "Task", "Sub-task")),
        Column("Summary", required=True),
        Column("Parent"),
        Column("Description"),
        Column("Priority"),
        Column("Labels"),
        Column("Start Date"),
        Column("Due Date"),
    ),
    source="https://support.atlassian.com/jira-cloud-administration/docs/import-data-from-a-csv-file/; "
    "https://confluence.atlassian.com/display/JIRAKB/CSV+import++Parent-child+mapping",
    read_on="2026-11-21",
)
BLOCKS = "Blocks"


def jira(estate: Estate) -> Made:
    """Waves, their applications, next steps; who needs whom as links from the needed to the one that waits."""
    applications = estate.applications
    moves = applications["wave"].map(wave_name) != ""
    moving = applications[moves].sort_values(["wave", "name"], kind="stable", ignore_index=True)
    waves = sorted(moving["wave"].astype(int).unique())
    epic_of = {wave: number for number, wave in enumerate(waves, start=1)}
    moving["issue"] = range(len(waves) + 1, len(waves) + 1 + len(moving))
    rows = [*_epics(estate, moving, epic_of), *_tasks(estate, moving, epic_of), *_steps(moving)]
    issues = pd.DataFrame(rows, columns=TEMPLATE.titles, dtype=str)
    waiting = _waiting(estate.edges, dict(zip(moving["application_id"], moving["issue"].astype(str), strict=True)))
    most = max(map(len, waiting.values()), default=0)
    linked = [
        (*row, *held, *[""] * (most - len(held)))
        for row in issues.itertuples(index=False)
        for held in [waiting.get(row[0], [])]
    ]
    content = importer_csv([*TEMPLATE.titles, *[BLOCKS] * most], linked)
    stays = applications.loc[~moves, "strategy"].replace("", "not assessed").value_counts().sort_index()
    excluded = {f"{why}: does not move in a wave": int(count) for why, count in stays.items()}
    return Made([content], len(issues), excluded=excluded, notes=_notes(issues))


def _waiting(edges: pd.DataFrame, issue_of: Mapping[str, str]) -> dict[str, list[str]]:
    """Issue of a needed application to the issues of those that need it."""
    directed = edges[edges["directed"].astype(bool)]
    pairs = directed.assign(
        needs=directed["source_application"].map(issue_of), needed=directed["target_application"].map(issue_of)
    ).dropna(subset=["needs", "needed"])
    return {str(needed): held.tolist() for needed, held in pairs.groupby("needed")["needs"]}


def _epics(estate: Estate, moving: pd.DataFrame, epic_of: Mapping[int, int]) -> Iterator[tuple[str, ...]]:
    sizes = moving["wave"].astype(int).value_counts()
    for wave, epic in epic_of.items():
        plan = estate.calendar.get(wave, {})
        told = f"Migration {plan.get('kind', 'wave')} with {sizes[wave]} applications."
        days = (plan.get("starts", ""), plan.get("ends", ""))
        yield str(epic), "Epic", wave_name(wave), "", told, "", "migration", *days


def _tasks(estate: Estate, moving: pd.DataFrame, epic_of: Mapping[int, int]) -> Iterator[tuple[str, ...]]:
    for row in moving.to_dict("records"):
        parts = (("Strategy", "strategy"), ("Target", "target"), ("Why", "rationale"), ("Open question", "question"))
        told = [f"{label}: {row[column]}" for label, column in parts if row[column]]
        urgency = _PRIORITIES.get(int(row["priority"]), "") if row["priority"] == row["priority"] else ""
        summary, wave = _summary(f"Migrate {row['name']}"), int(row["wave"])
        plan = estate.calendar.get(wave, {})
        yield (
            str(row["issue"]), "Task", summary, str(epic_of[wave]), "\n".join(told), urgency, row["strategy"],
            plan.get("starts", ""), plan.get("ends", ""),
        )  # fmt: skip


def _steps(moving: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    number = len(moving) + int(moving["issue"].min() if len(moving) else 1)
    for issue, steps in zip(moving["issue"], moving["next_steps"], strict=True):
        for step in as_list(steps):
            yield str(number), "Sub-task", _summary(str(step)), str(issue), "", "", "", "", ""
            number += 1


def _summary(text: str) -> str:
    """One line, as long as a summary may be."""
    return " ".join(text.split())[:_SUMMARY_LIMIT]


def _notes(issues: pd.DataFrame) -> list[str]:
    told = []
    if len(issues) > _ISSUES:
        told.append(
            f"{len(issues):,} issues; Atlassian advises at most {_ISSUES:,} in one import, but links need one file"
        )
    formulas = runs_as_formula(issues)
    if formulas:
        told.append(f"{formulas} cells begin like a formula: import the file, do not open it in a spreadsheet program")
    return told
