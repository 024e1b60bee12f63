"""Plain inventory sheets in nine languages, end to end; the words are those that people use, not those of a product."""

import pytest

from aidiscover_pipelines.mapping.fields import read_sheets

FIELDS = (
    "asset_name", "os_name", "ip_address", "memory_mb", "cpu_cores", "environment", "location", "business_criticality",
    "application_name", "serial_number", "vendor", "description",
)  # fmt: skip
VALUES = (
    ("srv-app01", "srv-db02", "srv-web03"), ("RHEL 8.6", "Windows Server 2019", "Ubuntu 22.04"),
    ("10.1.1.4", "10.1.1.5", "10.1.2.9"), ("16", "64", "32"), ("4", "16", "8"), ("PROD", "TEST", "DEV"),
    ("FRA-1 R07", "FRA-1 R09", "MUC-2 R01"), ("1", "3", "2"), ("Apollo", "Billing", "Helios"),
    ("CZJ81204QX", "CZJ81204QY", "CZJ91377AB"), ("Dell", "HPE", "Lenovo"),
    ("decommission after the move to ERP", "one of two nodes", "see the ticket of last year"),
)  # fmt: skip
HEADERS: dict[str, tuple[str, ...]] = {
    "en": (
        "Machine", "OS", "IP addr.", "RAM in GB", "No. of cores", "Env", "Data centre / rack", "Criticality level",
        "Business application", "Serial no.", "Manufacturer", "Comments",
    ),
    "de": (
        "Rechnername", "Betriebssystem", "IP-Adr.", "RAM in GB", "Anzahl Kerne", "Umgebung", "Rechenzentrum / Rack",
        "Kritikalität", "Fachanwendung", "Seriennr.", "Hersteller", "Anmerkungen",
    ),
    "fr": (
        "Nom de la machine", "Système d'exploitation", "Adresse IP", "Mémoire vive (Go)", "Nb de cœurs",
        "Environnement", "Salle / baie", "Niveau de criticité", "Application métier", "N° de série", "Constructeur",
        "Commentaires",
    ),
    "es": (
        "Nombre del equipo", "Sistema operativo", "Dirección IP", "Memoria RAM (GB)", "N.º de núcleos", "Entorno",
        "Centro de datos", "Nivel de criticidad", "Aplicación de negocio", "N.º de serie", "Fabricante",
        "Observaciones",
    ),
    "pt": (
        "Nome da máquina", "Sistema operacional", "Endereço IP", "Memória RAM (GB)", "Qtd. de núcleos", "Ambiente",
        "Data center", "Nível de criticidade", "Aplicação de negócio", "Nº de série", "Fabricante", "Observações",
    ),
    "it": (
        "Nome macchina", "Sistema operativo", "Indirizzo IP", "Memoria RAM (GB)", "N. core", "Ambiente",
        "Sala / rack", "Livello di criticità", "Applicazione di business", "N. di serie", "Produttore", "Note",
    ),
    "nl": (
        "Machinenaam", "Besturingssysteem", "IP-adres", "Werkgeheugen (GB)", "Aantal cores", "Omgeving",
        "Datacenter / rack", "Kriticiteit", "Bedrijfsapplicatie", "Serienr.", "Fabrikant", "Opmerkingen",
    ),
    "ja": (
        "ホスト名", "OS名", "IPアドレス", "メモリ容量(GB)", "CPUコア数", "環境", "設置場所", "重要度",
        "業務システム名", "シリアル番号", "メーカー", "備考",
    ),
    "zh": (
        "主机名", "操作系统", "IP地址", "内存(GB)", "CPU核数", "环境", "机房位置", "重要级别",
        "业务系统名称", "序列号", "厂商", "备注",
    ),
}  # fmt: skip
# A host name is as good a key of a server as its name, and a maker sells what it makes.
ALSO = {"asset_name": {"hostname"}, "vendor": {"hardware_model"}}
LEAST_RIGHT = 0.8


@pytest.mark.parametrize("language", sorted(HEADERS))
def test_a_plain_inventory_is_read_in_each_language(language: str) -> None:
    headers = HEADERS[language]
    _, choices = read_sheets(["Sheet1"], [headers], [[list(column) for column in VALUES]])
    wrong = {
        header: choice.field
        for header, choice, field in zip(headers, choices, FIELDS, strict=True)
        if choice.field not in {field, *ALSO.get(field, ())}
    }
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(headers), wrong


@pytest.mark.parametrize("language", sorted(HEADERS))
def test_what_is_accepted_without_asking_is_right(language: str) -> None:
    headers = HEADERS[language]
    _, choices = read_sheets(["Sheet1"], [headers], [[list(column) for column in VALUES]])
    accepted = [
        (choice.field, field) for choice, field in zip(choices, FIELDS, strict=True) if choice.decision == "accept"
    ]
    wrong = [(found, field) for found, field in accepted if found not in {field, *ALSO.get(field, ())}]
    assert len(accepted) >= 6
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize("language", sorted(HEADERS))
def test_headers_alone_are_read_in_each_language(language: str) -> None:
    headers = HEADERS[language]
    _, choices = read_sheets(["Sheet1"], [headers], [[[] for _ in headers]])
    right = [choice.field in {field, *ALSO.get(field, ())} for choice, field in zip(choices, FIELDS, strict=True)]
    assert sum(right) / len(right) >= 0.7
