"""Plausible answers to the open questions, as the facts that the policy would then read.

Attributes that no argument of the policy reads are not here: their answers are worth having, but change no strategy.
Shares say how often an answer is given where a portfolio tells nothing yet; consultants' estimates, not measurements.
They may add up to less than 1: the rest are answers that tell the policy nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its words, how often it is given, the facts it comes to (field -> value).

    A value of the portfolio counts as this answer where it matches `known`, or lies in `band` (from, below).
    """

    text: str
    share: float
    facts: Mapping[str, str | float]
    known: str = ""
    band: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers for one attribute. The portfolio's own values of `field` tell which are given how often, first match."""

    field: str
    options: tuple[Answer, ...]


_MANY = float("inf")
OF_ITS_CODE = "code_quality"
"""The attribute that nobody but its vendor can tell of a bought product."""


def is_bought(signals: pd.DataFrame) -> np.ndarray:
    """For each application whether it is a vendor's product or service without code of its owner's."""
    packaged, saas, custom = (signals[name].eq(1).to_numpy(dtype=bool) for name in ("packaged", "saas", "custom"))
    return np.asarray((packaged | saas) & ~custom)


def _levels(field: str, **shares: float) -> Answers:
    """Answers that are the words of a closed vocabulary themselves."""
    return Answers(field, tuple(Answer(word, share, {field: word}, rf"^{word}\b") for word, share in shares.items()))


# A table reads better with its own line breaks.
# fmt: off
ANSWERS: Mapping[str, Answers] = {
    "operating_system": Answers("os_names", (
        Answer("a mainframe or Unix on its own hardware", 0.04, {"os_names": "AIX"},
               r"\baix\b|hp-?ux|solaris|z/os|as/?400|ibm i\b"),
        Answer("one that replication tools no longer take", 0.02, {"os_names": "Windows Server 2000"},
               r"windows (?:nt|2000|server 2000)|(?:rhel|red hat enterprise linux|centos)[^0-9]{0,12}[34]\b"),
        Answer("one that its vendor no longer supports", 0.14,
               {"os_names": "Windows Server 2012 R2", "eol_status": "eol"},
               r"windows(?: server)? (?:2003|2008|2012)|(?:rhel|red hat enterprise linux|centos)[^0-9]{0,12}[5-7]\b"),
        Answer("one that is supported", 0.8, {"os_names": "Windows Server 2022", "eol_status": "supported"}, r"\w"),
    )),
    "technology_stack": Answers("technology_stack", (
        Answer("a cloud service of its vendor", 0.08, {"technology_stack": "SaaS"},
               r"\bsaas\b|salesforce|servicenow|workday"),
        Answer("own code in an old language", 0.08, {"technology_stack": "COBOL, in-house"},
               r"cobol|\brpg\b|fortran|visual basic|vb ?6|delphi|powerbuilder|access"),
        Answer("a bought product", 0.35, {"technology_stack": "COTS"},
               r"\bsap\b|\bcots\b|sharepoint|oracle ebs|packaged"),
        Answer("own code on a current runtime", 0.4,
               {"technology_stack": "Java, in-house", "database_engine": "PostgreSQL"},
               r"java|\.net|node|python|php|spring|tomcat|ruby|golang"),
    )),
    "virtualization_platform": Answers("virtualization_platform", (
        Answer("containers", 0.08, {"virtualization_platform": "Kubernetes"}, r"kubernetes|openshift|docker"),
        Answer("a hypervisor", 0.8, {"virtualization_platform": "VMware"}, r"vmware|esx|hyper-?v|kvm|nutanix|vsphere"),
    )),
    "performance_baseline": Answers("memory_util_pct", (
        Answer("CPU and memory below 5 %", 0.03, {"cpu_util_pct": 2.0, "memory_util_pct": 3.0}, band=(0, 5)),
        Answer("CPU and memory below 20 %", 0.12, {"cpu_util_pct": 8.0, "memory_util_pct": 12.0}, band=(5, 20)),
        Answer("in regular use", 0.85, {"cpu_util_pct": 35.0, "memory_util_pct": 55.0}, band=(20, _MANY)),
    )),
    "architecture_pattern": Answers("architecture_pattern", (
        Answer("microservices", 0.08, {"architecture_pattern": "microservices"}, "micro-?service|event"),
        Answer("several tiers", 0.5, {"architecture_pattern": "n-tier"}, "tier|client[- /]server|web"),
        Answer("monolith", 0.35, {"architecture_pattern": "monolith"}, "monolith|single|stand-?alone"),
    )),
    "user_load": Answers("user_count", (
        Answer("up to 50 people", 0.35, {"user_count": 25.0}, band=(0, 51)),
        Answer("51 to 499 people", 0.4, {"user_count": 200.0}, band=(51, 500)),
        Answer("500 people or more", 0.25, {"user_count": 2000.0}, band=(500, _MANY)),
    )),
    "business_logic_complexity": _levels("business_logic_complexity", low=0.35, medium=0.4, high=0.25),
    "business_criticality": _levels("business_criticality", low=0.3, medium=0.35, high=0.25, critical=0.1),
    "change_tolerance": Answers("change_tolerance", (
        Answer("no changes are allowed now", 0.08, {"change_tolerance": "change freeze"}, r"freeze|frozen|^very low$"),
    )),
    "compliance_constraints": Answers("compliance_requirements", (
        Answer("its data must not leave the site", 0.03,
               {"compliance_requirements": "data must not leave the site"}, r"data (?:must|may) not leave"),
        Answer("its data is bound to a country", 0.1, {"compliance_requirements": "data residency"},
               r"data (?:residency|sovereignty|locali[sz]ation)|in[- ]country"),
        Answer("a regulation", 0.4, {"compliance_requirements": "GDPR"}, r"\w"),
    )),
    "stakeholder_impact": Answers("stakeholder_impact", (
        Answer("nobody, it is no longer used", 0.04, {"stakeholder_impact": "no longer used"},
               r"no longer (?:used|needed)|nobody|unused"),
        Answer("the core business", 0.1, {"stakeholder_impact": "core business"}, r"core business|strategic|revenue"),
    )),
    "code_quality": Answers("code_quality_score", (
        Answer("poor", 0.3, {"code_quality_score": "poor"}, r"poor|\bbad|schlecht"),
        Answer("fair", 0.4, {"code_quality_score": "fair"}, r"fair|average|mittel"),
        Answer("good", 0.3, {"code_quality_score": "good"}, r"good|excellent|healthy|\bgut"),
    )),
    "eol_technology": Answers("eol_status", (
        Answer("support has ended", 0.25, {"eol_status": "eol"}, "^eol$"),
        Answer("support ends soon", 0.15, {"eol_status": "eol_soon"}, "^eol_soon$"),
        Answer("it is supported", 0.6, {"eol_status": "supported"}, "^supported$"),
    )),
}
# fmt: on
