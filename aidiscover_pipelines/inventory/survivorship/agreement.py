"""Whether two values of one field say the same: what a consultant would call a contradiction, and what spelling."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.inventory.survivorship.rules import Agreement

_remembered = lru_cache(maxsize=50_000)  # texts of a portfolio repeat; a long-lived process must not keep them all

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"})
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+", re.IGNORECASE)
_IP = re.compile(r"[0-9.]+|[0-9a-f:]*:[0-9a-f:]*", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HEX = re.compile(r"[0-9a-f]{32}")
# Word size, service packs and editions are precision; "enterprise" names some systems and an edition of others.
_SYSTEM_DETAIL = re.compile(r"\b(?:32|64)[ -]?bits?\b|\bx86(?:_64)?\b|\bx64\b|\bamd64\b|\bsp ?\d+\b", re.IGNORECASE)
# fmt: off
_SYSTEM_NOISE = frozenset((
    "standard", "datacenter", "enterprise", "server", "edition", "essentials", "foundation", "professional", "core",
    "lts", "microsoft", "r2", "the", "gnu", "operating", "system", "version", "release", "or", "later", "for",
))
# fmt: on
_SYSTEM_ALIASES = {
    "rhel": ("red", "hat", "linux"),
    "sles": ("suse", "linux"),
    "win": ("windows",),
    "ol": ("oracle", "linux"),
}
_MAIN_VERSIONS = re.compile(r"\d+(?:\.\d+)*(?:/\d+)*")
# Makers of several platforms: their name alone makes no two products one.
_MAKERS = frozenset(("microsoft", "amazon", "google", "oracle", "ibm", "red", "hat", "server", "cloud"))
_PLATFORMS = dict.fromkeys(("vsphere", "esx", "esxi", "vcenter"), "vmware")
_FIRST_YEAR = 1951  # smaller numbers are versions


def agree(kinds: Objects, left: pd.DataFrame, right: pd.DataFrame, tolerance: Numbers) -> Flags:
    """Pair by pair, whether two values agree. Frames have value and number; kinds are Agreement. Shape: (pairs,)."""
    out: Flags = np.ones(len(kinds), dtype=bool)
    a, b = left["number"].to_numpy(float), right["number"].to_numpy(float)
    numeric = kinds == Agreement.NUMBER
    # A text where a number belongs agrees with none: comparing with NaN is false.
    out[numeric] = (np.abs(a - b) <= tolerance * np.maximum(np.abs(a), np.abs(b)))[numeric]
    texts = np.flatnonzero(~numeric & (kinds != Agreement.ANY))
    if not len(texts):
        return out
    asked = pd.DataFrame(
        {
            "kind": kinds[texts],
            "left": left["value"].to_numpy(dtype=object)[texts],
            "right": right["value"].to_numpy(dtype=object)[texts],
            "tolerance": tolerance[texts],
        }
    )
    codes = asked.groupby(list(asked), sort=False, dropna=False).ngroup().to_numpy()
    first = asked[~asked.duplicated()]
    told = [_same(*row) for row in first.itertuples(index=False, name=None)]
    out[texts] = np.array(told, dtype=bool)[codes]
    return out


def precision(kind: str, value: str) -> int:
    """How much a text tells beyond others that agree with it: its words. Texts that are not compared so: 0."""
    return len(words(value)) if kind in (Agreement.WORDS, Agreement.SYSTEM, Agreement.VERSION) else 0


def _same(kind: str, left: str, right: str, tolerance: float) -> bool:
    return left == right or (_days(left, right, tolerance) if kind == Agreement.DAY else _COMPARED[kind](left, right))


def _days(left: str, right: str, tolerance: float) -> bool:
    known = _DAY.match(left), _DAY.match(right)
    if known[0] and known[1]:
        try:
            days = [date.fromisoformat(found[0]) for found in known if found]
        except ValueError:
            return left[:10] == right[:10]
        return abs((days[0] - days[1]).days) <= tolerance
    return left.startswith(right) or right.startswith(left)


@_remembered
def words(text: str) -> frozenset[str]:
    """Words in plain letters: no case, accents or order; of a mail address the name."""
    name, at, domain = text.partition("@")
    folded = (name if at and "." in domain and " " not in text.strip() else text).casefold().translate(_UMLAUTS)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(letter))
    return frozenset(_WORD.findall(plain))


def _by_words(left: str, right: str) -> bool:
    one, other = words(left), words(right)
    return one <= other or other <= one or _letters(left) == _letters(right)


def _by_term(left: str, right: str) -> bool:
    return _letters(left) == _letters(right)


@_remembered
def _letters(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))


def _by_system(left: str, right: str) -> bool:
    (family, numbers), (other_family, other_numbers) = _system(left), _system(right)
    if not (family <= other_family or other_family <= family):
        return False
    comparable = numbers and other_numbers and (min(numbers) >= _FIRST_YEAR) == (min(other_numbers) >= _FIRST_YEAR)
    return not comparable or bool(numbers & other_numbers)


@_remembered
def _system(text: str) -> tuple[frozenset[str], frozenset[int]]:
    """Family words, and main version: all of "CentOS 4/5/6", of "7.9" the 7."""
    bare = _SYSTEM_DETAIL.sub(" ", text)
    family: set[str] = set()
    for word in words(bare):
        letters = word.rstrip("0123456789")
        if letters and letters not in _SYSTEM_NOISE and word not in _SYSTEM_NOISE and letters[0].isalpha():
            family.update(_SYSTEM_ALIASES.get(letters, (letters,)))
    found = _MAIN_VERSIONS.search(bare)
    told = found[0].split("/") if found else []
    return frozenset(family), frozenset(int(number.split(".")[0]) for number in told)


def _by_version(left: str, right: str) -> bool:
    one, other = ([int(number) for number in _NUMBER.findall(text)] for text in (left, right))
    if not one or not other:
        return bool(one) != bool(other) or _by_words(left, right)
    if (one[0] >= _FIRST_YEAR) != (other[0] >= _FIRST_YEAR):
        return True
    # Windows counts 10.0 since 2015; its build tells the release.
    told = 3 if one[:2] == other[:2] == [10, 0] else 2
    return all(a == b for a, b in zip(one[:told], other[:told], strict=False))


def _by_name(left: str, right: str) -> bool:
    return _short(left) == _short(right)


@_remembered
def _short(text: str) -> str:
    plain = text.strip().casefold().replace("_", "-")
    return plain if _IP.fullmatch(plain) else plain.split(".")[0]


def _by_identifier(left: str, right: str) -> bool:
    one, other = _identifier(left), _identifier(right)
    return one[0] != other[0] or one[1] == other[1]


@_remembered
def _identifier(text: str) -> tuple[str, str]:
    """Kind and canonical writing; a UUID is the smaller of its two byte orders."""
    plain = re.sub(r"[^0-9a-z]", "", text.casefold().removeprefix("vmware-"))
    if _HEX.fullmatch(plain):
        swapped = plain[6:8] + plain[4:6] + plain[2:4] + plain[0:2] + plain[10:12] + plain[8:10] + plain[14:16]
        return "uuid", min(plain, swapped + plain[12:14] + plain[16:])
    return ("path" if ":" in text or "/" in text else "serial"), plain


def _by_product(left: str, right: str) -> bool:
    if is_host(left) or is_host(right):
        return True
    one, other = _product(left), _product(right)
    return not one or not other or bool(one & other)


@_remembered
def _product(text: str) -> frozenset[str]:
    return frozenset(_PLATFORMS.get(word, word) for word in words(text) if not word.isdigit()) - _MAKERS


@_remembered
def is_host(text: str) -> bool:
    """Whether a text is the name or address of a machine."""
    return bool(_HOST.fullmatch(text.strip()))


_COMPARED: Mapping[str, Callable[[str, str], bool]] = {
    Agreement.WORDS: _by_words,
    Agreement.TERM: _by_term,
    Agreement.SYSTEM: _by_system,
    Agreement.VERSION: _by_version,
    Agreement.NAME: _by_name,
    Agreement.IDENTIFIER: _by_identifier,
    Agreement.PRODUCT: _by_product,
}
