"""The page docs/attributes.md, made from the catalogue, its validators and its rules.

`python -m aidiscover_pipelines.cli.attribute_page > docs/attributes.md`; a test compares the two.
"""

import sys

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES, Attribute
from aidiscover_pipelines.attributes.formula import ASK_BELOW, BELIEF, FORMULA, UNDATED
from aidiscover_pipelines.attributes.rules import FIRM, FOLLOWS, INFERENCES, WEAK
from aidiscover_pipelines.attributes.standing import UNKNOWN_TRUST
from aidiscover_pipelines.attributes.validity import CONTRADICTIONS, VALIDATORS
from aidiscover_pipelines.domain.collection import Method
from aidiscover_pipelines.domain.critical_attributes import GROUPS
from aidiscover_pipelines.domain.vocabulary import STATE_WEIGHTS

_STRENGTH = {FIRM: "firm", WEAK: "weak", FOLLOWS: "does not apply"}


def page() -> str:
    """The page as Markdown."""
    lines = [*_HEAD, *_states(), *_formula(), *_validators()]
    for group in GROUPS:
        lines += [f"## {group.capitalize()}", ""]
        for attribute in ATTRIBUTES:
            if attribute.group == group:
                lines += _attribute(attribute)
    return "\n".join(lines).rstrip() + "\n"


_HEAD = (
    "# The 22 critical attributes",
    "",
    "Made from the catalogue (`aidiscover_pipelines/attributes/`); do not edit by hand:",
    "`python -m aidiscover_pipelines.cli.attribute_page > docs/attributes.md`.",
    "",
)


def _states() -> list[str]:
    counted = ", ".join(f"{state.value} {weight:g}" for state, weight in STATE_WEIGHTS.items())
    return [
        "## States",
        "",
        "Present: a source or a person says it. Inferred: a declared rule concludes it from cells that it cites.",
        "Not applicable: a person says so, or a rule. Asked: missing, and a question is out. Missing: nothing is",
        "known.",
        "",
        f"Completeness of an application is the mean over its attributes of: {counted}.",
        "Its data confidence is the mean quality by the weight for 6R: 1, and 1 more for each question that decides a",
        "disposition (`strategy/calibration/confidence.py`) and that the attribute answers.",
        "",
    ]


def _formula() -> list[str]:
    return [
        "## Quality",
        "",
        f"`{FORMULA}`",
        "",
        "| figure | meaning |",
        "|---|---|",
        f"| presence | share of its parts that is known; of a conclusion {FIRM:g} (firm: follows from what is recorded "
        f"or measured of the same thing), {WEAK:g} (weak: what usually goes together), {FOLLOWS:g} (n/a) |",
        "| validity | share of its values that can be right: impossible ones count 0, doubtful ones half |",
        f"| freshness | half after each half-life; the date is that of the row, else its sheet; undated {UNDATED:g} |",
        "| agreement | share of the files that say what stands |",
        f"| trust | trust in the sheets behind it; {UNKNOWN_TRUST:g} where nothing is known of a sheet |",
        "",
        f"Belief weighs {', '.join(f'{name} {weight:g}' for name, weight in BELIEF.items())}. Two sources that say the",
        "same convince more than a young or a governed one. Weights and half-lives are declared judgement, not fitted.",
        f"Below {ASK_BELOW:g} the question is asked.",
        "",
    ]


def _validators() -> list[str]:
    lines = ["## Validators", "", "| problem | fields | what becomes of the value |", "|---|---|---|"]
    for validator in VALIDATORS:
        fate = "counts half" if validator.worth else "set aside: no fact is made of it"
        lines.append(f"| {validator.problem} | {_listed(validator.fields)} | {fate} |")
    for rule in CONTRADICTIONS:
        lines.append(f"| contradiction | `{rule.least}` above `{rule.most}`: {rule.words} | both count half |")
    lines.append("| no unit | utilisations of a column that names none and in which nothing exceeds 1 | counts half |")
    return [
        *lines,
        "",
        "Each such value stays where it is and is listed with its cell by `aidiscover flags`. What cleansing took for",
        "nothing (zero dates, -1) is listed once for each text, with the number of its cells.",
        "",
    ]


def _attribute(attribute: Attribute) -> list[str]:
    lines = [
        f"### {attribute.label}",
        "",
        f"`{attribute.key}`, weight for 6R {attribute.weight}, half-life {attribute.half_life} days. Fields: "
        f"{_listed(attribute.fields)}.",
        "",
        f"Question to the {attribute.ask}: {attribute.question}",
        "",
        "Collected by: "
        + "; ".join(
            f"{method.name} ({method.once:g} min once, {method.each:g} min each, tiers {_tiers(method)})"
            for method in attribute.methods
        )
        + ".",
        "",
    ]
    rules = [rule for rule in INFERENCES if rule.attribute == attribute.key]
    if rules:
        lines += ["| concluded from | because | |", "|---|---|---|"]
        lines += [f"| {_listed(rule.reads)} | {rule.reason} | {_STRENGTH[rule.quality]} |" for rule in rules]
        lines.append("")
    return lines


def _tiers(method: Method) -> str:
    return f"{min(method.tiers)}-{max(method.tiers)}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    sys.stdout.write(page())
