"""What counts as which kind of access, and which facts put an estate into which automation tier.

Tiers: 1 full API access, modern cloud-native; 2 partial API access, mixed; 3 limited access, file-based; 4 manual only,
air-gapped. Limited access never yields a lower number than 2, and always keeps 'manual' among the methods.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

REACHED = ("called", "empty")
BLOCKED = ("denied", "throttled", "failed")

# How much of collecting an attribute is automatic: an interface needs nobody, a file needs somebody to export and
# upload it each time, a question needs a person for every answer.
AUTOMATED = {"api": 1.0, "file": 0.6, "manual": 0.0}

# The 22 critical attributes by the group that canonical fields serve, with the spellings that domain.canonical uses.
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "operating system": ("infra: OS & version",),
    "cpu, memory, storage": ("infra: CPU/memory/storage",),
    "network configuration": ("infra: network configuration",),
    "virtualization platform": ("infra: virtualization platform", "infra: virtualization platform / availability"),
    "performance baseline": ("infra: performance baseline",),
    "availability requirements": ("infra: availability requirements", "infra: virtualization platform / availability"),
    "technology stack": ("app: technology stack",),
    "architecture pattern": ("app: architecture pattern", "app: architecture"),
    "integration dependencies": ("app: integration dependencies",),
    "data volume": ("app: data volume",),
    "user load patterns": ("app: user load patterns",),
    "business logic complexity": ("app: business logic complexity",),
    "configuration complexity": ("app: configuration complexity",),
    "security requirements": ("app: security requirements",),
    "criticality": ("business: criticality",),
    "change tolerance": ("business: change tolerance",),
    "compliance constraints": ("business: compliance constraints",),
    "stakeholder impact": ("business: stakeholder impact",),
    "code quality": ("debt: code quality",),
    "security vulnerabilities": ("debt: security vulnerabilities",),
    "end-of-life technology": ("tech debt: EOL technology", "tech debt: EOL / retire signal"),
    "documentation quality": ("debt: documentation quality",),
}

# A tier is about collecting, so measurements older than a month count as not collected by a running interface.
FRESH_DAYS = 30

Capabilities = Mapping[str, float | int]


@dataclass(frozen=True, slots=True)
class TierRule:
    """One tier and when the facts allow it; rules are tried in order and the first that holds decides."""

    tier: int
    holds: Callable[[Capabilities], bool]
    because: str
    strategy: str
    fallback: str


# Thresholds: a tenth of calls refused, a fifth of assets outside the clouds or half of them unmeasured is no longer
# full access; with fewer than half of the calls answered, files carry the discovery.
TIERS: tuple[TierRule, ...] = (
    TierRule(
        1,
        lambda facts: (
            facts["cloud_calls_answered_share"] >= 0.9
            and facts["cloud_asset_share"] >= 0.8
            and facts["measured_asset_share"] >= 0.5
            and facts["cloud_calls_blocked"] == 0
        ),
        "cloud interfaces answer for nearly the whole estate, measurements included",
        "Scan the cloud accounts on a schedule; no files are needed",
        "Import an export of the missing service where an account stops answering",
    ),
    TierRule(
        2,
        lambda facts: facts["cloud_calls"] > 0 and facts["cloud_calls_answered_share"] >= 0.5,
        "cloud interfaces answer for a part of the estate",
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
        "Request one inventory export of any kind; any file raises the estate to tier 3",
    ),
)
