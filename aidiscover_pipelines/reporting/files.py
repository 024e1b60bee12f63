"""Files that others read while they are written."""

import os
import tempfile
from pathlib import Path


def write_in_one_step(path: Path, content: bytes) -> None:
    """A reader sees the old file or the new one, never half of one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o640)  # mkstemp gives the owner alone; the group serves the reports
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
