"""Commands that work on a tenant's portfolio: ingest, discover, reassess, report."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import click

from aidiscover_pipelines.cli.output import (
    DONE,
    FAILED,
    NEEDS_REVIEW,
    console,
    counted,
    emit,
    json_option,
    messages,
    table,
)
from aidiscover_pipelines.cli.runs import RunOutcome, open_files, open_portfolio, run_job
from aidiscover_pipelines.domain.errors import Permanent
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import ApplicationId, TenantId, partition_key, tenant_id

tenant_option = click.option("--tenant", required=True, help="Registered tenant, see 'aidiscover tenant list'.")


@click.command()
@tenant_option
@json_option
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def ingest(tenant: str, as_json: bool, paths: tuple[Path, ...]) -> int:
    """Check files and put them into the tenant's landing folder; bad ones go to quarantine with the reason."""
    from aidiscover_pipelines.ingest.stage import ingest_paths

    settings = Settings.from_environment()
    store, name = open_portfolio(settings), tenant_id(tenant)
    files = [file for path in paths for file in (_files_in(path) if path.is_dir() else [path])]
    outcomes = ingest_paths(store, open_files(settings), name, files)
    usable = [outcome for outcome in outcomes if outcome.status in {"accepted", "duplicate"}]
    if as_json:
        emit(
            {
                "tenant": name,
                "files": [
                    {
                        "path": str(o.path),
                        "status": o.status,
                        "reason": o.reason,
                        "warnings": o.warnings,
                        "sheets": o.sheets,
                    }
                    for o in outcomes
                ],
            }
        )
    else:
        for outcome in outcomes:
            rows = sum(sheet["rows"] for sheet in outcome.sheets)
            rejected = sum(sheet["rejected"] for sheet in outcome.sheets)
            note = outcome.reason or f"{rows} rows in {len(outcome.sheets)} sheets, {rejected} rejected"
            for line in (f"{outcome.status:<12} {outcome.path.name}: {note}", *(f"  {w}" for w in outcome.warnings)):
                console.print(line, markup=False, soft_wrap=True)
        if usable:
            console.print(f"next: aidiscover discover --tenant {name}", markup=False)
    if not usable:
        return FAILED
    return DONE if len(usable) == len(outcomes) else NEEDS_REVIEW


@click.command()
@tenant_option
@json_option
def discover(tenant: str, as_json: bool) -> int:
    """Run the bulk discovery: everything from the uploads to the report."""
    settings, name = Settings.from_environment(), tenant_id(tenant)
    open_portfolio(settings).tenant(name, "discover")
    document = discovery_document(settings, name)
    if as_json:
        emit(document)
    elif document["status"] == "succeeded":
        print_summary(settings, name, document)
    if document["status"] != "succeeded":
        return FAILED
    return NEEDS_REVIEW if document["files"]["quarantined"] or document["crews"]["fallbacks"] else DONE


@click.command()
@tenant_option
@click.option("--application", required=True, help="Application id, as in the report.")
@json_option
def reassess(tenant: str, application: str, as_json: bool) -> int:
    """Look at one application alone and in depth."""
    from aidiscover_pipelines.domain.tables import Recommendation

    settings, name = Settings.from_environment(), tenant_id(tenant)
    store = open_portfolio(settings)
    store.tenant(name, f"reassess application {application!r}")
    outcome = run_job(settings, "reassess_application", partition_key(name, ApplicationId(application)))
    _check(outcome, f"reassess {application!r}")
    row = store.read(name, Recommendation, application_id=application).iloc[0]
    document = {
        "tenant": name,
        "application": application,
        "run_id": outcome.run_id,
        "strategy": row["strategy"],
        "confidence": row["confidence"],
        "decided_by": row["decided_by"],
        "risk": row["risk"],
        "ranking": row["ranking"],
        "rationale": row["rationale"],
        "seconds": outcome.seconds,
    }
    if as_json:
        emit(document)
    else:
        console.print(
            f"{application}: {row['strategy']} (confidence {row['confidence']:.2f}, decided by {row['decided_by']}, "
            f"risk {row['risk']})\n{row['rationale']}",
            markup=False,
        )
    return DONE


@click.command()
@tenant_option
@json_option
def report(tenant: str, as_json: bool) -> int:
    """Say where the report lies; write it anew when the plan has changed since."""
    from aidiscover_pipelines.domain.tables import PortfolioReport
    from aidiscover_pipelines.reporting.stage import plan_is_current

    settings, name = Settings.from_environment(), tenant_id(tenant)
    store = open_portfolio(settings)
    store.tenant(name, "report")
    current, _ = plan_is_current(store, name)
    if not current:
        _check(run_job(settings, "refresh_plan", name), f"write the report of tenant {name!r}")
    reports = store.read(name, PortfolioReport)
    document = {"tenant": name, "refreshed": not current, **dict(zip(reports["kind"], reports["path"], strict=True))}
    if as_json:
        emit(document)
    else:
        for kind, path in zip(reports["kind"], reports["path"], strict=True):
            console.print(f"{kind:<5} {path}", markup=False, soft_wrap=True)
    return DONE


def discovery_document(settings: Settings, tenant: TenantId) -> dict[str, Any]:
    """Run the bulk discovery and say what came out, in the shape that DESIGN section 8 promises."""
    from aidiscover_pipelines.crews.stage import fallbacks
    from aidiscover_pipelines.governance.usage import usage
    from aidiscover_pipelines.mapping.learning import waiting
    from aidiscover_pipelines.reporting.stage import summary
    from aidiscover_pipelines.strategy.review.waiting import waiting as undecided

    outcome = run_job(settings, "bulk_discovery", tenant)
    store = open_portfolio(settings)
    numbers = summary(store, tenant)
    if not outcome.succeeded:
        failure = f"aidiscover: the run failed at {outcome.failure}"
        messages.print(failure, markup=False, highlight=False, soft_wrap=True)
        stands = f"nothing is lost: put it right, then 'aidiscover discover --tenant {tenant}' goes on"
        messages.print(stands, markup=False, highlight=False, soft_wrap=True)
    return {
        "tenant": tenant,
        "run_id": outcome.run_id,
        "status": "succeeded" if outcome.succeeded else "failed",
        **numbers,
        "for_review": len(waiting(store, tenant)),
        "to_decide": len(undecided(store, tenant)),
        "crews": {**usage(store, tenant, outcome.run_id), "fallbacks": fallbacks(store, tenant, outcome.run_id)},
        "seconds": outcome.seconds,
    }


def print_summary(settings: Settings, tenant: TenantId, document: dict[str, Any]) -> None:
    """The screen that a consultant wants after a run."""
    console.print(
        table(
            f"Migration plan of {tenant}",
            ["figure", "value"],
            [
                [
                    "files accepted / quarantined",
                    f"{document['files']['accepted']} / {document['files']['quarantined']}",
                ],
                ["rows read", document["records"]],
                ["assets, after merging", document["assets"]],
                ["applications", document["applications"]],
                ["dependencies", document["dependencies"]],
                ["attributes filled", f"{document['completeness']:.0%}"],
                ["automation tier", document["tier"]],
                ["patterns", document["clusters"]],
                [
                    "decided by",
                    ", ".join(f"{who} {share:.0f}%" for who, share in document["decided_by"].items() if share),
                ],
                ["crew kickoffs", f"{document['crews']['kickoffs']} (USD {document['crews']['cost_usd']:.2f})"],
                ["seconds", document["seconds"]["total"]],
            ],
        )
    )
    mix = sorted(document["recommendations"].items(), key=lambda item: -item[1])
    console.print(table("6R mix", ["strategy", "applications"], [list(pair) for pair in mix]))
    waves = [[wave["wave"] or "does not move", wave["applications"]] for wave in document["waves"]]
    console.print(table("Waves", ["wave", "applications"], waves))
    risks = [[r["application"], r["strategy"], r["risk"], r["text"]] for r in document["top_risks"]]
    console.print(table("Top risks", ["application", "strategy", "risk", "why"], risks))
    for reason, count in _alike(document["crews"]["fallbacks"]).items():
        told = f"{counted(count, 'kickoff')} gave no answer, so the policy's stands: {reason}"
        messages.print(told, markup=False, highlight=False, soft_wrap=True)
    if document["crews"]["fallbacks"]:
        hint = f"the plan is complete without them; 'aidiscover discover --tenant {tenant}' asks these again"
        messages.print(hint, markup=False, highlight=False, soft_wrap=True)
    if document["for_review"]:
        waiting = counted(document["for_review"], "column")
        hint = f"{waiting} to be confirmed by a person: aidiscover review --tenant {tenant}"
        console.print(hint, markup=False, soft_wrap=True)
    if document["to_decide"]:
        hint = f"{counted(document['to_decide'], 'recommendation')} to be approved or overridden"
        console.print(f"{hint}: aidiscover review --tenant {tenant}", markup=False, soft_wrap=True)
    console.print(f"report: {settings.home / 'reports' / tenant / 'portfolio.html'}", markup=False, soft_wrap=True)


def _alike(reasons: dict[str, int]) -> dict[str, int]:
    """Reasons that differ in numbers only (tokens, dollars) as one, in the words of the commonest."""
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for reason, count in reasons.items():
        counts[first.setdefault(re.sub(r"\d[\d.,]*", "#", reason), reason)] += count
    return dict(counts.most_common())


def _files_in(folder: Path) -> list[Path]:
    """Files directly in a folder, by name; hidden ones and sub-folders are not what a person means by it."""
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _check(outcome: RunOutcome, attempted: str) -> None:
    if not outcome.succeeded:
        raise Permanent(f"cannot {attempted}: {outcome.failure}; run 'aidiscover up' and open run {outcome.run_id}")
