"""What interfaces, public addresses and disks tell of their machines, and what balancers and rules tell of needs.

Resource Graph gives them as rows of their own; the inventory query puts them first, so that a machine's row finds its
own. Everything is kept by lower-case resource id: Azure spells ids differently in different places.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from resources.clouds.account import MOST_PAIRS_OF_RULE, Relation, WideRule

Row = Mapping[str, Any]

_ANYWHERE = frozenset({"*", "virtualnetwork", "0.0.0.0/0"})
_SCALE_SET = re.compile(r".*/microsoft\.compute/virtualmachinescalesets/[^/]+")
_INTERFACE = re.compile(r".*/microsoft\.network/networkinterfaces/[^/]+")


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface. `public` are ids of public addresses, `groups` of application security groups."""

    machine: str
    mac: str
    addresses: tuple[str, ...]
    public: tuple[str, ...]
    subnets: tuple[str, ...]
    groups: frozenset[str]
    rules: str


@dataclass(frozen=True, slots=True)
class _Machines:
    """Machines by what rules and pools call them: an address, a security group, rules, a subnet."""

    by_address: Mapping[str, str]
    by_name: Mapping[str, set[str]]

    @classmethod
    def of(cls, interfaces: Iterable[Interface]) -> "_Machines":
        held: list[tuple[str, str]] = []
        by_name: dict[str, set[str]] = defaultdict(set)
        for card in interfaces:
            if card.machine:
                held += [(address, card.machine) for address in card.addresses]
                for name in (*card.groups, *card.subnets, card.rules):
                    by_name[name].add(card.machine)
        return cls(sole_holders(held), {name: machines for name, machines in by_name.items() if name})

    def named(self, names: Iterable[str]) -> set[str]:
        return set().union(*(self.by_name.get(name, ()) for name in names))


def sole_holders(held: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Address -> who has it. Virtual networks repeat each other's ranges: an address of two machines names neither."""
    holders: dict[str, set[str]] = defaultdict(set)
    for address, holder in held:
        holders[address].add(holder)
    return {address: next(iter(of)) for address, of in holders.items() if len(of) == 1}


@dataclass(slots=True)
class Network:
    """What the rows so far told. One read fills it, page by page."""

    interfaces: dict[str, Interface] = field(default_factory=dict)
    public: dict[str, str] = field(default_factory=dict)
    disks: dict[str, dict[str, float]] = field(default_factory=dict)
    _by_machine: dict[str, dict[str, None]] = field(default_factory=dict)
    _known: _Machines | None = None  # until another interface comes

    def add_interface(self, row: Row) -> None:
        properties = row["properties"]
        settings = [each.get("properties", {}) for each in properties.get("ipConfigurations") or []]
        machine = _id(properties.get("virtualMachine"))
        self.interfaces[row["id"].lower()] = Interface(
            machine=machine,
            mac=properties.get("macAddress") or "",
            addresses=tuple(each["privateIPAddress"] for each in settings if each.get("privateIPAddress")),
            public=tuple(_id(each["publicIPAddress"]) for each in settings if each.get("publicIPAddress")),
            subnets=tuple(_id(each["subnet"]) for each in settings if each.get("subnet")),
            groups=frozenset(_id(group) for each in settings for group in each.get("applicationSecurityGroups") or []),
            rules=_id(properties.get("networkSecurityGroup")),
        )
        self._by_machine.setdefault(machine, {})[row["id"].lower()] = None
        self._known = None

    def add_public_address(self, row: Row) -> None:
        self.public[row["id"].lower()] = row["properties"].get("ipAddress") or ""

    def add_disk(self, row: Row) -> None:
        """Size in GiB, under the machine that holds the disk."""
        size = row["properties"].get("diskSizeGB")
        if row.get("managedBy") and size:
            self.disks.setdefault(row["managedBy"].lower(), {})[row["id"].lower()] = float(size)

    def texts(self, machine: str) -> dict[str, str]:
        """Addresses, networks and provisioned storage of a machine as canonical fields; empty texts where unknown."""
        cards = self._cards(machine)
        addresses = [
            each for card in cards for each in (*card.addresses, *(self.public.get(one, "") for one in card.public))
        ]
        size = sum(self.disks.get(machine, {}).values())
        return {
            "ip_address": ", ".join(each for each in addresses if each),
            "mac_address": ", ".join(card.mac for card in cards if card.mac),
            "network_name": ", ".join(sorted({_network(subnet) for card in cards for subnet in card.subnets})),
            "storage_total_gb": f"{size:g}" if size else "",
        }

    def addresses(self, machine: str) -> tuple[str, ...]:
        """Private addresses of a machine."""
        return tuple(address for card in self._cards(machine) for address in card.addresses)

    def front_addresses(self, properties: Mapping[str, Any]) -> str:
        """Private and public addresses of a balancer's frontends."""
        fronts = [each.get("properties", {}) for each in properties.get("frontendIPConfigurations") or []]
        found = [
            each.get("privateIPAddress") or self.public.get(_id(each.get("publicIPAddress")), "") for each in fronts
        ]
        return ", ".join(each for each in found if each)

    def _cards(self, machine: str) -> list[Interface]:
        return [self.interfaces[each] for each in sorted(self._by_machine.get(machine, ()))]

    def backends(self, row: Row) -> Iterator[Relation]:
        """What a load balancer or an application gateway passes requests to, with the port where one rule says it."""
        properties, by_address = row["properties"], self._machines().by_address
        ports = _ports_of_pools(properties)
        seen = set()
        for pool in properties.get("backendAddressPools") or []:
            members = pool.get("properties") or {}
            targets = [self._target(_id(each)) for each in members.get("backendIPConfigurations") or []]
            listed = [
                *(members.get("backendAddresses") or []),
                *(each.get("properties") or {} for each in members.get("loadBalancerBackendAddresses") or []),
            ]
            targets += [by_address.get(each.get("ipAddress") or "", "") for each in listed]
            for target, port in product(targets, ports.get(_id(pool), (None,))):
                if target and (target, port) not in seen:
                    seen.add((target, port))
                    yield Relation(row["id"].lower(), target, "load balancer backend", port)

    def rule_needs(self, row: Row) -> Iterator[Relation | WideRule]:
        """Machines that a security group's inbound rules name as sources of those it guards.

        Only groups and single addresses count: a range or a service tag names no machine.
        """
        machines = self._machines()
        subnets = (_id(each) for each in row["properties"].get("subnets") or [])
        guarded = machines.named((row["id"].lower(), *subnets))
        for rule in (each.get("properties") or {} for each in row["properties"].get("securityRules") or []):
            if rule.get("direction") != "Inbound" or rule.get("access") != "Allow":
                continue
            sources = _members(machines, rule, "source")
            anywhere = {each.lower() for each in _prefixes(rule, "destination")} & _ANYWHERE
            targets = guarded if anywhere else _members(machines, rule, "destination") & guarded
            if len(sources) * len(targets) > MOST_PAIRS_OF_RULE:
                yield WideRule(row["id"])
                continue
            port = _single_port(rule)
            for source, target in product(sorted(sources), sorted(targets)):
                if source != target:
                    yield Relation(source, target, "network security group rule", port)

    def _machines(self) -> _Machines:
        if self._known is None:
            self._known = _Machines.of(self.interfaces.values())
        return self._known

    def _target(self, setting: str) -> str:
        """The machine or scale set behind an IP configuration."""
        if found := _SCALE_SET.match(setting):
            return found.group()
        found = _INTERFACE.match(setting)
        card = self.interfaces.get(found.group()) if found else None
        return card.machine if card else ""


def _members(machines: _Machines, rule: Mapping[str, Any], side: str) -> set[str]:
    """Machines that one side of a rule names, by application security groups and single addresses."""
    groups = (_id(each) for each in rule.get(f"{side}ApplicationSecurityGroups") or [])
    single = (each.removesuffix("/32") for each in _prefixes(rule, side))
    return machines.named(groups) | {machines.by_address[each] for each in single if each in machines.by_address}


def _ports_of_pools(properties: Mapping[str, Any]) -> dict[str, Sequence[int | None]]:
    """Backend ports of each pool: of balancing rules, or of the HTTP settings that routing rules tie to the pool."""
    settings = {
        _id(each): (each.get("properties") or {}).get("port")
        for each in properties.get("backendHttpSettingsCollection") or []
    }
    ports: dict[str, list[int | None]] = {}
    for rule in properties.get("loadBalancingRules") or []:
        told = rule.get("properties") or {}
        for pool in [told.get("backendAddressPool"), *(told.get("backendAddressPools") or [])]:
            ports.setdefault(_id(pool), []).append(told.get("backendPort") or None)  # 0 is every port
    for rule in properties.get("requestRoutingRules") or []:
        told = rule.get("properties") or {}
        ports.setdefault(_id(told.get("backendAddressPool")), []).append(
            settings.get(_id(told.get("backendHttpSettings")))
        )
    return {pool: tuple(dict.fromkeys(listed)) for pool, listed in ports.items()}


def _prefixes(rule: Mapping[str, Any], side: str) -> Iterable[str]:
    return [*(rule.get(f"{side}AddressPrefixes") or []), *filter(None, [rule.get(f"{side}AddressPrefix")])]


def _single_port(rule: Mapping[str, Any]) -> int | None:
    ports = {*(rule.get("destinationPortRanges") or []), *filter(None, [rule.get("destinationPortRange")])}
    only = ports.pop() if len(ports) == 1 else ""
    return int(only) if only.isdecimal() else None


def _network(subnet: str) -> str:
    """Virtual network and subnet, as people write them."""
    parts = subnet.split("/")
    return f"{parts[-3]}/{parts[-1]}" if len(parts) > 3 else subnet


def _id(reference: Mapping[str, Any] | None) -> str:
    return str((reference or {}).get("id") or "").lower()
