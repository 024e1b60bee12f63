"""Words, lists, yes and no, operating systems and addresses, as nine languages write them."""

import pytest

from aidiscover_pipelines.inventory.cleansing.columns import canonical_uuid, read_values
from aidiscover_pipelines.inventory.cleansing.systems import read_os_name, read_os_version
from aidiscover_pipelines.inventory.cleansing.text import is_null, tidy
from aidiscover_pipelines.inventory.cleansing.vocabularies import CLOSED, word_key


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        *(("environment", text, "production") for text in (
            "Produktion", "PRD", "prod01", "1 - Prod", "Production (EU)", "producción", "Produzione", "Produção",
            "Productie", "本番環境", "生产环境",
        )),
        *(("environment", text, "pre-production") for text in ("Recette", "Abnahme", "homologação", "UAT", "预发布")),
        *(("environment", text, "development") for text in ("Entwicklung", "développement", "Sviluppo", "開発環境")),
        *(("environment", text, "test") for text in ("QA", "Pruebas", "collaudo", "Testumgebung", "测试环境")),
        ("environment", "non-prod", "non-production"),
        ("environment", "Uitwijk", "disaster recovery"),
        ("environment", "Zone 7", "Zone 7"),
        *(("business_criticality", text, "critical") for text in (
            "1 - most critical", "missionCritical", "sehr hoch", "Très haut", "crítico", "kritiek", "Tier 1", "极高",
        )),
        ("business_criticality", "Élevé", "high"),
        ("business_criticality", "mittel", "medium"),
        ("business_criticality", "(3) Mittel", "medium"),
        ("business_criticality", "baixa", "low"),
        ("power_state", "poweredOff", "stopped"),
        ("power_state", "eingeschaltet", "running"),
        ("power_state", "Éteint", "stopped"),
        ("power_state", "Encendido", "running"),
        ("power_state", "稼働中", "running"),
        ("lifecycle_status", "In Betrieb", "active"),
        ("lifecycle_status", "En service", "active"),
        ("lifecycle_status", "End of Life", "end of life"),
        ("lifecycle_status", "Außer Betrieb", "retired"),
        ("lifecycle_status", "廃止", "retired"),
        ("asset_type", "Virtuelle Maschine", "Virtuelle Maschine"),
        ("asset_type", "cmdb_ci_vmware_instance", "virtual"),
        ("business_logic_complexity", "hoch", "high"),
        ("business_logic_complexity", "7,5", "7.5"),
        ("code_quality_score", "Low", "Low"),
        ("technology_stack", "Java | Spring, Tomcat (8, 9)", "Java; Spring; Tomcat (8, 9)"),
        ("technology_stack", "Java\nTomcat、MySQL", "Java; Tomcat; MySQL"),
        ("technology_stack", "; n/a", None),
        ("ip_address", "10.0.0.1, 10.0.20.447", "10.0.0.1"),
        ("ip_address", "10.0.20.447", None),
        ("ip_address", "::", None),
        ("ip_address", "10.0.0.1/24; fe80::1%eth0", "10.0.0.1; fe80::1"),
        ("ip_address", "010.001.002.003", "10.1.2.3"),
        ("ip_address", "10.0.0.1:443 (eth0)", "10.0.0.1"),
        ("ip_address", "[fe80::1] ::ffff:10.0.0.9", "fe80::1; 10.0.0.9"),
        ("ip_address", "FD00:0:0:0:0:0:0:4", "fd00::4"),
        ("mac_address", "00-50-56-BE-5A-1F", "00:50:56:be:5a:1f"),
        ("mac_address", "0050.56be.5a1f; 005056BE5A20", "00:50:56:be:5a:1f; 00:50:56:be:5a:20"),
        ("mac_address", "00:00:00:00:00:00", None),
        ("hostname", "SRV01.Corp.Example.COM.", "srv01.corp.example.com"),
        ("hostname", "CORP\\SRV01", "srv01"),
        ("hostname", "\\\\SRV01", "srv01"),
        ("hostname", "https://Portal.example.com:8443/login", "portal.example.com"),
        ("hostname", "SRV01, SRV02", "srv01, srv02"),
        ("dep_port", "tcp/443", "443"),
        ("dep_port", "8443/TCP", "8443"),
        ("dep_port", "443 (https)", "443"),
        ("dep_port", "1,433", "1433"),
        ("dep_port", "8000-8010", "8000-8010"),
        ("dep_port", "99999", "99999"),
        ("asset_id", "{503E8E57-A5D6-E8B2-0D58-64FFBD4B1FEE}", "503e8e57-a5d6-e8b2-0d58-64ffbd4b1fee"),
        ("application_id", "12.0", "12"),
        ("vendor", "Big  \n Blue", "Big Blue"),
    ],
)  # fmt: skip
def test_words_lists_and_addresses_are_normalised(field, text, value):
    assert read_values([text], field, None, "Header")[0].text == value


@pytest.mark.parametrize(
    ("field", "header", "text", "value"),
    [
        ("security_requirements", "Data Encryption (Y/N)", "Yes", "Data Encryption: yes"),
        *(("security_requirements", "Cifrado", text, "Cifrado: yes") for text in (
            "Ja", "oui", "Sí", "sì", "Sim", "Vrai", "Waar", "はい", "是", "x", "✓",
        )),
        *(("security_requirements", "Cifrado", text, "Cifrado: no") for text in (
            "nein", "non", "não", "nee", "Falso", "onwaar", "いいえ", "否",
        )),
        ("availability_target", "Cluster", "nein", "Cluster: no"),
        ("compliance_requirements", "PII?", "Y", "PII"),
        ("compliance_requirements", "PII?", "No", None),
        ("asset_type", "isPhysical", "true", "physical"),
        ("asset_type", "IsPhysical", "false", "virtual"),
        ("asset_type", "Is_Virtual_Machine0", "1", "virtual"),
        ("asset_type", "virtuell", "nein", "physical"),
        ("asset_type", "Monitored", "true", None),
        ("lifecycle_status", "Decommissioned0", "1", "retired"),
        ("lifecycle_status", "in Maintenance Mode", "True", "maintenance"),
        ("lifecycle_status", "in Maintenance Mode", "False", None),
        ("vulnerability_count", "Vulnerabilities", "1", "1"),
        ("tags", "Tier", "Gold", "Tier=Gold"),
        ("tags", "Tags", "Gold", "Gold"),
        ("tags", "Tier", "a=b", "a=b"),
    ],
)  # fmt: skip
def test_a_yes_or_no_or_a_bare_tag_takes_its_meaning_from_its_header(field, header, text, value):
    assert read_values([text], field, None, header)[0].text == value


def test_a_single_letter_is_a_yes_only_in_a_column_of_such_letters():
    assert [value.text for value in read_values(["S", "N"], "availability_target", None, "HA")] == ["HA: yes", "HA: no"]
    assert [value.text for value in read_values(["S", "M"], "availability_target", None, "HA")] == ["S", "M"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Microsoft Windows Server 2022 (64-bit)", "Windows Server 2022"),
        ("Win2k8R2", "Windows Server 2008 R2"),
        ("W2K3", "Windows Server 2003"),
        ("W2K16", "Windows Server 2016"),
        ("Windows 2012 Standard R2", "Windows Server 2012 R2 Standard"),
        ("MS Windows 2003 Server, Standard Edition", "Windows Server 2003, Standard Edition"),
        ("Windows Server® 2008 Standard Service Pack 2", "Windows Server 2008 Standard SP2"),
        ("Windows Server 2016 标准版", "Windows Server 2016 Standard"),
        ("Windows Serveur 2019", "Windows Server 2019"),
        ("Windows Server 2016 or later", "Windows Server 2016 or later"),
        ("Windows 2000 Professional", "Windows 2000 Professional"),
        ("Microsoft Windows 10 (64-bit)", "Windows 10"),
        ("LINUX RedHat", "Red Hat Enterprise Linux"),
        ("RHEL7.9", "Red Hat Enterprise Linux 7.9"),
        ("Red Hat Enterprise Linux Server release 7.9 (Maipo)", "Red Hat Enterprise Linux 7.9 (Maipo)"),
        ("SLES12 SP5", "SUSE Linux Enterprise Server 12 SP5"),
        ("SUSE Linux Enterprise 12 (64-bit)", "SUSE Linux Enterprise Server 12"),
        ("OEL 6.8", "Oracle Linux 6.8"),
        ("CentOS Linux release 7.9.2009", "CentOS 7.9.2009"),
        ("Ubuntu Linux (64-bit)", "Ubuntu"),
        ("Debian GNU/Linux 11", "Debian 11"),
        ("SunOS 5.10", "Solaris 10"),
        ("hpux 11.31", "HP-UX 11.31"),
        ("ESXi 6.5", "VMware ESXi 6.5"),
        ("LINUX", "Linux"),
        ("z/OS", "z/OS"),
        ("Windows.Hat", "Windows.Hat"),
    ],
)
def test_an_operating_system_has_its_products_name(text, name):
    assert read_os_name(text).text == name
    assert read_os_name(name).steps == ()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Version 7.9 (Maipo)", "7.9"),
        ("release 8.6", "8.6"),
        ("v8.6", "8.6"),
        ("EL 5.11 64bit", "EL 5.11"),
        ("6.1.7601 Service Pack 1", "6.1.7601 SP1"),
        ("10.0 (Build 17763)", "10.0 (Build 17763)"),
        ("10.0.20348", "10.0.20348"),
    ],
)
def test_a_version_stands_alone(text, version):
    assert read_os_version(text).text == version


@pytest.mark.parametrize(
    "text",
    [
        "n/a",
        "k.A.",
        "keine Angabe",
        "Non renseigné",
        "sin datos",
        "sconosciuto",
        "não informado",
        "onbekend",
        "なし",
        "未知",
        "-",
    ],
)
def test_a_word_for_nothing_is_known_in_nine_languages(text):
    assert is_null(text)


def test_invisible_and_wide_characters_and_spaces_leave_a_trace():
    text, steps = tidy(" \uff33\uff32\uff36\u200b01\u3000")
    assert text == "SRV01"
    assert [step.rule for step in steps] == ["invisible_characters", "full_width", "spaces"]


def test_a_word_key_ignores_case_accents_and_punctuation():
    assert word_key("Non-Prod ") == word_key("NONPROD")
    assert canonical_uuid("no uuid") is None


def test_every_closed_value_means_itself():
    assert all(words[word_key(value)] == value for words in CLOSED.values() for value in set(words.values()))
