"""A child process that can be lost: run as a program, this module limits itself and then becomes another program.

The limits are set in the child: in a process with threads nothing of ours may run between fork and exec.
"""

import os
import resource
import sys
from collections.abc import Sequence


def limit_this_process(memory_bytes: int, cpu_seconds: int, file_bytes: int) -> None:
    """Bound address space, computing and the size of each file written, and write no core; never above a hard limit."""
    for kind, amount in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        ceiling = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


def limited(command: Sequence[str], memory_bytes: int, cpu_seconds: int, file_bytes: int) -> list[str]:
    """The command that runs `command` so. Its first word is a path or found in PATH."""
    limits = [str(memory_bytes), str(cpu_seconds), str(file_bytes)]
    return [sys.executable, "-P", "-m", __name__, *limits, *command]


if __name__ == "__main__":
    limit_this_process(*map(int, sys.argv[1:4]))
    os.execvp(sys.argv[4], sys.argv[4:])  # noqa: S606  (one program with its arguments, never a shell)
