"""Licences by the words of their texts, as SPDX identifiers. A text that is not known is told as such."""

import re
from pathlib import PurePosixPath

from aidiscover_pipelines.repositories.tree import SourceTree

UNKNOWN = "LicenseRef-unknown"
_FILE = re.compile(r"(?:licen[cs]e|copying|unlicense)(?:[.-].*)?", re.IGNORECASE)
# The first that fits: particular texts before those whose words they contain.
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"gnu affero general public license.{0,40}version 3", "AGPL-3.0"),
    (r"gnu lesser general public license.{0,40}version 3", "LGPL-3.0"),
    (r"gnu lesser general public license.{0,40}version 2\.1", "LGPL-2.1"),
    (r"gnu general public license.{0,40}version 3", "GPL-3.0"),
    (r"gnu general public license.{0,40}version 2", "GPL-2.0"),
    (r"apache license.{0,40}version 2\.0", "Apache-2.0"),
    (r"mozilla public license.{0,20}version 2\.0", "MPL-2.0"),
    (r"eclipse public license.{0,10}v(?:ersion)? ?2\.0", "EPL-2.0"),
    (r"permission is hereby granted, free of charge", "MIT"),
    (r"permission to use, copy, modify, and/or distribute this software", "ISC"),
    (r"redistribution and use in source and binary forms.*neither the name", "BSD-3-Clause"),
    (r"redistribution and use in source and binary forms", "BSD-2-Clause"),
    (r"this is free and unencumbered software", "Unlicense"),
    (r"all rights reserved|proprietary|confidential", "LicenseRef-proprietary"),
)
_READ_CHARS = 40_000


def licences(tree: SourceTree) -> list[str]:
    """SPDX identifiers of the licence files in the root, sorted."""
    paths = [
        file.path for file in tree.files if _FILE.fullmatch(PurePosixPath(file.path).name) and "/" not in file.path
    ]
    return sorted({_named(tree.text(path)[:_READ_CHARS]) for path in paths})


def _named(text: str) -> str:
    plain = " ".join(text.lower().split())
    return next((name for pattern, name in _PHRASES if re.search(pattern, plain)), UNKNOWN)
