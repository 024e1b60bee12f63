"""What one keyword signal declares, and the fields that words are looked for in."""

from dataclasses import dataclass

IDENTITY = ("application_name", "application_type", "description")
PRODUCT = ("technology_stack", "application_type", "vendor")
STACK = ("technology_stack", "database_engine", "application_type", "vendor", "architecture_pattern", "description")
PLATFORM = ("os_names", "os_name", "hardware_model", "virtualization_platform", "technology_stack", "description")
# Whoever fills in a sheet puts a language into the platform column, and a hypervisor into the stack.
TECHNOLOGY = tuple(dict.fromkeys((*STACK, *PLATFORM)))
PROSE = (
    "description",
    "tags",
    "stakeholder_impact",
    "change_tolerance",
    "lifecycle_status",
    "configuration_complexity",
    "security_requirements",
    "compliance_requirements",
    "availability_target",
)
LIFECYCLE = ("lifecycle_status", "description", "tags")


@dataclass(frozen=True, slots=True)
class Term:
    """One yes/no signal read from words. Text that matches `denied` is a no although the pattern is found.

    Words that match `ignored` are taken out before anything is looked for: they are the name of something else.
    Several terms may feed one signal: any yes is a yes.
    Patterns meet lower-cased text and use RE2 syntax without captures, which keeps matching linear in the text.
    """

    signal: str
    fields: tuple[str, ...]
    pattern: str
    meaning: str
    denied: str = ""
    ignored: str = ""


def words(listed: str) -> str:
    """Pattern of whole words or phrases, given with commas between them."""
    return r"\b(?:" + "|".join(word.strip() for word in listed.split(", ")) + r")\b"


def stems(*parts: str) -> str:
    """Pattern of alternatives that need not be whole words."""
    return "(?:" + "|".join(parts) + ")"
