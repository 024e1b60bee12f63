"""Numbers that another cell of their row completes: shares of a total, free space, cores per socket."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.inventory.units import RELATIVE_TO, number_text

# Statistic of a column that holds the complement of what its field means.
FREE = "free"
# Mark of a core count that is per socket, between reading the columns and relating them.
PER_SOCKET = "per socket"

_PER_SOCKET_HEADER = re.compile(
    r"per\W*(?:cpu|socket|processor)|p/s\b|(?:par|pro|por|per)\W*(?:cpu|sockel|socket)", re.I
)
_SOCKETS_HEADER = re.compile(
    r"(?:num(?:ber)?\W*(?:of\W*)?|#\W*|n\W*)?(?:cpus?|processors?|sockets?)(?:\W*count)?", re.I
)


def per_socket_columns(columns: Sequence[tuple[str, str]]) -> dict[int, dict[str, str]]:
    """What to read differently, by position, among the (field, header) pairs of one sheet.

    A core count "per CPU" is marked. Then a plain "numCpus" beside it counts sockets, unless sockets are given anyway.
    """
    counts = [(place, header) for place, (field, header) in enumerate(columns) if field == "cpu_cores"]
    marked = {place for place, header in counts if _PER_SOCKET_HEADER.search(header)}
    read_as: dict[int, dict[str, str]] = {place: {"statistic": PER_SOCKET} for place in marked}
    if marked and not any(field == "cpu_sockets" for field, _ in columns):
        rest = [place for place, header in counts if place not in marked and _SOCKETS_HEADER.fullmatch(header.strip())]
        read_as |= {place: {"field": "cpu_sockets"} for place in rest[:1]}
    return read_as


def relate_within_rows(cells: pd.DataFrame) -> pd.DataFrame:
    """Complete the numbers of one sheet's cells; what lacks its counterpart stays as text."""
    return _multiply_sockets(_complement_free(_relate_to_totals(cells)))


def _multiply_sockets(cells: pd.DataFrame) -> pd.DataFrame:
    per_socket = (cells["statistic"] == PER_SOCKET).to_numpy()
    if not per_socket.any():
        return cells
    known_sockets = cells[(cells["field"] == "cpu_sockets") & cells["number"].notna()]
    sockets = known_sockets.drop_duplicates("record_id").set_index("record_id")["number"]
    total = (cells.loc[per_socket, "record_id"].map(sockets) * cells.loc[per_socket, "number"]).to_numpy(dtype=float)
    known = ~np.isnan(total)
    originals = cells.loc[per_socket, "original"].tolist()
    cells.loc[per_socket, "number"] = total
    cells.loc[per_socket, "value"] = [
        number_text(result) if ok else f"{original} per socket"
        for result, ok, original in zip(total, known, originals, strict=True)
    ]
    cells.loc[per_socket, "transform"] = np.where(known, "times sockets", "not a number without the sockets")
    cells["statistic"] = cells["statistic"].astype(object).where(~per_socket, None)
    return cells


def _relate_to_totals(cells: pd.DataFrame) -> pd.DataFrame:
    """Turn shares of a total into amounts, and amounts into shares, by the total that the same row gives."""
    for (field, dimension), total_field in RELATIVE_TO.items():
        hit = ((cells["field"] == field) & (cells["relative"] == dimension)).to_numpy()
        if not hit.any():
            continue
        known_totals = cells[(cells["field"] == total_field) & cells["number"].notna()]
        totals = known_totals.drop_duplicates("record_id").set_index("record_id")["number"]
        total = cells.loc[hit, "record_id"].map(totals).to_numpy(dtype=float)
        read = cells.loc[hit, "number"].to_numpy(dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            number = read / 100 * total if dimension == "share" else np.where(total > 0, read / total * 100, np.nan)
        unit = BY_NAME[field].unit
        known = ~np.isnan(number)
        cells.loc[hit, "number"] = number
        cells.loc[hit, "value"] = [
            number_text(result) if ok else original
            for result, ok, original in zip(number, known, cells.loc[hit, "original"], strict=True)
        ]
        cells.loc[hit, "transform"] = np.where(
            known, f"by {total_field} to {unit}", f"not a number without {total_field}"
        )
    return cells


def _complement_free(cells: pd.DataFrame) -> pd.DataFrame:
    """Columns of free space say what is not used: used is the row's total less that, or 100 % less that."""
    free = (cells["statistic"] == FREE).to_numpy()
    if not free.any():
        return cells
    totals = cells[(cells["field"] == "storage_total_gb") & cells["number"].notna()].drop_duplicates("record_id")
    total = cells.loc[free, "record_id"].map(totals.set_index("record_id")["number"])
    whole = total.where(cells.loc[free, "field"] == "storage_used_gb", 100.0)
    used = (whole - cells.loc[free, "number"]).to_numpy(dtype=float)
    used = np.where(used < 0, np.nan, used)
    known = ~np.isnan(used)
    cells.loc[free, "number"] = used
    originals = cells.loc[free, "original"].tolist()
    cells.loc[free, "value"] = [
        number_text(result) if ok else f"{original} free"
        for result, ok, original in zip(used, known, originals, strict=True)
    ]
    cells.loc[free, "transform"] = np.where(known, "total less free", "not a number without the total")
    cells["statistic"] = cells["statistic"].astype(object).where(~free, None)
    return cells
