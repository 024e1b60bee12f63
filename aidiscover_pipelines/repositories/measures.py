"""Code quality and documentation as stated measures: each part is 0 to 1, a score is the mean of its parts.

What they are not: a review. They see how a repository is kept, not whether its code is right.

duplication    share of lines in blocks of 6 that occur twice or more; up to 3 % 1, 5 % 0.75, 10 % 0.5, 20 % 0.25.
               Heitlager, Kuipers, Visser: A Practical Model for Measuring Maintainability (QUATIC 2007).
tests          lines of test code for each line of other code; 1 from 0.5 on, linear below. Judgement: the same paper
               measures coverage, which a file tree does not tell.
file size      share of code in files of at most 500 lines. Judgement.
integration    whether a CI service has a file. OpenSSF Scorecard, CI-Tests.
pinned         share of manifests with a lock file in their folder or above. OpenSSF Scorecard, Pinned-Dependencies.
maintained     commits of the last 90 days; 1 from one a week on. OpenSSF Scorecard, Maintained.
readme         words of the README in the root; 1 from 300 on. Judgement.
documents      other files of prose; 1 from 5 on. Judgement.
comments       share of comment lines; 1 from 19 % on, the mean of 5,000 projects. Arafat, Riehle: The Comment Density
               of Open Source Software Code (ICSE 2009).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from aidiscover_pipelines.repositories.languages import is_document, is_test, language_of
from aidiscover_pipelines.repositories.manifests import LOCKS, MANIFESTS
from aidiscover_pipelines.repositories.tree import READ_BYTES, SourceTree

BLOCK_LINES = 6
_DUPLICATION = ((0.03, 1.0), (0.05, 0.75), (0.1, 0.5), (0.2, 0.25))
_TESTS_FULL, _LONG_FILE, _COMMENTS_FULL = 0.5, 500, 0.19
_README_WORDS, _DOCUMENTS, _COMMITS_90_DAYS = 300, 5, 13
BANDS = ((2 / 3, "good"), (1 / 3, "fair"), (0.0, "poor"))
CODE_LINES = 400_000  # read for duplicates and comments, in the order of paths; beyond it a sample is enough


@dataclass(slots=True)
class Counts:
    """What one pass over the source files counts."""

    bytes_by_language: Counter[str] = field(default_factory=Counter)
    files: int = 0
    lines: int = 0
    test_lines: int = 0
    comment_lines: int = 0
    long_file_lines: int = 0
    duplicated_lines: int = 0
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Score:
    """A score with the parts it is the mean of; None where no part could be measured."""

    value: float | None
    parts: Mapping[str, float]

    @property
    def band(self) -> str:
        """good, fair or poor; empty where nothing was measured."""
        return "" if self.value is None else next(word for least, word in BANDS if self.value >= least)


def count_code(tree: SourceTree) -> Counts:
    """Count lines of source files that people wrote. Lines are those that hold anything."""
    counts = Counts(complete=tree.complete)
    blocks: Counter[int] = Counter()
    starts: list[int] = []
    for file in tree.files:
        language = language_of(file.path)
        if language is None or file.bytes > READ_BYTES:
            continue
        counts.bytes_by_language[language.name] += file.bytes
        counts.files += 1
        if counts.lines + counts.test_lines > CODE_LINES:
            counts.complete = False
            continue
        lines = [line.strip() for line in tree.lines(file.path) if line.strip()]
        comments = sum(line.startswith(language.comment) for line in lines)
        counts.comment_lines += comments
        if is_test(file.path):
            counts.test_lines += len(lines)
            continue
        counts.lines += len(lines)
        counts.long_file_lines += len(lines) if len(lines) > _LONG_FILE else 0
        code = [line for line in lines if not line.startswith(language.comment)]
        # Of a hash, not of text: it is the same in one process, and blocks are compared in one process only.
        hashes = [hash(tuple(code[at : at + BLOCK_LINES])) for at in range(len(code) - BLOCK_LINES + 1)]
        blocks.update(hashes)
        starts += [*hashes, *[0] * (BLOCK_LINES - 1)]  # the lines that no whole block begins in
    counts.duplicated_lines = _covered([blocks[block] > 1 if block else False for block in starts])
    return counts


def _covered(repeats: Sequence[bool]) -> int:
    """Lines in blocks that repeat, each once: a block covers BLOCK_LINES lines from where it starts."""
    covered, open_until = 0, 0
    for place, repeated in enumerate(repeats):
        if repeated:
            open_until = max(open_until, place + BLOCK_LINES)
        covered += place < open_until
    return covered


def code_quality(tree: SourceTree, counts: Counts, integration: Sequence[str], recent_commits: int | None) -> Score:
    """Score of how the code is kept; nothing is measured without code. `recent_commits`: of 90 days, if known."""
    if not counts.lines:
        return Score(None, {})
    share = counts.duplicated_lines / counts.lines
    parts = {
        "duplication": next((rated for most, rated in _DUPLICATION if share <= most), 0.0),
        "tests": min(1.0, counts.test_lines / counts.lines / _TESTS_FULL),
        "file size": 1 - counts.long_file_lines / counts.lines,
        "integration": float(bool(integration)),
    }
    if (pinned := _pinned(tree)) is not None:
        parts["pinned"] = pinned
    if recent_commits is not None:
        parts["maintained"] = min(1.0, recent_commits / _COMMITS_90_DAYS)
    return _score(parts)


def documentation(tree: SourceTree, counts: Counts) -> Score:
    """Score of what is written down beside and inside the code; nothing measured in an empty repository."""
    if not tree.files:
        return Score(None, {})
    prose = [file.path for file in tree.files if is_document(file.path)]
    readmes = [path for path in prose if "/" not in path and path.lower().startswith("readme")]
    words = len(re.findall(r"\w+", tree.text(readmes[0]))) if readmes else 0
    licences = ("license", "licence", "copying", "requirements", "constraints", "robots")
    others = [path for path in prose if path not in readmes
              and not PurePosixPath(path).name.lower().startswith(licences)]  # fmt: skip
    parts = {
        "readme": min(1.0, words / _README_WORDS),
        "documents": min(1.0, len(others) / _DOCUMENTS),
    }
    code = counts.lines + counts.test_lines
    if code:
        parts["comments"] = min(1.0, counts.comment_lines / code / _COMMENTS_FULL)
    return _score(parts)


def _pinned(tree: SourceTree) -> float | None:
    """Share of manifests with a lock file in their folder or above; None where nothing declares dependencies."""
    folders = {str(PurePosixPath(file.path).parent) for file in tree.files
               if PurePosixPath(file.path).name.lower() in LOCKS}  # fmt: skip
    lockable = {"package.json", "pyproject.toml", "gemfile", "composer.json", "cargo.toml", "go.mod"} & set(MANIFESTS)
    manifests = [PurePosixPath(file.path) for file in tree.files
                 if PurePosixPath(file.path).name.lower() in lockable]  # fmt: skip
    if not manifests:
        return None
    return sum(any(str(above) in folders for above in path.parents) for path in manifests) / len(manifests)


def _score(parts: Mapping[str, float]) -> Score:
    rounded = {name: round(part, 2) for name, part in parts.items()}
    return Score(round(sum(parts.values()) / len(parts), 2), rounded)
