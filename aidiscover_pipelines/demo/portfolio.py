"""The demo tenant's portfolio as it really is, before three inventories describe it badly.

Nordwerk Antriebstechnik AG is invented; so are its people and its smaller vendors. Host names use the reserved domain
`.example`, phone numbers the range that the German regulator keeps free for fiction (030 23125-xxx).
"""

import hashlib
import re
import uuid
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

from aidiscover_pipelines.demo import data_commerce, data_operations, data_platform
from aidiscover_pipelines.demo.data_systems import DOMAIN, NON_PRODUCTION_ROLES, SITES

_GROUP = re.compile(
    r"(?P<role>[a-z]+)(?:\*(?P<count>\d+))? (?P<os>\w+) (?P<cores>\d+)/(?P<ram>\d+)/(?P<disk>\d+) (?P<cpu>\d+)"
    r"(?P<flags>(?: (?:phys|off))*)"
)


@dataclass(frozen=True, slots=True)
class DemoNeed:
    """A dependency: the application it belongs to needs `application` over `port`."""

    application: str
    port: int
    kind: str


@dataclass(frozen=True, slots=True)
class DemoApplication:
    """One business application. Empty text means that nobody knows; texts are as the spreadsheet shows them."""

    name: str
    code: str
    unit: str
    owner: str
    criticality: str
    environment: str
    lifecycle: str
    files: str
    description: str
    technology: str
    database: str
    architecture: str
    users: str
    data_gb: str
    window: str
    compliance: str
    vendor: str
    cost_eur: str
    rto_h: str
    documented: str
    vulnerabilities: str
    complexity: str
    servers: tuple[str, ...]
    needs: tuple[DemoNeed, ...]


# The fields that a stanza gives as text, in its order.
_TEXT_FIELDS = [field.name for field in fields(DemoApplication)][:-2]


@dataclass(frozen=True, slots=True)
class DemoServer:
    """One real server, virtual or physical. `os` is a key of `data_systems.SYSTEMS`; `cpu_percent` a 30-day average."""

    name: str
    application: str
    os: str
    cores: int
    ram_gb: int
    disk_gb: int
    cpu_percent: float
    memory_percent: float
    physical: bool
    powered_off: bool
    environment: str
    site: str
    ip: str
    mac: str
    uuid: str
    installed: date

    @property
    def fqdn(self) -> str:
        """Full host name."""
        return f"{self.name}.{DOMAIN}"


@dataclass(frozen=True, slots=True)
class DemoPortfolio:
    """Everything there is, in the order of the declarations."""

    applications: tuple[DemoApplication, ...]
    servers: tuple[DemoServer, ...]


def demo_portfolio() -> DemoPortfolio:
    """Read the declared stanzas. The same every time: identifiers are hashes of host names, nothing is drawn."""
    applications: list[DemoApplication] = []
    servers: list[DemoServer] = []
    for stanza in _stanzas():
        application, groups = _application(stanza)
        named = _servers(application, groups, first=len(servers))
        servers += named
        if not application.servers:
            application = replace(application, servers=tuple(server.name for server in named))
        applications.append(application)
    return DemoPortfolio(tuple(applications), tuple(servers))


def stable_number(text: str, below: int) -> int:
    """A number in [0, below) that depends on the text alone; stands in for chance where the demo needs variety."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % below


def _stanzas() -> list[list[str]]:
    text = "\n".join(module.STANZAS for module in (data_commerce, data_operations, data_platform))
    return [block.strip().splitlines() for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]


def _application(stanza: list[str]) -> tuple[DemoApplication, str]:
    head, description, traits, groups, needs = stanza
    shared = _shared_servers(groups)
    values = dict(zip(_TEXT_FIELDS, [*_cells(head), description, *_cells(traits)], strict=True))
    return DemoApplication(servers=shared, needs=_needs(needs), **values), "" if shared else groups


def _cells(line: str) -> list[str]:
    return ["" if cell.strip() == "-" else cell.strip() for cell in line.split("|")]


def _needs(line: str) -> tuple[DemoNeed, ...]:
    parts = [part.strip().rsplit(":", 2) for part in line.split(";") if part.strip() != "-"]
    return tuple(DemoNeed(application, int(port), kind) for application, port, kind in parts)


def _shared_servers(groups: str) -> tuple[str, ...]:
    """Container services run on nodes of the platform: "@Container-Plattform wrk01 wrk02"."""
    if not groups.startswith("@"):
        return ()
    return tuple(f"nwhh-ocp-{node}" for node in groups.split()[1:])


def _servers(application: DemoApplication, groups: str, first: int) -> list[DemoServer]:
    servers: list[DemoServer] = []
    for part in groups.split(";"):
        match = _GROUP.fullmatch(part.strip())
        if match is None:
            continue
        for number in range(1, int(match["count"] or 1) + 1):
            servers.append(_server(application, match, number, first + len(servers)))
    return servers


def _server(application: DemoApplication, group: re.Match[str], number: int, index: int) -> DemoServer:
    site = SITES.get(application.code, SITES[""])
    name = f"nw{site.code}-{application.code}-{group['role']}{number:02d}"
    digest = hashlib.sha256(name.encode()).hexdigest()
    cpu = int(group["cpu"])
    return DemoServer(
        name=name,
        application=application.name,
        os=group["os"],
        cores=int(group["cores"]),
        ram_gb=int(group["ram"]),
        disk_gb=int(group["disk"]),
        cpu_percent=round(max(0.4, cpu + stable_number(name, 50) / 10 - 2.5 if cpu > 5 else cpu * 0.9), 1),
        memory_percent=round(min(94.0, cpu + 20 + stable_number(name + "m", 200) / 10 if cpu > 5 else 4 + cpu), 1),
        physical="phys" in group["flags"],
        powered_off="off" in group["flags"],
        environment=NON_PRODUCTION_ROLES.get(group["role"], application.environment),
        site=site.name,
        ip=f"10.{site.octet}.{index // 200 + 10}.{index % 200 + 20}",
        mac="00:50:56:" + ":".join(digest[i : i + 2] for i in (0, 2, 4)),
        uuid=str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{DOMAIN}")),
        installed=date(2012, 3, 1) + timedelta(days=stable_number(name + "age", 3900)),
    )
