"""The waves in time as an inline SVG: a bar for each, with its dates and what it holds in words."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from aidiscover_pipelines.reporting.svg import rect, short, svg, text

# Beyond this the picture is a page of its own; the rest is counted below it.
_ROWS_SHOWN = 60
_NAMES_SHOWN = 5
_LABELS, _WIDTH, _ROW, _TOP = 120, 560, 30, 30
# Words beside a bar need so much room.
_WORDS = 320
_TICKS_MOST = 12


def gantt_svg(waves: pd.DataFrame, assignments: pd.DataFrame, names: Mapping[str, str] | None = None) -> Markup:
    """One row for each row of Wave, in order, drawn in time where dates are planned, else one after the other.

    assignments: rows of WaveAssignment, of which the first of a wave stand in its tip, by `names` where they have one.
    No waves: an empty text. Nothing is told by colour alone: every bar has its figures in words beside it.
    """
    if waves.empty:
        return Markup("")
    shown = waves.sort_values("wave").head(_ROWS_SHOWN)
    rows: list[dict[str, Any]] = [{str(name): value for name, value in row.items()} for row in shown.to_dict("records")]
    dated = all(isinstance(row["starts"], str) for row in rows)
    inside = _members(assignments, names or {})
    spans = _dated_spans(rows) if dated else [(place, place + 1) for place in range(len(rows))]
    first, last = spans[0][0], max(end for _, end in spans)
    scale = _WIDTH / max(last - first, 1)
    parts = (
        [*_ticks(rows, spans, scale)] if dated else [text(_LABELS, 18, "in this order, without dates", 11, "f-soft")]
    )
    for place, (row, (start, end)) in enumerate(zip(rows, spans, strict=True)):
        parts += _bar(row, place, _LABELS + (start - first) * scale, (end - start) * scale, inside)
    height = _TOP + _ROW * len(rows) + 8
    if len(waves) > len(rows):
        parts.append(text(0, height + 10, f"and {len(waves) - len(rows)} later waves", 12, "f-soft"))
        height += 20
    parts.insert(0, Markup("<desc>{}</desc>").format(escape(_description(rows))))
    return svg(_LABELS + _WIDTH + _WORDS, height, "Waves in time", parts, "chart gantt")


def _dated_spans(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """Days of each wave; a wave ends where the day after its last one begins."""
    days = [(date.fromisoformat(row["starts"]), date.fromisoformat(row["ends"])) for row in rows]
    return [(first.toordinal(), last.toordinal() + 1) for first, last in days]


def _ticks(rows: Sequence[Mapping[str, Any]], spans: Sequence[tuple[int, int]], scale: float) -> list[Markup]:
    """A line at the first of each month, or of every so many, with its name above."""
    first, last = spans[0][0], max(end for _, end in spans)
    months = []
    day = date.fromordinal(first).replace(day=1)
    while day.toordinal() <= last:
        if day.toordinal() >= first:
            months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    bottom = _TOP + _ROW * len(rows)
    parts = []
    for month in months[:: -(-len(months) // _TICKS_MOST) or 1]:
        x = _LABELS + (month.toordinal() - first) * scale
        parts.append(
            Markup('<line x1="{0}" y1="{1}" x2="{0}" y2="{2}" class="s-line"></line>').format(f"{x:.1f}", 22, bottom)
        )
        parts.append(text(x + 3, 18, f"{month:%Y-%m}", 11, "f-soft"))
    return parts


def _bar(row: Mapping[str, Any], place: int, x: float, width: float, inside: Mapping[int, list[str]]) -> list[Markup]:
    y = _TOP + place * _ROW
    pilot = " (pilot)" if row["is_pilot"] else ""
    members = inside.get(int(row["wave"]), [])
    more = f" and {len(members) - _NAMES_SHOWN} more" if len(members) > _NAMES_SHOWN else ""
    tip = f"Wave {row['wave']}{pilot}: {_words(row)}: {', '.join(members[:_NAMES_SHOWN])}{more}"
    return [
        text(0, y + 19, f"Wave {row['wave']}{pilot}", 12, "f-ink"),
        rect(x, y + 6, max(width - 2, 2), _ROW - 12, "f-bar", tip),
        text(x + max(width, 2) + 4, y + 19, short(_words(row), 54), 11, "f-soft"),
    ]


def _words(row: Mapping[str, Any]) -> str:
    told = [f"{row['applications']:,} application{'' if row['applications'] == 1 else 's'}"]
    if row["servers"]:
        told.append(f"{row['servers']:,} servers")
    if high := row["risks"].get("high", 0):
        told.append(f"{high:,} high risk")
    if row["effort_days"]:
        told.append(f"{row['effort_days']:,.0f} days")
    return ", ".join(told)


def _description(rows: Sequence[Mapping[str, Any]]) -> str:
    """The picture for those who do not see it."""
    lines = []
    for row in rows:
        dates = f", {row['starts']} to {row['ends']}" if isinstance(row["starts"], str) else ""
        lines.append(f"Wave {row['wave']}{' (pilot)' if row['is_pilot'] else ''}{dates}: {_words(row)}.")
    return " ".join(lines)


def _members(assignments: pd.DataFrame, names: Mapping[str, str]) -> dict[int, list[str]]:
    inside: dict[int, list[str]] = {}
    for application, wave in zip(assignments["application_id"], assignments["wave"].tolist(), strict=True):
        inside.setdefault(wave, []).append(names.get(application, application))
    return inside
