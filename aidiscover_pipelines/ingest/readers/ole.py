"""Streams of an OLE compound file, the container of legacy Office documents ([MS-CFB])."""

import struct
from collections.abc import Iterator

_HEADER_BYTES = 512
_ENTRY_BYTES = 128
_LAST_SECTOR = 0xFFFFFFFA  # from here on numbers mean "none"
_STREAM, _ROOT = 2, 5

_Entry = tuple[str, int, int, int]  # name, kind, first sector, bytes


def stream_names(content: bytes) -> set[str]:
    """Names of all streams; empty where the container is damaged."""
    try:
        return {name for name, kind, _, _ in _entries(content) if kind == _STREAM}
    except (struct.error, IndexError, ValueError):
        return set()


def stream_of(content: bytes, name: str) -> bytes | None:
    """Bytes of a stream, as far as they are there; None where there is none of the name."""
    try:
        entries = list(_entries(content))
        _, _, first, size = next(entry for entry in entries if entry[:2] == (name, _STREAM))
        if size >= struct.unpack_from("<I", content, 56)[0]:
            return _chained(content, _fat(content), first)[:size]
        root = next(entry for entry in entries if entry[1] == _ROOT)
        small = _chained(content, _fat(content), root[2])
        table = _chained(content, _fat(content), struct.unpack_from("<I", content, 60)[0])
        links = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
        unit = 1 << struct.unpack_from("<H", content, 32)[0]
        return b"".join(small[sector * unit : (sector + 1) * unit] for sector in _chain(links, first))[:size]
    except (struct.error, IndexError, ValueError, StopIteration):
        return None


def _entries(content: bytes) -> Iterator[_Entry]:
    directory = _chained(content, _fat(content), struct.unpack_from("<I", content, 48)[0])
    for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        first, size = struct.unpack_from("<II", directory, at + 116)
        yield directory[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace"), kind, first, size


def _fat(content: bytes) -> tuple[int, ...]:
    """The sector that follows each sector. Lists of more than 109 table sectors go on in sectors of their own."""
    unit = _unit(content)
    sectors = [sector for sector in struct.unpack_from("<109I", content, 76) if sector < _LAST_SECTOR]
    more = struct.unpack_from("<I", content, 68)[0]
    for _ in range(len(content) // unit):
        if more >= _LAST_SECTOR:
            break
        *listed, more = struct.unpack_from(f"<{unit // 4}I", content, (more + 1) * unit)
        sectors += [sector for sector in listed if sector < _LAST_SECTOR]
    table = b"".join(content[(sector + 1) * unit : (sector + 2) * unit] for sector in sectors)
    return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])


def _unit(content: bytes) -> int:
    shift = struct.unpack_from("<H", content, 30)[0]
    if shift not in (9, 12):
        raise ValueError(shift)
    return int(max(1 << shift, _HEADER_BYTES))


def _chained(content: bytes, links: tuple[int, ...], first: int) -> bytes:
    unit = _unit(content)
    return b"".join(content[(sector + 1) * unit : (sector + 2) * unit] for sector in _chain(links, first))


def _chain(links: tuple[int, ...], sector: int) -> Iterator[int]:
    for _ in range(len(links)):  # a chain that bites its tail ends here
        if sector >= _LAST_SECTOR:
            return
        yield sector
        sector = links[sector]
