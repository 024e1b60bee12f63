"""Tables of the strategy and of governance: recommendations, reports, crew answers, KPIs."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonList, JsonMap, Row
from aidiscover_pipelines.domain.vocabulary import DecidedBy, RiskLevel, Strategy


class Recommendation(Row):
    """The disposition of one application and everything that carries it."""

    table: ClassVar[str] = "recommendations"
    key: ClassVar[tuple[str, ...]] = ("application_id",)

    application_id: str = Field(description="The application")
    strategy: Strategy = Field(description="One of the six Rs")
    confidence: float = Field(description="Probability that an expert would agree, 0 to 1")
    decided_by: DecidedBy = Field(description="policy, crew or person")
    ranking: JsonList = Field(description='All six, best first: [{"strategy", "score", "allowed", "reasons"}]')
    risk: RiskLevel = Field(description="Overall risk band")
    risks: JsonList = Field(description='[{"kind", "level", "risk", "mitigation", "evidence"}]')
    rationale: str = Field(description="Why this one, in words")
    next_steps: JsonList = Field(description="What to do next, first things first")
    evidence: JsonList = Field(description="Addresses of the source cells behind the decision")
    priority: int = Field(description="1 (first) to 5 (last)")
    cluster_id: str = Field(description="Pattern it was assessed with; empty where alone")
    model: str = Field(description="Model that worded or decided it; empty where the policy did alone")
    digest: str = Field(description="Hash of the inputs and the result; the data version of the materialisation")
    run_id: str = Field(description="Run that wrote it")
    review: str = Field(
        description="Why a person should look (disagreement, contradictory constraints, budget exhausted ...), a colon "
        "and the details; empty where nobody needs to"
    )
    target: str = Field(description="Landing zone kind: where it would run, such as managed containers")
    target_why: str = Field(description="Why there, in words")
    counterfactuals: JsonList = Field(
        description='What would change the answer, the smallest first: [{"text", "fact", "from", "to", "becomes"}]'
    )
    effort: JsonMap = Field(
        description='Band of work: {"band", "days_low", "days_high", "basis"}; empty where switched off'
    )
    cost: JsonMap = Field(
        description='Band of running cost a month: {"low", "high", "currency", "basis"}; empty where switched off'
    )
    question: str = Field(description="The question whose answer would decide it; empty where nothing is open")
    policy: str = Field(description="Version of the policy and the goal it was scored for")
    foretold: float = Field(description="Confidence before people's answers about others moved it, 0 to 1")


class RecommendationDraft(Recommendation):
    """What the policy alone recommends; made anew only where `inputs` differ."""

    table: ClassVar[str] = "recommendation_drafts"

    margin: float = Field(description="Lead of the best strategy, 0 to 1")
    allowed: JsonList = Field(description="Strategies that the hard constraints leave, best first")
    exception: str = Field(description="Why a crew should look at it alone; empty where nothing singles it out")
    inputs: str = Field(description="Digest of all that it was made from; empty: anew")


class RecommendationHistory(Row):
    """What a recommendation became in a run that changed it; the state at a run is the newest row up to then."""

    table: ClassVar[str] = "recommendation_history"
    key: ClassVar[tuple[str, ...]] = ("application_id", "run_id")

    application_id: str = Field(description="The application")
    run_id: str = Field(description="Run that changed it")
    strategy: Strategy | None = Field(description="One of the six Rs; empty where the application left the inventory")
    confidence: float | None = Field(description="Probability that an expert would agree, 0 to 1")
    decided_by: DecidedBy | None = Field(description="policy, crew or person")
    digest: str = Field(description="Hash of the inputs and the result; empty where the application left")
    at: datetime = Field(description="When the run began, UTC")


class SettledRun(Row):
    """A run that settled recommendations, whether or not it changed any."""

    table: ClassVar[str] = "settled_runs"
    key: ClassVar[tuple[str, ...]] = ("run_id",)

    run_id: str = Field(description="The run")
    application_id: str = Field(description="The one application that it looked at; empty for the whole portfolio")
    recommendations: int = Field(description="Recommendations that it settled")
    changed: int = Field(description="Those that are new, changed or gone since the run before")
    at: datetime = Field(description="When the run began, UTC")


class PortfolioReport(Row):
    """A report as written, with the digest of the plan it shows."""

    table: ClassVar[str] = "portfolio_reports"
    key: ClassVar[tuple[str, ...]] = ("kind",)

    kind: str = Field(description="html, xlsx or markdown")
    path: str = Field(description="File on this machine")
    plan_digest: str = Field(description="Digest over the recommendations and waves it shows")
    written_at: datetime = Field(description="UTC")


class CrewAnswer(Row):
    """One crew kickoff: what was asked, what came back, what it cost."""

    table: ClassVar[str] = "crew_answers"
    key: ClassVar[tuple[str, ...]] = ("crew", "subject", "digest")

    crew: str = Field(description="Key in crews.CREWS")
    subject: str = Field(description="tenant, file:ID, cluster:ID or application:ID")
    digest: str = Field(description="Hash of the case it was given; the same case is not asked twice")
    status: str = Field(description="answered, or fallback where the deterministic answer stands")
    reason: str = Field(description="Why the fallback, else empty")
    answer: JsonMap = Field(description="The validated contract")
    model: str = Field(description="Model asked")
    llm_calls: int = Field(description="LLM calls made")
    prompt_tokens: int = Field(description="Tokens sent")
    completion_tokens: int = Field(description="Tokens received")
    cost_usd: float = Field(description="Cost in US dollars")
    seconds: float = Field(description="Wall time of the kickoff")
    run_id: str = Field(description="Run that asked")


class DiscoveryKpi(Row):
    """One figure about the portfolio, for dashboards and for comparing runs."""

    table: ClassVar[str] = "discovery_kpis"
    key: ClassVar[tuple[str, ...]] = ("kpi",)

    kpi: str = Field(description="Name of the figure")
    value: float = Field(description="The figure")
    unit: str = Field(description="applications, percent, rows ...")
