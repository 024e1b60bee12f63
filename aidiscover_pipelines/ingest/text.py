"""Bytes to text: byte-order marks, UTF-16 without one, UTF-8, and Windows-1252 as the last resort."""

import codecs
import re
from pathlib import Path

from aidiscover_pipelines.domain.errors import Location, UnreadableFile

_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_UTF16_NULS = 0.3  # share of NULs at one parity that Latin text in UTF-16 exceeds by far
_SAMPLE_BYTES = 4096
_WESTERN_SHARE = 0.3  # accented letters among all letters: no Western language comes near, Cyrillic and Greek exceed it
_LETTERS = bytes(range(0x41, 0x5B)) + bytes(range(0x61, 0x7B))
_ACCENTED = bytes(range(0x80, 0x100))
_REMEDY = "save it again as UTF-8 and upload it once more"


def byte_order(head: bytes) -> str | None:
    """Encoding that a byte-order mark or the pattern of NUL bytes gives away; None where nothing does."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return encoding
    sample = head[:_SAMPLE_BYTES]
    pairs = max(len(sample) // 2, 1)
    first, second = sample[::2].count(0) / pairs, sample[1::2].count(0) / pairs
    if second > _UTF16_NULS and first < _UTF16_NULS / 10:
        return "utf-16-le"
    if first > _UTF16_NULS and second < _UTF16_NULS / 10:
        return "utf-16-be"
    return None


def opening(head: bytes) -> str:
    """Text of a file's first bytes, for a look at its kind; what cannot be decoded is left out."""
    return head.decode(byte_order(head) or "utf-8", errors="ignore")


def read_text(path: Path) -> str:
    """Whole text of a file, line ends untouched. Raises: UnreadableFile with the row of the first bad byte."""
    content = path.read_bytes()
    encoding = byte_order(content[:_SAMPLE_BYTES]) or "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and not _MULTIBYTE.search(content):
            return _decode_western(path, content)
        raise _undecodable(path, content, encoding, error.start) from None


def _decode_western(path: Path, content: bytes) -> str:
    accented = len(content) - len(content.translate(None, _ACCENTED))
    letters = accented + len(content) - len(content.translate(None, _LETTERS))
    if accented > _WESTERN_SHARE * letters:
        problem = "it is in an encoding that cannot be told apart from others (neither UTF-8, UTF-16 nor Windows-1252)"
        raise UnreadableFile(path.name, problem, _REMEDY)
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _undecodable(path, content, "Windows-1252", error.start) from None


def _undecodable(path: Path, content: bytes, encoding: str, offset: int) -> UnreadableFile:
    row = content.count(b"\n", 0, offset) + 1
    problem = f"line {row} is not {encoding.upper()} text, or the file mixes encodings (byte {offset})"
    return UnreadableFile(path.name, problem, _REMEDY, Location(row=row))
