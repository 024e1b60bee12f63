"""Dates of nine languages become ISO 8601; the order of day and month is a matter of the column."""

import pytest

from aidiscover_pipelines.inventory.cleansing.dates import read_dates


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-10-27", "2024-10-27"),
        ("2024/1/5", "2024-01-05"),
        ("31.12.2025", "2025-12-31"),
        ("31. 12. 2025", "2025-12-31"),
        ("10/17/2023 12:40", "2023-10-17"),
        ("08/16/24 00:25:56", "2024-08-16"),
        ("20240131", "2024-01-31"),
        ("20240131235959", "2024-01-31"),
        ("45123", "2023-07-16"),
        ("45123.5", "2023-07-16"),
        ("1700000000", "2023-11-14"),
        ("1700000000000", "2023-11-14"),
        ("99/12/31", "1999-12-31"),
        ("12 Jan 2025", "2025-01-12"),
        ("05-MAR-24", "2024-03-05"),
        ("2024-Mar-05", "2024-03-05"),
        ("Oct 3, 2024", "2024-10-03"),
        ("October 3rd, 2024", "2024-10-03"),
        ("Thu, 03 Oct 2024 10:00:00 GMT", "2024-10-03"),
        ("15. März 2024", "2024-03-15"),
        ("Montag, 15. Jänner 2024", "2024-01-15"),
        ("1er janvier 2024", "2024-01-01"),
        ("lundi 16 août 2024", "2024-08-16"),
        ("décembre 2024", "2024-12-01"),
        ("3 de mayo de 2024", "2024-05-03"),
        ("15 de março de 2024", "2024-03-15"),
        ("7 settembre 2023", "2023-09-07"),
        ("8 maart 2024", "2024-03-08"),
        ("Mär 2024", "2024-03-01"),
        ("12/2024", "2024-12-01"),
        ("2024-12", "2024-12-01"),
        ("2024年3月5日", "2024-03-05"),
        ("2024年3月", "2024-03-01"),
        ("令和6年3月5日", "2024-03-05"),
        ("平成31年4月30日", "2019-04-30"),
    ],
)
def test_dates_become_iso(text, iso):
    value = read_dates([text], with_time=False)[0]
    assert (value.text, value.unread) == (iso, False)


@pytest.mark.parametrize(
    "text", ["15y 0m ago", "31.02.2024", "Frimaire 2024", "Marketing 2024", "Q3 2024", "2024-13-01", "soon", "Yes"]
)
def test_what_is_no_date_is_kept_and_counted(text):
    value = read_dates([text], with_time=False)[0]
    assert (value.text, value.outcome, value.transform) == (text, "unread", "not a date")


def test_a_bare_year_is_kept_and_counted():
    value = read_dates(["2025"], with_time=False)[0]
    assert (value.text, value.outcome, value.transform) == ("2025", "unread", "year only")


@pytest.mark.parametrize(
    "text", ["0000-00-00", "1900-01-01", "01.01.1970", "1/1/1753", "0001-01-01T00:00:00", "00.00.0000"]
)
def test_the_zero_of_a_calendar_is_no_date(text):
    value = read_dates([text], with_time=False)[0]
    assert (value.text, value.rule) == (None, "placeholder_date")


def texts(*values, **options):
    return [value.text for value in read_dates(values, with_time=False, **options)]


def test_one_value_above_12_decides_for_its_column():
    assert texts("12/10/2024", "25/10/2024") == ["2024-10-12", "2024-10-25"]
    assert texts("12/10/2024", "10/25/2024") == ["2024-12-10", "2024-10-25"]


def test_where_no_value_tells_the_sheet_the_header_and_dots_do():
    assert texts("03/04/2024", sheet_day_first=True) == ["2024-04-03"]
    assert texts("03/04/2024", header="Date d'achat") == ["2024-04-03"]
    assert texts("03/04/2024", header="Kaufdatum") == ["2024-04-03"]
    assert texts("03.04.2024") == ["2024-04-03"]


def test_a_guess_about_day_and_month_is_said():
    value = read_dates(["03/04/2024"], with_time=False)[0]
    assert (value.text, value.transform) == ("2024-03-04", "date to ISO; month first assumed")


def test_in_a_column_that_has_both_orders_an_unclear_date_is_kept():
    first, second, unclear, same = read_dates(["25/10/2024", "10/25/2024", "03/04/2024", "03/03/2024"], with_time=False)
    assert (first.text, second.text, same.text) == ("2024-10-25", "2024-10-25", "2024-03-03")
    assert (unclear.text, unclear.outcome, unclear.rule) == ("03/04/2024", "unread", "day_month_order")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("03/04/2024 1:05 PM", "2024-03-04T13:05:00"),
        ("03/04/2024 12:05 a.m.", "2024-03-04T00:05:00"),
        ("2024-03-04", "2024-03-04"),
        ("2024-08-16 07:25:56", "2024-08-16T07:25:56"),
        ("2024-08-16T07:25:56+02:00", "2024-08-16T05:25:56"),
        ("2024-08-16T07:25:56.123Z", "2024-08-16T07:25:56"),
        ("2024-08-16 01:00 CEST", "2024-08-15T23:00:00"),
        ("16.08.2024, 07:25 Uhr", "2024-08-16T07:25:00"),
        ("2024-08-16T00:00:30-0500", "2024-08-16T05:00:30"),
    ],
)
def test_times_survive_and_a_zone_becomes_utc(text, iso):
    assert read_dates([text], with_time=True)[0].text == iso
