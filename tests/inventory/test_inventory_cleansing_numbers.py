"""Numbers with units, marks, currencies and several parts, as nine languages write them."""

import math
import re

import pytest

from aidiscover_pipelines.inventory.cleansing.columns import read_values
from aidiscover_pipelines.inventory.cleansing.numerals import decimal_mark, read_numeral
from aidiscover_pipelines.inventory.cleansing.units import read_column
from aidiscover_pipelines.inventory.cleansing.value import number_text


@pytest.mark.parametrize(
    ("text", "field", "unit", "header", "number"),
    [
        ("500 GB", "storage_total_gb", None, "Disk", 500),
        ("128 Go", "memory_mb", None, "Mémoire", 131072),
        ("16G", "memory_mb", None, "RAM", 16384),
        ("16 GB RAM", "memory_mb", None, "RAM", 16384),
        ("16384 MB (16 GB)", "memory_mb", None, "RAM", 16384),
        ("64 ギガバイト", "memory_mb", None, "メモリ", 65536),
        ("35840", "storage_total_gb", "MiB", "Capacity MiB", 35),
        ("16384", "memory_mb", "MiB", "Size MiB", 16384),
        ("4x 2 To", "storage_total_gb", None, "Disques", 8192),
        ("512 Go SSD", "storage_total_gb", None, "Stockage", 512),
        ("2x 500 GB + 1x 1 TB", "storage_total_gb", None, "Disks", 2024),
        ("100 GB, 200 GB", "storage_total_gb", None, "Disks", 300),
        ("1,5 TB", "storage_total_gb", None, "Platte", 1536),
        ("120/500 GB", "storage_used_gb", None, "Used/Total", 120),
        ("120/500 GB", "storage_total_gb", None, "Used/Total", 500),
        ("900 GB von 1 TB", "storage_used_gb", None, "Belegung", 900),
        ("4 / 16 GB", "memory_util_pct", None, "Memory", 25),
        ("1.234,5", "annual_cost", None, "Kosten", 1234.5),
        ("1,234.5", "annual_cost", None, "Cost", 1234.5),
        ("1 234,50 €", "annual_cost", None, "Coût", 1234.5),
        ("1\u202f234,50\u00a0€", "annual_cost", None, "Coût", 1234.5),
        ("€ 1'200", "annual_cost", None, "Cost", 1200),
        ("CHF 1'200.-", "annual_cost", None, "Kosten", 1200),
        ("1.200,- EUR", "annual_cost", None, "Kosten", 1200),
        ("R$ 1.234,56", "annual_cost", None, "Custo", 1234.56),
        ("US$5k", "annual_cost", None, "Cost", 5000),
        ("USD 1.2M", "annual_cost", None, "Cost", 1.2e6),
        ("1,2 Mio. €", "annual_cost", None, "Kosten", 1.2e6),
        ("250 TEUR", "annual_cost", None, "Kosten", 250000),
        ("12 k€", "annual_cost", None, "Coût", 12000),
        ("120万円", "annual_cost", None, "費用", 1.2e6),
        ("1.5亿元", "annual_cost", None, "成本", 1.5e8),
        ("500 €/Monat", "annual_cost", None, "Kosten", 6000),
        ("100 per week", "annual_cost", None, "Cost", 5200),
        ("2.000 EUR pro Jahr", "annual_cost", None, "Kosten", 2000),
        ("200", "annual_cost", "EUR/month", "Fee", 2400),
        ("₹ 12,34,567", "annual_cost", None, "Cost", 1234567),
        ("5k", "user_count", None, "Users", 5000),
        ("1,2 Mio", "user_count", None, "Nutzer", 1.2e6),
        ("2,5万", "user_count", None, "用户", 25000),
        ("100-200 users", "user_count", None, "Users", 150),
        ("1.000 bis 2.000", "user_count", None, "Nutzer", 1500),
        ("~2,000+", "user_count", None, "Users", 2000),
        ("250 utilisateurs", "user_count", None, "Utilisateurs", 250),
        ("2.000 gebruikers", "user_count", None, "Gebruikers", 2000),
        ("90 min", "recovery_objectives", "hours", "RTO", 1.5),
        ("2 Tage", "recovery_objectives", None, "RTO", 48),
        ("1d 4h", "recovery_objectives", None, "RTO", 28),
        ("2h30", "recovery_objectives", None, "RTO", 2.5),
        ("02:30", "recovery_objectives", None, "RTO", 2.5),
        ("4 時間", "recovery_objectives", None, "RTO", 4),
        ("3 días", "recovery_objectives", None, "RPO", 72),
        ("2048", "disk_throughput_mbps", "KB/s", "Disk KB/s", 2),
        ("800 Mbps", "network_throughput_mbps", None, "Net", 100),
        ("8.0", "cpu_cores", None, "CPUs", 8),
        ("2x18", "cpu_cores", None, "Cores", 36),
        ("4 vCPU", "cpu_cores", None, "CPU", 4),
        ("8 コア", "cpu_cores", None, "CPU", 8),
        ("50%", "cpu_util_pct", None, "CPU", 50),
        ("12,5 %", "cpu_util_pct", None, "CPU", 12.5),
        ("1.2E+03", "disk_iops", None, "IOPS", 1200),
        ("524,194", "memory_mb", "MB", "ram", 524194),
        ("16.384", "memory_mb", "MB", "RAM", 16384),
    ],
)
def test_a_number_comes_out_in_the_unit_of_its_field(text, field, unit, header, number):
    assert read_column([text], field, unit, header)[0].number == pytest.approx(number)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("cpu_util_pct", text) for text in ("abc", "3 bananas", "1.2.3", "2 GHz", "1e999")),
        ("annual_cost", "10 € + 5 $"),
        ("annual_cost", "(1.234,50)"),
        ("recovery_objectives", "4h; 8h"),
        ("storage_total_gb", "500 GB + backup"),
        ("user_count", "12 34"),
        ("user_count", "24/7"),
        ("memory_mb", "unlimited"),
    ],
)
def test_what_is_no_number_of_its_field_is_kept_as_text_and_counted(field, text):
    value = read_values([text], field, None, "Header")[0]
    assert (value.text, math.isnan(value.number), value.outcome) == (text, True, "unread")
    assert value.transform.startswith("not a number")


def test_a_negative_number_means_unknown():
    value = read_values(["-1"], "memory_mb", None, "ram")[0]
    assert (value.text, value.rule, value.outcome) == (None, "negative_number", "dropped")


@pytest.mark.parametrize(
    ("numerals", "mark"),
    [
        (["16.384"], ""),
        (["524,194"], ""),
        (["7"], ""),
        (["16.384", "2.5"], "."),
        (["1,5", "16.384"], ","),
        (["1.234.567"], ","),
        (["1.234,5"], ","),
        (["1 234,5"], ","),
        (["1'234.50"], "."),
        (["0,512"], ","),
    ],
)
def test_the_decimal_mark_is_what_the_whole_column_can_only_mean(numerals, mark):
    assert decimal_mark(numerals) == mark


@pytest.mark.parametrize(
    ("numeral", "mark", "whole", "number"),
    [
        ("16.384", "", True, 16384),
        ("16.384", "", False, 16.384),
        ("16.384", ",", False, 16384),
        ("16.384", ".", True, 16.384),
        ("16,384", "", False, 16384),
        ("16,384", ",", False, 16.384),
        ("1.234,5", ".", False, 1234.5),
        ("1.234.567", ".", False, 1234567),
        ("1,5", ".", False, 1.5),
        ("-3", "", False, -3),
    ],
)
def test_only_a_numeral_with_two_readings_takes_the_mark_of_its_column(numeral, mark, whole, number):
    assert read_numeral(numeral, mark, whole).number == number


@pytest.mark.parametrize("numeral", ["1.2.3", "12 34", "1,23,4", "1.234,5,6", "10.20.30.40"])
def test_what_is_grouped_otherwise_than_by_thousands_is_no_numeral(numeral):
    with pytest.raises(ValueError, match=re.escape(numeral)):
        read_numeral(numeral, "", True)


def test_a_value_against_the_style_of_its_column_is_read_by_its_own():
    readings = read_column(["2.5", "3.25", "1,5", "1,234", "7,5", "3,5", "4,5", "2.75"], "annual_cost", None, "Cost")
    assert [reading.number for reading in readings][:4] == [2.5, 3.25, 1.5, 1.234]


def test_shares_from_0_to_1_become_percent_and_percents_stay():
    assert [r.number for r in read_column(["0.5", "0,27"], "cpu_util_pct", "%", "CPU %")] == pytest.approx([50, 27])
    assert [r.number for r in read_column(["0.5", "60"], "cpu_util_pct", "0-1", "maxPctDec (%)")] == [50, 60]
    assert [r.number for r in read_column(["0.5", "60"], "cpu_util_pct", "%", "CPU %")] == [0.5, 60]


def test_a_currency_is_named_where_it_is_taken_off():
    values = read_column(["100 €", "100 $", "¥100"], "annual_cost", None, "Cost")
    assert [value.transform for value in values] == ["in EUR", "in $", "in ¥"]


@pytest.mark.parametrize(
    ("number", "text"),
    [(8.0, "8"), (0.1 + 0.2, "0.3"), (12345678901.0, "12345678901"), (1e-7, "0.0000001"), (0.0, "0")],
)
def test_a_stored_number_has_no_exponent_and_no_needless_zeros(number, text):
    assert number_text(number) == text
