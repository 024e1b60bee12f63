"""What counts as which kind of access, and which facts put a tenant or one group of its assets into which tier.

Tiers: 1 full API access, modern cloud-native; 2 partial API access, mixed; 3 limited access, file-based; 4 manual only,
air-gapped. What a tier permits stands in domain/collection.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DENIED = "denied"
BLOCKED = (DENIED, "throttled", "failed")
API, FILE, MANUAL = "api", "file", "manual"

# How much of collecting a value is automatic: an interface needs nobody, a file needs somebody to export and upload it
# each time, a question needs a person for every answer.
AUTOMATED: Mapping[str, float] = {API: 1.0, FILE: 0.6, MANUAL: 0.0}

# The 22 critical attributes by the groups that canonical fields serve, spelt as domain.canonical does. The end of a
# product's support is looked up by its name, so what names products serves it as well as what states the date.
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "operating_system": ("infra: OS & version",),
    "compute_specification": ("infra: CPU/memory/storage",),
    "network_configuration": ("infra: network configuration",),
    "virtualization_platform": ("infra: virtualization platform", "infra: virtualization platform / availability"),
    "performance_baseline": ("infra: performance baseline",),
    "availability_requirements": ("infra: availability requirements", "infra: virtualization platform / availability"),
    "technology_stack": ("app: technology stack",),
    "architecture_pattern": ("app: architecture pattern", "app: architecture"),
    "integration_dependencies": ("app: integration dependencies",),
    "data_volume": ("app: data volume",),
    "user_load": ("app: user load patterns",),
    "business_logic_complexity": ("app: business logic complexity",),
    "configuration_complexity": ("app: configuration complexity",),
    "security_requirements": ("app: security requirements",),
    "business_criticality": ("business: criticality",),
    "change_tolerance": ("business: change tolerance",),
    "compliance_constraints": ("business: compliance constraints",),
    "stakeholder_impact": ("business: stakeholder impact",),
    "code_quality": ("debt: code quality",),
    "security_vulnerabilities": ("debt: security vulnerabilities",),
    "eol_technology": (
        *("tech debt: EOL technology", "tech debt: EOL / retire signal"),
        *("infra: OS & version", "app: technology stack"),
    ),
    "documentation_quality": ("debt: documentation quality",),
}
# Edges between applications and servers answer this one, whatever field they were read from.
EDGES_SERVE = "integration_dependencies"

# A tier is about collecting, so what was seen more than a month before counts as not collected by a running interface.
FRESH_DAYS = 30

# An account and region answers where at least half of what was asked of it was: below, its list is too full of holes
# to stand for what is there.
ANSWERING = 0.5
# Full access: a fifth of the assets may lie elsewhere, and half must be measured, else sizing needs another source.
FULL_LISTED, FULL_MEASURED = 0.8, 0.5
# An interface that lists less than a tenth of the assets is a footnote to the files.
PARTLY_LISTED = 0.1
# Where most of a group says that nothing reaches it, nothing does.
ISOLATED = 0.5
# An attribute is collected in a way where at least half of a group's members have it so.
MOSTLY = 0.5

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TierRule:
    """One tier and when the facts allow it; rules are tried in order and the first that holds decides."""

    tier: int
    holds: Callable[[Facts], bool]
    because: str
    strategy: str
    fallback: str


# The same rules judge a tenant and each group of its assets. Facts that access brings are compared with >= and those
# that its lack brings with < or ==, so that taking access away never leads to a lower number (a property test).
TIERS: tuple[TierRule, ...] = (
    TierRule(
        4,
        lambda facts: facts["isolated_share"] >= ISOLATED,
        "it is declared or described as air-gapped, so no interface may be called and no export leaves by itself",
        "Collect by interview and template workbook on site, most critical applications first; nothing is scanned",
        "Where a rule allows it, carry a workbook out by hand; withdraw the declaration once there is a connection",
    ),
    TierRule(
        1,
        lambda facts: (
            facts["cloud_reads_answered"] > 0
            and facts["cloud_reads_unanswered"] == 0
            and facts["cloud_asset_share"] >= FULL_LISTED
            and facts["measured_asset_share"] >= FULL_MEASURED
        ),
        "cloud interfaces answer in full for nearly all assets, measurements included",
        "Scan the cloud accounts on a schedule; no files are needed",
        "Import an export of the missing service where an account stops answering",
    ),
    TierRule(
        2,
        lambda facts: (
            facts["cloud_asset_share"] >= PARTLY_LISTED
            or (facts["members"] == 0 and facts["accounts_answering_share"] >= ANSWERING)
        ),
        "cloud interfaces answer for a part of it",
        "Scan what answers on a schedule and import files for the rest",
        "Ask owners for attributes that neither interface nor file holds",
    ),
    TierRule(
        3,
        lambda facts: facts["files_accepted"] > 0,
        "what is known comes from files that people export",
        "Agree a repeated export from each source and drop it into the landing folder",
        "Ask owners for attributes that no file holds; request read access for an interface",
    ),
    TierRule(
        4,
        lambda facts: True,
        "neither an interface nor a readable file delivers anything",
        "Collect by interview and template workbook, most critical applications first",
        "Request one inventory export of any kind; any file raises it to tier 3",
    ),
)
