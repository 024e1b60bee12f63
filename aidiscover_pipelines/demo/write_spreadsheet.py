"""The application managers' view: a German workbook, a title above the header, a totals row, mixed number formats."""

from pathlib import Path
from typing import Any

import xlsxwriter

from aidiscover_pipelines.demo import data_planted as planted
from aidiscover_pipelines.demo.data_systems import EXPORTED
from aidiscover_pipelines.demo.portfolio import DemoApplication, DemoPortfolio, stable_number

COLUMNS = (
    "Anwendung", "Kurzbeschreibung", "Fachbereich", "Verantwortlicher (fachlich)", "Kritikalität", "Umgebung",
    "Technologie", "Datenbank", "Benutzer", "Architektur", "Schnittstellen zu", "Datenvolumen (GB)", "Wartungsfenster",
    "Compliance", "Lebenszyklus", "Hersteller", "Jährliche Kosten (EUR)", "RTO (h)", "Server", "Doku vorhanden",
    "Schwachstellen", "Komplexität",
)  # fmt: skip
DEPENDENCY_COLUMNS = ("Quelle", "Ziel", "Port", "Art")
TITLE = "Anwendungsübersicht Nordwerk Antriebstechnik AG, Stand 10/2026, nur für den internen Gebrauch"


def write_spreadsheet(portfolio: DemoPortfolio, path: Path) -> Path:
    """Write the workbook: sheets Anwendungen and Abhängigkeiten."""
    listed = [application for application in portfolio.applications if "x" in application.files]
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"created": EXPORTED})
        bold = workbook.add_format({"bold": True})
        sheet = workbook.add_worksheet("Anwendungen")
        sheet.write_string(0, 0, TITLE, bold)
        sheet.write_row(2, 0, COLUMNS, bold)
        for number, application in enumerate(listed, start=3):
            sheet.write_row(number, 0, _row(application))
        sheet.write_row(3 + len(listed), 0, _totals(listed), bold)
        sheet.set_column(0, len(COLUMNS) - 1, 18)

        edges = workbook.add_worksheet("Abhängigkeiten")
        edges.write_row(0, 0, DEPENDENCY_COLUMNS, bold)
        rows = [(a.name, need.application, need.port, need.kind) for a in portfolio.applications for need in a.needs]
        for number, row in enumerate(rows, start=1):
            edges.write_row(number, 0, row)
    return path


def _row(application: DemoApplication) -> list[Any]:
    chance = stable_number(application.name, 100)
    with_servers = "c" not in application.files or stable_number(application.name + "servers", 2) == 0
    with_needs = stable_number(application.name + "needs", 3) > 0
    cost = _number(application.cost_eur)
    return [
        application.name,
        planted.DESCRIPTIONS.get(application.name, application.description),
        application.unit,
        application.owner,
        "" if chance in range(50, 56) else application.criticality,
        application.environment,
        application.technology,
        application.database,
        _number(application.users),
        application.architecture,
        "; ".join(need.application for need in application.needs) if with_needs else "",
        _number(application.data_gb),
        application.window,
        application.compliance,
        application.lifecycle,
        application.vendor,
        # One writer types amounts as German text, the others let Excel format a number.
        f"{cost:,.2f}".translate(str.maketrans(",.", ".,")) if isinstance(cost, int) and chance % 4 == 0 else cost,
        application.rto_h if "," in application.rto_h else _number(application.rto_h),
        ", ".join(application.servers) if with_servers else "",
        application.documented,
        _number(application.vulnerabilities),
        application.complexity,
    ]


def _number(text: str) -> int | str:
    return int(text) if text.isdigit() else text


def _totals(listed: list[DemoApplication]) -> list[Any]:
    def total(column: str) -> int:
        return sum(int(text) for a in listed if (text := getattr(a, column)).isdigit())

    row: list[Any] = [""] * len(COLUMNS)
    row[0] = "Summe"
    for header, column in (
        ("Benutzer", "users"),
        ("Datenvolumen (GB)", "data_gb"),
        ("Jährliche Kosten (EUR)", "cost_eur"),
    ):
        row[COLUMNS.index(header)] = total(column)
    return row
