"""What may be concluded about an attribute that nobody recorded: one row per rule, tried in order.

A rule reads facts, gives a text per application (empty where it does not apply), and says how far it can be trusted.
Nothing is concluded from the absence of a fact.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aidiscover_pipelines.attributes.wide import Flags, Texts, WideFacts

# Quality of a conclusion. One that follows from what was measured or recorded about the same thing is worth half of a
# record; one that rests on what usually goes together is below ASK_BELOW and keeps its question.
FIRM = 0.5
WEAK = 0.3


@dataclass(frozen=True, slots=True)
class Inference:
    """One rule. `reads` are the facts it rests on, whose evidence it cites."""

    attribute: str
    reads: tuple[str, ...]
    conclude: Callable[[WideFacts], Texts]
    quality: float
    reason: str


_NON_PRODUCTION = r"\b(?:dev|test|qa|uat|sandbox|training|staging|stage|sit|lab|poc|(?:non|pre)-?prod)"
_PRODUCTION = r"\bprod|\blive\b"
_CRITICAL = r"mission|critical|very high|\bhigh\b|tier\s*[01]\b|essential"
_NOT_CRITICAL = r"non-?critical|not critical"
_CLASSIFIED = r"\bpii\b|personal|gdpr|\bphi\b|hipaa|\bpci\b|cardholder|confidential|restricted|secret|\bsox\b"
_VENDOR_RUN = r"\bsaas\b|software as a service"
_PACKAGED = r"\bcots\b|packag|off.the.shelf|commercial|standard software"

# First match wins: the most particular signs come first.
_ARCHITECTURES: tuple[tuple[str, str], ...] = (
    (r"micro-?services?", "microservices"),
    (r"\bsaas\b|salesforce|servicenow|workday", "software as a service"),
    (r"docker|kubernetes|k8s|openshift|container", "containers"),
    (r"mainframe|cobol|cics|z/os|as/?400|ibm i\b", "mainframe"),
    (r"\bsoa\b|enterprise service bus|\besb\b", "service oriented"),
    (r"client.?server|visual basic|\bvb\s*6|delphi|powerbuilder|ms access|microsoft access|citrix", "client-server"),
    (r"\bweb|\biis\b|tomcat|jboss|weblogic|websphere|apache|nginx|asp|php|n-?tier|[23]-?tier", "web application"),
    (r"batch|scheduled job", "batch"),
)
_TECHNOLOGY_WORDS = re.compile(
    r"\b(?:java|jee|j2ee|asp\.net|\.net|c#|php|python|ruby|node\.?js|cobol|cics|delphi|powerbuilder|visual basic|vb6|"
    r"angular|react|spring|tomcat|jboss|websphere|weblogic|iis|apache|nginx|oracle|sql server|postgres(?:ql)?|mysql|"
    r"mariadb|db2|sybase|mongodb|sap|sharepoint|lotus notes|siebel|peoplesoft|docker|kubernetes|excel|ms access)\b",
    re.IGNORECASE,
)
# Parts (technologies and servers) from which configuration counts as medium and high; a guess by size, hence WEAK.
_MEDIUM_PARTS, _HIGH_PARTS = 4, 9


def _where(*cases: tuple[Flags, str | Texts]) -> Texts:
    """Text of the first case that holds."""
    out = np.full(len(cases[0][0]), "", dtype=object)
    for holds, text in reversed(cases):
        out[holds] = text if isinstance(text, str) else text[holds]
    return out


def _matches(facts: WideFacts, field: str, pattern: str) -> Flags:
    return facts.words(field).str.contains(pattern, regex=True).to_numpy(dtype=bool)


def _non_production(facts: WideFacts) -> Flags:
    """Every environment named is one of building or testing."""
    return _matches(facts, "environment", _NON_PRODUCTION) & ~_production(facts)


def _production(facts: WideFacts) -> Flags:
    named = facts.words("environment").str.replace(r"non-?prod\w*|pre-?prod\w*", "", regex=True)
    return named.str.contains(_PRODUCTION, regex=True).to_numpy(dtype=bool)


def _critical(facts: WideFacts) -> Flags:
    field = "business_criticality"
    return _matches(facts, field, _CRITICAL) & ~_matches(facts, field, _NOT_CRITICAL)


def _joined_with(before: str, texts: Texts, after: str = "") -> Texts:
    return np.array([f"{before}{text}{after}" for text in texts.tolist()], dtype=object)


def _virtualization(facts: WideFacts) -> Texts:
    share = facts.number("kinds")
    kinds = facts.words("kinds")
    return _where(
        (share == 1, "physical hardware"),
        (kinds.eq("virtual").to_numpy(), "virtual machines on an unnamed hypervisor"),
        (kinds.eq("cloud").to_numpy(), "cloud instances"),
    )


def _clustered(facts: WideFacts) -> Texts:
    return _where((facts.has("cluster_name"), _joined_with("runs in cluster ", facts.text("cluster_name"))))


def _expected_availability(facts: WideFacts) -> Texts:
    return _where(
        (_non_production(facts), "best effort, not productive"),
        (_production(facts) & _critical(facts), "high, critical and productive"),
    )


def _described_stack(facts: WideFacts) -> Texts:
    texts = facts.text("description").tolist()
    found = [sorted({word.lower() for word in _TECHNOLOGY_WORDS.findall(text)}) if text else [] for text in texts]
    return np.array(["; ".join(words) for words in found], dtype=object)


def _architecture(facts: WideFacts) -> Texts:
    fields = ("application_type", "technology_stack", "technologies", "os_names")
    signs = facts.words(fields[0])
    for field in fields[1:]:
        signs = signs + " " + facts.words(field)
    return _where(
        *((signs.str.contains(p, regex=True).to_numpy(dtype=bool), name) for p, name in _ARCHITECTURES),
        (np.zeros(len(facts), dtype=bool), ""),
    )


def _tiers(facts: WideFacts) -> Texts:
    servers = facts.number("asset_count")
    return _where(
        ((servers > 1) & facts.has("database_engine"), "n-tier"),
        (servers == 1, "single server"),
    )


def _integrations(facts: WideFacts) -> Texts:
    needs, needed = facts.has("depends_on"), facts.has("depended_on_by")
    out = _joined_with("needs ", facts.text("depends_on"))
    both = np.array(
        [f"{a}; needed by {b}" for a, b in zip(out.tolist(), facts.text("depended_on_by").tolist(), strict=True)],
        dtype=object,
    )
    return _where(
        (needs & needed, both), (needs, out), (needed, _joined_with("needed by ", facts.text("depended_on_by")))
    )


def _stored(field: str, words: str) -> Callable[[WideFacts], Texts]:
    def conclude(facts: WideFacts) -> Texts:
        return _where((facts.has(field), _joined_with("at most ", facts.text(field), words)))

    return conclude


def _vendor_logic(facts: WideFacts) -> Texts:
    kind = "application_type"
    return _where(
        (_matches(facts, kind, _VENDOR_RUN), "run by its vendor"),
        (_matches(facts, kind, _PACKAGED), "maintained by its vendor"),
    )


def _configuration(facts: WideFacts) -> Texts:
    stack = facts.text("technologies").tolist()
    technologies = np.array([text.count("; ") + 1 if text else 0 for text in stack], dtype=float)
    parts = technologies + np.nan_to_num(facts.number("asset_count"))
    return _where(
        (parts >= _HIGH_PARTS, "high: many technologies and servers"),
        (parts >= _MEDIUM_PARTS, "medium: several technologies or servers"),
        (parts > 0, "low: few technologies and servers"),
    )


def _bound_by(facts: WideFacts) -> Texts:
    field = "compliance_requirements"
    return _where((facts.has(field), _joined_with("what it is bound by demands: ", facts.text(field))))


def _criticality(facts: WideFacts) -> Texts:
    return _where(
        (_non_production(facts), "low: not productive"),
        (_matches(facts, "availability_target", r"99\.9|24.?x.?7|mission|very high|\bhigh\b|gold|platinum"),
         "high: high availability is agreed"),
    )  # fmt: skip


def _tolerance(facts: WideFacts) -> Texts:
    recorded = facts.has("business_criticality")
    return _where(
        (_non_production(facts), "high: not productive"),
        (_critical(facts), "low: critical"),
        (_production(facts) & recorded, "medium: productive, not critical"),
    )


def _compliance(facts: WideFacts) -> Texts:
    field = "security_requirements"
    return _where((_matches(facts, field, _CLASSIFIED), _joined_with("data is classified: ", facts.text(field))))


def _affected(facts: WideFacts) -> Texts:
    unit, users = facts.has("business_unit"), facts.has("user_count")
    units = facts.text("business_unit").tolist()
    counts = facts.text("user_count").tolist()
    both = np.array([f"{u}, {c} users" for u, c in zip(units, counts, strict=True)], dtype=object)
    return _where(
        (unit & users, both),
        (unit, facts.text("business_unit")),
        (users, _joined_with("", facts.text("user_count"), " users")),
    )


def _unpatched(facts: WideFacts) -> Texts:
    past = facts.text("eol_status") == "eol"
    return _where((past, _joined_with("past or near the end of fixes: ", facts.text("eol_products"))))


# A table reads better with its own line breaks.
# fmt: off
INFERENCES: tuple[Inference, ...] = (
    Inference("virtualization_platform", ("kinds",), _virtualization, FIRM, "all its servers are of one kind"),
    Inference("availability_requirements", ("cluster_name",), _clustered, FIRM, "someone paid for a cluster"),
    Inference("availability_requirements", ("environment", "business_criticality"), _expected_availability, WEAK,
              "availability usually follows environment and criticality"),
    Inference("technology_stack", ("description",), _described_stack, WEAK, "its description names technologies"),
    Inference("architecture_pattern", ("application_type", "technology_stack", "technologies", "os_names"),
              _architecture, FIRM, "its kind and technologies are typical of the pattern"),
    Inference("architecture_pattern", ("asset_count", "database_engine"), _tiers, WEAK,
              "servers and databases suggest tiers"),
    Inference("integration_dependencies", ("depends_on", "depended_on_by"), _integrations, FIRM,
              "edges between applications were recorded or observed"),
    Inference("data_volume", ("storage_used_gb",), _stored("storage_used_gb", " GB in use"), FIRM,
              "its data fits in the storage its servers use"),
    Inference("data_volume", ("storage_total_gb",), _stored("storage_total_gb", " GB allocated"), WEAK,
              "its data fits in the storage its servers have"),
    Inference("business_logic_complexity", ("application_type",), _vendor_logic, FIRM,
              "the logic of packaged software is the vendor's"),
    Inference("configuration_complexity", ("technologies", "asset_count"), _configuration, WEAK,
              "more parts have more settings"),
    Inference("security_requirements", ("compliance_requirements",), _bound_by, FIRM,
              "a regulation brings security requirements"),
    Inference("business_criticality", ("environment", "availability_target"), _criticality, FIRM,
              "nothing unproductive is critical; high availability is bought for what is"),
    Inference("change_tolerance", ("environment", "business_criticality"), _tolerance, FIRM,
              "what is critical and productive can hardly be stopped"),
    Inference("compliance_constraints", ("security_requirements",), _compliance, FIRM,
              "classified data falls under rules"),
    Inference("stakeholder_impact", ("business_unit", "user_count"), _affected, FIRM,
              "those who use it are affected"),
    Inference("code_quality", ("application_type",), _vendor_logic, WEAK,
              "the code is the vendor's and cannot be judged"),
    Inference("security_vulnerabilities", ("eol_products",), _unpatched, FIRM,
              "products past their end of life get no fixes"),
)
# fmt: on
