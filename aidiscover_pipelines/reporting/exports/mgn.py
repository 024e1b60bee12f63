"""AWS Application Migration Service: the import of servers, applications and waves, one row for each server."""

import ipaddress
from collections.abc import Mapping

import pandas as pd

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.reporting.exports.estate import Estate, os_family, wave_name
from aidiscover_pipelines.reporting.exports.made import Made, Target, made_of
from aidiscover_pipelines.reporting.exports.moving import servers_with_application
from aidiscover_pipelines.reporting.exports.template import Column, Filled, Template, fill

# Every row names its server, and says how to reach it: "must include either the server IP address, or the FQDN".
TEMPLATE = Template(
    columns=(
        Column("mgn:account-id", pattern=r"\d{12}"),
        Column("mgn:region"),
        Column("mgn:wave:name"),
        Column("mgn:wave:description"),
        Column("mgn:app:name", required=True),
        Column("mgn:app:description"),
        Column("mgn:server:user-provided-id", required=True),
        Column("mgn:server:platform", required=True, allowed=("LINUX", "WINDOWS"), means="MGN moves Linux and Windows"),
        Column("mgn:server:tag:Name"),
        Column(
            "mgn:server:fqdn-for-action-framework",
            required=True,
            means="neither a full host name nor an IPv4 address is known; MGN needs one",
        ),
    ),
    source="https://docs.aws.amazon.com/mgn/latest/ug/import-main.html",
    read_on="2026-11-21",
    key="mgn:server:user-provided-id",
)
_MOVED_AS_SERVERS = frozenset({Strategy.REHOST.value, Strategy.REPLATFORM.value})


def mgn(estate: Estate, target: Target) -> Made:
    """Servers of applications that are rehosted or replatformed; account and region default to the importer's own."""
    moving = servers_with_application(estate, "mgn:app:name", _MOVED_AS_SERVERS)
    applications = estate.applications.loc[moving.applications].reset_index(drop=True)
    waves = applications["wave"].map(wave_name)
    hosts, addresses = moving.of_servers(estate.names()), moving.of_servers(estate.addresses("ip_address"))
    cells = pd.DataFrame({
        "mgn:account-id": target.account,
        "mgn:region": target.region,
        "mgn:wave:name": waves,
        "mgn:wave:description": applications["wave"].map(lambda wave: _dates(estate.calendar.get(wave, {}))),
        "mgn:app:name": applications["name"],
        "mgn:app:description": moving.of_applications(estate.fact("description")),
        "mgn:server:user-provided-id": moving.of_servers(estate.assets["asset_id"]),
        "mgn:server:platform": _platforms(moving.of_servers(estate.text("os_name"))),
        "mgn:server:tag:Name": moving.of_servers(estate.assets["name"]),
        "mgn:server:fqdn-for-action-framework": hosts.where(
            hosts.str.contains(".", regex=False), addresses.map(lambda held: next(filter(_is_v4, held), ""))
        ),
    }).set_axis(moving.of_servers(estate.assets["name"]))  # fmt: skip
    filled = fill(TEMPLATE, cells)
    told = pd.concat([moving.rejects, filled.rejects], ignore_index=True)
    return made_of(TEMPLATE, Filled(filled.rows, told), moving.excluded)


def _platforms(systems: "pd.Series[str]") -> "pd.Series[str]":
    """LINUX or WINDOWS; another system by its name, so that it is named where it is turned down."""
    families = systems.map(os_family).str.upper()
    return families.where(families != "", systems)


def _dates(wave: Mapping[str, str]) -> str:
    """When the wave runs; empty where no dates are planned."""
    return f"{wave['starts']} to {wave['ends']}" if wave.get("starts") and wave.get("ends") else ""


def _is_v4(address: str) -> bool:
    """The import takes no IPv6."""
    try:
        return ipaddress.ip_address(address).version == 4
    except ValueError:
        return False
