"""Answers of the platform detection crew."""

from typing import Annotated

from pydantic import Field

from aidiscover_pipelines.crews.contract import Contract, EvidenceIds, Paragraph, Phrase

# Groups shown to the crew, the hardest to reach first; each costs a paragraph of every answer.
MOST_GROUPS = 8

Tier = Annotated[int, Field(ge=1, le=4, description="1 full API access, 2 partial, 3 files only, 4 manual")]
Phrases = Annotated[list[Phrase], Field(max_length=20)]


class SourceSurvey(Contract):
    """What the sources reach and what they leave dark."""

    covered: Phrases = Field(description="What automated sources already deliver")
    gaps: Phrases = Field(description="What no source delivers yet")
    evidence: EvidenceIds


class GroupTier(Contract):
    """The tier of one group of assets."""

    group: Phrase = Field(description="Name as asset_groups gives it")
    tier: Tier
    justification: Paragraph = Field(description="Which facts of the group led to its tier")
    strategy: Paragraph = Field(description="How to collect from it, and the fallback")
    evidence: EvidenceIds


Groups = Annotated[
    list[GroupTier], Field(max_length=MOST_GROUPS, description="One entry for each row of asset_groups, in its order")
]


class AccessJudgement(Contract):
    """The tier that the facts support."""

    tier: Tier
    reasons: Phrases = Field(description="The facts that decided, most important first")
    methods: Phrases = Field(description="Collection methods, cheapest first, from the draft's list only")
    strategy: Paragraph = Field(description="What to do next, and the fallback")
    groups: Groups
    evidence: EvidenceIds


class PlatformAnswer(Contract):
    """The tier and the way of collecting, ready to be shown."""

    tier: Tier
    justification: Paragraph = Field(description="Which facts led to the tier, for a person who has not seen them")
    methods: Phrases = Field(description="Collection methods, cheapest first, from the draft's list only")
    strategy: Paragraph = Field(description="What to do next, and the fallback")
    groups: Groups
    evidence: EvidenceIds
