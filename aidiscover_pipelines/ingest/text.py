"""Bytes to text: Unicode by its marks and by being valid throughout, else the likeliest legacy encoding, or a refusal.

A file is looked at as a whole before its first character counts, in blocks, so that it need not fit into memory.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

from aidiscover_pipelines.domain.errors import Location, UnreadableFile
from aidiscover_pipelines.ingest import limits

_UTF16_NULS = 0.3  # share of NULs at one parity that Latin text in UTF-16 exceeds by far
_NULS_ENOUGH = 4  # of them at one parity only, in what is no UTF-8, where most of the text is not Latin
_HEAD_BYTES = 4096
_BLOCK_BYTES = limits.MIB
_SAMPLE_BYTES = 48 * limits.KIB
_CELL_ENDS = re.compile(rb'[,;\t\r\n"]+')  # no multibyte encoding has these as a second byte
_ISO_2022_JP = re.compile(rb"\x1b\$[@B]")  # the only encoding that announces itself
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_FOREIGN_BYTES = 6  # non-ASCII bytes of one line: that they are UTF-8 by chance is out of the question
_REMEDY = "save it again as UTF-8 and upload it once more"


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a file's bytes become text. `note` is for the user where that was a conclusion; empty for Unicode."""

    codec: str
    note: str = ""


def byte_order(head: bytes) -> str | None:
    """Encoding that a byte-order mark or the pattern of NUL bytes gives away; None where nothing does."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the start of it
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return encoding
    sample = head[:_HEAD_BYTES]
    nuls = [sample[place::4].count(0) for place in range(4)]
    quads, pairs = max(len(sample) // 4, 1), max(len(sample) // 2, 1)
    even, odd = nuls[0] + nuls[2], nuls[1] + nuls[3]
    if min(nuls[2:]) >= quads and nuls[0] * 10 < quads:
        return "utf-32-le"
    if min(nuls[:2]) >= quads and nuls[3] * 10 < quads:
        return "utf-32-be"
    if odd > _UTF16_NULS * pairs and even < odd / 10:
        return "utf-16-le"
    if even > _UTF16_NULS * pairs and odd < even / 10:
        return "utf-16-be"
    if min(even, odd) == 0 and max(even, odd) >= _NULS_ENOUGH and _utf8_fault(sample) is not None:
        return "utf-16-le" if odd else "utf-16-be"
    return None


def _utf8_fault(sample: bytes) -> int | None:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError as error:
        return error.start
    return None


def opening(head: bytes) -> str:
    """Text of a file's first bytes, for a look at its kind; what cannot be decoded is left out."""
    return head.decode(byte_order(head) or "utf-8", errors="ignore")


def find_decoding(path: Path, *, in_lines: bool = True) -> Decoding:
    """How to decode a text file; the whole of it is known to decode that way. JSON and HTML need not be `in_lines`.

    Raises: UnreadableFile with row and byte offset where it mixes encodings or breaks off its own, where the encoding
    cannot be told, and where a line is too long for a table.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        declared = "iso2022_jp" if _ISO_2022_JP.search(head) else byte_order(head)
        if in_lines:
            _check_line_lengths(path, file)
        codec = declared or "utf-8"
        fault = _first_fault(file, codec)
        if fault is None:
            return Decoding(codec)
        if declared is None and (found := _legacy(path, file, fault)):
            return found
    raise _undecodable(path, codec.removesuffix("-sig").upper(), fault)


def open_text(path: Path, decoding: Decoding) -> TextIO:
    """The file as text, line ends untouched."""
    return path.open(encoding=decoding.codec, newline="")


def read_text(path: Path) -> str:
    """Whole text of a file, line ends untouched. Raises: as `find_decoding`."""
    with open_text(path, find_decoding(path)) as file:
        return file.read()


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(_BLOCK_BYTES):
        yield block


def _check_line_lengths(path: Path, file: IO[bytes]) -> None:
    """Only lines longer than a block are looked at: shorter ones are within the limit."""
    line, length = 1, 0
    for block in _blocks(file):
        end = max(block.rfind(b"\n"), block.rfind(b"\r"))
        if end < 0:
            length += len(block)
        if length > limits.LINE_CHARS:
            problem = f"line {line} is longer than {limits.LINE_CHARS} characters"
            raise UnreadableFile(path.name, problem, "check that it is a table with line ends", Location(row=line))
        if end >= 0:
            line += block.count(b"\n") or block.count(b"\r")
            length = len(block) - end - 1


def _first_fault(file: IO[bytes], codec: str) -> int | None:
    """Offset of the first byte that is not of the encoding."""
    decoder = codecs.getincrementaldecoder(codec)()
    offset = 0
    for block in _blocks(file):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            return offset - held + error.start
        offset += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return offset - len(error.object) + error.start
    return None


def _legacy(path: Path, file: IO[bytes], fault: int) -> Decoding | None:
    """The legacy encoding of a file that is not UTF-8 from `fault` on; None where it is UTF-8 in other places.

    Raises: UnreadableFile where no encoding stands out, or where the likeliest does not last to the end.
    """
    # Imported where it is needed: its tables take longer than reading most files.
    from aidiscover_pipelines.ingest.encodings import likeliest, misfit

    cells, has_utf8_words, has_utf8_lines = _look_through(file)
    encoding = likeliest(b"\n".join(cells))
    if has_utf8_lines or (has_utf8_words and (encoding is None or not encoding.ideographs)):
        return None
    if encoding is None:
        line = _line_of(path, fault)
        problem = f"line {line} is not UTF-8 text (byte {fault}), and the file is in no other encoding for certain"
        raise UnreadableFile(path.name, f"{problem}, or mixes several", _REMEDY, Location(row=line))
    fault_of_guess = _first_fault(file, encoding.codec)
    if fault_of_guess is not None:
        raise _undecodable(path, encoding.label, fault_of_guess)
    if foreign := misfit(cells, encoding):
        raise _undecodable(path, encoding.label, _offset_of(file, foreign))
    note = f"read as {encoding.label}, which was concluded from its letters; save it as UTF-8 if names look wrong"
    return Decoding(encoding.codec, note)


def _look_through(file: IO[bytes]) -> tuple[list[bytes], bool, bool]:
    """A sample: different cells with other than ASCII bytes; whether any such word, or long line, is UTF-8."""
    cells: dict[bytes, None] = {}
    held = 0
    has_words = has_lines = False
    file.seek(0)
    for line in file:
        if line.isascii():
            continue
        runs = _HIGH_RUN.findall(line)
        has_words = has_words or any(map(_is_utf8, runs))
        has_lines = has_lines or (sum(map(len, runs)) >= _FOREIGN_BYTES and _is_utf8(line))
        if held < _SAMPLE_BYTES:
            new = [cell for cell in _CELL_ENDS.split(line) if cell not in cells and not cell.isascii()]
            cells |= dict.fromkeys(new)
            held += sum(map(len, new))
    return list(cells), has_words, has_lines


def _offset_of(file: IO[bytes], cell: bytes) -> int:
    file.seek(0)
    offset = 0
    for line in file:
        if cell in line:
            return offset + line.index(cell)
        offset += len(line)
    return offset


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _undecodable(path: Path, label: str, offset: int) -> UnreadableFile:
    line = _line_of(path, offset)
    problem = f"line {line} is not {label} text, or the file mixes encodings (byte {offset})"
    return UnreadableFile(path.name, problem, _REMEDY, Location(row=line))


def _line_of(path: Path, offset: int) -> int:
    line = 1
    with path.open("rb") as file:
        for block in _blocks(file):
            line += block[: max(offset, 0)].count(b"\n")
            offset -= len(block)
    return line
