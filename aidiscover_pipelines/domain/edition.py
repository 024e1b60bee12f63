"""The edition of the code: what a stage kept from an earlier run counts only where the same code made it."""

import hashlib
from functools import cache
from pathlib import Path

_HOUSE = Path(__file__).parents[1]
_CACHES = "__pycache__"


@cache
def edition(*rooms: str) -> str:
    """Digest over every file of these rooms, code and tables alike. Read once in a process."""
    told = hashlib.sha256()
    for room in rooms:
        for path in sorted(each for each in (_HOUSE / room).rglob("*") if each.is_file()):
            if _CACHES not in path.parts:
                told.update(f"{path.relative_to(_HOUSE).as_posix()}\0".encode())
                told.update(hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest()
