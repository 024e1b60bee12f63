"""What a run has used so far: wall time, CPU seconds of this process and of the embedded database, peak memory."""

import logging
import os
import platform
import resource
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aidiscover_pipelines.domain.settings import Settings

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_FORGET_PEAK = "5"  # what clear_refs(5) in proc(5) calls it: the peak of resident memory begins anew


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds of wall time, and of CPU used by this process with its ended children and by the embedded database."""

    wall: float
    worker: float
    database: float

    def since(self, earlier: "Clock") -> dict[str, float]:
        """What passed and was used since then."""
        used = {
            "wall": self.wall - earlier.wall,
            "worker": self.worker - earlier.worker,
            "database": self.database - earlier.database,
        }
        return {name: round(seconds, 3) for name, seconds in used.items()}


def clock(postmaster: int) -> Clock:
    """Now. The database is the postmaster of that process id with all its children, those that ended included."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    pids = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return Clock(
        time.perf_counter(),
        sum(one.ru_utime + one.ru_stime for one in used),
        cpu_of(str(postmaster), ended_children=True) + sum(cpu_of(pid) for pid in pids),
    )


def cpu(seconds: Mapping[str, Any]) -> float:
    """CPU seconds of worker and database."""
    return float(seconds["worker"] + seconds["database"])


def cpu_of(pid: str, *, ended_children: bool = False) -> float:
    """CPU seconds that a process used, with or without those of its children that ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it ended meanwhile, and its parent counts it from now on
        return 0.0
    return sum(int(ticks) for ticks in fields[11 : 15 if ended_children else 13]) * _TICK_S


def postmaster_of(settings: Settings) -> int:
    """Process id of the embedded database."""
    return int((settings.home / "pg" / "data" / "postmaster.pid").read_text().split()[0])


def peak_mib() -> int:
    """Most memory this process held since it began or last asked; asking begins anew."""
    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    with suppress(OSError):  # a kernel that does not let it goes on counting from the start of the process
        Path("/proc/self/clear_refs").write_text(_FORGET_PEAK)
    return int(held.split()[1]) // 1024


def machine() -> str:
    """What was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}, Python {platform.python_version()}"


def load() -> float:
    """Processes that wanted a core, on average over the last minute."""
    return round(os.getloadavg()[0], 1)


class StageClock(logging.Handler):
    """Notes the clock whenever an op says that its stage or a part of it is done; what passed since belongs to it."""

    def __init__(self, postmaster: int) -> None:
        super().__init__()
        self._postmaster, self._last = postmaster, clock(postmaster)
        self.stages: list[dict[str, Any]] = []
        peak_mib()
        logger = logging.getLogger("aidiscover.progress")
        logger.addHandler(self)
        logger.setLevel(logging.INFO)
        logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() in {"finished", "part"}:
            self.note(str(getattr(record, "step", "")))

    def note(self, stage: str) -> None:
        """End a stage here; steps of one fan-out that follow each other are one stage."""
        now, peak = clock(self._postmaster), peak_mib()
        took = now.since(self._last)
        self._last = now
        if self.stages and self.stages[-1]["stage"] == stage:
            last = self.stages[-1]
            last |= {name: round(last[name] + seconds, 3) for name, seconds in took.items()}
            last["peak_mib"] = max(last["peak_mib"], peak)
        else:
            self.stages.append({"stage": stage, **took, "peak_mib": peak})

    def taken(self) -> list[dict[str, Any]]:
        """The stages since the last call, and no more of this handler's time in the next one."""
        stages, self.stages = self.stages, []
        self._last = clock(self._postmaster)
        return stages
