"""The file formats that are read. A new one is a reader module and one row in FORMATS.

Content decides, never the suffix: an XLSX named .csv is read as XLSX. Rows are tried from top to bottom.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aidiscover_pipelines.domain.errors import EmptyFile, MissingFile, UnsupportedFormat
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.text import byte_order, opening

HEAD_BYTES = 8192

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE_MEMBERS = (b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/", b"customXml/", b"word/", b"ppt/")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SPREADSHEETML = re.compile(r"<(?:\w+:)?Workbook\s[^>]*urn:schemas-microsoft-com:office:spreadsheet")
_JSON = re.compile(r'\s*(?:\[\s*[\[{\]"\d]|\{\s*["}])')
_MARKUP = re.compile(r"\s*<(?:!--|!doctype|html|\?xml|table|head|body|workbook|[a-z]+[\s>])", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table)[\s>]", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROL_SHARE = 0.05  # a stray control character is a cell's fault, many of them are no text

_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "it is a PDF", "export the table itself as XLSX or CSV"),
    (b"\x1f\x8b", "it is compressed with gzip", "unpack it first"),
    (b"SQLite format 3", "it is a SQLite database", "export its tables as CSV"),
)


@dataclass(frozen=True, slots=True)
class Format:
    """One readable format. `sniff` answers from the first bytes and the name; `reader` is 'module:function'.

    A reader that holds only what it is at may take larger files than one that holds them whole.
    """

    key: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes, str], bool]
    reader: str
    max_bytes: int = limits.FILE_BYTES


def _first_member(head: bytes) -> bytes | None:
    """Name of the first member of a ZIP archive; None for what is no such archive."""
    return head[30 : 30 + int.from_bytes(head[26:28], "little")] if head.startswith(_ZIP) else None


def _is_xlsx(head: bytes, name: str) -> bool:
    return (_first_member(head) or b"").startswith(_OFFICE_MEMBERS)


def _is_ods(head: bytes, name: str) -> bool:
    return _first_member(head) == b"mimetype"


def _is_bundle(head: bytes, name: str) -> bool:
    return head.startswith(_ZIP)


def _is_xls(head: bytes, name: str) -> bool:
    return head.startswith(_OLE)


def _is_spreadsheetml(head: bytes, name: str) -> bool:
    text = opening(head)
    return bool(_MARKUP.match(text) and _SPREADSHEETML.search(text))


def _is_html(head: bytes, name: str) -> bool:
    text = opening(head)
    return bool(_MARKUP.match(text) and _HTML.search(text))


def _is_json(head: bytes, name: str) -> bool:
    return bool(_JSON.match(opening(head)))


def _is_csv(head: bytes, name: str) -> bool:
    text = opening(head)
    if not text.strip("\x00 \r\n\t") or _MARKUP.match(text):
        return False
    if byte_order(head) is None and len(_CONTROL.findall(text)) > _CONTROL_SHARE * len(text):
        return False
    # What is not Unicode drops out of `opening`: of a legacy text all but its lines may.
    return byte_order(head) is not None or len(text.encode()) > len(head) / 2 or b"\n" in head or b"\r" in head


FORMATS: tuple[Format, ...] = (
    Format("xlsx", (".xlsx", ".xlsm", ".xlsb"), _is_xlsx, "aidiscover_pipelines.ingest.readers.xlsx_reader:read"),
    Format("ods", (".ods",), _is_ods, "aidiscover_pipelines.ingest.readers.ods_reader:read"),
    Format("zip", (".zip",), _is_bundle, "aidiscover_pipelines.ingest.readers.bundle_reader:read"),
    Format("xls", (".xls",), _is_xls, "aidiscover_pipelines.ingest.readers.xls_reader:read"),
    Format(
        "spreadsheetml",
        (".xml", ".xls"),
        _is_spreadsheetml,
        "aidiscover_pipelines.ingest.readers.spreadsheetml_reader:read",
    ),
    Format("html", (".html", ".htm", ".xls"), _is_html, "aidiscover_pipelines.ingest.readers.html_reader:read"),
    Format(
        "json",
        (".json", ".ndjson", ".jsonl"),
        _is_json,
        "aidiscover_pipelines.ingest.readers.json_reader:read",
        limits.STREAMED_BYTES,
    ),
    Format(
        "csv",
        (".csv", ".tsv", ".txt"),
        _is_csv,
        "aidiscover_pipelines.ingest.readers.csv_reader:read",
        limits.STREAMED_BYTES,
    ),
)


def detect_format(path: Path, name: str) -> Format:
    """Format of a file by its first bytes. Raises: MissingFile, EmptyFile, UnsupportedFormat."""
    try:
        if not path.is_file():
            raise MissingFile(name, "there is no such file", "check the path")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise MissingFile(name, f"it cannot be opened ({error.strerror})", "check its permissions") from None
    if not head:
        raise EmptyFile(name, "the file has no bytes", "export it again and upload the new file")
    for magic, problem, remedy in _FOREIGN:
        if head.startswith(magic):
            raise UnsupportedFormat(name, problem, f"{remedy}; {_supported()}")
    for candidate in FORMATS:
        if candidate.sniff(head, name):
            return candidate
    if _MARKUP.match(opening(head)):
        raise UnsupportedFormat(
            name, "it is an HTML or XML page without a table", f"open it in a spreadsheet and save it; {_supported()}"
        )
    raise UnsupportedFormat(name, "its content is none of the formats that are read", _supported())


def _supported() -> str:
    formats = ", ".join(f"{row.key} ({' '.join(row.suffixes)})" for row in FORMATS)
    return f"supported are {formats}"
