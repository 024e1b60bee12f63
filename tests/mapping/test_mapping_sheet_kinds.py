"""What the rows of a sheet describe, where two columns could be the key."""

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.mapping.fields import read_sheets


def test_a_bare_name_before_an_application_column_is_the_servers() -> None:
    headers = ["name", "os", "ip_address", "u_application"]
    values = [["srv01", "srv02"], ["RHEL 9", "Windows Server 2022"], ["10.9.0.1", "10.9.0.2"], ["Billing", "Billing"]]
    (kind,), choices = read_sheets(["new"], [headers], [values])
    assert kind.entity == EntityKind.ASSET
    assert [choice.field for choice in choices] == ["asset_name", "os_name", "ip_address", "application_name"]


def test_a_bare_name_beside_business_columns_is_the_applications() -> None:
    headers = ["Name", "Application ID", "Business Owner", "Criticality", "Users"]
    values = [["Billing", "CRM"], ["A1", "A2"], ["Ann", "Bob"], ["high", "low"], ["10", "200"]]
    (kind,), _ = read_sheets(["list"], [headers], [values])
    assert kind.entity == EntityKind.APPLICATION
