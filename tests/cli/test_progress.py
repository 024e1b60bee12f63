"""A person at a terminal sees the bar move, though Dagster takes stderr while a step runs; a pipe sees nothing."""

import os
import pty
import subprocess
import sys

WORK = """
import logging, os, time
from aidiscover_pipelines.cli.output import stage_progress

log = logging.getLogger("aidiscover.progress")
with stage_progress(2):
    kept = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # as Dagster's capture of a step's output does
    for step in ("read_records", "map_fields"):
        log.info("started", extra={"step": step})
        time.sleep(0.3)
        log.info("finished", extra={"step": step})
    log.info("at", extra={"step": "assessment: 3 of 15 kickoffs"})
    time.sleep(0.3)
    os.dup2(kept, 2)
"""


def test_the_bar_moves_on_a_terminal_while_stderr_is_taken():
    ours, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", WORK], stderr=theirs, stdout=subprocess.DEVNULL)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(ours)
    assert process.wait() == 0
    assert b"read records" in shown
    assert b"map fields" in shown
    assert b"assessment: 3 of 15 kickoffs" in shown


def test_a_pipe_sees_no_bar():
    done = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
