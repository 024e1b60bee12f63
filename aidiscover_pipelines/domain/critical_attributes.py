"""The 22 critical attributes: key, group, name, and how much each matters to the recommendation.

Shared by the attribute room (its catalogue adds parts, validators and half-lives), the report and the figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass

INFRASTRUCTURE, APPLICATION, BUSINESS, DEBT = "infrastructure", "application", "business", "technical debt"
GROUPS = (INFRASTRUCTURE, APPLICATION, BUSINESS, DEBT)


@dataclass(frozen=True, slots=True)
class CriticalAttribute:
    """One of the 22.

    `weight` is 1, and 1 more for each of the questions that decide a disposition (strategy.confidence.DECISIVE) which
    one of its fields answers; a test compares the two.
    """

    key: str
    group: str
    label: str
    weight: int


# A table reads better with its own line breaks.
# fmt: off
CRITICAL_ATTRIBUTES: tuple[CriticalAttribute, ...] = (
    CriticalAttribute("operating_system", INFRASTRUCTURE, "Operating system and version", 2),
    CriticalAttribute("compute_specification", INFRASTRUCTURE, "CPU, memory and storage", 1),
    CriticalAttribute("network_configuration", INFRASTRUCTURE, "Network configuration", 1),
    CriticalAttribute("virtualization_platform", INFRASTRUCTURE, "Virtualization platform", 2),
    CriticalAttribute("performance_baseline", INFRASTRUCTURE, "Performance baseline", 2),
    CriticalAttribute("availability_requirements", INFRASTRUCTURE, "Availability requirements", 1),
    CriticalAttribute("technology_stack", APPLICATION, "Technology stack", 3),
    CriticalAttribute("architecture_pattern", APPLICATION, "Architecture pattern", 3),
    CriticalAttribute("integration_dependencies", APPLICATION, "Integration dependencies", 2),
    CriticalAttribute("data_volume", APPLICATION, "Data volume", 1),
    CriticalAttribute("user_load", APPLICATION, "User load", 2),
    CriticalAttribute("business_logic_complexity", APPLICATION, "Business logic complexity", 2),
    CriticalAttribute("configuration_complexity", APPLICATION, "Configuration complexity", 1),
    CriticalAttribute("security_requirements", APPLICATION, "Security requirements", 1),
    CriticalAttribute("business_criticality", BUSINESS, "Business criticality", 2),
    CriticalAttribute("change_tolerance", BUSINESS, "Change tolerance", 1),
    CriticalAttribute("compliance_constraints", BUSINESS, "Compliance constraints", 1),
    CriticalAttribute("stakeholder_impact", BUSINESS, "Stakeholder impact", 1),
    CriticalAttribute("code_quality", DEBT, "Code quality", 2),
    CriticalAttribute("security_vulnerabilities", DEBT, "Security vulnerabilities", 1),
    CriticalAttribute("eol_technology", DEBT, "End-of-life technology", 3),
    CriticalAttribute("documentation_quality", DEBT, "Documentation quality", 1),
)
# fmt: on

# By these the quality of an application's attributes is averaged to its confidence.
WEIGHTS: Mapping[str, int] = {attribute.key: attribute.weight for attribute in CRITICAL_ATTRIBUTES}
