"""A portfolio of any size for benchmarks: six files of five products with their faults, the same bytes for a seed.

What stands in them is known (`Written`), so that what discovery finds can be held against it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aidiscover_pipelines.demo.generate.files import write_csv, write_workbooks
from aidiscover_pipelines.demo.generate.lists import dependency_rows, headquarters_rows, subsidiary_rows
from aidiscover_pipelines.demo.generate.servers import VCENTER_ROWS, cmdb_rows, lansweeper_rows, vcenter_rows
from aidiscover_pipelines.demo.generate.truth import Truth

SEED = 7  # two benchmark runs must read the same bytes
CHANGED = "servicenow_servers.csv"  # the file whose next edition differs in a few rows


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the files and the numbers of things that are really there."""

    paths: list[Path]
    applications: int
    servers: int
    server_rows: int
    dependencies: int


def write_portfolio(folder: Path, applications: int, seed: int = SEED, *, servers_only: bool = False) -> Written:
    """Write the files of a portfolio with four rows of servers for each application on average, in flat memory.

    `servers_only` leaves out the lists of applications and dependencies. Shares and their sources: `mix`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    truth = Truth(applications, seed)
    paths = [] if servers_only else [folder / "applications.csv"]
    if not servers_only:
        write_csv(paths[0], headquarters_rows(truth))
        paths += write_workbooks(folder / "anwendungen.xlsx", "Anwendungen", subsidiary_rows(truth))[0]
    cmdb = folder / CHANGED
    lansweeper = folder / "lansweeper_servers.csv"
    rows = write_csv(cmdb, cmdb_rows(truth)) + write_csv(lansweeper, lansweeper_rows(truth), delimiter=";")
    workbooks, machines = write_workbooks(folder / "rvtools.xlsx", "vInfo", vcenter_rows(truth), VCENTER_ROWS)
    paths += [cmdb, lansweeper, *workbooks]
    if not servers_only:
        paths.append(folder / "dependencies.csv")
        write_csv(paths[-1], dependency_rows(truth))
    return Written(paths, applications, truth.servers, rows + machines, len(truth.dependencies))


def write_portfolio_files(folder: Path, applications: int, seed: int = SEED) -> list[Path]:
    """The paths of `write_portfolio`, the list of applications first."""
    return write_portfolio(folder, applications, seed).paths


def write_next_edition(path: Path, folder: Path, share: float, seed: int = SEED) -> tuple[Path, int]:
    """Write a list of servers again under its name, with other memory in a share of its rows; returns how many.

    Raises: ValueError where the file has no column "ram".
    """
    rng = np.random.default_rng(seed)
    changed = 0
    target = folder / path.name
    with path.open(encoding="utf-8", newline="") as old, target.open("w", encoding="utf-8", newline="") as new:
        header = old.readline()
        new.write(header)
        place = header.rstrip("\r\n").replace('"', "").split(",").index("ram")
        for line in old:
            cells = line.split(",")
            # Cells before this column hold no commas, and a row that a machine is behind has a number in it.
            if rng.random() < share and cells[place].strip('"').isdigit():
                cells[place] = str(int(cells[place].strip('"')) + 2048)
                changed += 1
            new.write(",".join(cells))
    return target, changed
