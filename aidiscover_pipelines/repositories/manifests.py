"""Manifests and lock files of nine package managers: file name -> parser of its text.

A parser takes the text and the path and gives dependencies. What it cannot read it raises as ValueError or KeyError,
TypeError, AttributeError: content of another shape than the format's; `read_manifests` tells the file as unread.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from itertools import chain
from pathlib import PurePosixPath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from aidiscover_pipelines.repositories.dependency import Dependency, dependency
from aidiscover_pipelines.repositories.manifests_xml import packages_config, pom, project_file
from aidiscover_pipelines.repositories.tree import SourceTree

MANIFEST_FILES = 500  # of one repository, those nearest to its root first
DEPENDENCIES = 20_000

_GRADLE = re.compile(r"""["']([\w.-]+):([\w.-]+):([\w.+-]+)["']""")
_GRADLE_PLUGIN = re.compile(r"""id\s*\(?\s*["']([\w.-]+)["']\s*\)?\s*version\s*\(?\s*["']([\w.+-]+)["']""")
_GO_REQUIRED = re.compile(r"^\s*(?:require\s+)?([\w.~-]+\.[\w.~-]+/\S+|[\w.-]+\.[a-z]{2,})\s+(v\d\S*)", re.MULTILINE)
_GEM = re.compile(r"""^\s*gem\s+["']([\w-]+)["'](?:\s*,\s*["']([^"']+)["'])?""", re.MULTILINE)
_LOCKED_GEM = re.compile(r"^ {4}([\w.-]+) \(([^)]+)\)$", re.MULTILINE)
_YARN = re.compile(r'^"?(@?[^@"\s]+)@[^\n]*:\n\s+version:?\s+"?([^"\n]+)"?', re.MULTILINE)
_PNPM = re.compile(r"^  ['\"]?/?(@?[\w.-]+(?:/[\w.-]+)?)[@/](\d[\w.+-]*)(?:\([^\n]*\))?['\"]?:", re.MULTILINE)

Parser = Callable[[str, str], Iterable[Dependency]]


def read_manifests(tree: SourceTree) -> tuple[list[Dependency], dict[str, str]]:
    """Dependencies of every manifest, and the files that could not be read with the reason."""
    found: list[Dependency] = []
    unread: dict[str, str] = {}
    matches = [(file.path, parser) for file in tree.files if (parser := _parser_of(file.path))]
    matches.sort(key=lambda match: (match[0].count("/"), match[0]))
    for path, parser in matches[:MANIFEST_FILES]:
        try:
            found += parser(tree.text(path), path)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            unread[path] = f"it is no such file as its name says ({type(error).__name__})"
    unread |= {path: f"there are more than {MANIFEST_FILES} manifests" for path, _ in matches[MANIFEST_FILES:]}
    distinct = sorted(set(found), key=lambda one: (one.ecosystem, one.name, not one.exact, one.version, one.path))
    return distinct[:DEPENDENCIES], unread


def _parser_of(path: str) -> Parser | None:
    name = PurePosixPath(path).name.lower()
    return next((parser for pattern, parser in MANIFESTS.items() if fnmatch(name, pattern)), None)


def _requirements(text: str, path: str) -> Iterator[Dependency]:
    for line in text.splitlines():
        words = re.split(r"\s(?:#|--hash)|^\s*#", line)[0].strip().removesuffix("\\").strip()
        if not words or words.startswith("-"):
            continue
        try:
            yield _python(Requirement(words), path)
        except InvalidRequirement:
            continue  # a URL or a local path: no package of the index


def _python(asked: Requirement, path: str) -> Dependency:
    return dependency("PyPI", _normal(asked.name), str(asked.specifier), path)


def _normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pyproject(text: str, path: str) -> Iterator[Dependency]:
    document = tomllib.loads(text)
    project = document.get("project", {})
    for words in chain(project.get("dependencies", []), *project.get("optional-dependencies", {}).values()):
        yield _python(Requirement(words), path)
    poetry = document.get("tool", {}).get("poetry", {})
    for name, asked in poetry.get("dependencies", {}).items():
        specification = asked if isinstance(asked, str) else asked.get("version", "")
        if name != "python":
            yield dependency("PyPI", _normal(name), specification, path)


def _locked_toml(ecosystem: str) -> Parser:
    def parse(text: str, path: str) -> Iterator[Dependency]:
        for one in tomllib.loads(text).get("package", []):
            if "version" in one:
                name = _normal(one["name"]) if ecosystem == "PyPI" else str(one["name"])
                yield dependency(ecosystem, name, one["version"], path, locked=True)

    return parse


def _pipfile_lock(text: str, path: str) -> Iterator[Dependency]:
    document = json.loads(text)
    for name, one in chain(*(document.get(part, {}).items() for part in ("default", "develop"))):
        yield dependency("PyPI", _normal(name), one.get("version", ""), path, locked=True)


def _package_json(text: str, path: str) -> Iterator[Dependency]:
    document = json.loads(text)
    for part in ("dependencies", "devDependencies", "optionalDependencies"):
        for name, specification in document.get(part, {}).items():
            yield dependency("npm", name, str(specification), path)


def _package_lock(text: str, path: str) -> Iterator[Dependency]:
    document = json.loads(text)
    for place, one in document.get("packages", {}).items():
        if place and "version" in one:
            yield dependency("npm", place.rpartition("node_modules/")[2], one["version"], path, locked=True)
    yield from _lock_version_1(document.get("dependencies", {}) if "packages" not in document else {}, path)


def _lock_version_1(entries: dict[str, Any], path: str) -> Iterator[Dependency]:
    for name, one in entries.items():
        yield dependency("npm", name, one.get("version", ""), path, locked=True)
        yield from _lock_version_1(one.get("dependencies", {}), path)


def _by_pattern(ecosystem: str, pattern: re.Pattern[str], *, locked: bool) -> Parser:
    def parse(text: str, path: str) -> Iterator[Dependency]:
        for name, version in pattern.findall(text):
            yield dependency(ecosystem, name, version, path, locked=locked)

    return parse


def _gradle(text: str, path: str) -> Iterator[Dependency]:
    for group, name, version in _GRADLE.findall(text):
        yield dependency("Maven", f"{group}:{name}", version, path)
    for plugin, version in _GRADLE_PLUGIN.findall(text):
        yield dependency("Maven", f"{plugin}:{plugin}.gradle.plugin", version, path)


def _gradle_lock(text: str, path: str) -> Iterator[Dependency]:
    for line in text.splitlines():
        parts = line.partition("=")[0].split(":")
        if len(parts) == 3:
            yield dependency("Maven", f"{parts[0]}:{parts[1]}", parts[2], path, locked=True)


def _composer(text: str, path: str) -> Iterator[Dependency]:
    document = json.loads(text)
    for name, specification in chain(document.get("require", {}).items(), document.get("require-dev", {}).items()):
        if "/" in name:  # php and ext-* are no packages
            yield dependency("Packagist", name, str(specification), path)


def _composer_lock(text: str, path: str) -> Iterator[Dependency]:
    document = json.loads(text)
    for one in chain(document.get("packages", []), document.get("packages-dev", [])):
        yield dependency("Packagist", one["name"], one["version"], path, locked=True)


def _nuget_lock(text: str, path: str) -> Iterator[Dependency]:
    for framework in json.loads(text).get("dependencies", {}).values():
        for name, one in framework.items():
            yield dependency("NuGet", name, one.get("resolved", ""), path, locked=True)


def _cargo(text: str, path: str) -> Iterator[Dependency]:
    document = tomllib.loads(text)
    for part in ("dependencies", "dev-dependencies", "build-dependencies"):
        for name, asked in document.get(part, {}).items():
            specification = asked if isinstance(asked, str) else asked.get("version", "")
            # A bare version in Cargo.toml is a caret requirement (doc.rust-lang.org/cargo, "Specifying Dependencies").
            yield dependency("crates.io", name, "^" + specification if specification[:1].isdigit() else specification,
                             path)  # fmt: skip


# Pattern of the lower-case file name -> its parser; the first that fits.
MANIFESTS: dict[str, Parser] = {
    "requirements*.txt": _requirements,
    "constraints*.txt": _requirements,
    "pyproject.toml": _pyproject,
    "poetry.lock": _locked_toml("PyPI"),
    "uv.lock": _locked_toml("PyPI"),
    "pipfile.lock": _pipfile_lock,
    "package.json": _package_json,
    "package-lock.json": _package_lock,
    "npm-shrinkwrap.json": _package_lock,
    "yarn.lock": _by_pattern("npm", _YARN, locked=True),
    "pnpm-lock.yaml": _by_pattern("npm", _PNPM, locked=True),
    "pom.xml": pom,
    "build.gradle": _gradle,
    "build.gradle.kts": _gradle,
    "gradle.lockfile": _gradle_lock,
    "go.mod": _by_pattern("Go", _GO_REQUIRED, locked=True),
    "gemfile": _by_pattern("RubyGems", _GEM, locked=False),
    "gemfile.lock": _by_pattern("RubyGems", _LOCKED_GEM, locked=True),
    "composer.json": _composer,
    "composer.lock": _composer_lock,
    "packages.config": packages_config,
    "packages.lock.json": _nuget_lock,
    "*.csproj": project_file,
    "*.vbproj": project_file,
    "*.fsproj": project_file,
    "cargo.toml": _cargo,
    "cargo.lock": _locked_toml("crates.io"),
}
LOCKS = frozenset(
    {"poetry.lock", "uv.lock", "pipfile.lock", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock",
     "pnpm-lock.yaml", "gradle.lockfile", "go.sum", "gemfile.lock", "composer.lock", "packages.lock.json", "cargo.lock"}
)  # fmt: skip
