"""How often crews are asked: cost grows with patterns and exceptions, not with applications (DESIGN, section 5)."""

import math
from collections.abc import Iterator, Sequence
from typing import TypeVar

# A small portfolio is looked at whole; 2 % of 10,000 applications are the 200 kickoffs that the design allows.
LEAST_KICKOFFS = 40
SHARE_OF_APPLICATIONS = 0.02
# Naming a pattern needs one kickoff each; the rest of the budget goes to dispositions, which is what people pay for.
SHARE_FOR_NAMING = 0.25

T = TypeVar("T")


def kickoff_budget(applications: int, ceiling: int) -> int:
    """Most kickoffs that a portfolio of this size justifies; never above the ceiling."""
    return min(ceiling, max(LEAST_KICKOFFS, math.ceil(applications * SHARE_OF_APPLICATIONS)))


def naming_budget(applications: int, ceiling: int) -> int:
    """The discovery crew's part of the budget; the assessment crew has the rest."""
    return int(kickoff_budget(applications, ceiling) * SHARE_FOR_NAMING)


def assessment_budget(applications: int, ceiling: int) -> int:
    """The assessment crew's part of the budget."""
    return kickoff_budget(applications, ceiling) - naming_budget(applications, ceiling)


def chunks(cases: Sequence[T], size: int) -> Iterator[list[T]]:
    """The cases in order, at most `size` at a time; nothing for no cases."""
    for start in range(0, len(cases), size):
        yield list(cases[start : start + size])
