"""Exports by name: what each is for, how its file is called, and writing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.exports.aws_ads import aws_ads
from aidiscover_pipelines.reporting.exports.azure_migrate import azure_migrate
from aidiscover_pipelines.reporting.exports.cmf import cmf
from aidiscover_pipelines.reporting.exports.csv_text import people_csv
from aidiscover_pipelines.reporting.exports.estate import Estate, read_estate
from aidiscover_pipelines.reporting.exports.jira import jira
from aidiscover_pipelines.reporting.exports.konveyor import konveyor
from aidiscover_pipelines.reporting.exports.made import Made, Target
from aidiscover_pipelines.reporting.exports.mgn import mgn
from aidiscover_pipelines.reporting.exports.plan import plan_csv, plan_json
from aidiscover_pipelines.reporting.exports.stratozone import stratozone
from aidiscover_pipelines.reporting.files import write_in_one_step
from aidiscover_pipelines.reporting.markdown import portfolio_markdown
from aidiscover_pipelines.reporting.view import portfolio_view
from aidiscover_pipelines.reporting.xlsx import portfolio_xlsx


@dataclass(frozen=True, slots=True)
class Request:
    """What an export is made from. `now` is UTC."""

    store: PortfolioStore
    tenant: TenantId
    run: RunRef
    now: datetime
    target: Target

    @property
    def estate(self) -> Estate:
        """The tenant's inventory and plan, read now."""
        return read_estate(self.store, self.tenant)


@dataclass(frozen=True, slots=True)
class Written:
    """The files of an export; `rejects` is where the rows and cells that are not in them are listed, if any are."""

    made: Made
    files: list[Path]
    rejects: Path | None


def _xlsx(request: Request) -> Made:
    view = portfolio_view(request.store, request.tenant)
    return Made([portfolio_xlsx(view, request.run, request.now)], len(view.applications))


def _markdown(request: Request) -> Made:
    view = portfolio_view(request.store, request.tenant)
    return Made([portfolio_markdown(view, request.run, request.now).encode()], len(view.applications))


# Format -> suffix of its file, and what makes it.
FORMATS: Mapping[str, tuple[str, Callable[[Request], Made]]] = {
    "csv": (".csv", lambda request: plan_csv(request.estate)),
    "xlsx": (".xlsx", _xlsx),
    "json": (".json", lambda request: plan_json(request.estate, request.tenant, request.now)),
    "markdown": (".md", _markdown),
    "aws-ads": (".csv", lambda request: aws_ads(request.estate)),
    "azure-migrate": (".csv", lambda request: azure_migrate(request.estate)),
    "stratozone": (".zip", lambda request: stratozone(request.estate)),
    "mgn": (".csv", lambda request: mgn(request.estate, request.target)),
    "cmf": (".csv", lambda request: cmf(request.estate, request.target)),
    "konveyor": (".csv", lambda request: konveyor(request.estate)),
    "jira": (".csv", lambda request: jira(request.estate)),
}


def write_export(request: Request, name: str, path: Path) -> Written:
    """Write the files of one format at `path`, and a list of what is not in them beside it.

    Several files are numbered: plan.csv becomes plan.1-of-2.csv. Raises: UnknownTenant, ConfigError.
    """
    if not path.parent.is_dir():
        raise ConfigError(f"cannot export to {str(path)!r}: there is no such folder; make it, or choose another")
    if not path.name or (path.exists() and not path.is_file()):
        raise ConfigError(f"cannot export to {str(path)!r}: it is no regular file; name a file that may be written")
    made = FORMATS[name][1](request)
    files = [
        path if len(made.files) == 1 else path.with_name(f"{path.stem}.{number}-of-{len(made.files)}{path.suffix}")
        for number in range(1, len(made.files) + 1)
    ]
    for file, content in zip(files, made.files, strict=True):
        write_in_one_step(file, content)
    rejects = path.with_name(f"{path.stem}.rejects.csv")
    if made.rejects.empty:
        rejects.unlink(missing_ok=True)  # a list of an earlier export would be taken for this one's
        return Written(made, files, None)
    write_in_one_step(rejects, people_csv(made.rejects))
    return Written(made, files, rejects)
