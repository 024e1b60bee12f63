"""The different texts of one column, read: most of them stay as they are, and the few others are read one by one."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.inventory.cleansing.columns import Locale, left_as_read, read_values, spelt_anew
from aidiscover_pipelines.inventory.cleansing.rules import Rule, Step
from aidiscover_pipelines.inventory.cleansing.text import is_null, tidy
from aidiscover_pipelines.inventory.cleansing.value import Exemptions, Value


class Column(NamedTuple):
    """What one used column means; `place` counts from 1, `role` as in `relate.column_roles`."""

    place: int
    header: str
    field: str
    unit: str | None
    statistic: str | None
    role: str = ""


class Told(NamedTuple):
    """What is told of a text that was read, the same for many texts; see Value."""

    transform: str
    rule: str
    outcome: str
    relative: str


class Opened(NamedTuple):
    """The different texts of a column, as read (`raw`), before their meaning is known.

    `places` are the positions of those that are read one by one: here tidied (`texts`), with the `steps` that took.
    `blank` are the positions of those that hold nothing visible. `spelt` is what a step makes of some, null for others.
    """

    raw: Any
    places: npt.NDArray[np.intp]
    texts: list[str]
    steps: list[tuple[Step, ...]]
    blank: npt.NDArray[np.intp]
    spelt: tuple[Any, Step] | None


class Readings(NamedTuple):
    """Each different text of a column read: `value` (null where dropped), `number`, and `told` by position in `kinds`.

    `present` tells of texts whether they hold anything visible, `valued` whether they gave a value; both have one entry
    more, which is false: for rows without a text, whose position is -1.
    """

    raw: Any
    value: Any
    number: npt.NDArray[np.float64]
    told: npt.NDArray[np.int32]
    kinds: list[Told]
    present: npt.NDArray[np.bool_]
    valued: npt.NDArray[np.bool_]


def open_column(raw: Any, column: Column, exemptions: Exemptions) -> Opened:
    """Tidy the different texts (large_string) of a column, but for those of which all is known whatever is beside."""
    known = left_as_read(raw, column.field, column.header)
    spelt = spelt_anew(raw, column.field, column.header)
    if spelt and exemptions.names(spelt[1].rule):
        spelt = None
    if spelt:
        known |= spelt[0].is_valid().to_numpy(zero_copy_only=False)
    places = np.flatnonzero(~known)
    tidied = [tidy(text) for text in raw.take(pa.array(places)).to_pylist()]
    seen = np.array([bool(text) for text, _ in tidied], dtype=bool)
    visible = [one for one in tidied if one[0]]
    return Opened(
        raw, places[seen], [text for text, _ in visible], [steps for _, steps in visible], places[~seen], spelt
    )


def read_texts(opened: Opened, column: Column, locale: Locale, exemptions: Exemptions) -> Readings:
    """Value of each different text, with every step from the text as read. Rules that a person has undone are."""
    raw, places = opened.raw, opened.places
    values = _values(opened, column, locale, exemptions)
    number = np.full(len(raw), np.nan)
    number[places] = [value.number for value in values]
    known = {Told("", "", "", ""): 0}
    by_steps: dict[tuple[Any, ...], int] = {}
    told = np.zeros(len(raw), dtype=np.int32)
    told[places] = [_told(value, by_steps, known) for value in values]
    present = np.append(np.ones(len(raw), dtype=bool), False)
    present[opened.blank] = False
    valued = present.copy()
    valued[places] = [value.text is not None for value in values]
    text = raw
    if opened.spelt:
        spelt, step = opened.spelt
        changed = pc.fill_null(pc.not_equal(spelt, raw), False).to_numpy(zero_copy_only=False)
        told[changed] = _told(Value("", steps=(step,)), by_steps, known)
        text = pc.coalesce(spelt, raw)
    if values:
        is_read = np.zeros(len(raw), dtype=bool)
        is_read[places] = True
        text = pc.replace_with_mask(text, pa.array(is_read), pa.array([value.text for value in values], raw.type))
    return Readings(raw, text, number, told, list(known), present, valued)


def _told(value: Value, by_steps: dict[tuple[Any, ...], int], known: dict[Told, int]) -> int:
    """Position of what is told of a value; most values of a column share their steps, which are put into words once."""
    key = (value.steps, value.text is None, value.unread, value.undone, value.relative)
    if key not in by_steps:
        told = Told(value.transform, value.rule, str(value.outcome), value.relative)
        by_steps[key] = known.setdefault(told, len(known))
    return by_steps[key]


def _values(opened: Opened, column: Column, locale: Locale, exemptions: Exemptions) -> list[Value]:
    header = column.header.strip().casefold()
    values: list[Value | None] = [_said_plainly(text, header) for text in opened.texts]
    unread = [place for place, value in enumerate(values) if value is None]
    texts = [opened.texts[place] for place in unread]
    for place, value in zip(unread, read_values(texts, column.field, column.unit, column.header, locale), strict=True):
        values[place] = value
    raw = opened.raw.take(pa.array(opened.places)).to_pylist()
    return [
        exemptions.applied(value.after(steps), as_read, column.field)
        for value, steps, as_read in zip(values, opened.steps, raw, strict=True)
        if value
    ]


def _said_plainly(text: str, header: str) -> Value | None:
    """A dropped value for a text that stands for nothing; an unfilled custom attribute often repeats its own name.

    That a question does not apply is an answer, whatever kind of value its field has, and stays as it is.
    """
    if text.casefold() == NOT_APPLICABLE:
        return Value(NOT_APPLICABLE)
    if is_null(text):
        return Value(None, steps=(Step(Rule.NULL_WORD, "stands for nothing"),))
    if text.casefold() == header:
        return Value(None, steps=(Step(Rule.REPEATED_HEADER, "repeats its header"),))
    return None
