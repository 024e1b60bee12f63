"""One column of cell texts to normalised values: numbers, dates, addresses, lists, closed vocabularies.

Every reader takes the distinct texts of one column, so its cost follows the number of different values.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.inventory.cleansing.dates import column_order, read_dates
from aidiscover_pipelines.inventory.cleansing.network_addresses import read_addresses, read_host, read_macs, read_port
from aidiscover_pipelines.inventory.cleansing.numerals import read_numeral
from aidiscover_pipelines.inventory.cleansing.rules import BY_RULE, LIST_FIELDS, Rule, Step
from aidiscover_pipelines.inventory.cleansing.systems import read_os_name, read_os_version
from aidiscover_pipelines.inventory.cleansing.text import collapsed, is_null
from aidiscover_pipelines.inventory.cleansing.units import column_mark, read_column
from aidiscover_pipelines.inventory.cleansing.value import Value, number_text
from aidiscover_pipelines.inventory.cleansing.vocabularies import (
    ANSWER_PAIRS,
    CLOSED,
    FALSE_WORDS,
    NULL_WORDS,
    TRUE_WORDS,
    closed_word,
)

_UUID = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?", re.IGNORECASE)
_LIST_SEPARATOR = re.compile(r"[;|\n\u3001\uff0c\uff1b]+|,(?![^()]*\))")
_SCORED = frozenset(BY_RULE[Rule.SCORE].serves)
_ANSWERED = frozenset(BY_RULE[Rule.YES_NO].serves)
# What surely stays as it is: names, identifiers and addresses differ in every row, and most are written well.
_TIDY = "^[!-~]+( [!-~]+)*$"
_OCTET = "([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
_AS_THEY_ARE: dict[str, str] = {
    "ip_address": rf"^([1-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])(\.{_OCTET}){{3}}$",
    "mac_address": "^[0-9a-f]{2}(:[0-9a-f]{2}){5}$",
    "hostname": r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$",
    **dict.fromkeys(("asset_id", "serial_number", "application_id"), _TIDY),
}
# And what is an exception to that.
_IDENTIFIERS = r"^\{?[0-9a-fA-F-]{32,36}\}?$|\.0$"
_NO_CARD = "^(00(:00){5}|ff(:ff){5})$"
_NOT_AS_THEY_ARE: dict[str, str] = {
    "mac_address": _NO_CARD,
    **dict.fromkeys(("asset_id", "serial_number", "application_id"), _IDENTIFIERS),
}
_YES = Step(Rule.YES_NO, "yes under its header")
_NO = Step(Rule.YES_NO, "no under its header")


class _Spelling(NamedTuple):
    """How `read_values` spells texts of a pattern: as the replacement, in lower case, by a step, unless impossible."""

    pattern: str
    replacement: str
    step: Step
    impossible: str = "^$"


_HEX = "([0-9a-fA-F]{%d})"
_MAC = "^" + "[:.-]?".join([_HEX % 2] * 6) + "$"
_HEX_UUID = r"^\{?" + "-?".join(_HEX % digits for digits in (8, 4, 4, 4, 12)) + r"\}?$"
_NORMALISED = Step(Rule.IDENTIFIER, "identifier normalised")
_SPELLINGS: dict[str, _Spelling] = {
    "mac_address": _Spelling(_MAC, r"\1:\2:\3:\4:\5:\6", Step(Rule.MAC, "MAC normalised"), _NO_CARD),
    **dict.fromkeys(
        ("asset_id", "serial_number", "application_id"),
        _Spelling(_HEX_UUID, r"\1-\2-\3-\4-\5", _NORMALISED),
    ),
}


class Locale(NamedTuple):
    """What the other columns of a sheet say about its way of writing: the decimal mark, and whether days come first."""

    mark: str = ""
    day_first: bool | None = None


def sheet_locale(columns: Sequence[tuple[str, Sequence[str]]]) -> Locale:
    """Locale of a sheet from its (field, texts) columns; a part on which columns disagree stays open."""
    kinds = [(BY_NAME[field].kind, texts) for field, texts in columns]
    marks = {column_mark(texts) for kind, texts in kinds if kind in ("int", "float")} - {""}
    orders = {column_order(texts).day_first for kind, texts in kinds if kind in ("date", "datetime")} - {None}
    return Locale(marks.pop() if len(marks) == 1 else "", orders.pop() if len(orders) == 1 else None)


def read_values(
    texts: Sequence[str], field: str, unit: str | None, header: str, locale: Locale | None = None
) -> list[Value]:
    """Value of each distinct, tidied, non-empty text of one column."""
    locale = locale or Locale()
    kind = BY_NAME[field].kind
    if field in _READERS:
        return [_READERS[field](text) for text in texts]
    if kind in ("int", "float"):
        return read_column(texts, field, unit, header, locale.mark)
    if kind in ("date", "datetime"):
        return read_dates(texts, kind == "datetime", header, locale.day_first)
    if field == "tags":
        return [_tag(text, header) for text in texts]
    if field not in _ANSWERED:
        return [_worded(text, field) for text in texts]
    label = re.sub(r"\s*[\[(][^\])]*[\])]|[?*]", "", header).strip()
    answers = _answers(texts, field)
    return [_worded(text, field, answers.get(text.casefold()), label) for text in texts]


def left_as_read(texts: Any, field: str, header: str) -> npt.NDArray[np.bool_]:
    """Texts (large_string) that tidying and `read_values` surely leave as they are; the others are to be read.

    None of a field whose values depend on their column or on a vocabulary: there, few texts differ.
    """
    pattern = _AS_THEY_ARE.get(field)
    if pattern is None and (BY_NAME[field].kind in _READ_BY_COLUMN or field in _READ_ONE_BY_ONE):
        return np.zeros(len(texts), dtype=bool)
    left = pc.match_substring_regex(texts, pattern or _TIDY)
    if field in _NOT_AS_THEY_ARE:
        left = pc.and_not(left, pc.match_substring_regex(texts, _NOT_AS_THEY_ARE[field]))
    said = pa.array([*NULL_WORDS, NOT_APPLICABLE, header.strip().casefold()], pa.large_string())
    left = pc.and_not(left, pc.is_in(pc.utf8_lower(texts), said))
    return np.asarray(left.to_numpy(zero_copy_only=False), dtype=bool)


def spelt_anew(texts: Any, field: str, header: str) -> tuple[Any, Step] | None:
    """What `read_values` surely makes of texts (large_string), null for those that are to be read; and by which step.

    None for a field of which that is known of no text.
    """
    spelling = _SPELLINGS.get(field)
    if spelling is None:
        return None
    spelt = pc.utf8_lower(pc.replace_substring_regex(texts, spelling.pattern, spelling.replacement))
    sure = pc.and_not(
        pc.match_substring_regex(texts, spelling.pattern), pc.match_substring_regex(spelt, spelling.impossible)
    )
    sure = pc.and_not(sure, pc.equal(pc.utf8_lower(texts), header.strip().casefold()))
    return pc.if_else(sure, spelt, pa.scalar(None, texts.type)), spelling.step


def canonical_uuid(text: str) -> str | None:
    """Lower-case UUID with dashes, or None where the text is no UUID."""
    found = _UUID.fullmatch(text.strip())
    return "-".join(found.groups()).lower() if found else None


def _worded(text: str, field: str, answer: bool | None = None, label: str = "") -> Value:
    """Text of a field without a reader of its own: an answer, a list, a closed word, a score, or plain text."""
    if answer is not None and (label or field == "asset_type"):
        return _answered(text, field, answer, label)
    if field in LIST_FIELDS:
        return _items(text)
    if field in CLOSED:
        meaning = closed_word(field, text)
        if meaning is not None:
            return Value(meaning, steps=() if meaning == text else (Step(Rule.VOCABULARY, "to vocabulary"),))
    if field in _SCORED:
        number = _score(text)
        if not math.isnan(number):
            shown = number_text(number)
            return Value(shown, number, () if shown == text else (Step(Rule.SCORE, "score as a number"),))
    plain = collapsed(text)
    return Value(plain, steps=() if plain == text else (Step(Rule.SPACES, "spaces collapsed"),))


def _answers(texts: Sequence[str], field: str) -> dict[str, bool]:
    """What means yes and no in a column. Single letters, and digits under a state or kind, only where all are such."""
    answers = dict.fromkeys(TRUE_WORDS, True) | dict.fromkeys(FALSE_WORDS, False)
    told = {text.casefold() for text in texts}
    for yes, no in ANSWER_PAIRS:
        if told <= {yes, no} and (yes.isalpha() or field in ("asset_type", "lifecycle_status")):
            answers |= {yes: True, no: False}
    return answers


def _answered(text: str, field: str, answer: bool, label: str) -> Value:
    """A yes or no, put into words with its header."""
    if field == "asset_type":
        return _yes_or_no_type(answer, label)
    if field == "lifecycle_status":
        words = [closed_word(field, word) for word in (label, *label.split())]
        state = next((word for word in words if word), None) if answer else None
        step = Step(Rule.YES_NO, f"{label}: yes or no" if state else "yes or no without a state")
        return Value(state, steps=(step,))
    if field in LIST_FIELDS:
        return Value(label, steps=(_YES,)) if answer else Value(None, steps=(Step(Rule.YES_NO, "no value"),))
    return Value(f"{label}: {'yes' if answer else 'no'}", steps=(_YES if answer else _NO,))


def _yes_or_no_type(is_true: bool, label: str) -> Value:
    """Columns such as IsPhysical and Virtual: the header says what a yes means."""
    lowered = label.lower()
    step = Step(Rule.YES_NO, f"{label}: yes or no")
    if re.search(r"ph[yi]si|f[ií]sic|fysiek|物理", lowered):
        return Value("physical" if is_true else "virtual", steps=(step,))
    if re.search(r"virt|仮想|虚拟", lowered) or lowered in ("vm", "is vm", "is_vm", "isvm"):
        return Value("virtual" if is_true else "physical", steps=(step,))
    return Value(None, steps=(Step(Rule.YES_NO, "yes or no without a kind"),))


def _score(text: str) -> float:
    try:
        return read_numeral(text.removesuffix("%").strip(), "", whole=False).number
    except ValueError:
        return math.nan


def _items(text: str) -> Value:
    parts = [collapsed(part).strip() for part in _LIST_SEPARATOR.split(text)]
    kept = list(dict.fromkeys(part for part in parts if part and not is_null(part)))
    if not kept:
        return Value(None, steps=(Step(Rule.LIST, "no value"),))
    joined = "; ".join(kept)
    return Value(joined, steps=() if joined == text else (Step(Rule.LIST, "list split"),))


def _tag(text: str, header: str) -> Value:
    """Key=value. A bare value of a custom column gets its header as key."""
    if re.search(r"[=:{]", text) or header.strip().casefold() in ("tag", "tags", "labels", "label", ""):
        return Value(text)
    return Value(f"{header.strip()}={text}", steps=(Step(Rule.TAG_KEY, "header as key"),))


def _identifier(text: str) -> Value:
    plain = canonical_uuid(text) or re.sub(r"^(\d+)\.0$", r"\1", text)
    return Value(plain, steps=() if plain == text else (_NORMALISED,))


_READERS: dict[str, Callable[[str], Value]] = {
    "ip_address": read_addresses,
    "mac_address": read_macs,
    "hostname": read_host,
    "dep_port": read_port,
    "os_name": read_os_name,
    "os_version": read_os_version,
    "asset_id": _identifier,
    "serial_number": _identifier,
    "application_id": _identifier,
}
_READ_BY_COLUMN = frozenset(("int", "float", "date", "datetime"))
_READ_ONE_BY_ONE = frozenset((*_READERS, *CLOSED, *LIST_FIELDS, *_SCORED, *_ANSWERED, "tags"))
