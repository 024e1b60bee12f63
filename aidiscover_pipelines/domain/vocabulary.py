"""Closed sets of the migration trade, as the store and the JSON contracts spell them."""

from collections.abc import Mapping
from enum import StrEnum


class Strategy(StrEnum):
    """The six Rs. Relocate counts as rehost; Microsoft's "refactor" (repackage to PaaS) is replatform here."""

    REHOST = "rehost"
    REPLATFORM = "replatform"
    REFACTOR = "refactor"
    REPURCHASE = "repurchase"
    RETIRE = "retire"
    RETAIN = "retain"


class DecidedBy(StrEnum):
    """Who chose a recommendation."""

    POLICY = "policy"
    CREW = "crew"
    PERSON = "person"


class ReviewAction(StrEnum):
    """What a person may say about a recommendation."""

    APPROVE = "approve"
    OVERRIDE = "override"
    COMMENT = "comment"
    LOCK = "lock"
    UNLOCK = "unlock"
    WITHDRAW = "withdraw"


class MappingDecision(StrEnum):
    """What happens to a source column: used, used but shown to a person, or left out."""

    ACCEPT = "accept"
    REVIEW = "review"
    IGNORE = "ignore"


class CleansingOutcome(StrEnum):
    """What became of a cell text that did not stay as it was. Unread texts are kept, dropped ones give no value."""

    CHANGED = "changed"
    UNREAD = "unread"
    DROPPED = "dropped"
    UNDONE = "undone"


class EntityKind(StrEnum):
    """What a row (or a field) describes. `link` rows tie an asset to an application and describe neither."""

    ASSET = "asset"
    APPLICATION = "application"
    DEPENDENCY = "dependency"
    LINK = "link"


class AttributeState(StrEnum):
    """Standing of one of the 22 critical attributes of an application. Asked: missing, and a question is out."""

    PRESENT = "present"
    INFERRED = "inferred"
    ASKED = "asked"
    NOT_APPLICABLE = "not applicable"
    MISSING = "missing"


# What an attribute adds to completeness; an inferred one counts half because nobody has confirmed it. That an attribute
# does not apply is as good as knowing it.
STATE_WEIGHTS = {
    AttributeState.PRESENT: 1.0,
    AttributeState.NOT_APPLICABLE: 1.0,
    AttributeState.INFERRED: 0.5,
    AttributeState.ASKED: 0.0,
    AttributeState.MISSING: 0.0,
}

# States of which nothing is known: no value, and nobody said that none applies.
OPEN_STATES = frozenset({AttributeState.ASKED, AttributeState.MISSING})

# Attributes whose value is one word of a closed set; the others are told in free text.
CLOSED_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "business_criticality": ("low", "medium", "high", "critical"),
    "business_logic_complexity": ("low", "medium", "high"),
    "configuration_complexity": ("low", "medium", "high"),
}


class FileStatus(StrEnum):
    """Standing of an uploaded file. Superseded: the same name arrived again with other bytes."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    SUPERSEDED = "superseded"


ANSWERED_CALLS = ("called", "empty")
"""Outcomes of CloudCoverage that are no gap."""


class RiskLevel(StrEnum):
    """Overall risk band of a recommendation."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Sensitivity(StrEnum):
    """Who may see a value, in rising order. Restricted values never leave for a remote model."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"

    @property
    def rank(self) -> int:
        """0 for public to 3 for restricted."""
        return list(Sensitivity).index(self)
