from datetime import date

import pandas as pd
import pytest

from aidiscover_pipelines.attributes.lifecycles import find_end_of_life

TODAY = date(2026, 11, 21)


def look_up(text: str, today: date = TODAY) -> list[tuple[str | None, str, str]]:
    found = find_end_of_life(pd.Series([text]), today)
    return list(zip(found["product"], found["cycle"], found["status"], strict=True))


@pytest.mark.parametrize(
    ("text", "product", "cycle", "ends"),
    [
        ("Microsoft Windows Server 2008 R2 (64-bit)", "Windows Server", "2008 R2", "2020-01-14"),
        ("W2K12 R2 Std", "Windows Server", "2012 R2", "2023-10-10"),
        ("Windows Server 2012 Standard R2", "Windows Server", "2012 R2", "2023-10-10"),
        ("Win2k8", "Windows Server", "2008", "2020-01-14"),
        ("W2K", "Windows Server", "2000", "2010-07-13"),
        ("Windows NT 4.0", "Windows Server", "NT 4.0", "2004-12-31"),
        ("Windows 7 Professional", "Windows", "7", "2020-01-14"),
        ("Red Hat Enterprise Linux 6", "Red Hat Enterprise Linux", "6", "2020-11-30"),
        ("Linux Red Hat 5.11", "Red Hat Enterprise Linux", "5", "2017-03-31"),
        ("EL 5.11 64bit", "Red Hat Enterprise Linux", "5", "2017-03-31"),
        ("Linux 3.10.0-1160.el7.x86_64", "Red Hat Enterprise Linux", "7", "2024-06-30"),
        ("CentOS 7", "CentOS", "7", "2024-06-30"),
        ("CentOS Linux 7.9.2009", "CentOS", "7", "2024-06-30"),
        ("Ubuntu 18.04.5 LTS", "Ubuntu", "18.04", "2023-05-31"),
        ("SLES 12 SP3", "SUSE Linux Enterprise Server", "12.3", "2019-06-30"),
        ("SUSE Linux Enterprise 11 (64-bit)", "SUSE Linux Enterprise Server", "11", "2019-03-31"),
        ("SunOS 5.10", "Solaris", "10", "2018-01-01"),
        ("HP-UX 11i v3", "HP-UX", "11.31", "2025-12-31"),
        ("HP-UX B.11.23", "HP-UX", "11.23", "2015-12-31"),
        ("AIX 7.1.0.0", "AIX", "7.1", "2023-04-30"),
        ("Oracle 11g", "Oracle Database", "11", "2015-01-31"),
        ("Oracle 11gR2 RAC", "Oracle Database", "11.2", "2015-01-31"),
        ("SQL Server 2012", "SQL Server", "2012", "2022-07-12"),
        ("Microsoft SQL Server 2008 R2 Standard", "SQL Server", "2008 R2", "2019-07-09"),
        ("Java 1.6", "Java", "1.6", "2018-12-31"),
        (".NET 4.5", ".NET Framework", "4.5", "2016-01-12"),
        (".NET Core 2.1", ".NET", "2.1", "2021-08-21"),
        ("VB6", "Visual Basic", "6", "2008-04-08"),
        ("WebSphere Application Server 7.0.0.45", "WebSphere", "7.0", "2018-04-30"),
        ("PHP 5.x", "PHP", "5", "2018-12-31"),
        ("VMware ESXi 6.7", "ESXi", "6.7", "2022-10-15"),
    ],
)
def test_a_free_text_is_past_its_published_end(text: str, product: str, cycle: str, ends: str) -> None:
    found = find_end_of_life(pd.Series([text]), TODAY)
    assert found[["product", "cycle", "end_of_life", "status"]].to_numpy().tolist() == [
        [product, cycle, date.fromisoformat(ends), "eol"]
    ]


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("CentOS 4/5/6/7 (64-bit)", "CentOS"),
        ("CentOS 4/5 or later (64-bit)", "CentOS"),
        ("Microsoft Windows Server 2016 or later (64-bit)", "Windows Server"),
        ("Windows Server", "Windows Server"),
        ("Windows 10 Enterprise 2016 LTSB", "Windows"),
        ("Red Hat 4.18.0", "Red Hat Enterprise Linux"),  # a kernel, not RHEL 4
        ("MySQL 8", "MySQL"),  # 8.0 is over, 8.4 is not
        ("OpenJDK 8", "OpenJDK"),  # which build is not told
        ("Java EE 7", "Java"),  # numbers the specification
        ("WebLogic 12.2.1.4", "WebLogic"),
        ("Other 3.x or later Linux (64-bit)", "Linux"),
        ("SAP ECC 6.0", "SAP"),
    ],
)
def test_what_is_not_told_exactly_or_not_published_is_unknown(text: str, product: str) -> None:
    assert [(name, status) for name, _, status in look_up(text)] == [(product, "unknown")]


@pytest.mark.parametrize("text", ["something of our own", "JavaScript", "access control", ""])
def test_a_text_without_a_product_is_one_unknown_row(text: str) -> None:
    assert look_up(text) == [(None, "", "unknown")]


def test_one_text_names_several_products() -> None:
    assert look_up("Java 8, Tomcat 7; Oracle 19c; Java") == [
        ("Java", "8", "eol"),
        ("Tomcat", "7", "eol"),
        ("Oracle Database", "19", "supported"),
    ]


def test_the_run_date_decides() -> None:
    text = "Windows Server 2016"  # ends on 2027-01-12
    assert look_up(text, date(2024, 12, 31)) == [("Windows Server", "2016", "supported")]
    assert look_up(text, date(2025, 1, 31)) == [("Windows Server", "2016", "eol_soon")]
    assert look_up(text, date(2027, 1, 12)) == [("Windows Server", "2016", "eol_soon")]
    assert look_up(text, date(2027, 1, 13)) == [("Windows Server", "2016", "eol")]


def test_a_cycle_without_an_announced_end_is_supported() -> None:
    found = find_end_of_life(pd.Series(["AIX 7.2", ".NET Framework 4.8"]), TODAY)
    assert found["status"].tolist() == ["supported", "supported"]
    assert found["end_of_life"].isna().all()


def test_rows_keep_the_index_of_their_text_and_missing_texts_have_none() -> None:
    texts = pd.Series(["CentOS 7", None, "Java 8 + Tomcat 9", "CentOS 7"], index=[10, 11, 12, 13])
    found = find_end_of_life(texts, TODAY)
    assert sorted(found.index) == [10, 12, 12, 13]
    assert found.loc[10, "product"] == found.loc[13, "product"] == "CentOS"


def test_no_texts_give_no_rows() -> None:
    assert find_end_of_life(pd.Series([], dtype=object), TODAY).empty
