"""Cells that another cell of their row completes: shares of a total, free space, cores per socket, two systems."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.vocabulary import CleansingOutcome
from aidiscover_pipelines.inventory.cleansing.rules import Rule
from aidiscover_pipelines.inventory.cleansing.systems import GENERIC
from aidiscover_pipelines.inventory.cleansing.unit_words import RELATIVE_TO
from aidiscover_pipelines.inventory.cleansing.value import UNDONE, Exemptions, as_read, number_text

# Statistic of a column that holds the complement of what its field means.
FREE = "free"
# Roles of columns, by their headers, between reading the columns and relating them.
PER_SOCKET, SOCKETS, CONFIGURED = "per socket", "sockets", "configured"
_CONSULTED_BY_ROLE = {PER_SOCKET: "cpu_sockets", SOCKETS: "cpu_sockets", CONFIGURED: "os_name"}

_PER_SOCKET_HEADER = re.compile(
    r"per\W*(?:cpu|socket|processor)|p/s\b|(?:par|pro|por|per|je)\W*(?:cpu|sockel|socket|processeur|procesador)", re.I
)
_SOCKETS_HEADER = re.compile(
    r"(?:num(?:ber)?\W*(?:of\W*)?|#\W*|n\W*)?(?:cpus?|processors?|sockets?|sockel)(?:\W*count)?", re.I
)
_CONFIGURED_HEADER = re.compile(r"configur|config\b|konfig|settings", re.I)


class _Related(NamedTuple):
    """Numbers of some cells by their row, and what to write where there are none."""

    numbers: npt.NDArray[np.float64]
    done: str
    missing: str
    suffix: str = ""


def column_roles(columns: Sequence[tuple[str, str]]) -> dict[int, str]:
    """Role by position among the (field, header) pairs of one sheet.

    A core count "per CPU" is per socket. Then a plain "numCpus" beside it counts sockets, unless sockets are given
    anyway. Of several operating systems, one is what the virtual machine was configured for.
    """
    counts = [(place, header) for place, (field, header) in enumerate(columns) if field == "cpu_cores"]
    roles = {place: PER_SOCKET for place, header in counts if _PER_SOCKET_HEADER.search(header)}
    if roles and not any(field == "cpu_sockets" for field, _ in columns):
        rest = [place for place, header in counts if place not in roles and _SOCKETS_HEADER.fullmatch(header.strip())]
        roles |= dict.fromkeys(rest[:1], SOCKETS)
    systems = [(place, header) for place, (field, header) in enumerate(columns) if field == "os_name"]
    if len(systems) > 1:
        roles |= {place: CONFIGURED for place, header in systems if _CONFIGURED_HEADER.search(header)}
    return roles


def related_columns(columns: Sequence[tuple[str, str, str | None]], relatives: Sequence[Collection[str]]) -> list[int]:
    """Positions of the columns of a sheet whose cells `relate_within_rows` may change, or that these changes rest on.

    A column is its (field, role, statistic); its `relatives` are those of its values.
    """
    related: set[int] = set()
    consulted: set[str] = set()
    for place, ((field, role, statistic), dimensions) in enumerate(zip(columns, relatives, strict=True)):
        totals = {RELATIVE_TO[field, each] for each in dimensions if (field, each) in RELATIVE_TO}
        totals |= {"storage_total_gb"} if statistic == FREE else set()
        totals |= {_CONSULTED_BY_ROLE[role]} if role else set()
        consulted |= totals
        related |= {place} if totals else set()
    return [place for place, column in enumerate(columns) if place in related or column[0] in consulted]


def relate_within_rows(cells: pd.DataFrame, exemptions: Exemptions) -> pd.DataFrame:
    """Complete the cells of some rows; what lacks its counterpart stays as text, what a person has undone as read.

    Columns needed beside those of CleansedCell: outcome, relative (see Value) and role. Changes the frame in place.
    """
    _count_sockets(cells, exemptions)
    _relate_to_totals(cells, exemptions)
    _complement_free(cells, exemptions)
    _multiply_sockets(cells, exemptions)
    _prefer_observed_systems(cells, exemptions)
    return cells


def _count_sockets(cells: pd.DataFrame, exemptions: Exemptions) -> None:
    hit = np.flatnonzero((cells["role"] == SOCKETS).to_numpy() & cells["value"].notna().to_numpy())
    if not len(hit):
        return
    undone = np.array(
        [exemptions.cover(Rule.SOCKETS_COLUMN, "cpu_sockets", text) for text in cells.loc[hit, "original"]], dtype=bool
    )
    cells.loc[hit[~undone], "field"] = "cpu_sockets"
    _write(cells, hit[~undone], Rule.SOCKETS_COLUMN, "counted as sockets", CleansingOutcome.CHANGED)
    _write(cells, hit[undone], Rule.SOCKETS_COLUMN, UNDONE, CleansingOutcome.UNDONE)


def _multiply_sockets(cells: pd.DataFrame, exemptions: Exemptions) -> None:
    hit = _standing(cells, (cells["role"] == PER_SOCKET).to_numpy(), Rule.CORES_PER_SOCKET, exemptions)
    if len(hit):
        total = _of_row(cells, hit, "cpu_sockets") * cells.loc[hit, "number"].to_numpy(dtype=float)
        related = _Related(total, "times sockets", "not a number without the sockets", " per socket")
        _complete(cells, hit, Rule.CORES_PER_SOCKET, related)


def _relate_to_totals(cells: pd.DataFrame, exemptions: Exemptions) -> None:
    """Turn shares of a total into amounts, and amounts into shares, by the total that the same row gives."""
    for (field, dimension), total_field in RELATIVE_TO.items():
        relative = ((cells["field"] == field) & (cells["relative"] == dimension)).to_numpy()
        hit = _standing(cells, relative, Rule.BY_TOTAL, exemptions)
        if not len(hit):
            continue
        total = _of_row(cells, hit, total_field)
        read = cells.loc[hit, "number"].to_numpy(dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            number = read / 100 * total if dimension == "share" else np.where(total > 0, read / total * 100, np.nan)
        related = _Related(number, f"by {total_field} to {BY_NAME[field].unit}", f"not a number without {total_field}")
        _complete(cells, hit, Rule.BY_TOTAL, related)


def _complement_free(cells: pd.DataFrame, exemptions: Exemptions) -> None:
    """Columns of free space say what is not used: used is the row's total less that, or 100 % less that."""
    free = (cells["statistic"] == FREE).to_numpy()
    if not free.any():
        return
    hit = _standing(cells, free, Rule.FREE_SPACE, exemptions)
    is_storage = (cells.loc[hit, "field"] == "storage_used_gb").to_numpy()
    whole = np.where(is_storage, _of_row(cells, hit, "storage_total_gb"), 100.0)
    used = whole - cells.loc[hit, "number"].to_numpy(dtype=float)
    related = _Related(
        np.where(used < 0, np.nan, used), "total less free", "not a number without the total", suffix=" free"
    )
    _complete(cells, hit, Rule.FREE_SPACE, related)
    cells["statistic"] = cells["statistic"].astype(object).where(~free, None)


def _prefer_observed_systems(cells: pd.DataFrame, exemptions: Exemptions) -> None:
    """Drop the configured operating system of a row that names an observed one, unless that one says nothing."""
    configured = (cells["role"] == CONFIGURED).to_numpy()
    if not configured.any():
        return
    held = cells[~configured & (cells["field"] == "os_name").to_numpy() & cells["value"].notna().to_numpy()]
    observed = held.loc[~held["value"].astype("str").str.contains(GENERIC), "record_id"]
    hit = _standing(cells, configured & cells["record_id"].isin(observed).to_numpy(), Rule.CONFIGURED_OS, exemptions)
    cells.loc[hit, "value"] = None
    _write(cells, hit, Rule.CONFIGURED_OS, "configured system beside an observed one", CleansingOutcome.DROPPED)


def _standing(
    cells: pd.DataFrame, hit: npt.NDArray[np.bool_], rule: Rule, exemptions: Exemptions
) -> npt.NDArray[np.intp]:
    """Positions where the rule stands; where a person has undone it, cells are put back as they were read."""
    places = np.flatnonzero(hit & cells["value"].notna().to_numpy())
    if not exemptions.names(rule) or not len(places):
        return places
    told = zip(cells.loc[places, "field"], cells.loc[places, "original"], strict=True)
    undone = np.array([exemptions.cover(rule, field, original) for field, original in told], dtype=bool)
    for place in places[undone].tolist():
        value = as_read(str(cells.at[place, "original"]), str(cells.at[place, "field"]), [rule])
        for column, told_now in value.columns().items():
            cells.at[place, column] = told_now
    standing: npt.NDArray[np.intp] = places[~undone]
    return standing


def _of_row(cells: pd.DataFrame, hit: npt.NDArray[np.intp], field: str) -> npt.NDArray[np.float64]:
    """The number that the row of each cell has for another field; NaN where it has none."""
    known = cells[(cells["field"] == field) & cells["number"].notna() & (cells["relative"] == "")]
    by_row = known.drop_duplicates("record_id").set_index("record_id")["number"]
    return cells.loc[hit, "record_id"].map(by_row).to_numpy(dtype=float)


def _complete(cells: pd.DataFrame, hit: npt.NDArray[np.intp], rule: Rule, related: _Related) -> None:
    known = ~np.isnan(related.numbers)
    originals = cells.loc[hit, "original"].str.strip().tolist()
    cells.loc[hit, "number"] = related.numbers
    cells.loc[hit, "value"] = [
        number_text(number) if ok else f"{original}{related.suffix}"
        for number, ok, original in zip(related.numbers, known, originals, strict=True)
    ]
    _write(cells, hit[known], rule, related.done, CleansingOutcome.CHANGED)
    _write(cells, hit[~known], rule, related.missing, CleansingOutcome.UNREAD)


def _write(cells: pd.DataFrame, places: npt.NDArray[np.intp], rule: Rule, note: str, outcome: CleansingOutcome) -> None:
    """Add a step to what is already told of these cells."""
    if not len(places):
        return
    for column, text in (("transform", note), ("rule", str(rule))):
        told = cells.loc[places, column]
        cells.loc[places, column] = [f"{before}; {text}" if before else text for before in told]
    cells.loc[places, "outcome"] = str(outcome)
