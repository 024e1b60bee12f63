"""`make performance`: measures all and writes the measured part of docs/performance.md, its chart and its JSON.

Without an argument it writes the page anew from docs/performance.json as it stands.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aidiscover_pipelines.cli.bench_chart import chart
from aidiscover_pipelines.cli.bench_clock import cpu

DOCS = Path(__file__).parents[2] / "docs"
PAGE, MEASURED, CHART = DOCS / "performance.md", DOCS / "performance.json", DOCS / "images" / "performance.svg"
FLAME = DOCS / "images" / "performance-flame.svg"
BEGIN, END = "<!-- written by make performance -->", "<!-- end of what make performance wrote -->"
EVERYTHING = ["--sizes", "1000,10000,100000", "--rows", "1000000", "--promised",
              "--flame", str(FLAME), "--output", str(MEASURED)]  # fmt: skip
SHARE_TO_EXPLAIN = 0.3

# What issue and documents promise: applications -> figure -> at most. On two quiet cores, upload to report.
PROMISED: dict[int, dict[str, float]] = {
    10_000: {"s": 15, "times the floor": 20, "kickoffs": 200, "changed / full": 0.2},
    100_000: {"s": 90, "peak MiB": 1536, "changed / full": 0.2},
}
PROMISED_EXPONENT, PROMISED_ROWS_S = 1.1, 120


def measured_part(document: Mapping[str, Any]) -> str:
    """The lines between the marks, from a bench's document."""
    sizes: Sequence[Mapping[str, Any]] = document["sizes"]
    first, last = document["load"]
    counts = ",".join(str(size["applications"]) for size in sizes)
    asked = (" --rows 1000000" if "rows" in document else "") + (" --promised" if "promised" in document else "")
    lines = [
        f"Measured on {document['measured']} ({document['machine']}; load {first} at the start, {last} at the end) by "
        f"`aidiscover bench --sizes {counts}{asked}`: offline "
        "analyst, embedded PostgreSQL, each size on a data directory and in a process of its own. Files to report: "
        "into the landing folder, tick of the sensor, Dagster run, report.",
        "",
        "![Seconds by size, and where they go](images/performance.svg)",
        "",
        "| applications / rows of servers | read, MB | s | CPU s, worker + database | rows/s | peak MiB | kickoffs | "
        "servers found / there | 1 % changed, s | of full, wall / CPU |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(_size_line(size) for size in sizes),
        "",
        *_against_promises(document),
        "",
        "The floor is the same files' bytes read, parsed with Arrow (workbooks with calamine), copied to PostgreSQL as "
        "they are, and as many bytes as the report has written; measured in the same run, each step the best of "
        "several rounds.",
        "",
        "| floor, s | read | parse | COPY | write | all | a run takes, times that | in CPU seconds |",
        "|---|---|---|---|---|---|---|---|",
        *(_floor_line(size) for size in sizes),
        "",
        *_stage_table(sizes[min(1, len(sizes) - 1)]),
    ]
    if "flame" in document:
        flame = document["flame"]
        lines += ["", f"[Flame graph](images/{flame['file']}) of a run of {flame['applications']:,} applications."]
    if "promised" in document:
        targets = document["targets"]
        lines += ["", "| answers, crews and models (`--promised`) | measured | promised |", "|---|---|---|"]
        lines += [f"| {name} | {value} | {targets.get(name, '')} |" for name, value in document["promised"].items()]
    return "\n".join(lines)


def page_with(page: str, part: str) -> str:
    """The page with what stands between the marks replaced. Raises: ValueError where the marks are gone."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"cannot write the measured part of {PAGE.name}: the lines {BEGIN!r} and {END!r} are gone")
    return f"{before}{BEGIN}\n{part}\n{END}{after}"


def _size_line(size: Mapping[str, Any]) -> str:
    run = size["full"]
    again = f"{size['incremental']['wall']:.1f}" if "incremental" in size else ""
    shares = " / ".join(f"{share:.0%}" for share in size.get("share_of_full", {}).values())
    return (
        f"| {size['applications']:,} / {size['server_rows']:,} | {run['bytes_read'] / 1e6:.1f} | {run['wall']:.1f} | "
        f"{run['worker']:.1f} + {run['database']:.1f} | {run['rows_per_second']:,} | {run['peak_mib']:,} | "
        f"{run['kickoffs']} | {run['found']['assets']:,} / {size['servers']:,} | {again} | {shares} |"
    )


def _against_promises(document: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for size in document["sizes"]:
        run = size["full"]
        found = {
            "s": run["wall"],
            "times the floor": size["times_floor"]["wall"],
            "kickoffs": run["kickoffs"],
            "peak MiB": run["peak_mib"],
            "changed / full": size.get("share_of_full", {}).get("wall"),
        }
        for name, most in PROMISED.get(size["applications"], {}).items():
            lines.append(f"| {size['applications']:,} applications, {name} | {found[name]:,} | {most:,} |")
    if "exponent" in document:
        lines.append(f"| growth exponent, wall | {document['exponent']['wall']} | {PROMISED_EXPONENT} |")
        lines.append(f"| growth exponent, CPU | {document['exponent']['cpu']} | |")
    if "rows" in document:
        run, rows = document["rows"]["full"], document["rows"]["server_rows"]
        lines.append(f"| {rows:,} rows of servers to the inventory, s | {run['wall']:.1f} | {PROMISED_ROWS_S} |")
        lines.append(f"| ... peak MiB | {run['peak_mib']:,} | |")
        lines.append(f"| ... servers found / there | {run['found']['assets']:,} / {document['rows']['servers']:,} | |")
    head = ["| figure | measured | promised on a quiet machine |", "|---|---|---|"]
    return [*head, *lines] if lines else []


def _floor_line(size: Mapping[str, Any]) -> str:
    steps = " | ".join(
        f"{size['floor'][step]['wall']:.3f}" for step in ("read", "parse", "copy", "write report", "all")
    )
    times = size["times_floor"]
    return f"| {size['applications']:,} | {steps} | {times['wall']:,.0f} | {times['cpu']:,.0f} |"


def _stage_table(size: Mapping[str, Any]) -> list[str]:
    run = size["full"]
    whole = cpu(run)
    lines = [
        f"Stages of {size['applications']:,} applications, in the order of the run. The first op's line holds the "
        "start of the run; kickoffs without a line of their own stand with the op that takes their answers. Before "
        f"the clock started the process had spent {cpu(run['process']):.1f} s of CPU on loading what a worker loads "
        "before it takes work.",
        "",
        "| stage | s | CPU s, worker + database | share of CPU | peak MiB |",
        "|---|---|---|---|---|",
        *(
            f"| {stage['stage'].replace('_', ' ')} | {stage['wall']:.2f} | {stage['worker']:.2f} + "
            f"{stage['database']:.2f} | {cpu(stage) / whole:.0%} | {stage['peak_mib']:,} |"
            for stage in run["stages"]
        ),
    ]
    large = [stage["stage"] for stage in run["stages"] if cpu(stage) > SHARE_TO_EXPLAIN * whole]
    told = (
        f"above {SHARE_TO_EXPLAIN:.0%}: {', '.join(large)}" if large else f"no stage takes above {SHARE_TO_EXPLAIN:.0%}"
    )
    return [*lines, "", re.sub("^.", lambda letter: letter[0].upper(), told) + "."]


def main() -> None:
    """With "measure": measure all first, on a quiet machine half an hour or less."""
    if sys.argv[1:] == ["measure"]:
        from aidiscover_pipelines.cli.bench import bench

        bench.main(EVERYTHING, standalone_mode=False)
    document = json.loads(MEASURED.read_text(encoding="utf-8"))
    CHART.write_bytes(chart(document))
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), measured_part(document)), encoding="utf-8")


if __name__ == "__main__":
    main()
