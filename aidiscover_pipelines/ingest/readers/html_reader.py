"""Reads the tables of an HTML page, which many products save under the name .xls."""

import codecs
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from lxml import etree

from aidiscover_pipelines.domain.errors import UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.sheet import Grid
from aidiscover_pipelines.ingest.text import Decoding, byte_order, find_decoding, open_text

_HEAD_BYTES = 4096
_BLOCK_BYTES = limits.MIB
_BREAK = "\u2028"  # stands for <br> until the source's own line breaks, which mean nothing, are gone
_DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]*(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "iso8859-1": "cp1252", "ascii": "cp1252"}
_END = "end-of-page"  # put at the end of a page: the parser silently drops what comes after its limits
_EXPORT_AGAIN = "export it again as XLSX or CSV"


@dataclass(slots=True)
class _Table:
    rows: list[list[str]] = field(default_factory=list)
    spans: dict[int, list[range]] = field(default_factory=dict)
    below: dict[int, tuple[int, str]] = field(default_factory=dict)  # column -> rows to come, text


def read(path: Path) -> Iterator[Grid]:
    """Every table that has a row, in document order; a cell over several rows holds for each of them.

    The sheet name is empty where there is one table. Raises: UnreadableFile; UnsupportedFormat without any table.
    """
    decoding = _decoding(path)
    with open_text(path, decoding) as file:
        tables = [table for table in _tables(path, file) if table.rows]
    if not tables:
        raise UnsupportedFormat(path.name, "it is an HTML page without a table", "export the table as XLSX or CSV")
    if len(tables) > limits.SHEETS:
        problem = f"it has {len(tables)} tables, more than {limits.SHEETS}"
        raise UnreadableFile(path.name, problem, "split it into several files")
    for index, table in enumerate(tables, 1):
        name = f"Table {index}" if len(tables) > 1 else ""
        notes = [decoding.note] if decoding.note and index == 1 else []
        yield Grid(index, name, table.rows, spans=table.spans, warnings=notes)


def _decoding(path: Path) -> Decoding:
    """What the page declares where all of it decodes that way, else what its bytes tell."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        declared = _DECLARED.search(head)
        if declared and byte_order(head) is None:
            with contextlib.suppress(LookupError, UnicodeError):
                codec = codecs.lookup(declared[1].decode("ascii")).name
                codec = _WIDER.get(codec, codec)
                decoder = codecs.getincrementaldecoder(codec)()
                file.seek(0)
                while block := file.read(_BLOCK_BYTES):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
                return Decoding(codec)
    return find_decoding(path, in_lines=False)


def _tables(path: Path, file: TextIO) -> list[_Table]:
    """Tables, those inside others too. An outer one keeps the text that is its own."""
    found: list[_Table] = []
    open_tables: list[_Table] = []
    ended = False
    for event, element in _events(path, file):
        ended = ended or element.tag == _END
        if element.tag == "table" and event == "start":
            open_tables.append(_Table())
            found.append(open_tables[-1])
        if event == "end" and open_tables:
            if element.tag == "table":
                open_tables.pop()
            elif element.tag == "tr":
                _add_row(path, open_tables[-1], element)
            element.clear(keep_tail=True)
    if not ended:
        raise UnreadableFile(path.name, "the HTML page breaks off, or is nested too deeply", _EXPORT_AGAIN)
    return found


def _events(path: Path, file: TextIO) -> Iterator[tuple[str, etree._Element]]:
    parser = etree.HTMLPullParser(
        events=("start", "end"),
        tag=("table", "tr", _END),
        no_network=True,
        remove_comments=True,
        huge_tree=True,
        encoding="utf-8",
    )
    try:
        while block := file.read(_BLOCK_BYTES):
            parser.feed(block.encode("utf-8", "replace"))
            yield from parser.read_events()
        parser.feed(f"<{_END}></{_END}>".encode())
        parser.close()
        yield from parser.read_events()
    except etree.LxmlError as error:
        raise UnreadableFile(path.name, f"the HTML page is damaged ({type(error).__name__})", _EXPORT_AGAIN) from None


def _add_row(path: Path, table: _Table, element: etree._Element) -> None:
    """Put the cells of a row, which may stand for several columns and rows, at their columns."""
    row: list[str] = []
    spans: list[range] = []
    coming: dict[int, tuple[int, str]] = {}

    def fill_from_above() -> None:
        while len(row) in table.below:
            left, above = table.below.pop(len(row))
            if left > 1:
                coming[len(row)] = (left - 1, above)
            row.append(above)

    for cell in element.iterchildren("td", "th"):
        if table.below:
            fill_from_above()
        text = _text(cell)
        if not cell.attrib:
            row.append(text)
            continue
        start, columns, rows = len(row), _span(cell, "colspan"), _span(cell, "rowspan")
        if columns > 1:
            spans.append(range(start, start + columns))
        row += [text, *[""] * (columns - 1)]
        if rows > 1:
            coming |= {start: (rows - 1, text)} | dict.fromkeys(range(start + 1, len(row)), (rows - 1, ""))
    for column in sorted(table.below):  # cells from above to the right of a short row
        row += [""] * (column - len(row))
        fill_from_above()
    if len(row) > limits.COLUMNS:
        problem = f"a table has {len(row)} columns, more than {limits.COLUMNS}"
        raise UnreadableFile(path.name, problem, _EXPORT_AGAIN)
    if len(table.rows) > limits.ROWS:
        raise UnreadableFile(path.name, f"a table has more than {limits.ROWS} rows", "split it into several files")
    table.rows.append(row)
    table.below = coming
    if spans:
        table.spans[len(table.rows)] = spans


def _text(cell: etree._Element) -> str:
    """What a browser shows; <br> is a line break. A number that Excel wrote beside its display counts as stored."""
    if len(cell) == 0 and not cell.attrib:
        return " ".join((cell.text or "").split())
    stored = cell.get("x:num")
    if stored:
        return stored
    for each in cell.iter("br", "p", "div", "li"):
        if each.tag == "br":
            each.tail = _BREAK + (each.tail or "")
        elif each.getprevious() is not None:
            each.text = _BREAK + (each.text or "")
    shown = "".join(cell.itertext())
    return "\n".join(" ".join(line.split()) for line in shown.split(_BREAK)).strip()


def _span(cell: etree._Element, attribute: str) -> int:
    digits = (cell.get(attribute) or "").strip()
    if not digits.isdecimal() or len(digits) > 4:
        return 1
    return min(max(int(digits), 1), limits.COLUMNS + 1)
