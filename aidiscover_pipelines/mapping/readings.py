"""The ways a header can be read: with or without measure words, its sheet's prefix, or the path it hangs on."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aidiscover_pipelines.mapping import measures, normalise, words

# A reading that leaves part of the header out counts a little less than one that uses all of it. What the sheet's name
# adds counts a little more: in a sheet of disks 'Capacity' is no other capacity.
WHOLE, WITHOUT_MEASURE, WITHOUT_PREFIX, LAST_TWO_SEGMENTS, LAST_SEGMENT, BARE_SEGMENT = 1.0, 0.99, 0.97, 0.97, 0.93, 0.7
PART_NAMED_BY_SHEET = 1.05
# Concepts that name nothing by themselves: what they mean depends on what the rows are.
GENERIC = frozenset(
    {"name", "id", "number", "display_name", "code_key", "key", "label", "title", "unique", "type", "status", "date"}
) | {"value"}
# Parts of a machine that have sheets of their own, in which a bare 'Size' or 'Capacity' is that part's.
PARTS = ("memory", "cpu", "disk", "partition", "network", "storage", "database")
# What rows may be about; in front of three headers or more the word only repeats it: 'server_os', 'server_fqdn'.
THINGS = frozenset({"server", "vm", "machine", "asset", "app", "device", "host", "ci", "system", "database"})
THING_PREFIXES = 3
PREFIXED, PREFIXED_SHARE = 4, 0.6


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a sheet adds to its headers: first words they share, and the machine part that its rows detail."""

    prefixes: frozenset[str] = frozenset()
    part: str | None = None


def surroundings(sheet: str, headers: Sequence[str]) -> Surroundings:
    """What the sheet's name and its headers together tell about each header."""
    named = {part for word in words.concepts(sheet) for part in PARTS if word in {part, f"v{part}"}}
    return Surroundings(_prefixes(headers), named.pop() if len(named) == 1 else None)


def _prefixes(headers: Sequence[str]) -> frozenset[str]:
    """First concepts that add nothing: shared by most headers (a product's name) or naming the thing in several."""
    firsts = Counter(reading[0] for header in headers if len(reading := words.concepts(header)) > 1)
    most = max(PREFIXED, PREFIXED_SHARE * len(headers))
    return frozenset(word for word, times in firsts.items() if times >= (THING_PREFIXES if word in THINGS else most))


def readings(header: str, around: Surroundings) -> list[tuple[tuple[str, ...], float]]:
    """Each way to read the header, as concepts, with what it is worth; [] where only measure words are left."""
    whole = words.concepts(header)
    if set(whole) <= measures.MEASURE_WORDS:
        return []
    ways = [(whole, WHOLE), *_with_part(whole, around.part)]
    if whole[0] in around.prefixes and not set(whole[1:]) <= GENERIC:
        ways.append((whole[1:], WITHOUT_PREFIX))
    unbracketed = re.sub(r"[\(\[].*?[\)\]]", " ", header)
    if unbracketed != header:
        ways.append((words.concepts(unbracketed), WITHOUT_MEASURE))
    ways.extend(_segments(header))
    found: dict[tuple[str, ...], float] = {}
    for reading, worth in ways:
        bare = tuple(word for word in reading if word not in measures.MEASURE_WORDS)
        for way, value in ((reading, worth), (bare, worth * WITHOUT_MEASURE)):
            if way and value > found.get(way, 0.0):
                found[way] = value
    return list(found.items())


def _with_part(whole: tuple[str, ...], part: str | None) -> list[tuple[tuple[str, ...], float]]:
    says_something = not THINGS & set(whole) and not set(whole) <= {*GENERIC, *measures.MEASURE_WORDS, "total"}
    return [((part, *whole), PART_NAMED_BY_SHEET)] if part and part not in whole and says_something else []


def _segments(header: str) -> list[tuple[tuple[str, ...], float]]:
    """The last steps of a path such as 'mgn:app:name' or 'Finance - Supplier'."""
    parts = [words.concepts(part) for part in normalise.segments(header)]
    if not parts:
        return []
    ways = [(parts[0], BARE_SEGMENT if set(parts[0]) <= GENERIC else LAST_SEGMENT)]
    if len(parts) > 2:
        ways.append((parts[1] + parts[0], LAST_TWO_SEGMENTS))
    return ways
