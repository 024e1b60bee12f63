"""Programming languages by file name, and which files are vendored, generated, tests or documentation.

Extensions and vendored paths are those of GitHub Linguist (github-linguist/linguist: lib/linguist/languages.yml and
vendor.yml, MIT), reduced to languages that enterprise applications are written in and to extensions of one meaning.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Language:
    """A language, the name that the technology catalogue knows, and how its line comments begin."""

    name: str
    extensions: tuple[str, ...]
    comment: tuple[str, ...]


_C, _HASH, _DASH = ("//", "/*", "*"), ("#",), ("--",)
# A table reads better with its own line breaks.
# fmt: off
LANGUAGES: tuple[Language, ...] = (
    Language("ABAP", (".abap",), ("*", '"')),
    Language("Ada", (".adb", ".ads"), _DASH),
    Language("Assembly", (".asm",), (";",)),
    Language("C", (".c",), _C),
    Language("C#", (".cs",), _C),
    Language("C++", (".cc", ".cpp", ".cxx", ".hpp", ".hh"), _C),
    Language("C/C++ header", (".h",), _C),
    Language("Clojure", (".clj", ".cljs", ".cljc"), (";",)),
    Language("COBOL", (".cob", ".cbl", ".cobol", ".cpy"), ("*", "      *")),
    Language("Dart", (".dart",), _C),
    Language("Delphi", (".pas", ".dpr"), ("//", "{")),
    Language("Elixir", (".ex", ".exs"), _HASH),
    Language("Erlang", (".erl",), ("%",)),
    Language("F#", (".fs", ".fsx"), ("//", "(*")),
    Language("Fortran", (".f90", ".f95", ".f", ".for"), ("!", "c ", "C ")),
    Language("Go", (".go",), _C),
    Language("Groovy", (".groovy",), _C),
    Language("Haskell", (".hs",), _DASH),
    Language("Java", (".java",), _C),
    Language("JavaScript", (".js", ".mjs", ".cjs", ".jsx"), _C),
    Language("Julia", (".jl",), _HASH),
    Language("Kotlin", (".kt", ".kts"), _C),
    Language("Lua", (".lua",), _DASH),
    Language("Objective-C", (".m", ".mm"), _C),
    Language("Perl", (".pl", ".pm"), _HASH),
    Language("PHP", (".php",), (*_C, "#")),
    Language("PL/SQL", (".pks", ".pkb", ".plsql"), (*_DASH, "/*")),
    Language("PowerShell", (".ps1", ".psm1"), _HASH),
    Language("Python", (".py",), (*_HASH, '"""', "'''")),
    Language("R", (".r",), _HASH),
    Language("Ruby", (".rb",), _HASH),
    Language("Rust", (".rs",), _C),
    Language("Scala", (".scala",), _C),
    Language("Shell", (".sh", ".bash", ".ksh"), _HASH),
    Language("SQL", (".sql",), (*_DASH, "/*")),
    Language("Swift", (".swift",), _C),
    Language("TypeScript", (".ts", ".tsx", ".mts", ".cts"), _C),
    Language("Visual Basic", (".vb", ".bas", ".frm", ".vbs"), ("'",)),
    Language("Vue", (".vue",), (*_C, "<!--")),
)
# fmt: on
BY_EXTENSION = {extension: language for language in LANGUAGES for extension in language.extensions}

_VENDORED = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|vendor|third[-_]?party|\.venv|venv|site-packages|dist|"
    r"__pycache__|\.git|\.gradle|\.idea|pods|carthage)/|"
    r"(?:[.-]min|\.bundle|\.generated|\.g|\.designer|_pb2|\.pb)\.[a-z0-9]+$",
    re.IGNORECASE,
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testing|e2e)/|(?:^|/)test_[^/]*$|[._-](?:test|tests|spec)\.[a-z]+$|"
    r"(?:Test|Tests|Spec|IT)\.(?:java|kt|cs|scala|groovy|php|swift)$"
)
_DOCUMENT = re.compile(r"\.(?:md|rst|adoc|asciidoc|txt|textile)$", re.IGNORECASE)


def language_of(path: str) -> Language | None:
    """The programming language that a file name means; None for data, configuration and documents."""
    return BY_EXTENSION.get(PurePosixPath(path).suffix.lower())


def is_vendored(path: str) -> bool:
    """Whether a file was written by others or by a program."""
    return _VENDORED.search(path) is not None


def is_test(path: str) -> bool:
    """Whether a source file tests others, by the conventions of its language's build tools."""
    return _TEST.search(path) is not None


def is_document(path: str) -> bool:
    """Whether a file is prose."""
    return _DOCUMENT.search(path) is not None
