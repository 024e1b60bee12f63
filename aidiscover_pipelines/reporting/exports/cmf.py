"""AWS Cloud Migration Factory: the intake form, one row for each server with its wave and application."""

import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.reporting.exports.estate import Estate, os_family, wave_name
from aidiscover_pipelines.reporting.exports.made import Made, Target, made_of
from aidiscover_pipelines.reporting.exports.moving import servers_with_application
from aidiscover_pipelines.reporting.exports.template import Column, Filled, Template, fill

_HOST = r"(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]*[A-Za-z0-9])"
_REGIONS = (
    "us-east-2", "us-east-1", "us-west-1", "us-west-2", "af-south-1", "ap-east-1", "ap-southeast-3", "ap-south-1",
    "ap-northeast-3", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ca-central-1",
    "cn-north-1", "cn-northwest-1", "eu-central-1", "eu-west-1", "eu-west-2", "eu-south-1", "eu-west-3", "eu-north-1",
    "me-south-1", "sa-east-1",
)  # fmt: skip
# Our six as the factory's list has them.
_KINDS = {
    Strategy.REHOST: "Rehost",
    Strategy.REPLATFORM: "Replatform",
    Strategy.REFACTOR: "Rearchitect",
    Strategy.REPURCHASE: "Repurchase",
    Strategy.RETIRE: "Retire",
    Strategy.RETAIN: "Retain",
}
_OPEN = "TBC"

# Titles of the sample form, rules of the default schema of the same release.
TEMPLATE = Template(
    columns=(
        Column("wave_name", pattern=r"(?!\s*$).{1,150}"),
        Column(
            "app_name",
            required=True,
            pattern=r"(?!\s*$).{1,255}",
            means="longer than 255 characters, or of several lines",
        ),
        Column("aws_region", required=True, allowed=_REGIONS),
        Column("aws_accountid", required=True, pattern=r"\d{12}"),
        Column("server_name", required=True, pattern=_HOST, means="no host name: letters, digits, dashes and dots"),
        Column("server_os_family", required=True, allowed=("windows", "linux"), means="the factory knows two families"),
        Column("server_os_version", required=True),
        Column("server_fqdn", required=True, pattern=_HOST, means="no host name with its domain is known"),
        Column("server_tier"),
        Column("server_environment"),
        Column("r_type", required=True, allowed=(*_KINDS.values(), "Relocate", _OPEN)),
        Column("subnet_IDs"),
        Column("securitygroup_IDs"),
        Column("subnet_IDs_test"),
        Column("securitygroup_IDs_test"),
        Column("instanceType"),
        Column("tenancy", allowed=("Shared", "Dedicated", "Dedicated host")),
        Column("tags"),
    ),
    source="https://github.com/aws-solutions/cloud-migration-factory-on-aws (server-list.csv, default_schema.json)",
    read_on="2026-11-21",
    key="server_name",
)


def cmf(estate: Estate, target: Target) -> Made:
    """Servers of one application each. Raises: ConfigError without a target account and region, which it requires."""
    if not target.account or target.region not in _REGIONS:
        raise ConfigError(
            f"cannot export to 'cmf': its form requires the account and region that the servers go to, not "
            f"{target.account!r} and {target.region!r}; give --account, and --region as one of {', '.join(_REGIONS)}"
        )
    moving = servers_with_application(estate, "app_name")
    applications = estate.applications.loc[moving.applications].reset_index(drop=True)
    systems = moving.of_servers(estate.text("os_name"))
    families = systems.map(os_family)
    hosts = moving.of_servers(estate.names())
    cells = pd.DataFrame({
        "wave_name": applications["wave"].map(wave_name),
        "app_name": applications["name"],
        "aws_region": target.region,
        "aws_accountid": target.account,
        "server_name": moving.of_servers(estate.assets["name"]),
        "server_os_family": families.where(families != "", systems),
        "server_os_version": (systems + " " + moving.of_servers(estate.text("os_version"))).str.strip(),
        "server_fqdn": hosts.where(hosts.str.contains(".", regex=False), ""),
        "server_environment": moving.of_servers(estate.text("environment")),
        "r_type": applications["strategy"].map(lambda told: _KINDS[Strategy(told)] if told else _OPEN),
    }).set_axis(moving.of_servers(estate.assets["name"]))  # fmt: skip
    filled = fill(TEMPLATE, cells)
    told = pd.concat([moving.rejects, filled.rejects], ignore_index=True)
    return made_of(TEMPLATE, Filled(filled.rows, told), moving.excluded)
