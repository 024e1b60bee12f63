"""Which kickoffs a discovery would make: its cases, counted as its ops would, from what is stored. Asks nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aidiscover_pipelines.crews.assessment.case import Estate, assessment_cases
from aidiscover_pipelines.crews.generic.case import crew_cases, representatives
from aidiscover_pipelines.crews.generic.stage import MOST_CASES, enabled_crews
from aidiscover_pipelines.crews.plan import assessment_budget, naming_budget
from aidiscover_pipelines.crews.platform_detection.case import platform_case
from aidiscover_pipelines.crews.sizes import declared_sizes
from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.crews.tenant_crews import definition_of, find_crew, running_version
from aidiscover_pipelines.domain.crew import ANSWERED, CaseFile
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    ClusterMember,
    CrewAnswer,
    FieldMapping,
    PatternCluster,
    SourceFile,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import MappingDecision
from aidiscover_pipelines.governance.cost import KickoffCount
from aidiscover_pipelines.governance.sizes import Amount
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.stage import draft_portfolio
from aidiscover_pipelines.tiers.stage import draft_platform


@dataclass(frozen=True, slots=True)
class Plan:
    """Kickoffs by crew and kind of subject. `rests_on` says in a sentence what was counted."""

    counts: Sequence[KickoffCount]
    rests_on: str


def planned_kickoffs(
    store: PortfolioStore, tenant: TenantId, model: str, ceiling: int, today: date, new_files: int
) -> Plan:
    """The next discovery of a tenant that was discovered before; of any other the most that the plan allows.

    Low and high: nothing or everything has changed since the last answers of `model`. Likely: nothing, unless files
    wait that no run has read; then everything, because patterns are found anew.
    """
    applications = store.read(tenant, ClusterMember, columns=["application_id"])
    if applications.empty:
        known = len(store.read(tenant, Application, columns=["application_id"]))
        return assumed_kickoffs(known, accepted_files(store, tenant) + new_files, ceiling)
    answered = store.read(tenant, CrewAnswer, columns=["crew", "subject", "digest"], status=ANSWERED, model=model)
    digests, subjects = set(answered["digest"]), set(answered["crew"] + " " + answered["subject"])

    def count(crew: str, kind: str, planned: int, held: int) -> KickoffCount:
        return KickoffCount(crew, kind, planned - held, planned if new_files else planned - held, planned)

    counts = []
    for kind, named in (("file", _doubtful(store, tenant)), ("cluster", _named(store, tenant, ceiling))):
        wanted = [f"{kind}:{one}" for one in named]
        counts.append(count("discovery", kind, len(wanted), sum(f"discovery {one}" in subjects for one in wanted)))
    platform = platform_case(tenant, draft_platform(store, tenant))
    counts.append(count(platform.crew, "tenant", 1, int(platform.digest in digests)))
    cases = _assessments(store, tenant, ceiling, today)
    for kind in ("cluster", "application"):
        mine = [case for case in cases if case.subject.startswith(f"{kind}:")]
        counts.append(count("assessment", kind, len(mine), sum(case.digest in digests for case in mine)))
    for name, crew in own_crews(store, tenant).items():
        subject = definition_of(store, tenant, name, running_version(store, tenant, name)).subject
        mine = crew_cases(store, tenant, crew, subject, representatives(store, tenant, MOST_CASES))
        counts.append(count(name, subject, len(mine), sum(case.digest in digests for case in mine)))
    waiting = f"; {new_files} new files wait, so that likely is as if all had changed" if new_files else ""
    return Plan(counts, f"{len(applications)} applications as discovered last{waiting}")


def assumed_kickoffs(applications: int, files: int, ceiling: int) -> Plan:
    """The most kickoffs that the plan allows for a portfolio of that size."""
    assessments = assessment_budget(applications, ceiling)
    exceptions = assessments // 2
    counted = (
        ("discovery", "file", files),
        ("discovery", "cluster", naming_budget(applications, ceiling)),
        ("platform_detection", "tenant", 1),
        ("assessment", "cluster", assessments - exceptions),
        ("assessment", "application", exceptions),
    )
    told = f"{applications} applications" if applications else "a portfolio that was not discovered yet"
    return Plan(
        [KickoffCount(crew, kind, number, number, number) for crew, kind, number in counted],
        f"the most that the plan allows for {told} and {files} files",
    )


def accepted_files(store: PortfolioStore, tenant: TenantId) -> int:
    """Files that a discovery reads."""
    return len(store.read(tenant, SourceFile, columns=["file_id"], status="accepted"))


def own_crews(store: PortfolioStore, tenant: TenantId) -> dict[str, CrewSpec]:
    """The tenant's own crews that a discovery runs."""
    return {name: find_crew(store, tenant, name) for name in enabled_crews(store, tenant)[0]}


def declared_amounts(crews: Mapping[str, CrewSpec]) -> dict[tuple[str, str], Amount]:
    """Calls and tokens by crew and task as the crews' texts declare them."""
    return {
        (name, task): Amount(one.calls, one.prompt_tokens, one.completion_tokens)
        for name, crew in crews.items()
        for task, one in declared_sizes(crew).items()
    }


def _doubtful(store: PortfolioStore, tenant: TenantId) -> list[str]:
    """Files with columns in review, and those whose doubts a crew has settled: the mapper doubts them again."""
    files = set(store.read(tenant, SourceFile, columns=["file_id"], status="accepted")["file_id"])
    review = store.read(tenant, FieldMapping, columns=["file_id"], decision=MappingDecision.REVIEW.value)["file_id"]
    asked = store.read(tenant, CrewAnswer, columns=["subject"], crew="discovery")["subject"]
    return sorted(files & ({*review} | {one.removeprefix("file:") for one in asked if one.startswith("file:")}))


def _named(store: PortfolioStore, tenant: TenantId, ceiling: int) -> list[str]:
    """The patterns that are named, the largest first."""
    clusters = store.read(tenant, PatternCluster, columns=["cluster_id", "size"])
    ordered = clusters.sort_values(["size", "cluster_id"], ascending=[False, True], kind="stable")
    members = len(store.read(tenant, ClusterMember, columns=["application_id"]))
    return [str(one) for one in ordered["cluster_id"].head(naming_budget(members, ceiling))]


def _assessments(store: PortfolioStore, tenant: TenantId, ceiling: int, today: date) -> list[CaseFile]:
    drafts = draft_portfolio(store, tenant, today)
    estate = Estate(
        drafts,
        store.read(tenant, PatternCluster),
        store.read(tenant, ClusterMember),
        lambda applications: store.read(tenant, ApplicationFact, application_id=list(applications)),
    )
    return assessment_cases(tenant, estate, assessment_budget(len(drafts), ceiling))
