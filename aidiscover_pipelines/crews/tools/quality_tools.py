"""How good the data is: values that cannot be right, what is missing, and scores."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from aidiscover_pipelines.crews.tools.desk import Desk
from aidiscover_pipelines.crews.tools.spec import (
    ANY,
    Found,
    Scoped,
    Text,
    ToolSpec,
    has_portfolio,
    rooms_of,
    scope_of,
    scope_words,
)
from aidiscover_pipelines.crews.tools.spec import view_of as view


class ValidatorArguments(Scoped):
    """Arguments of data_validator."""

    problem: Text = Field(
        "any", description="Only such problems: out of range, contradiction, impossible date, conflict ... or any"
    )
    field: Text = Field("", description="Only this canonical field")


class GapArguments(Scoped):
    """Arguments of gap_analyser."""

    attribute: Text = Field("", description="Only this one of the 22 attributes, such as user_load")


class ScorerArguments(Scoped):
    """Arguments of quality_scorer."""

    by: Literal["application", "attribute", "source"] = Field("application", description="What each row is about")


def validate_data(desk: Desk, arguments: ValidatorArguments) -> Found:
    """Values and records that cannot be right as they stand, or are disputed between sources, with their cells."""
    application = scope_of(desk, arguments)
    found = rooms_of(desk).invalid(view(desk).read, application)
    rows = [
        row for row in found if arguments.problem in ("any", row["problem"]) and arguments.field in ("", row["field"])
    ]
    return Found(rows, scope_words(desk, application))


def analyse_gaps(desk: Desk, arguments: GapArguments) -> Found:
    """Missing and inferred attributes, and whose answers would close most of them."""
    application = scope_of(desk, arguments)
    rows = rooms_of(desk).gaps(view(desk).read, application)
    wanted = [row for row in rows if arguments.attribute in ("", row["attribute"])]
    return Found(wanted, {**scope_words(desk, application), **_cheapest(wanted)})


def score_quality(desk: Desk, arguments: ScorerArguments) -> Found:
    """Completeness, quality, freshness and disagreement; the worst first."""
    application = scope_of(desk, arguments)
    rows = rooms_of(desk).quality(view(desk).read, arguments.by, application, desk.today)
    scores = [row["score"] for row in rows]
    mean = {"mean_score": round(sum(scores) / len(scores), 3)} if scores else {}
    return Found(rows, {**scope_words(desk, application), "by": arguments.by, **mean})


def _cheapest(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Whom to ask first: one conversation with whoever can close most, and the single question that gains most."""
    if not rows:
        return {}
    gains: dict[str, float] = {}
    for row in rows:
        gains[row["ask"]] = gains.get(row["ask"], 0.0) + row["gain"]
    first = max(rows, key=lambda row: row["gain"])
    return {
        "gain_by_person_asked": dict(sorted(gains.items(), key=lambda item: -item[1])),
        "cheapest_question": {name: first[name] for name in ("attribute", "ask", "question", "gain")},
    }


QUALITY_TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(
        "data_validator",
        "Values that are out of range, contradict each other or are disputed between sources, with their cells.",
        frozenset({ANY}),
        ValidatorArguments,
        validate_data,
        has_portfolio,
    ),
    ToolSpec(
        "gap_analyser",
        "Critical attributes that are missing or only inferred, whom to ask, and the question that gains most.",
        frozenset({ANY}),
        GapArguments,
        analyse_gaps,
        has_portfolio,
    ),
    ToolSpec(
        "quality_scorer",
        "Completeness, quality, freshness and disagreement by application, attribute or source, the worst first.",
        frozenset({ANY}),
        ScorerArguments,
        score_quality,
        has_portfolio,
    ),
)
