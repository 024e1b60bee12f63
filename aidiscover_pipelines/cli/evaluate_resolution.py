"""`evaluate resolution`: one file of labelled records through the same stages as an upload, measured pair by pair."""

import csv
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.domain.errors import EmptyFile, InputError, MissingFile
from aidiscover_pipelines.domain.vocabulary import EntityKind

if TYPE_CHECKING:
    import pandas as pd

TRUTH = "true_id"
# A column of one of these names, in which rows share few values, says which list a row comes from.
SOURCE_COLUMNS = ("source", "source_system", "data_source", "source_name", "src")
_MOST_SOURCES = 0.1  # of the rows
_SEE = "see docs/operations.md for what the file holds"


@click.command()
@click.option("--gold", type=click.Path(path_type=Path), help="CSV with any columns and true_id, which may be blank.")
@click.option("--records", type=click.IntRange(min=2), help="Generate so many noisy records instead.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the generated records.")
@json_option
def resolution(gold: Path | None, records: int | None, seed: int, as_json: bool) -> int:
    """Entity resolution on labelled records; true_id is never a feature. Without labels, the clusters alone."""
    if (gold is None) == (records is None):
        raise click.UsageError("give either --gold FILE or --records NUMBER")
    if gold is not None:
        frame, name = read_labelled(gold), str(gold)
    else:
        from aidiscover_pipelines.demo.noisy_estate import noisy_estate

        frame, name = noisy_estate(records or 0, seed), f"{records} generated records"
    document = resolution_document(frame, name)
    if as_json:
        emit(document)
    else:
        rows = [
            [key, f"{value:.5f}" if isinstance(value, float) and not key.startswith("seconds") else value]
            for key, value in document.items()
            if not isinstance(value, list)
        ]
        console.print(table("Entity resolution", ["figure", "value"], rows))
    return DONE


def read_labelled(gold: Path) -> "pd.DataFrame":
    """The rows of a CSV as text. Raises: MissingFile, EmptyFile; InputError for no CSV or no column true_id."""
    import pandas as pd

    if not gold.is_file():
        raise MissingFile(str(gold), "no such file", "give the path of a CSV with labelled records")
    try:
        with gold.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
        delimiter = max(",;\t|", key=header.count)
        frame = pd.read_csv(gold, dtype=str, keep_default_na=False, sep=delimiter, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, csv.Error) as error:
        raise InputError(str(gold), f"it is no CSV in UTF-8 ({type(error).__name__})", _SEE) from None
    except pd.errors.EmptyDataError:
        raise EmptyFile(str(gold), "it is empty", _SEE) from None
    if TRUTH not in frame.columns:
        raise InputError(str(gold), f"it has no column {TRUTH!r}", "name the column of labels so; it may be blank")
    if len(frame.columns) == 1:
        raise InputError(str(gold), f"it has no column beside {TRUTH!r}", _SEE)
    if frame.empty:
        raise EmptyFile(str(gold), "it has no rows under its header", _SEE)
    return frame


def resolution_document(frame: "pd.DataFrame", name: str) -> dict[str, Any]:
    """Metrics over labelled rows, seconds by stage, and `clusters`, one id per row in the order of the frame.

    The labels are taken away before anything else is done. A row that no stage could use has a cluster of its own.
    """
    import numpy as np

    from aidiscover_pipelines.cli.scratch import RUN, SCRATCH, mapped_file
    from aidiscover_pipelines.domain.tables import CleansedCell, FieldMapping
    from aidiscover_pipelines.inventory.resolution.evaluate import pairwise
    from aidiscover_pipelines.inventory.stage import cleanse_records

    truth, told = frame[TRUTH], frame.drop(columns=TRUTH)
    source = _source_column(told)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="aidiscover-") as folder:
        path = Path(folder) / "records.csv"
        # One line for each record, so that a row's address is its place in the file.
        plain = told.drop(columns=source or []).replace(r"[\r\n]+", " ", regex=True)
        plain.to_csv(path, index=False, quoting=csv.QUOTE_ALL)
        store = mapped_file(path)
    mapped = time.perf_counter()
    cleanse_records(store, SCRATCH.id, RUN)
    cells = store.read(SCRATCH.id, CleansedCell)
    cleansed = time.perf_counter()
    about = store.read(SCRATCH.id, FieldMapping, columns=["entity"])["entity"].dropna()
    entity = about.iloc[0] if len(about) else EntityKind.ASSET
    lists = None if source is None else np.asarray(told[source].astype("str"), dtype=object)
    group = _groups(cells, lists, len(frame), str(entity))
    seconds = time.perf_counter() - cleansed
    left_out = np.flatnonzero(group < 0)
    group[left_out] = int(group.max(initial=-1)) + 1 + np.arange(len(left_out))
    clusters = group.tolist()
    return {
        "file": name,
        "entity": str(entity),
        **pairwise(truth.tolist(), clusters),
        "rows_left_out": len(left_out),
        "sources": 1 if lists is None else len(set(lists.tolist())),
        "seconds": round(seconds, 3),
        "seconds_reading_and_mapping": round(mapped - started, 3),
        "seconds_cleansing": round(cleansed - mapped, 3),
        "clusters": clusters,
    }


def _source_column(frame: "pd.DataFrame") -> str | None:
    for name in frame.columns:
        if str(name).strip().casefold() in SOURCE_COLUMNS and 1 < frame[name].nunique() <= _MOST_SOURCES * len(frame):
            return str(name)
    return None


def _groups(cells: "pd.DataFrame", lists: Any, count: int, entity: str) -> Any:
    """Group of each row, -1 where no stage could use it. `lists`: which list each row comes from, None for one list."""
    import numpy as np

    group = np.full(count, -1, dtype=np.int64)
    if cells.empty:
        return group
    place = cells["record_id"].str.replace(r"^.*\.", "", regex=True).astype("int64").to_numpy() - 2
    if lists is not None or entity == EntityKind.APPLICATION:
        cells = _by_list(cells, place, lists if lists is not None else np.arange(count).astype(str).astype(object))
    if entity == EntityKind.APPLICATION:
        from aidiscover_pipelines.inventory.applications.names import name_applications
        from aidiscover_pipelines.inventory.resolution.identity import decision_rows

        naming = name_applications(cells, decision_rows())
        rows, found = naming.named["record_id"], naming.merge.group[naming.named["node"].to_numpy(dtype=np.int64)]
    else:
        from aidiscover_pipelines.inventory.assets import match_assets

        matched = match_assets(cells)
        if matched is None:
            return group
        rows, found = matched.rows["record_id"], matched.rows["group"].to_numpy()
    group[rows.str.replace(r"^.*\.", "", regex=True).astype("int64").to_numpy() - 2] = found
    return group


def _by_list(cells: "pd.DataFrame", place: Any, lists: Any) -> "pd.DataFrame":
    """Cells as if each list had been a file of its own; rows keep their number."""
    import pandas as pd

    codes, _ = pd.factorize(lists)
    files = pd.Series("list" + pd.Series(codes[place]).astype("str"), index=cells.index)
    records = files + ".1." + cells["record_id"].str.replace(r"^.*\.", "", regex=True)
    column = cells["evidence_id"].str.replace(r"^.*\.", "", regex=True)
    return cells.assign(file_id=files, record_id=records, evidence_id=records + "." + column)
