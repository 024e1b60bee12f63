"""What needs what: balancers and their backends, rules between machines, connections that VM insights saw."""

import pytest

from resources.clouds.account import Connection
from resources.clouds.azure import flows
from tests.clouds.azure.rows import OTHER, Row, estate, interface, resource_id, row, virtual_machine
from tests.clouds.azure.scanning import Scan
from tests.clouds.azure.server import AzureServer

WEB = resource_id("Microsoft.Network/applicationSecurityGroups", "asg-web")
GROUP = resource_id("Microsoft.Network/networkSecurityGroups", "nsg-db")


@pytest.fixture(autouse=True)
def machines(azure: AzureServer) -> None:
    azure.rows = [
        virtual_machine("web1"),
        virtual_machine("web2"),
        virtual_machine("db1"),
        interface("nic-web1", "web1", "10.0.1.4", groups=(WEB,)),
        interface("nic-web2", "web2", "10.0.1.5", groups=(WEB.upper(),)),
        interface("nic-db1", "db1", "10.0.2.4", rules=GROUP),
    ]


def balancer(pool: Row) -> Row:
    lb = resource_id("Microsoft.Network/loadBalancers", "lb")
    properties = {
        "frontendIPConfigurations": [{"properties": {"privateIPAddress": "10.0.0.9"}}],
        "backendAddressPools": [{"id": f"{lb}/backendAddressPools/web", "properties": pool}],
        "loadBalancingRules": [
            {"properties": {"backendPort": 8443, "backendAddressPool": {"id": f"{lb}/BACKENDADDRESSPOOLS/web"}}}
        ],
    }
    return row("Microsoft.Network/loadBalancers", "lb", properties, sku={"name": "Standard", "tier": "Regional"})


def test_a_balancer_needs_the_machines_of_its_pools(azure: AzureServer, connection: Connection) -> None:
    cards = [
        f"{resource_id('Microsoft.Network/networkInterfaces', each)}/ipConfigurations/one"
        for each in ("nic-web1", "gone")
    ]
    instance = "pool/virtualMachines/0/networkInterfaces/nic/ipConfigurations/one"
    inside = f"{resource_id('Microsoft.Compute/virtualMachineScaleSets', 'x')[:-1]}{instance}"
    by_address = {"loadBalancerBackendAddresses": [{"properties": {"ipAddress": "10.0.1.5"}}]}
    azure.rows.append(balancer({"backendIPConfigurations": [{"id": each} for each in (*cards, inside)], **by_address}))
    azure.rows.append(row("Microsoft.Compute/virtualMachineScaleSets", "pool", {}))
    scan = Scan(connection)
    assert scan.ends() == [
        ("lb", "pool", "load balancer backend", 8443),
        ("lb", "web1", "load balancer backend", 8443),
        ("lb", "web2", "load balancer backend", 8443),
    ]
    assert scan.resources["lb"].texts["ip_address"] == "10.0.0.9"


def test_an_application_gateway_says_the_port_in_its_settings(azure: AzureServer, connection: Connection) -> None:
    gateway = resource_id("Microsoft.Network/applicationGateways", "agw")
    properties = {
        "backendAddressPools": [
            {
                "id": f"{gateway}/backendAddressPools/web",
                "properties": {"backendAddresses": [{"ipAddress": "10.0.1.4"}, {"fqdn": "elsewhere.example"}]},
            }
        ],
        "backendHttpSettingsCollection": [{"id": f"{gateway}/settings/s", "properties": {"port": 8080}}],
        "requestRoutingRules": [
            {
                "properties": {
                    "backendAddressPool": {"id": f"{gateway}/backendAddressPools/web"},
                    "backendHttpSettings": {"id": f"{gateway}/settings/s"},
                }
            }
        ],
    }
    azure.rows.append(row("Microsoft.Network/applicationGateways", "agw", properties))
    assert Scan(connection).ends() == [("agw", "web1", "load balancer backend", 8080)]


def rule(port: str, **more: object) -> Row:
    told = {"direction": "Inbound", "access": "Allow", "destinationAddressPrefix": "*", "destinationPortRange": port}
    return {"properties": {**told, **more}}


def test_rules_show_needs_only_where_they_name_machines(azure: AzureServer, connection: Connection) -> None:
    rules = [
        rule("1433", sourceApplicationSecurityGroups=[{"id": WEB}]),
        rule("5000-5010", sourceAddressPrefixes=["10.0.1.4/32"]),
        rule("22", sourceAddressPrefix="VirtualNetwork"),
        rule("80", sourceAddressPrefix="10.0.1.0/24"),
        rule("3389", sourceAddressPrefix="10.0.1.5", access="Deny"),
        rule("443", sourceAddressPrefix="10.0.1.5", direction="Outbound"),
        rule("9000", sourceAddressPrefix="10.0.1.5", destinationAddressPrefix="10.0.2.4"),
        rule("9001", sourceAddressPrefix="10.0.1.5", destinationAddressPrefix="10.0.1.4"),
        rule("9002", sourceAddressPrefix="10.0.2.4"),
    ]
    azure.rows.append(row("Microsoft.Network/networkSecurityGroups", "nsg-db", {"securityRules": rules}))
    how = "network security group rule"
    assert Scan(connection).ends() == [
        ("web1", "db1", how, None),
        ("web1", "db1", how, 1433),
        ("web2", "db1", how, 1433),
        ("web2", "db1", how, 9000),
    ]


def test_a_rule_between_large_groups_names_nobody(azure: AzureServer, connection: Connection) -> None:
    azure.rows = estate(12)
    for each in azure.rows[1::3]:
        settings = each["properties"]["ipConfigurations"][0]["properties"]
        settings["applicationSecurityGroups"] = [{"id": WEB}]
    rules = [rule("443", sourceApplicationSecurityGroups=[{"id": WEB}])]
    subnets = [{"id": azure.rows[1]["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"]}]
    azure.rows.append(
        row("Microsoft.Network/networkSecurityGroups", "nsg", {"securityRules": rules, "subnets": subnets})
    )
    scan = Scan(connection)
    assert scan.ends() == []
    assert scan.outcome("resource graph").outcome == "called"
    assert scan.outcome("resource graph").reason.endswith("left out: 1")


def test_connections_of_vm_insights_lead_to_machines_or_stay_addresses(
    azure: AzureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows, "PAGE_ROWS", 2)
    web = azure.rows[0]["id"].lower()
    azure.connections = [(web, "10.0.2.4", 1433), (web, "192.168.3.3", 389), (web, "10.0.1.4", 80)]
    scan = Scan(Connection("azure", "t", "ambient", {"log_workspaces": OTHER}, azure.url))
    assert scan.ends() == [("web1", "192.168.3.3", "flow log", 389), ("web1", "db1", "flow log", 1433)]
    assert [call.path for call in azure.called("logs")] == [f"/v1/workspaces/{OTHER}/query"] * 2


def test_an_address_that_two_networks_have_names_neither_machine(azure: AzureServer) -> None:
    azure.rows += [virtual_machine("db2"), interface("nic-db2", "db2", "10.0.2.4")]
    azure.rows.append(balancer({"backendAddresses": [{"ipAddress": "10.0.2.4"}, {"ipAddress": "10.0.1.4"}]}))
    azure.connections = [(azure.rows[0]["id"].lower(), "10.0.2.4", 1433)]
    scan = Scan(Connection("azure", "t", "ambient", {"log_workspaces": OTHER}, azure.url))
    assert scan.ends() == [("lb", "web1", "load balancer backend", 8443), ("web1", "10.0.2.4", "flow log", 1433)]


def test_a_partial_answer_is_asked_on_where_it_broke_off(azure: AzureServer) -> None:
    azure.partial_rows = 2
    azure.connections = [(azure.rows[0]["id"].lower(), "192.168.3.3", port) for port in range(1, 6)]
    scan = Scan(Connection("azure", "t", "ambient", {"log_workspaces": OTHER}, azure.url))
    assert [port for *_, port in scan.ends()] == [1, 2, 3, 4, 5]
    assert len(azure.called("logs")) == 3


def test_without_a_workspace_no_log_is_asked(azure: AzureServer, connection: Connection) -> None:
    Scan(connection)
    assert not azure.called("logs")
