"""Characters that a reader of a table does not see as they are: control, invisible and look-alike ones.

They are stored as read, because they may be part of a name, and counted, because they make two names of one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from aidiscover_pipelines.domain.spreadsheets import column_letters

CONTROL = "control characters (such as terminal codes)"
INVISIBLE = "invisible or direction-changing characters"
MIXED = "words that mix Latin letters with look-alike Cyrillic or Greek ones"

# Tab and line ends are layout; soft hyphen, zero-width and bidirectional marks, byte-order mark and tags are not seen.
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_MIXED = re.compile("[A-Za-z][\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][A-Za-z]")


@dataclass(slots=True)
class CharacterFlags:
    """Counts the cells of one sheet by kind of character, with the address of the first."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def see_unprintable(self, row: int, text: str, cells: Sequence[str]) -> None:
        """Look at a row that str.isprintable denies; `text` is all its cells in one."""
        self._count(CONTROL, _CONTROL, row, text, cells)
        self._count(INVISIBLE, _INVISIBLE, row, text, cells)

    def see_letters(self, row: int, text: str, cells: Sequence[str]) -> None:
        """Look at a row with other than ASCII characters."""
        self._count(MIXED, _MIXED, row, text, cells)

    def _count(self, kind: str, pattern: re.Pattern[str], row: int, text: str, cells: Sequence[str]) -> None:
        if not pattern.search(text):
            return
        hits = [column for column, cell in enumerate(cells) if pattern.search(cell)]
        if hits:  # what looks mixed may be the end of one cell and the start of the next
            self.counts[kind] = self.counts.get(kind, 0) + len(hits)
            self.first.setdefault(kind, f"{column_letters(hits[0] + 1)}{row}")

    def warnings(self) -> list[str]:
        """One line for each kind met."""
        return [
            f"{count} {'cell holds' if count == 1 else 'cells hold'} {kind}, first at {self.first[kind]}; kept as read"
            for kind, count in self.counts.items()
        ]
