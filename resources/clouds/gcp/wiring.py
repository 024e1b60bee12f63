"""What needs what, as the configuration of load balancers, firewalls and databases shows it.

It takes no further call: assets are noted while the inventory is read, and relations follow once all are known.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from resources.clouds.account import MOST_PAIRS_OF_RULE, Relation, WideRule
from resources.clouds.gcp.assets import Asset, addresses_of, last

_SQL_PORTS = {"POSTGRES": 5432, "MYSQL": 3306, "SQLSERVER": 1433}
_BACKENDS = frozenset({"BackendService", "RegionBackendService"})
_PROXIES = frozenset({"UrlMap", "TargetHttpProxy", "TargetHttpsProxy", "TargetTcpProxy", "TargetSslProxy"})
_RULES = frozenset({"ForwardingRule", "GlobalForwardingRule"})


class Wiring:
    """Assets that name others, until all of an account are noted. Names are paths: projects/p/zones/z/instances/i."""

    def __init__(self) -> None:
        self.wide_rules: set[WideRule] = set()  # those that `relations` has left out
        self._instances: dict[str, str] = {}  # path -> id
        self._rules: dict[str, Asset] = {}
        self._next: dict[str, list[str]] = {}  # proxies and URL maps: what they pass requests on to
        self._backends: dict[str, Asset] = {}
        self._members: dict[str, set[str]] = defaultdict(set)  # instance group -> ids of instances
        self._selected: dict[tuple[str, str], set[str]] = defaultdict(set)  # network and tag or account -> ids
        self._addresses: dict[str, str] = {}
        self._firewalls: list[Asset] = []
        self._databases: list[Asset] = []
        self._told: set[Relation] = set()

    def note(self, asset: Asset) -> None:
        """Remember an asset as far as relations need it."""
        kind = asset.type.rpartition("/")[2]
        if asset.type == "sqladmin.googleapis.com/Instance":
            self._databases.append(asset)
        elif not asset.type.startswith("compute."):
            return
        elif kind == "Instance":
            self._note_instance(asset)
        elif kind == "Firewall":
            self._firewalls.append(asset)
        elif kind in _RULES:
            self._rules[_path(asset.name)] = asset
        elif kind in _PROXIES:
            self._next[_path(asset.name)] = [_path(link) for link in _passed_on(asset.data)]
        elif kind in _BACKENDS:
            self._backends[_path(asset.name)] = asset

    def join(self, instance: str, group: str) -> None:
        """Note that an instance (its full resource name) is a member of a group, as a relationship says."""
        if _path(instance) in self._instances:
            self._members[_path(group)].add(self._instances[_path(instance)])

    def open_groups(self) -> bool:
        """Whether a load balancer passes requests on to a group of which no member is known: an unmanaged one."""
        return any(not self._members.get(group) for each in self._backends.values() for group in _groups(each))

    def relations(self) -> list[Relation]:
        """All that is known by now and has not been told before, sorted."""
        found = {*self._balanced(), *self._permitted(), *self._authorised()} - self._told
        self._told |= found
        return sorted(found, key=lambda each: (each.source, each.target, each.how, each.port or 0))

    def _note_instance(self, asset: Asset) -> None:
        data = asset.data
        self._instances[_path(asset.name)] = asset.id
        for item in data.get("metadata", {}).get("items", []):
            # Instance groups have the name of their manager.
            if item.get("key") == "created-by":
                group = _path(item.get("value", "")).replace("/instanceGroupManagers/", "/instanceGroups/")
                self._members[_with_project_id(group, asset.project)].add(asset.id)
        selectors = [
            *data.get("tags", {}).get("items", []),
            *(account.get("email", "") for account in data.get("serviceAccounts", [])),
        ]
        for card in data.get("networkInterfaces", []):
            for selector in selectors:
                self._selected[_path(card.get("network", "")), selector].add(asset.id)
        for address in addresses_of(data):
            self._addresses[address] = asset.id

    def _balanced(self) -> Iterator[Relation]:
        """A load balancer needs the instances behind it."""
        for rule in self._rules.values():
            for backend in self._behind(rule):
                how = f"backend service {last(backend.name)}"
                for group in _groups(backend):
                    for member in self._members.get(group, ()):
                        yield Relation(rule.id, member, how, backend.data.get("port"))

    def _behind(self, rule: Asset) -> Iterator[Asset]:
        """Backend services that a forwarding rule leads to, directly or by proxies and URL maps."""
        ahead = [_path(rule.data.get(key, "")) for key in ("backendService", "target")]
        passed: set[str] = set()
        while ahead:
            name = ahead.pop()
            if name in passed:
                continue
            passed.add(name)
            if name in self._backends:
                yield self._backends[name]
            ahead.extend(self._next.get(name, ()))

    def _permitted(self) -> Iterator[Relation]:
        """Instances that a rule lets reach others by tags or service accounts; rules for address ranges name nobody."""
        for rule in self._firewalls:
            data = rule.data
            if data.get("direction", "INGRESS") != "INGRESS" or data.get("disabled") or not data.get("allowed"):
                continue
            network, how = _path(data.get("network", "")), f"firewall rule {last(rule.name)}"
            sources = self._with(network, data.get("sourceTags", []), data.get("sourceServiceAccounts", []))
            targets = self._with(network, data.get("targetTags", []), data.get("targetServiceAccounts", []))
            if len(sources) * len(targets) > MOST_PAIRS_OF_RULE:
                self.wide_rules.add(WideRule(rule.id))
                continue
            for port in _ports(data["allowed"]):
                for source in sources:
                    for target in targets - {source}:
                        yield Relation(source, target, how, port)

    def _with(self, network: str, tags: Iterable[str], accounts: Iterable[str]) -> set[str]:
        return {each for selector in (*tags, *accounts) for each in self._selected.get((network, selector), ())}

    def _authorised(self) -> Iterator[Relation]:
        """Instances whose very address a database lets in; wider ranges name nobody."""
        for database in self._databases:
            configuration = database.data.get("settings", {}).get("ipConfiguration", {})
            port = _SQL_PORTS.get(database.data.get("databaseVersion", "").partition("_")[0])
            for network in configuration.get("authorizedNetworks", []):
                source = self._addresses.get(network.get("value", "").removesuffix("/32"))
                if source:
                    yield Relation(source, database.id, "authorised network", port)


def _groups(backend: Asset) -> list[str]:
    groups = (_path(each.get("group", "")) for each in backend.data.get("backends", []))
    return [group for group in groups if "/instanceGroups/" in group]


def _passed_on(data: Any) -> Iterator[str]:
    """Links of a proxy or URL map to what comes next."""
    yield from (data[key] for key in ("urlMap", "service", "defaultService") if key in data)
    for matcher in data.get("pathMatchers", []):
        yield from (each["service"] for each in matcher.get("pathRules", []) if "service" in each)
        if "defaultService" in matcher:
            yield matcher["defaultService"]


def _ports(allowed: Iterable[Any]) -> set[int | None]:
    """Single ports; None where a rule opens a range or a whole protocol."""
    texts = [port for rule in allowed for port in rule.get("ports", [""])]
    return {int(text) if text.isdigit() else None for text in texts}


def _path(link: str) -> str:
    """A name or URL of Google's from projects/ on: they write https://www..., https://compute... and //compute..."""
    start = link.find("projects/")
    return link[start:] if start >= 0 else link


def _with_project_id(path: str, project: str) -> str:
    """Metadata names a project by its number; everything else by its id."""
    parts = path.split("/")
    return "/".join([*parts[:1], project, *parts[2:]]) if path.startswith("projects/") else path
