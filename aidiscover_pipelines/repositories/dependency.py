"""What a manifest says of one dependency, and what of its version specification can be told for sure."""

import re
from dataclasses import dataclass

# Operators after which a version stays within the release line that is written: an exact one, or compatible ones.
_HELD = re.compile(r"^\s*(?:===?|\^|~>|~=|~|v)?\s*v?(\d[\w.+-]*)(?:\.[x*])?\s*$")
_EXACT = re.compile(r"^\s*(?:===?)?\s*v?\d[\w.+!-]*\s*$")


@dataclass(frozen=True, slots=True)
class Dependency:
    """A package that a manifest asks for or a lock file holds. `ecosystem` is as OSV spells it (PyPI, npm, Maven ...).

    `version` is empty where a range leaves the release line open; `exact` says that this very version is used.
    """

    ecosystem: str
    name: str
    version: str
    exact: bool
    path: str


def dependency(ecosystem: str, name: str, specification: str, path: str, *, locked: bool = False) -> Dependency:
    """A dependency from its specification as written; `locked` where a lock file resolved it."""
    held = _HELD.match(specification)
    exact = locked or bool(held and _EXACT.match(specification) and "*" not in specification)
    return Dependency(ecosystem, name, held[1] if held else "", exact and held is not None, path)
