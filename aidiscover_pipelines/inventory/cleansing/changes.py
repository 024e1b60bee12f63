"""Which files must be cleansed anew: a digest of each over all that cleansing reads of it."""

import hashlib
from collections.abc import Sequence

import pandas as pd

from aidiscover_pipelines.domain.edition import edition
from aidiscover_pipelines.domain.tables import CleansingExemption

_MAPPED = ["sheet_index", "column_index", "header", "entity", "field", "unit", "statistic", "decision"]


def digests(
    files: Sequence[str], readings: pd.DataFrame, mappings: pd.DataFrame, left_out: pd.DataFrame, undone: pd.DataFrame
) -> "pd.Series[str]":
    """file_id -> digest, equal where nothing differs; empty, and equal to nothing, where reading kept none itself.

    Of its SheetReading and FieldMapping rows, of the `record_id` of rows that earlier stages left out, of the rules
    that people have undone, and of the code.
    """
    common = hashlib.sha256(edition("inventory", "domain").encode() + _hashes(undone[list(CleansingExemption.key)]))
    told = {file_id: common.copy() for file_id in files}
    for rows, columns in ((readings, readings.columns), (mappings, _MAPPED), (left_out, ["record_id"])):
        for file_id, of_file in rows.groupby("file_id"):
            told[str(file_id)].update(len(of_file).to_bytes(8) + _hashes(of_file[columns]))
    read = set(readings.loc[readings["digest"] != "", "file_id"])
    known = {file_id: digest.hexdigest()[:16] if file_id in read else "" for file_id, digest in told.items()}
    return pd.Series(known, dtype="str")


def _hashes(rows: pd.DataFrame) -> bytes:
    hashed: bytes = pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()
    return hashed
