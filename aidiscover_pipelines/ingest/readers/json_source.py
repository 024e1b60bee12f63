"""Takes JSON text apart value by value while it is read, so that an array of a million records is never held.

Refuses what parsers disagree about: NaN, a key named twice, numbers beyond what any reader keeps.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TextIO

from aidiscover_pipelines.domain.errors import Location, UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.readers.cell_text import EXACT_INTEGER

REMEDY = "export it again as an array of objects, or as CSV"

_BLOCK_CHARS = limits.MIB
_VALUE_CHARS = 64 * limits.MIB  # one record; a hundred times what any export writes
_NESTED = 2  # an array of records stands under at most so many keys: OData's d.results
_NUMBER_CHARS = 64
_SHOWN_CHARS = 100  # of a key, in a message
_BLANKS = " \t\r\n\ufeff"

Array = tuple[tuple[str, ...], Iterator[Any]]


class _Refused(ValueError):
    """A construct that JSON parsers disagree about."""


def arrays(path: Path, file: TextIO) -> Iterator[Array]:
    """Every array of a document with the keys it stands under, and its elements, to be taken before the next array.

    Several documents in one file, as in NDJSON, are the elements of one array. Numbers are texts.
    Raises: UnreadableFile with the line.
    """
    source = _Source(path, file)
    if source.is_sequence():
        yield (), _documents(source)
        return
    yield from _arrays(source, ())
    if source.peek():
        source.refuse("it is not JSON: something follows the end of the document")


def _documents(source: "_Source") -> Iterator[Any]:
    while source.peek():
        yield source.value()


def _arrays(source: "_Source", keys: tuple[str, ...]) -> Iterator[Array]:
    if source.take("["):
        yield keys, _elements(source)
    elif len(keys) < _NESTED and source.take("{"):
        seen: set[str] = set()
        if source.take("}"):
            return
        while True:
            if source.peek() != '"':
                source.refuse("it is not JSON: a key is no text")
            key = source.value()
            if key in seen:
                source.refuse(str(_twice(key)))
            seen.add(key)
            source.expect(":")
            yield from _arrays(source, (*keys, key))
            if source.take("}"):
                return
            source.expect(",")
    else:
        source.value()


def _elements(source: "_Source") -> Iterator[Any]:
    if source.take("]"):
        return
    while True:
        yield source.value()
        if source.take("]"):
            return
        source.expect(",")


class _Source:
    """Text of which only the part around the next value is held."""

    def __init__(self, path: Path, file: TextIO) -> None:
        self._path, self._file = path, file
        self._text = file.read(_BLOCK_CHARS)
        self._at = 0
        self._lines_before = 0
        self._decoder = json.JSONDecoder(
            parse_int=_integer, parse_float=_float, parse_constant=_refuse_constant, object_pairs_hook=_object
        )

    def is_sequence(self) -> bool:
        """Whether an object is followed by another one; looked for in the first block only."""
        if self.peek() != "{":
            return False
        try:
            _, end = self._decoder.raw_decode(self._text, self._at)
        except (ValueError, RecursionError):
            return False
        return self._text[end:].lstrip(_BLANKS)[:1] == "{"

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _BLANKS:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, character: str) -> bool:
        """Whether the next character is this one; then it is passed."""
        if self.peek() != character:
            return False
        self._at += 1
        return True

    def expect(self, character: str) -> None:
        """Pass the next character, which must be this one."""
        if not self.take(character):
            self.refuse(f"it is not JSON: {character!r} is missing" if self.peek() else "it ends in the middle")

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._more():
                    self._refuse_at(error)
            except _Refused as error:
                self.refuse(str(error))
            except RecursionError:
                self.refuse("objects are nested too deeply")
            else:
                # A number at the end of the block may go on in the next one.
                if end < len(self._text) or self._text[end - 1] in '"}]' or not self._more():
                    self._at = end
                    return value

    def refuse(self, problem: str) -> NoReturn:
        """Raise UnreadableFile for what stands next."""
        line = self._lines_before + self._text.count("\n", 0, self._at) + 1
        raise UnreadableFile(self._path.name, f"line {line}: {problem}", REMEDY, Location(row=line))

    def _refuse_at(self, error: json.JSONDecodeError) -> NoReturn:
        if error.pos >= len(self._text.rstrip(_BLANKS)):
            self.refuse("it is not JSON: it ends in the middle of the record that begins here")
        self._at = error.pos
        self.refuse(f"it is not JSON at column {error.colno} ({error.msg})")

    def _more(self) -> bool:
        held = len(self._text) - self._at
        if held > _VALUE_CHARS:
            self.refuse(f"one record is longer than {_VALUE_CHARS} characters")
        block = self._file.read(max(_BLOCK_CHARS, held))
        if block:
            self._lines_before += self._text.count("\n", 0, self._at)
            self._text, self._at = self._text[self._at :] + block, 0
        return bool(block)


def _integer(digits: str) -> str:
    if len(digits) > _NUMBER_CHARS:
        raise _Refused(f"a number has more than {_NUMBER_CHARS} digits")
    return digits


def _float(digits: str) -> str:
    number = float(digits)
    if not math.isfinite(number) or len(digits) > _NUMBER_CHARS:
        raise _Refused("a number is too large")
    return str(int(number)) if number.is_integer() and abs(number) < EXACT_INTEGER else digits


def _refuse_constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is not a JSON value")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        raise _twice(next(name for name in names if names.count(name) > 1))
    return record


def _twice(key: str) -> _Refused:
    return _Refused(f"an object names the same key twice ({key[:_SHOWN_CHARS]!r})")
