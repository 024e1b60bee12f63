"""Reads Excel 2003 XML workbooks ("XML Spreadsheet"), which products save under the name .xls or .xml."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from lxml import etree

from aidiscover_pipelines.domain.errors import Location, UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.readers.cell_text import flag_text, moment_text, number_text
from aidiscover_pipelines.ingest.sheet import Grid

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"

_SS = f"{{{NAMESPACE}}}"
_WORKSHEET, _ROW, _CELL, _DATA, _TYPE = (_SS + tag for tag in ("Worksheet", "Row", "Cell", "Data", "Type"))
_LANDMARK = re.compile(rb"<(?:\w+:)?(?:(Worksheet)\s|Visible>\s*(\w*))")
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_SAVE_AGAIN = "open it in a spreadsheet program, save it as .xlsx and upload it again"

_Events = Iterator[tuple[str, etree._Element]]


def read(path: Path) -> Iterator[Grid]:
    """Every worksheet in workbook order, its rows made when they are taken.

    Raises: UnreadableFile with the sheet; UnsupportedFormat for XML of another kind.
    """
    hidden = _look_through(path)
    if not hidden:
        raise UnsupportedFormat(path.name, "it is an XML file without worksheets", "export the table as XLSX or CSV")
    if len(hidden) > limits.SHEETS:
        problem = f"it has {len(hidden)} sheets, more than {limits.SHEETS}"
        raise UnreadableFile(path.name, problem, "split it into several workbooks")
    events = _events(path)
    index = 0
    for event, element in events:
        if event == "start" and element.tag == _WORKSHEET:
            index += 1
            name = element.get(_SS + "Name", "")
            spans: dict[int, list[range]] = {}
            rows = _rows(path, name, events, spans)
            yield Grid(index, name, rows, spans=spans, hidden=hidden[index - 1 : index] == [True])
            for _ in rows:
                pass


def _look_through(path: Path) -> list[bool]:
    """For each worksheet whether it is hidden, which the file tells after the worksheet's rows.

    Raises: UnreadableFile where the file declares entities.
    """
    hidden: list[bool] = []
    with path.open("rb") as file:
        rest = b""
        while block := file.read(limits.MIB):
            text = rest + block.replace(b"\x00", b"")  # UTF-16 too
            if any(word in text for word in _DECLARATIONS):
                problem = "it declares entities, which no spreadsheet program writes"
                raise UnreadableFile(path.name, problem, "do not trust its origin; export it again from the source")
            last = text.rfind(b"<")
            for worksheet, visible in _LANDMARK.findall(text[:last]):
                if worksheet:
                    hidden.append(False)
                elif hidden:
                    hidden[-1] = visible != b"SheetVisible"
            rest = text[last:] if last >= 0 else text
    return hidden


def _events(path: Path) -> _Events:
    with path.open("rb") as file:
        parse = etree.iterparse(
            file,
            events=("start", "end"),
            tag=(_WORKSHEET, _ROW),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            huge_tree=True,
        )
        try:
            yield from parse
        except etree.XMLSyntaxError as error:
            row = error.position[0]
            problem = f"the XML is damaged in line {row}"
            raise UnreadableFile(path.name, problem, _SAVE_AGAIN, Location(row=row)) from None


def _forget(element: etree._Element) -> None:
    """Free an element that has been read, and the empty ones before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _rows(path: Path, sheet: str, events: _Events, spans: dict[int, list[range]]) -> Iterator[list[str]]:
    number = 0
    below: dict[int, tuple[int, str]] = {}  # column -> last row of the merged cell, text
    for event, element in events:
        if element.tag == _WORKSHEET:
            _forget(element)
            return
        if event == "start" or element.tag != _ROW:
            continue
        wanted = _index(path, sheet, element, number)
        while number + 1 < wanted:
            number += 1
            yield _merged([], number, below)
        number += 1
        yield _merged(_cells(path, sheet, element, number, spans, below), number, below)
        _forget(element)


def _index(path: Path, sheet: str, element: etree._Element, last: int) -> int:
    """Row or column number that an element declares, or else the next one."""
    declared = element.get(_SS + "Index")
    if declared is None:
        return last + 1
    if not declared.isdecimal() or len(declared) > 7 or not last < int(declared) <= limits.ROWS:
        problem = f"the sheet {sheet!r} has the row or column number {declared[:20]!r} after {last}"
        raise UnreadableFile(path.name, problem, _SAVE_AGAIN, Location(sheet=sheet))
    return int(declared)


def _merged(cells: list[str], number: int, below: dict[int, tuple[int, str]]) -> list[str]:
    for column, (last, text) in below.items():
        if number <= last:
            cells += [""] * (column + 1 - len(cells))
            cells[column] = cells[column] or text
    return cells


def _cells(
    path: Path,
    sheet: str,
    row: etree._Element,
    number: int,
    spans: dict[int, list[range]],
    below: dict[int, tuple[int, str]],
) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren(_CELL):
        data = cell.find(_DATA)
        text = "" if data is None else _text(data)
        if not cell.attrib:
            cells.append(text)
            continue
        start = _index(path, sheet, cell, len(cells)) - 1
        across, down = (_extra(cell.get(_SS + name)) for name in ("MergeAcross", "MergeDown"))
        cells += [""] * (min(start, limits.COLUMNS) - len(cells)) + [text] + [""] * min(across, limits.COLUMNS)
        if across:
            spans.setdefault(number, []).append(range(start, start + across + 1))
        elif down:
            below[start] = (number + down, text)
    if len(cells) > limits.COLUMNS:
        problem = f"the sheet {sheet!r} reaches beyond column {limits.COLUMNS}"
        raise UnreadableFile(path.name, problem, "delete what stands far from the table", Location(sheet=sheet))
    return cells


def _extra(digits: str | None) -> int:
    return int(digits) if digits and digits.isdecimal() and len(digits) < 8 else 0


def _text(data: etree._Element) -> str:
    """A cell's value. Types as Excel writes them: String, Number, DateTime, Boolean, Error."""
    text = (data.text or "") if len(data) == 0 else "".join(data.itertext())
    kind = data.get(_TYPE)
    if kind == "String" or (kind == "Number" and text.isdecimal()):
        return text
    try:
        match kind:
            case "Number":
                return number_text(float(text))
            case "DateTime":
                return moment_text(datetime.fromisoformat(text))
            case "Boolean":
                return flag_text(text.strip() == "1")
    except ValueError:
        return text
    return text
