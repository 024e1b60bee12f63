"""Published vulnerabilities of dependencies, from files in the OSV format (ossf.github.io/osv-schema); no network.

Accepted: a JSON file with one record or a list, a folder of such files, or a ZIP as osv.dev publishes one for each
ecosystem. Versions are compared as the ecosystem does (library univers), never as text.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from univers.versions import (
    ComposerVersion,
    GolangVersion,
    InvalidVersion,
    MavenVersion,
    NugetVersion,
    PypiVersion,
    RubygemsVersion,
    SemverVersion,
    Version,
)

from aidiscover_pipelines.repositories.dependency import Dependency

VERSIONS: Mapping[str, type[Version]] = {
    "PyPI": PypiVersion,
    "npm": SemverVersion,
    "Maven": MavenVersion,
    "Go": GolangVersion,
    "RubyGems": RubygemsVersion,
    "Packagist": ComposerVersion,
    "NuGet": NugetVersion,
    "crates.io": SemverVersion,
}
RECORD_BYTES = 4 * 1024 * 1024  # the longest record of osv.dev has less than 1 MB


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A dependency of a version that an advisory calls affected. `severity`: as the advisory's database words it."""

    advisory: str
    aliases: tuple[str, ...]
    severity: str
    package: str
    version: str
    path: str


def vulnerabilities(dependencies: Sequence[Dependency], source: Path) -> list[Vulnerability]:
    """What the advisories at `source` say of dependencies with an exact version; each flaw of a version once.

    Advisories that share an id or alias are one flaw. Withdrawn ones do not count. Raises: ValueError where `source`
    holds no OSV records.
    """
    held: dict[tuple[str, str], list[Dependency]] = {}
    for one in dependencies:
        if one.exact and one.ecosystem in VERSIONS:
            held.setdefault((one.ecosystem, one.name.lower()), []).append(one)
    found: dict[tuple[str, str, str], Vulnerability] = {}
    for record in _records(source):
        for affected in record.get("affected", []) if "withdrawn" not in record else []:
            package = affected.get("package", {})
            ecosystem = str(package.get("ecosystem", "")).partition(":")[0]
            for one in held.get((ecosystem, str(package.get("name", "")).lower()), []):
                names = sorted({str(record["id"]), *map(str, record.get("aliases", []))})
                if _affects(affected, one):
                    severity = str(record.get("database_specific", {}).get("severity", "")).lower()
                    flaw = Vulnerability(str(record["id"]), tuple(names), severity, one.name, one.version, one.path)
                    # CVE ids are shared by the databases, so the least of the names joins most of them.
                    found.setdefault((names[0], one.name, one.version), flaw)
    return sorted(found.values(), key=lambda flaw: (flaw.package, flaw.version, flaw.advisory))


def _records(source: Path) -> Iterator[Mapping[str, Any]]:
    for text in _texts(source):
        document = json.loads(text)
        for record in document if isinstance(document, list) else [document]:
            if not isinstance(record, dict) or "id" not in record:
                raise ValueError(f"{source.name} holds a record without an id")
            yield record


def _texts(source: Path) -> Iterable[bytes]:
    if source.is_dir():
        yield from (path.read_bytes() for path in sorted(source.glob("*.json")))
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            names = [one for one in archive.infolist() if one.filename.endswith(".json")]
            yield from (archive.read(one) for one in names if one.file_size <= RECORD_BYTES)
    else:
        yield source.read_bytes()


def _affects(affected: Mapping[str, Any], one: Dependency) -> bool:
    """The evaluation that the OSV schema gives: a listed version, or a range whose last event before it is no end."""
    if one.version in affected.get("versions", []):
        return True
    kind = VERSIONS[one.ecosystem]
    ranges = [each for each in affected.get("ranges", []) if each.get("type") in ("SEMVER", "ECOSYSTEM")]
    try:
        version = kind(one.version)
        return any(_within(kind, version, each.get("events", [])) for each in ranges)
    except InvalidVersion:
        return False


def _within(kind: type[Version], version: Version, events: Sequence[Mapping[str, str]]) -> bool:
    marks = [(what, None if told == "0" else kind(told)) for event in events for what, told in event.items()]
    begun = any(what == "introduced" and (at is None or at <= version) for what, at in marks)
    if not begun:
        return False
    starts = [at for what, at in marks if what == "introduced" and at is not None and at <= version]
    latest = max(starts, default=None)
    for what, at in marks:
        if at is None or (latest is not None and at < latest):
            continue
        if (what in ("fixed", "limit") and at <= version) or (what == "last_affected" and at < version):
            return False
    return True
