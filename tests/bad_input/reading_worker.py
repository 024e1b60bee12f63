"""Reads one file after another as the intake's child reads one.

A line on stdin names reader and path; two lines answer it: the child's answer, and its spool in base64.

Lives as long as no native reader ends it; whoever asks starts the next one.
"""

import io
import json
import resource
import sys
from base64 import b64encode
from pathlib import Path

from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.child import write_answer

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY_BYTES, limits.MEMORY_BYTES))
    for line in sys.stdin:
        reader, path = json.loads(line)
        answer, spool = io.StringIO(), io.BytesIO()
        write_answer(reader, Path(path), answer, spool)
        sys.stdout.write(f"{answer.getvalue()}\n{b64encode(spool.getvalue()).decode()}\n")
        sys.stdout.flush()
