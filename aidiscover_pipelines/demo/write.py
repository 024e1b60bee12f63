"""Write the demo tenant's three inventories: a ServiceNow export, an RVTools workbook and a home-grown spreadsheet."""

from pathlib import Path

from aidiscover_pipelines.demo.portfolio import demo_portfolio
from aidiscover_pipelines.demo.write_cmdb import write_cmdb
from aidiscover_pipelines.demo.write_rvtools import write_rvtools
from aidiscover_pipelines.demo.write_spreadsheet import write_spreadsheet


def write_demo_files(folder: Path) -> list[Path]:
    """Write the three files below an existing or new folder; same content every time. Returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    portfolio = demo_portfolio()
    return [
        write_cmdb(portfolio, folder / "servicenow_cmdb.csv"),
        write_rvtools(portfolio, folder / "rvtools_export.xlsx"),
        write_spreadsheet(portfolio, folder / "anwendungen_2026.xlsx"),
    ]
