"""The values of a nested JSON value, without the structure around them."""

from collections.abc import Iterator, Mapping
from typing import Any

# Addresses of cells: not a value of the client's.
EVIDENCE = "evidence"


def leaves(value: Any) -> Iterator[Any]:
    """Every text, number, truth value and null of lists and mappings, in order; evidence ids are left out."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key != EVIDENCE:
                yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value
