"""Everything that a file tree tells, as one JSON document. Run as a program it reads in a child that can be lost."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aidiscover_pipelines.repositories import FACTS_VERSION
from aidiscover_pipelines.repositories.dependency import Dependency
from aidiscover_pipelines.repositories.licences import licences
from aidiscover_pipelines.repositories.manifests import read_manifests
from aidiscover_pipelines.repositories.measures import Counts, Score, code_quality, count_code, documentation
from aidiscover_pipelines.repositories.technologies import continuous_integration, technologies
from aidiscover_pipelines.repositories.tree import read_tree

_TOLD_VULNERABILITIES = 500


def read_facts(root: Path, history: Mapping[str, Any], advisories: Path | None) -> dict[str, Any]:
    """Facts of the tree at `root`. `history` is a `ports.History` as a dict, empty where nobody knows it.

    Without advisories `vulnerabilities` is None: that nothing is known is not that nothing is there.

    Raises: ValueError where the advisories are no OSV records, OSError where they cannot be opened.
    """
    tree = read_tree(root)
    counts = count_code(tree)
    dependencies, unread = read_manifests(tree)
    languages = sorted(counts.bytes_by_language.items(), key=lambda item: (-item[1], item[0]))
    integration = continuous_integration([file.path for file in tree.files])
    quality = code_quality(tree, counts, integration, history.get("commits_90_days"))
    flaws = _vulnerabilities(dependencies, advisories) if advisories else None
    return {
        "version": FACTS_VERSION,
        "complete": counts.complete,
        "files": len(tree.files),
        "bytes": sum(file.bytes for file in tree.files),
        "languages": [{"name": name, "bytes": size} for name, size in languages],
        "lines": _lines(counts),
        "technologies": [asdict(one) for one in technologies(tree, dependencies, languages)],
        "dependencies": [asdict(one) for one in dependencies],
        "integration": integration,
        "licences": licences(tree),
        "history": dict(history),
        "code_quality": _told(quality),
        "documentation": _told(documentation(tree, counts)),
        "vulnerabilities": flaws,
        "exact_versions": sum(one.exact for one in dependencies),
        "unread": unread,
    }


def _lines(counts: Counts) -> dict[str, int]:
    return {
        "code": counts.lines,
        "test": counts.test_lines,
        "comment": counts.comment_lines,
        "duplicated": counts.duplicated_lines,
    }


def _told(score: Score) -> dict[str, Any]:
    return {"value": score.value, "band": score.band, "parts": dict(score.parts)}


def _vulnerabilities(dependencies: Sequence[Dependency], source: Path) -> dict[str, Any]:
    from aidiscover_pipelines.repositories.advisories import vulnerabilities  # half a second that few scans need

    flaws = vulnerabilities(dependencies, source)
    return {"count": len(flaws), "first": [asdict(flaw) for flaw in flaws[:_TOLD_VULNERABILITIES]]}


if __name__ == "__main__":
    folder, told, osv = sys.argv[1:]
    # ASCII escapes carry file names that are no UTF-8 through any encoding.
    sys.stdout.write(json.dumps(read_facts(Path(folder), json.loads(told), Path(osv) if osv else None)))
