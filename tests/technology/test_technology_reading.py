from datetime import date

import pytest

from aidiscover_pipelines.technology.lifecycles import look_up
from aidiscover_pipelines.technology.reading import read_texts

TODAY = date(2026, 11, 21)


def named(text: str, guess: bool = True) -> list[str | None]:
    return [one.product.name if one.product else None for one in read_texts([text], guess=guess)[0]]


def judged(text: str, today: date = TODAY) -> list[tuple[str, str, str]]:
    """(product, cycle, status) of each product that a text names."""
    rows = []
    for one in read_texts([text])[0]:
        assert one.product is not None, text
        cycle, status = look_up(one.product.lifecycle, one.version, today)
        rows.append((one.product.name, cycle.name if cycle else "", status))
    return rows


@pytest.mark.parametrize(
    ("text", "product", "cycle", "ends"),
    [
        ("Microsoft Windows Server 2008 R2 (64-bit)", "Windows Server", "2008 R2", "2020-01-14"),
        ("W2K12 R2 Std", "Windows Server", "2012 R2", "2023-10-10"),
        ("w2k12r2", "Windows Server", "2012 R2", "2023-10-10"),
        ("Windows Server 2012 Standard R2", "Windows Server", "2012 R2", "2023-10-10"),
        ("Windows Server 6.1.7601", "Windows Server", "2008 R2", "2020-01-14"),  # what agents report
        ("Win2k8", "Windows Server", "2008", "2020-01-14"),
        ("W2K", "Windows Server", "2000", "2010-07-13"),
        ("Windows NT 4.0", "Windows Server", "NT 4.0", "2004-12-31"),
        ("Windows 7 Professional", "Windows", "7", "2020-01-14"),
        ("Red Hat Enterprise Linux 6", "Red Hat Enterprise Linux", "6", "2020-11-30"),
        ("RHEL7", "Red Hat Enterprise Linux", "7", "2024-06-30"),
        ("Linux Red Hat 5.11", "Red Hat Enterprise Linux", "5", "2017-03-31"),
        ("EL 5.11 64bit", "Red Hat Enterprise Linux", "5", "2017-03-31"),
        ("Linux 3.10.0-1160.el7.x86_64", "Red Hat Enterprise Linux", "7", "2024-06-30"),
        ("OEL 6.4", "Oracle Linux", "6", "2021-03-31"),
        ("CentOS Linux 7.9.2009", "CentOS", "7", "2024-06-30"),
        ("CentOS 4/5/6/7 (64-bit)", "CentOS", "4/5/6/7", "2024-06-30"),
        ("Ubuntu 18.04.5 LTS", "Ubuntu", "18.04", "2023-05-31"),
        ("SLES 12 SP3", "SUSE Linux Enterprise Server", "12.3", "2019-06-30"),
        ("SUSE Linux Enterprise 11 (64-bit)", "SUSE Linux Enterprise Server", "11", "2019-03-31"),
        ("SunOS 5.10", "Solaris", "10", "2018-01-01"),
        ("HP-UX 11i v3", "HP-UX", "11.31", "2025-12-31"),
        ("HP-UX B.11.23", "HP-UX", "11.23", "2015-12-31"),
        ("AIX 7.1.0.0", "AIX", "7.1", "2023-04-30"),
        ("AS/400 V7R3", "IBM i", "7.3", "2023-09-30"),
        ("Oracle 11g", "Oracle Database", "11", "2015-01-31"),
        ("Ora 11g EE", "Oracle Database", "11", "2015-01-31"),
        ("Oracle 11.2.0.4", "Oracle Database", "11.2", "2015-01-31"),
        ("MS SQL 2008r2", "SQL Server", "2008 R2", "2019-07-09"),
        ("SQL 2005", "SQL Server", "2005", "2016-04-12"),
        ("Microsoft SQL Server 2012 Standard", "SQL Server", "2012", "2022-07-12"),
        ("PG 12", "PostgreSQL", "12", "2024-11-21"),
        ("MySQL 5.5-5.7", "MySQL", "5.5-5.7", "2023-10-31"),
        ("Java 1.6", "Java", "6", "2018-12-31"),
        ("JDK 8u202", "Java Development Kit", "8", "2022-03-31"),
        (".NET 4.5", ".NET Framework", "4.5", "2016-01-12"),
        (".NET Core 2.1", ".NET", "2.1", "2021-08-21"),
        ("VB6", "Visual Basic", "6", "2008-04-08"),
        ("Access 2003", "Microsoft Access", "2003", "2014-04-08"),
        ("tomcat7", "Tomcat", "7", "2021-03-31"),
        ("JBoss EAP 6.4", "JBoss EAP", "6", "2019-06-30"),
        ("WebSphere Application Server 7.0.0.45", "WebSphere", "7.0", "2018-04-30"),
        ("WLS 10.3.6", "WebLogic", "10.3", "2018-12-31"),
        ("PHP 5.x", "PHP", "5.x", "2018-12-31"),
        ("VMware ESXi 6.7", "ESXi", "6.7", "2022-10-15"),
        ("Exchange 2010 SP3", "Exchange Server", "2010", "2020-10-13"),
    ],
)
def test_a_free_text_is_past_its_published_end(text: str, product: str, cycle: str, ends: str) -> None:
    (one,) = read_texts([text])[0]
    assert one.product is not None
    found, status = look_up(one.product.lifecycle, one.version, TODAY)
    assert found is not None
    assert (one.product.name, found.name.upper(), found.ends_on, status) == (product, cycle.upper(), ends, "eol")


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("CentOS 4/5 or later (64-bit)", "CentOS"),
        ("Microsoft Windows Server 2016 or later (64-bit)", "Windows Server"),
        ("SQL Server 2016+", "SQL Server"),
        ("Windows Server", "Windows Server"),
        ("Windows Server 0000", "Windows Server"),
        ("Oracle 9999", "Oracle Database"),
        ("Windows 10 Enterprise 2016 LTSB", "Windows"),
        ("Red Hat 4.18.0", "Red Hat Enterprise Linux"),  # a kernel, not RHEL 4
        ("MySQL 8", "MySQL"),  # 8.0 is over, 8.4 is not
        ("Java EE 7", "Java EE"),  # numbers the specification
        ("Sybase ASE 15.7", "SAP ASE"),  # no date is published openly
        ("Other 3.x or later Linux (64-bit)", "Linux"),
    ],
)
def test_what_is_not_told_exactly_or_not_published_is_unknown(text: str, product: str) -> None:
    assert [(name, status) for name, _, status in judged(text)] == [(product, "unknown")]


@pytest.mark.parametrize(
    "text",
    ["something of our own", "access control", "Instance 12", "Customer database", "n/a", "2014", "???", "web server"],
)
def test_a_text_that_names_no_product_is_told_as_unknown(text: str) -> None:
    assert named(text) == [None]


@pytest.mark.parametrize(
    ("text", "product"),
    [("Postgress 12", "PostgreSQL"), ("Kubernets", "Kubernetes"), ("Cold Fusionn", "ColdFusion")],
)
def test_a_misspelt_name_is_likely_that_product(text: str, product: str) -> None:
    ((one,),) = read_texts([text])
    assert one.product is not None
    assert one.product.name == product
    assert 0.7 <= one.confidence < 0.99


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("Web server; Tomcat 9", ["Tomcat"]),  # a concept beside a product says nothing more
        ("Java/Oracle 12c", ["Java", "Oracle Database"]),
        ("Spring Boot on Oracle", ["Spring Boot", "Oracle Database"]),
        ("Oracle WebLogic 12c", ["WebLogic"]),
        ("Oracle Linux 7", ["Oracle Linux"]),
        ("Linux; Red Hat 7", ["Red Hat Enterprise Linux"]),
        ("Apache Tomcat", ["Tomcat"]),
        ("JavaScript", ["JavaScript"]),
        ("C# / .NET Core", ["C#", ".NET"]),
        ("C++", ["C++"]),
    ],
)
def test_the_most_exact_names_of_a_text_count(text: str, products: list[str]) -> None:
    assert named(text) == products


def test_a_product_with_a_version_is_not_told_again_without_one() -> None:
    assert judged("Java 8, Tomcat 7; Oracle 19c; Java") == [
        ("Java", "8", "eol"),
        ("Tomcat", "7", "eol"),
        ("Oracle Database", "19", "supported"),
    ]


def test_only_plain_names_are_read_from_a_description() -> None:
    text = "Keeps goods on SAP HANA for the Go team and the word processor of Rex"
    assert named(text, guess=False) == ["SAP HANA"]


def test_the_run_date_decides() -> None:
    def status(today: date) -> str:
        return judged("Windows Server 2016", today)[0][2]  # ends on 2027-01-12

    assert status(date(2024, 12, 31)) == "supported"
    assert status(date(2025, 1, 31)) == "eol_24"
    assert status(date(2026, 1, 12)) == "eol_12"
    assert status(date(2027, 1, 12)) == "eol_12"
    assert status(date(2027, 1, 13)) == "eol"
    assert status(date(9999, 12, 31)) == "eol"
    assert status(date(1, 1, 1)) == "supported"


def test_a_cycle_without_an_announced_end_is_supported_and_one_whose_end_has_no_day_is_over() -> None:
    assert [status for text in ("AIX 7.2", ".NET Framework 4.8") for _, _, status in judged(text)] == ["supported"] * 2
    assert judged("PowerBuilder 12.6") == [("PowerBuilder", "12.6", "eol")]
