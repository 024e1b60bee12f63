"""What the offline analyst says about a disposition, from tool results and earlier answers alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from aidiscover_pipelines.crews.assessment.contract import (
    AssessmentAnswer,
    Considered,
    OptionsWeighed,
    Risk,
    RiskRegister,
)
from aidiscover_pipelines.crews.cases import first_ids, paragraph, phrase
from aidiscover_pipelines.crews.spec import Answers, ToolResults
from aidiscover_pipelines.crews.text import in_words, listed, sentence
from aidiscover_pipelines.domain.vocabulary import RiskLevel

MOST_STEPS = 12
SHOWN_LEAD = 0.05  # below it a lead shown with one decimal would read 0.0
MOST_RISKS = 10
# What a consultant names first when presenting an application; the rest is in the facts table of the report.
KEY_FACTS = (
    "technology_stack",
    "database_engine",
    "os_names",
    "os_name",
    "architecture_pattern",
    "business_criticality",
    "user_count",
)
_GRAVEST_FIRST = (RiskLevel.HIGH, RiskLevel.MEDIUM, RiskLevel.LOW)


def weigh_options(results: ToolResults, answers: Answers) -> OptionsWeighed:
    """The best allowed strategy by the policy's scores, and why not the others."""
    draft, ranking = results["policy_scores"]["about"], results["policy_scores"]["rows"]
    facts = results.get("application_facts", {}).get("rows", ())
    cluster = results.get("cluster_profile", {}).get("about") or {}
    precedents = results.get("precedents", {}).get("rows", ())
    # A pattern's case decides nothing, and where the policy does not hesitate its ranking stands.
    followed = _precedent_strategy(precedents, ranking) if draft.get("exception") and not cluster else ""
    chosen, others = chosen_first(followed or draft["strategy"], ranking)
    told = [fact for name in KEY_FACTS for fact in facts if fact["field"] == name][:4]
    similar = next((row for row in precedents if row["strategy"] == chosen["strategy"]), next(iter(precedents), None))
    why = _of_pattern(cluster, chosen, others) if cluster else _of_application(draft, chosen, others, told)
    # A pattern's members each have steps of their own; those of its typical member are not theirs.
    has_steps = not cluster and chosen["strategy"] == draft["strategy"]
    return OptionsWeighed(
        strategy=chosen["strategy"],
        rationale=paragraph(f"{_of_precedent(similar, chosen, others)} {why}" if similar else why),
        considered=[Considered(strategy=row["strategy"], why_not=why_not(row, chosen)) for row in others],
        next_steps=[phrase(step) for step in draft["next_steps"]][:MOST_STEPS] if has_steps else [],
        evidence=first_ids(
            draft["evidence"], similar["evidence"] if similar else (), *(fact["evidence"] for fact in told)
        ),
    )


def register_risks(results: ToolResults, answers: Answers) -> RiskRegister:
    """The rules' risks, gravest first, and recorded dependencies where no risk cites them."""
    risks = ranked_risks(results.get("risk_factors", {}).get("rows", ()))
    cited = {item for risk in risks for item in risk.evidence}
    edges = results.get("dependency_view", {}).get("rows", ())
    unseen = [row for row in edges if row["evidence"] and not cited & set(row["evidence"])]
    if unseen:
        told = "; ".join(f"{in_words(row['field'])} {row['value']}" for row in unseen)
        risks.append(
            Risk(
                kind="operational",
                level=RiskLevel.LOW,
                risk=phrase(f"The change touches recorded dependencies: {told}"),
                mitigation="Agree the cut-over with the owners of the other ends and test each interface before it.",
                evidence=first_ids(*(row["evidence"] for row in unseen)),
            )
        )
    risks = risks[:MOST_RISKS]
    return RiskRegister(risks=risks, evidence=first_ids(*(risk.evidence for risk in risks)))


def recommend(results: ToolResults, answers: Answers) -> AssessmentAnswer:
    """The weighed options with the register, and the mitigations of high risks among the next steps."""
    options: OptionsWeighed = answers["weigh_options"]
    register: RiskRegister = answers["register_risks"]
    grave = [risk for risk in register.risks if risk.level == RiskLevel.HIGH]
    watch = sentence("Watch first:", "; ".join(risk.risk.rstrip(".") for risk in grave[:2])) if grave else ""
    steps = dict.fromkeys([*options.next_steps, *(risk.mitigation for risk in grave)])
    return AssessmentAnswer(
        strategy=options.strategy,
        rationale=paragraph(f"{options.rationale} {watch}"),
        considered=options.considered,
        risks=register.risks,
        next_steps=list(steps)[:MOST_STEPS],
        evidence=first_ids(options.evidence, register.evidence),
    )


def chosen_first(
    drafted: str, ranking: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """The drafted strategy's row where it is allowed, else the best allowed one; and the other rows, best first."""
    allowed = [row for row in ranking if row["allowed"]]
    chosen = next((row for row in allowed if row["strategy"] == drafted), allowed[0])
    return chosen, [row for row in ranking if row is not chosen]


def why_not(row: Mapping[str, Any], chosen: Mapping[str, Any]) -> str:
    """One sentence on a strategy that was not chosen: what excludes it, or how far behind it is and what it lacks."""
    if not row["allowed"]:
        return phrase(sentence("Excluded:", listed(said(row, "excluded: "), most=2) or "a hard constraint forbids it"))
    place = _place(row["score"] - chosen["score"], chosen["strategy"])
    against, pro = said(row, "against: "), said(row, "for: ")
    if against:
        return phrase(sentence(f"{place}; against it: {listed(against, most=2)}"))
    return phrase(sentence(f"{place}, although {pro[0]}" if pro else f"{place}; nothing on record argues for it"))


def said(row: Mapping[str, Any], side: str) -> list[str]:
    """Texts of a ranked strategy's reasons that start with "for: ", "against: " or "excluded: "."""
    texts = (str(reason["text"]) for reason in row["reasons"])
    return [text.removeprefix(side) for text in texts if text.startswith(side)]


def ranked_risks(rows: Sequence[Mapping[str, Any]]) -> list[Risk]:
    """Risk rows as risks, the gravest first."""
    risks = [
        Risk(
            kind=row["kind"],
            level=row["level"],
            risk=phrase(row["risk"]),
            mitigation=phrase(row["mitigation"]),
            evidence=first_ids(row["evidence"]),
        )
        for row in rows
    ]
    return sorted(risks, key=lambda risk: _GRAVEST_FIRST.index(risk.level))[:MOST_RISKS]


def _precedent_strategy(precedents: Sequence[Mapping[str, Any]], ranking: Sequence[Mapping[str, Any]]) -> str:
    """The allowed strategy that similar cases speak for most, by their similarity; none where they are divided."""
    allowed = {row["strategy"] for row in ranking if row["allowed"]}
    weight: dict[str, float] = {}
    for row in precedents:
        weight[row["strategy"]] = weight.get(row["strategy"], 0.0) + float(row["similarity"])
    best = max(weight, key=lambda strategy: weight[strategy], default="")
    return best if best in allowed and 2 * weight[best] > sum(weight.values()) else ""


def _of_precedent(similar: Mapping[str, Any], chosen: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> str:
    """One sentence on a similar case that a person decided, and what became of it here."""
    shares = f", which shares {listed(similar['shared'], most=3)}" if similar["shared"] else ""
    here = "the same is chosen here"
    if similar["strategy"] != chosen["strategy"]:
        forbidden = any(row["strategy"] == similar["strategy"] and not row["allowed"] for row in others)
        here = "a hard constraint forbids it here" if forbidden else "the policy's ranking stands here"
    return sentence(f"A person decided {similar['strategy']} for {similar['application']}{shares}; {here}")


def _of_application(
    draft: Mapping[str, Any],
    chosen: Mapping[str, Any],
    others: Sequence[Mapping[str, Any]],
    told: Sequence[Mapping[str, Any]],
) -> str:
    against = said(chosen, "against: ")
    known = "; ".join(f"{in_words(fact['field'])} {fact['value']}" for fact in told)
    parts = (
        _leads(chosen, others),
        sentence("Against it:", listed(against, most=2)) if against else "",
        sentence("On record:", known) if known else "",
        sentence("Looked at on its own:", draft["exception"]) if draft.get("exception") else "",
    )
    return " ".join(part for part in parts if part)


def _of_pattern(cluster: Mapping[str, Any], chosen: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> str:
    """Says whose facts it rests on: members read it beside their own."""
    whose = f"Pattern of {cluster['size']} applications ({cluster['label']}), judged by its typical member"
    return f"{whose} {cluster['representative']}: {_leads(chosen, others)}"


def _leads(chosen: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> str:
    rivals = [row for row in others if row["allowed"]]
    why = listed(said(chosen, "for: "), most=3)
    because = f", because {why}" if why else "; nothing on record argues for a change of its place"
    if not rivals:
        return sentence(f"{chosen['strategy']} is the only strategy that the constraints allow{because}")
    lead = chosen["score"] - rivals[0]["score"]
    comes = "is chosen" if lead <= -SHOWN_LEAD else "comes first"
    place = f"{comes} of {len(rivals) + 1} allowed strategies, {_place(lead, rivals[0]['strategy'])}"
    return sentence(f"{chosen['strategy']} {place}{because}")


def _place(lead: float, rival: str) -> str:
    """How far ahead of or behind another strategy, in the policy's points."""
    if abs(lead) < SHOWN_LEAD:
        return f"level with {rival}"
    return f"{abs(lead):.1f} points {'ahead of' if lead > 0 else 'behind'} {rival}"
