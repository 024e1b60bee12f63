"""What a choice keeps to, whatever the weights are: one column per key, no impossible values, reasons, shares."""

import numpy as np
import pytest

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.vocabulary import MappingDecision
from aidiscover_pipelines.mapping import measures
from aidiscover_pipelines.mapping.fields import read_sheets
from aidiscover_pipelines.mapping.rank import ALTERNATIVES, UNIQUE_FIELDS, Choice, _one_per_field
from aidiscover_pipelines.mapping.templates import templates
from aidiscover_pipelines.mapping.wordings import INDEX


def read(sheet: str = "x", /, **table: list[str]) -> dict[str, Choice]:
    _, choices = read_sheets([sheet], [list(table)], [list(table.values())])
    return dict(zip(table, choices, strict=True))


MIXED: dict[str, list[str]] = {
    "Server": ["s1", "s2", "s3"], "Virtual Machine": ["m1", "m2", "m3"], "Owner": ["Ann", "Bob", "Cid"],
    "Contact": ["Ann", "Bob", "Cid"], "Qwx": ["7", "x", "9"], "CPU (%)": ["12", "44", "90"], "": ["a", "b", "c"],
    "Level": ["high", "low", "low"], "Size": ["40", "80", "120"], "Date": ["2024-01-02", "2023-05-06", "2022-07-08"],
}  # fmt: skip


def test_of_two_columns_that_name_the_thing_one_is_chosen() -> None:
    _, choices = read_sheets(["Servers"], [["Name", "Name", "OS"]], [[["a1", "a2"], ["b1", "b2"], ["RHEL 8", "AIX"]]])
    assert [choice.field for choice in choices].count("asset_name") == 1


def test_each_sheet_has_its_own_key() -> None:
    _, choices = read_sheets(["a", "b"], [["Server", "OS"]] * 2, [[["s1"], ["RHEL 8"]]] * 2)
    assert [choice.field for choice in choices] == ["asset_name", "os_name"] * 2


def test_unique_fields_go_to_the_column_where_most_is_won_overall() -> None:
    probabilities = np.full((3, len(INDEX)), 1e-6)
    probabilities[0, [INDEX["asset_name"], INDEX["hostname"]]] = 0.6, 0.39
    probabilities[1, [INDEX["asset_name"], INDEX["tags"]]] = 0.55, 0.01
    probabilities[2, INDEX["asset_name"]] = 0.5
    chosen = _one_per_field([0, 0, 1], probabilities)
    assert chosen.tolist() == [INDEX["hostname"], INDEX["asset_name"], INDEX["asset_name"]]


def test_other_fields_may_stand_in_several_columns() -> None:
    found = read(**{"Server": ["s1"], "IP Address 1": ["10.0.0.1"], "IP Address 2": ["10.0.0.2"]})
    assert [choice.field for choice in found.values()] == ["asset_name", "ip_address", "ip_address"]
    assert "ip_address" not in UNIQUE_FIELDS


@pytest.mark.parametrize("header", ["CPU", "Memory", "Cores", "Disk", "Sockets", "RAM %", "Storage percent free"])
def test_a_share_in_percent_is_no_count_and_no_size(header: str) -> None:
    found = read(**{"Server": ["s1", "s2", "s3"], header: ["12 %", "45 %", "80 %"]})[header]
    named = {found.field, *(other["field"] for other in found.alternatives)} - {None, "storage_used_gb"}
    assert {BY_NAME[field].unit for field in named if BY_NAME[field].kind != "score"}.isdisjoint({"count", "MB", "GB"})


@pytest.mark.parametrize(("header", "field"), [("IP Address", "ip_address"), ("MAC Address", "mac_address")])
def test_a_column_of_addresses_holds_addresses(header: str, field: str) -> None:
    found = read(**{"Server": ["s1", "s2", "s3"], header: ["see list", "DHCP", "ask the network team"]})[header]
    assert found.field != field
    assert field not in {other["field"] for other in found.alternatives}
    # Two cells are too few to overrule what the header says, and no cells say nothing.
    assert read(**{"Server": ["s1", "s2"], header: []})[header].field == field


def test_every_choice_has_a_reason_that_quotes_the_header() -> None:
    for header, choice in read(**MIXED).items():
        assert choice.reason
        assert repr(header) in choice.reason or not header


def test_a_column_without_a_header_is_ignored_and_says_so() -> None:
    choice = read(**MIXED)[""]
    assert (choice.field, choice.decision, choice.reason) == (None, MappingDecision.IGNORE, "the column has no header")


def test_a_column_that_loses_its_field_names_the_winner() -> None:
    lost = read(**MIXED)["Virtual Machine"]
    assert lost.field != "asset_name"
    assert "'Server' fits asset_name better" in lost.reason


def test_a_choice_and_its_alternatives_share_one_probability() -> None:
    tables = [MIXED, {each.header: list(each.samples) for each in templates()[0].columns}]
    for table in tables:
        for choice in read(**table).values():
            shares = [other["confidence"] for other in choice.alternatives]
            assert choice.confidence + sum(shares) <= 1.002
            assert shares == sorted(shares, reverse=True)
            assert len(shares) <= ALTERNATIVES
            assert choice.field not in {other["field"] for other in choice.alternatives}


def test_a_recognised_product_is_named_in_the_reason_and_gives_its_unit() -> None:
    template = next(each for each in templates() if (each.key, each.sheet) == ("rvtools", "vMemory"))
    headers = [column.header for column in template.columns]
    _, choices = read_sheets(["any name"], [headers], [[[] for _ in headers]])
    size = choices[headers.index("Size MiB")]
    assert (size.field, size.unit) == ("memory_mb", "MiB")
    assert size.reason.startswith(f"header 'Size MiB' of {template.product}")


@pytest.mark.parametrize(
    ("header", "values", "documented", "expected"),
    [
        ("ram", ["256", "128"], "MB", "MB"),
        ("ram", ["256", "128"], None, "GB"),
        ("ram (GB)", ["256", "128"], "MB", "GB"),
        ("ram", ["256 GB", "128 GB"], "MB", "GB"),
    ],
)
def test_a_documented_unit_stands_between_what_is_written_and_what_is_guessed(
    header: str, values: list[str], documented: str | None, expected: str
) -> None:
    assert measures.unit(header, "memory_mb", values, documented) == expected


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("Go", "memory_mb", "GB"), ("B", "disk_size_gb", "bytes"), ("h", "recovery_objectives", "hours"),
        ("Mbps", "network_throughput_mbps", "Mbit/s"), ("KBps", "disk_throughput_mbps", "KB/s"),
        ("k€", "annual_cost", "k€"), ("Count/Second", "disk_iops", None), ("%", "disk_iops", "%"),
        ("EUR", "business_criticality", None), ("MB", "ignore", None), (None, "memory_mb", None),
    ],
)  # fmt: skip
def test_documented_units_are_spelt_as_the_mapper_spells_them(
    text: str | None, field: str, expected: str | None
) -> None:
    assert measures.documented_unit(text, field) == expected
