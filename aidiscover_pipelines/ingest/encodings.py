"""Which legacy encoding a text is in: the one whose reading is likeliest in some language, or none for certain.

Each encoding that can decode the text gives a reading; a reading is as likely as its letters are common in the best of
the encoding's languages. A wrong guess is worse than a refusal, so another reading must be clearly less likely.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import log

from aidiscover_pipelines.ingest import alphabets

MARGIN, RARE_MARGIN = 2.5, 5.0  # nats: twelve times as likely as the next that differs, for the commonest; else 150
OWN_SHARE = 0.95  # of the letters are of the text's main language, the rest of any language of the code page
CAPITAL_SHARE = 0.1
SIGN_SHARE, RARE_SIGN_SHARE = 0.03, 0.002
UNKNOWN = 1e-7
IMPLAUSIBLE = -5.0  # nats for a sign inside a word, two scripts in a word, or a capital after a small letter
IDEOGRAPH_FLOOR, LATIN_FLOOR, LETTER_FLOOR = -8.8, -5.0, -4.0
JUDGED_LETTERS, MISFIT = 6, 1.6  # a cell of so many letters, so much less likely than the floor

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_DASHES = "\u2010-\u2015\u2019\u00b7"  # with the apostrophe and the Catalan dot: what does stand inside words
_SIGN_IN_WORD = re.compile(rf"(?<=[^\W\d_])(?:[^\w\s!-~{_DASHES}]|[²³¹ºª¼½¾])(?=[^\W\d_])")
_CAPITAL_IN_WORD = re.compile(r"[a-zß-öø-ÿа-яёα-ω](?=[À-ÖØ-ÞĂĄĆČĎĐĘĚĞİŁŃŇŐŘŚŞŠŢŤŮŰŹŻŽА-ЯЁΑ-Ω])")
_SMALL_BEFORE_CAPITAL = re.compile(r"[ß-öø-ÿ](?=[A-Z])")
_ASCII_SIGN_AT_ACCENT = re.compile(r"[^\x00-\x7f][`{}~^@\[\]\\](?=[^\W\d_])")
_ACCENTS_IN_ROW = re.compile(r"[À-ÖØ-öø-ɏ]{2}(?=[À-ÖØ-öø-ɏ])")
_LONE_ACCENT = re.compile(r"(?<![^\W\d_])(?![àáèéêóòùìåÀÈÉ])[À-ÖØ-öø-ɏ](?![^\W\d_])")
_BROKEN_BY_ASCII = (_SMALL_BEFORE_CAPITAL, _ASCII_SIGN_AT_ACCENT)
_TWO_SCRIPTS = re.compile(r"[A-Za-z](?=[^\W\d_A-Za-z])|[^\W\d_A-Za-z](?=[A-Za-z])")
_NO_TEXT = re.compile("[\u0080-\u009f\ue000-\uf8ff]")  # controls and private characters stand where nothing is assigned
_LONE_IDEOGRAPH = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f](?=[A-Za-z])")


@dataclass(frozen=True, slots=True)
class Encoding:
    """One legacy encoding. `prior`: nats by which it is rarer than the first of its kind in exports."""

    codec: str
    label: str
    languages: tuple[str, ...]
    prior: float = 0.0
    latin: bool = False
    ideographs: bool = False

    @property
    def floor(self) -> float:
        """Mean nats per letter below which a reading is no language."""
        return IDEOGRAPH_FLOOR if self.ideographs else LATIN_FLOOR if self.latin else LETTER_FLOOR


ENCODINGS = (
    Encoding("cp1252", "Windows-1252", alphabets.WESTERN, latin=True),
    Encoding("iso8859-15", "ISO-8859-15", alphabets.WESTERN, -1, latin=True),
    Encoding("cp1250", "Windows-1250", alphabets.CENTRAL, -3.5, latin=True),
    Encoding("iso8859-2", "ISO-8859-2", alphabets.CENTRAL, -4.5, latin=True),
    Encoding("cp1254", "Windows-1254", alphabets.TURKISH, -3.5, latin=True),
    Encoding("cp1257", "Windows-1257", alphabets.BALTIC, -3.5, latin=True),
    Encoding("cp850", "DOS code page 850", alphabets.WESTERN, -5, latin=True),
    Encoding("mac_roman", "Mac Roman", alphabets.WESTERN, -5, latin=True),
    Encoding("cp1251", "Windows-1251", alphabets.CYRILLIC),
    Encoding("koi8_r", "KOI8-R", alphabets.CYRILLIC, -2),
    Encoding("cp866", "DOS code page 866", alphabets.CYRILLIC, -2),
    Encoding("iso8859-5", "ISO-8859-5", alphabets.CYRILLIC, -2),
    Encoding("cp1253", "Windows-1253", alphabets.GREEK),
    Encoding("cp1255", "Windows-1255", alphabets.HEBREW, -3),
    Encoding("cp1256", "Windows-1256", alphabets.ARABIC, -3),
    Encoding("gb18030", "GB18030", (alphabets.SIMPLIFIED,), ideographs=True),
    Encoding("cp950", "Big5", (alphabets.TRADITIONAL,), ideographs=True),
    Encoding("cp932", "Shift-JIS", (alphabets.JAPANESE,), ideographs=True),
    Encoding("euc_jp", "EUC-JP", (alphabets.JAPANESE,), ideographs=True),
    Encoding("cp949", "EUC-KR", (alphabets.KOREAN,), ideographs=True),
)


def likeliest(sample: bytes) -> Encoding | None:
    """The encoding of a sample that is not Unicode; None where no reading stands out. The sample is whole cells."""
    readings: list[tuple[float, str, Encoding]] = []
    for encoding in ENCODINGS:
        try:
            text = sample.decode(encoding.codec)
        except UnicodeDecodeError:
            continue
        score, letters = _likelihood(text, encoding)
        if not _NO_TEXT.search(text) and score >= encoding.floor * letters:
            readings.append((score + encoding.prior, text, encoding))
    readings.sort(key=lambda reading: -reading[0])
    if not readings:
        return None
    best, text, encoding = readings[0]
    others = [score for score, other, _ in readings[1:] if other != text]
    margin = MARGIN if encoding is ENCODINGS[0] else RARE_MARGIN
    return encoding if not others or best - max(others) >= margin else None


def misfit(cells: Iterable[bytes], encoding: Encoding) -> bytes | None:
    """The first cell that is in another encoding: long enough to judge and no language, or a word that `Größe` gave."""
    for cell in cells:
        text = cell.decode(encoding.codec)
        score, letters = _likelihood(text, encoding)
        is_no_language = letters >= JUDGED_LETTERS and score < MISFIT * encoding.floor * letters
        is_latin_word = encoding.ideographs and score <= _UNKNOWN_NATS * letters and _LONE_IDEOGRAPH.search(text)
        if is_no_language or is_latin_word:
            return cell
    return None


def _likelihood(text: str, encoding: Encoding) -> tuple[float, int]:
    """Log-likelihood of the characters that are not ASCII, in nats, and how many there are."""
    letters = Counter(_NOT_ASCII.findall(text))
    best = max(
        sum(count * shares.get(letter, _UNKNOWN_NATS) for letter, count in letters.items())
        for shares in _nats(encoding.languages, encoding.ideographs)
    )
    if encoding.ideographs:
        patterns: Sequence[re.Pattern[str]] = (_LONE_IDEOGRAPH,)
    elif encoding.latin:
        patterns = (_SIGN_IN_WORD, _CAPITAL_IN_WORD, _ACCENTS_IN_ROW, _LONE_ACCENT, *_BROKEN_BY_ASCII)
    else:
        patterns = (_SIGN_IN_WORD, _CAPITAL_IN_WORD, _TWO_SCRIPTS)
    return best + IMPLAUSIBLE * sum(len(pattern.findall(text)) for pattern in patterns), letters.total()


_UNKNOWN_NATS = log(UNKNOWN)


@cache
def _nats(languages: tuple[str, ...], ideographs: bool) -> list[dict[str, float]]:
    """For each language: character -> log of its share among the characters that are not ASCII."""
    shares = [_ideographs(listed) if ideographs else _letters(listed) for listed in languages]
    mixed: dict[str, float] = {}
    for language in shares:
        for letter, share in language.items():
            mixed[letter] = mixed.get(letter, 0.0) + share / len(shares)
    return [
        {
            letter: log(OWN_SHARE * language.get(letter, 0.0) + (1 - OWN_SHARE) * share)
            for letter, share in mixed.items()
        }
        for language in shares
    ]


def _letters(listed: str) -> dict[str, float]:
    found = {letter: float(weight) for letter, weight in re.findall(r"(\D)(\d+)", listed)}
    total = sum(found.values())
    shares = {letter: weight / total for letter, weight in found.items()}
    capitals = {letter.upper(): CAPITAL_SHARE * share for letter, share in shares.items() if len(letter.upper()) == 1}
    signs = dict.fromkeys(alphabets.SIGNS, SIGN_SHARE) | dict.fromkeys(alphabets.RARE_SIGNS, RARE_SIGN_SHARE)
    return signs | capitals | shares


def _ideographs(listed: str) -> dict[str, float]:
    common = dict.fromkeys(listed, 0.0)
    if listed == alphabets.JAPANESE:
        kana = [chr(code) for code in (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7))]
        groups = [(kana, 0.5), (list(common), 0.3), (_level_one("euc_jp", 0xB0, 0xCF), 0.1)]
    elif listed == alphabets.KOREAN:
        groups = [(list(common), 0.7), (_level_one("euc_kr", 0xB0, 0xC8), 0.25)]
    elif listed == alphabets.TRADITIONAL:
        groups = [(list(common), 0.7), (_level_one("big5", 0xA4, 0xC6), 0.25)]
    else:
        groups = [(list(common), 0.7), (_level_one("gb2312", 0xB0, 0xD7), 0.25)]
    full_width = [chr(code) for code in range(0xFF10, 0xFF5B)]
    groups += [(list(alphabets.EAST_ASIAN_SIGNS), 0.1), (full_width, 0.05)]
    shares: dict[str, float] = {}
    for characters, share in groups:
        for character in characters:
            shares[character] = shares.get(character, 0.0) + share / len(characters)
    return shares


def _level_one(codec: str, first: int, last: int) -> list[str]:
    """The characters of a national standard's first level, which holds the common ones."""
    cells = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in range(0x40, 0xFF))
    decoded = (cell.decode(codec, errors="ignore") for cell in cells)
    return [character for character in decoded if len(character) == 1]
