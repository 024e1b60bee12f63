"""Asset checks: each asset against its row model, each stage for what would make the next one nonsense."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import dagster as dg

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ops import verdicts
from aidiscover_pipelines.ops.failures import RETRY, translated
from aidiscover_pipelines.ops.jobs import APPLICATION_ASSETS
from aidiscover_pipelines.ops.metadata import markdown_table
from aidiscover_pipelines.ops.partitions import APPLICATIONS, TENANTS, tenant_of
from aidiscover_pipelines.ops.verdicts import Verdict
from aidiscover_pipelines.ports import PortfolioStore


@dataclass(frozen=True, slots=True)
class Check:
    """One question about one asset. Blocking ones stop what is downstream; the others warn."""

    asset: str
    name: str
    ask: Callable[[PortfolioStore, TenantId], Verdict]
    blocking: bool = False


CHECKS: tuple[Check, ...] = (
    Check("source_files", "some_file_is_usable", verdicts.some_file_is_usable),
    Check("source_records", "few_rows_are_rejected", verdicts.few_rows_are_rejected),
    Check("field_mappings", "review_queue_is_short", verdicts.review_queue_is_short),
    Check("applications", "few_assets_are_orphans", verdicts.few_assets_are_orphans),
    Check("dependencies", "no_row_is_lost", verdicts.no_row_is_lost, blocking=True),
    Check("validated_attributes", "each_application_has_22", verdicts.each_application_has_22, blocking=True),
    Check("validated_attributes", "attributes_are_filled", verdicts.attributes_are_filled),
    Check(
        "recommendations",
        "each_application_has_one",
        verdicts.each_application_has_a_recommendation,
        blocking=True,
    ),
    Check("recommendations", "policy_is_used", verdicts.policy_is_used),
    Check("recommendations", "what_people_approved_stands", verdicts.what_people_approved_stands),
    Check("recommendations", "few_recommendations_wait", verdicts.few_recommendations_wait),
    Check("migration_waves", "nothing_moves_before_its_needs", verdicts.nothing_moves_before_its_needs, blocking=True),
    Check("portfolio_report", "plan_is_current", verdicts.plan_shows_recommendations),
    Check("application_recommendation", "plan_is_current", verdicts.plan_shows_recommendations),
)


def checks_of(asset: str, table: type[Row]) -> dg.AssetChecksDefinition:
    """All checks of one asset in one step: its row model (blocking), then its rows of CHECKS."""
    partitions = APPLICATIONS if asset in APPLICATION_ASSETS else TENANTS
    mine = [check for check in CHECKS if check.asset == asset]
    fits = Check(asset, "rows_fit_model", lambda store, tenant: verdicts.rows_fit_model(store, tenant, table), True)

    @dg.multi_asset_check(
        name=f"{asset}_checks",
        specs=[
            dg.AssetCheckSpec(
                check.name,
                asset=asset,
                blocking=check.blocking,
                partitions_def=partitions,
                description=check.ask.__doc__,
            )
            for check in (fits, *mine)
        ],
        retry_policy=RETRY,
    )
    def answer(
        context: dg.AssetCheckExecutionContext, store: dg.ResourceParam[PortfolioStore]
    ) -> Iterator[dg.AssetCheckResult]:
        tenant = tenant_of(context.op_execution_context)
        for check in (fits, *mine):
            with translated():
                verdict = check.ask(store, tenant)
            yield _result(check, verdict)

    return answer


def budget_check() -> dg.AssetChecksDefinition:
    """The one check that also needs the settings."""

    @dg.asset_check(asset="llm_usage", name="kickoffs_stay_in_budget", partitions_def=TENANTS, retry_policy=RETRY)
    def kickoffs_stay_in_budget(
        context: dg.AssetCheckExecutionContext,
        store: dg.ResourceParam[PortfolioStore],
        settings: dg.ResourceParam[Settings],
    ) -> dg.AssetCheckResult:
        """Whether the run kept to its kickoff budget."""
        op_context = context.op_execution_context
        with translated():
            verdict = verdicts.kickoffs_stay_in_budget(store, tenant_of(op_context), settings, op_context.run_id)
        return dg.AssetCheckResult(
            passed=verdict.passed,
            severity=dg.AssetCheckSeverity.WARN,
            description=verdict.words,
            metadata=dict(verdict.numbers),
        )

    return kickoffs_stay_in_budget


def all_checks(tables: Mapping[str, type[Row]]) -> list[dg.AssetChecksDefinition]:
    """One definition for each asset, and the budget check."""
    with warnings.catch_warnings():
        # Partitioned checks are a preview in the pinned Dagster 1.13.27; the checks' own tests say when they change.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return [*(checks_of(asset, table) for asset, table in tables.items()), budget_check()]


def _result(check: Check, verdict: Verdict) -> dg.AssetCheckResult:
    which = {"which": dg.MetadataValue.md(markdown_table(verdict.rows))} if verdict.rows else {}
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(check.asset),
        check_name=check.name,
        passed=verdict.passed,
        severity=dg.AssetCheckSeverity.ERROR if check.blocking else dg.AssetCheckSeverity.WARN,
        description=verdict.words,
        metadata={**verdict.numbers, **which},
    )
