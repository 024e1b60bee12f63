"""How alike two host names are: one slip of the hand, the next in a row, or another name altogether."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

Codes = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Bits = npt.NDArray[np.float64]

# Bits (see similarity.py) of names that are not the same: a slip of the hand or a suffix, half alike, another
# name, or the next in a row (web01, web02), which is hardly ever the same machine.
SIMILAR_NAME, HALF_NAME, OTHER_NAME, SIBLING_NAME = 4.0, -3.0, -4.0, -6.0
# Where letters of a name stand for site, stage and role, names one letter apart are two machines: a slip of the hand
# stands in one record, a name in several.
TWO_NAMES = -3.0

_ALIKE, _HALF_ALIKE = 92.0, 60.0  # rapidfuzz ratio, 0 to 100
_SHORT = 6  # letters of a name in which one slip already makes another name
_LETTERS = 3  # of a name's beginning or end that make its shape, together with its digits
_AT_ONCE = 65_536
_LOOKED_AT = 512  # first texts of a column: where most differ, finding the few that do not costs more than it saves


@dataclass(frozen=True, slots=True)
class Names:
    """Distinct short names in rising order of hash. `digits`, `letters`: hashes of these parts, letters 0 for none.

    `shapes`: two hashes of each name; a slip of the hand leaves one of them as it was. `uses`: entries of that name.
    """

    hashes: Hashes
    texts: npt.NDArray[np.object_]
    lengths: Codes
    digits: Hashes
    letters: Hashes
    shapes: tuple[Hashes, Hashes]
    uses: Bits

    def positions(self, hashes: Hashes) -> Codes:
        """Where each hash stands, -1 for 0, which is no name."""
        return np.where(hashes != 0, np.searchsorted(self.hashes, hashes), -1).astype(np.int64)

    def likeness(self, one: Codes, other: Codes) -> Bits:
        """Bits for or against names at these positions being names of one machine; they are not equal."""
        same_digits = self.digits[one] == self.digits[other]
        same_letters = (self.letters[one] == self.letters[other]) & (self.letters[one] != 0)
        bits = np.where(same_letters & ~same_digits, SIBLING_NAME, OTHER_NAME)
        left, right = self.texts[one[same_digits]].tolist(), self.texts[other[same_digits]].tolist()
        if left:
            ratio = cpdist(left, right, scorer=fuzz.ratio, dtype=np.float32)
            slips = cpdist(left, right, scorer=OSA.distance, dtype=np.int32)
            length = self.lengths[one[same_digits]], self.lengths[other[same_digits]]
            extended = np.abs(length[0] - length[1]) > 1  # by a dash and a letter at least
            extended[extended] = [_extends(left[at], right[at]) for at in np.flatnonzero(extended).tolist()]
            similar = (
                ((slips <= 1) & (np.minimum(*length) >= _SHORT))
                | (ratio >= _ALIKE)
                | extended
                | same_letters[same_digits]
            )
            established = np.minimum(self.uses[one], self.uses[other])[same_digits] > 1
            half = np.where(ratio >= _HALF_ALIKE, HALF_NAME, OTHER_NAME)
            bits[same_digits] = np.where(similar, np.where(established & ~extended, TWO_NAMES, SIMILAR_NAME), half)
        return bits


def named(texts: npt.NDArray[np.object_], hashes: Hashes) -> Names:
    """Names from texts of entries (one for each entry and name) and their hashes."""
    distinct, first, uses = np.unique(hashes, return_index=True, return_counts=True)
    names = pd.Series(texts[first], dtype="str")
    digits = names.str.replace(r"\D", "", regex=True)
    letters = names.str.replace(r"[\W\d_]", "", regex=True)
    # Names without digits have little else to be told by: more of their letters must agree.
    many = (digits == "").to_numpy()
    begins = letters.str.slice(0, _LETTERS).where(~many, letters.str.slice(0, 2 * _LETTERS))
    ends = letters.str.slice(-_LETTERS).where(~many, letters.str.slice(-2 * _LETTERS))
    return Names(
        distinct,
        names.to_numpy(dtype=object),
        np.asarray(names.str.len(), dtype=np.int64),
        hashed(digits),
        np.where((letters == "").to_numpy(), np.uint64(0), hashed(letters)),
        (hashed(digits + "<" + begins), hashed(digits + ">" + ends)),
        uses.astype(np.float64),
    )


def hashed(values: pd.Series) -> Hashes:
    """Hash of each text, the same wherever it stands; never 0, which stands for no value."""
    looked_at = values.iloc[:_LOOKED_AT]
    if looked_at.nunique() * 2 > len(looked_at) and not values.hasnans:
        return _hashed(values) | np.uint64(1)
    codes, distinct = pd.factorize(values)
    return _hashed(pd.Series(distinct))[codes] | np.uint64(1)


def _hashed(values: pd.Series) -> Hashes:
    """Some at a time: as objects of Python texts take several times their letters."""
    out = np.zeros(len(values), dtype=np.uint64)
    for start in range(0, len(values), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        out[part] = pd.util.hash_array(values.iloc[part].to_numpy(dtype=object), categorize=False)
    return out


def _extends(one: str, other: str) -> bool:
    short, long = (one, other) if len(one) < len(other) else (other, one)
    return long.startswith((short + "-", short + "_"))
