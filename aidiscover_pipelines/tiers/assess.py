"""From facts to a tier with its methods, reasons and strategy: for the tenant, and for each group of its assets."""

from collections.abc import Mapping, Sequence
from typing import Any

from aidiscover_pipelines.domain.vocabulary import DecidedBy
from aidiscover_pipelines.tiers.rules import API, FILE, ISOLATED, MANUAL, TIERS, Facts, TierRule

SCOPE = "tenant"
_NAMED = 3


def share(part: float, whole: float) -> float:
    """0 to 1; 0 of nothing."""
    return round(min(part / whole, 1.0), 4) if whole else 0.0


def tier_of(facts: Facts) -> TierRule:
    """The first rule that holds."""
    return next(rule for rule in TIERS if rule.holds(facts))


def methods_of(tier: int, facts: Facts, ways: Mapping[str, str]) -> list[str]:
    """Cheapest first. Manual stays wherever something is out of reach of the others."""
    is_closed = facts["isolated_share"] >= ISOLATED
    offered = {
        API: facts["cloud_reads_answered"] > 0 and not is_closed,
        FILE: (facts["files_accepted"] > 0 or 1 < tier < 4) and not is_closed,
        MANUAL: tier > 1 or MANUAL in ways.values(),
    }
    return [method for method, is_offered in offered.items() if is_offered]


def assess_group(name: str, kind: str, facts: Facts, ways: Mapping[str, str], automation: float) -> dict[str, Any]:
    """One entry of PlatformAssessment.groups, without its applications."""
    rule = tier_of(facts)
    return {
        "group": name,
        "kind": kind,
        "tier": rule.tier,
        "assets": facts["assets"],
        "automation_percent": automation,
        "methods": methods_of(rule.tier, facts, ways),
        "justification": f"Tier {rule.tier}: {rule.because}. {_told(facts, ways)}",
        "strategy": _strategy(rule, facts),
        "ways": dict(ways),
        "facts": dict(facts),
    }


def assess_platform(
    facts: Facts, ways: Mapping[str, str], automation: float, groups: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """PlatformAssessment columns. A method that any group needs is a method of the tenant."""
    rule = tier_of(facts)
    needed = {*methods_of(rule.tier, facts, ways), *(method for group in groups for method in group["methods"])}
    by_method = {method: sum(way == method for way in ways.values()) for method in (API, FILE, MANUAL)}
    return {
        "scope": SCOPE,
        "tier": rule.tier,
        "automation_percent": automation,
        "methods": [method for method in by_method if method in needed],
        "justification": f"Tier {rule.tier}: {rule.because}. {_told(facts, ways)}{_groups_told(groups)}",
        "strategy": _strategy(rule, facts),
        "capabilities": {**facts, **{f"attributes_by_{method}": count for method, count in by_method.items()}},
        "groups": [dict(group) for group in groups],
        "decided_by": DecidedBy.POLICY.value,
    }


def _told(facts: Facts, ways: Mapping[str, str]) -> str:
    """The facts that a tier rests on, each with its number."""
    files, answered = facts["files_accepted"], facts["cloud_reads_answered"]
    reads = answered + facts["cloud_reads_unanswered"]
    count = list(ways.values()).count
    sentences = [
        f"{files} {'file' if files == 1 else 'files'} accepted",
        f"{answered} of {reads} cloud reads answered" if reads else "No cloud was asked",
        f"{facts['assets']} assets: {facts['cloud_asset_share']:.0%} listed by an interface that answers, "
        f"{facts['measured_asset_share']:.0%} with utilisation, {facts['fresh_asset_share']:.0%} seen lately",
        f"{facts['agent_asset_share']:.0%} have an agent ({', '.join(facts['agents'])})" if facts["agents"] else "",
        f"{facts['isolated_share']:.0%} are air-gapped" if facts["isolated_share"] else "",
        f"Of 22 attributes most members have {count(API)} through interfaces and {count(FILE)} from files; "
        f"{count(MANUAL)} must be asked for",
    ]
    return " ".join(f"{each}." for each in sentences if each)


def _groups_told(groups: Sequence[Mapping[str, Any]]) -> str:
    """How the groups differ, where they do."""
    counts = {tier: sum(group["tier"] == tier for group in groups) for tier in (1, 2, 3, 4)}
    told = [f"{count} in tier {tier}" for tier, count in counts.items() if count]
    return f" Of {len(groups)} groups {', '.join(told)}." if len(told) > 1 else ""


def _strategy(rule: TierRule, facts: Facts) -> str:
    """What to do, what would raise the tier, and what to fall back on."""
    if facts["isolated_share"] >= ISOLATED:
        return f"{rule.strategy}. Fallback: {rule.fallback}."
    steps = [rule.strategy]
    if missing := facts["missing_permissions"]:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        steps.append(f"Grant {', '.join(missing[:_NAMED])}{more}, then scan again")
    if facts["cloud_reads_unanswered"] and not missing:
        steps.append("Scan again later: reads failed without a permission being named")
    if rule.tier > 1 and facts["agents"]:
        steps.append(f"Connect or export what {', '.join(facts['agents'])} already measure")
    return f"{'. '.join(steps)}. Fallback: {rule.fallback}."
