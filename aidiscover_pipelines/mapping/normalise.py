"""Header texts taken apart: from 'u_cpuCount (optional)' or 'Größe[GB] *' to plain lower-case words.

What counts as one header may be written in snake, camel, dots or prose; the words that come out are the same.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# German writers without umlauts spell them out, so both spellings must meet; other accents are simply dropped.
_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "œ": "oe", "Œ": "Oe", "æ": "ae"}
)
_SIGNS = (
    (re.compile(r"[Nn][°º]|\u2116"), " number "),
    (re.compile(r"#\s*(?=\d)"), " "),
    (re.compile(r"#"), " number "),
    (re.compile(r"%"), " percent "),
    (re.compile(r"(?<![A-Za-z])([KMG])Hz(?![a-z])"), r" \1hz "),
    (re.compile(r"&amp;|&"), " and "),
)
# Marks that export templates put around a header: mandatory, optional, yes/no, as displayed.
_DECORATION = re.compile(
    r"[\(\[]\s*(?:optional|required|mandatory|opt\.?|y\s*/\s*n|yes\s*/\s*no|ja\s*/\s*nein|oui\s*/\s*non|si\s*/\s*no|"
    r"s\s*/\s*n|j\s*/\s*n|display(?:ed)?(?: value)?)\s*[\)\]]",
    re.IGNORECASE,
)
_FLAG = re.compile(
    r"[\(\[]\s*(?:y\s*/\s*n|yes\s*/\s*no|ja\s*/\s*nein|oui\s*/\s*non|si\s*/\s*no|s\s*/\s*n|j\s*/\s*n)\s*[\)\]]", re.I
)
# Prefixes of custom columns and of table names in configuration databases: they name the store, not the content.
_STORE_PREFIX = re.compile(
    r"^(?:u_|x_[a-z0-9]+_|cmdb_ci_|cmdb_|ci_|v_gs_|v_r_|cf_|attr_|lx(?=[A-Z])|c_)", re.IGNORECASE
)
_UNIT_IN_CAMEL = re.compile(r"(?<=[a-z0-9\s_(\[])([KMGT]i?[Bb])(?=$|[^a-z])")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Words in which a digit carries meaning and must stay.
_NUMBERED = re.compile(r"(?<![\dp.])\b[A-Za-z]*[ _#-]*[1-9]\d?\b(?!\s*(?:th|%|[.]))")
_KEEPS_DIGIT = re.compile(r"^(?:ipv?[46]|p\d\d|[567]rs?|level[12]|raid\d+|h2|db2|y2k|l[123]|win32|x86|x64)$")
_WORD = re.compile(r"[a-z]+[0-9]*|[0-9]+|[^\W\d_a-z]+")
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def fold(text: str) -> str:
    """Text without accents and compatibility forms; umlauts are spelled out. Case stays."""
    spelled = unicodedata.normalize("NFC", text).translate(_SPELLED_OUT)
    split = unicodedata.normalize("NFKD", spelled)
    return unicodedata.normalize(
        "NFC", "".join(mark for mark in split if not unicodedata.combining(mark) or mark in "\u3099\u309a")
    )


def is_flag(header: str) -> bool:
    """Whether the header itself says that its values are yes or no."""
    return bool(_FLAG.search(header)) or header.rstrip().endswith("?")


def is_numbered(header: str) -> bool:
    """Whether the header is one of a numbered group, such as 'Disk 2 size'."""
    return bool(_NUMBERED.search(header))


@lru_cache(maxsize=1 << 16)  # a wording is taken apart for its words, its letters and its spelling
def words(header: str) -> tuple[str, ...]:
    """Lower-case words of a header in order; index numbers ('Disk 1', 'Name0') are dropped. Empty header: ()."""
    text = _DECORATION.sub(" ", fold(header))
    text = _STORE_PREFIX.sub("", text.strip(" *\t\n"))
    for sign, name in _SIGNS:
        text = sign.sub(name, text)
    text = _UNIT_IN_CAMEL.sub(r" \1 ", text)
    text = re.sub(r"\b([KMGT])i\s?[Bb]\b", lambda unit: f" {unit[1].lower()}ib ", text)
    text = re.sub(r"(?<![a-z])([KMGTM])([Bb])ps?(?![a-z])", r" \1\2 ps ", text)
    # Acronyms in the plural and products that begin with a small v are one word: 'NICs', 'IPv4', 'vCPUs', 'VCenterId'.
    text = re.sub(r"(?<![A-Za-z])([A-Z]{2,})s(?![a-z])|(IP)(?=v[46])", lambda word: (word[1] or word[2]).lower(), text)
    text = re.sub(r"(?<![A-Za-z])[vV]((?:[A-Z]{2,}s?(?![a-z]))|[A-Z][a-z]+)", lambda word: f"v{word[1].lower()} ", text)
    text = re.sub(r"\bI/O\b", "io", text)
    text = _CAMEL.sub(" ", text).lower()
    return tuple(_without_index(_WORD.findall(text)))


def _without_index(found: Iterable[str]) -> Iterable[str]:
    for word in found:
        if CJK.search(word) or _KEEPS_DIGIT.match(word):
            yield word
        elif not word.isdigit():
            yield word.rstrip("0123456789")


def compact(header: str) -> str:
    """The words run together: 'SM-Bios Id' and 'smbiosid' are the same."""
    return "".join(words(header))


def segments(header: str) -> tuple[str, ...]:
    """Parts of a composite header, last first: 'Finance - Supplier', 'mgn:app:name', 'OS.Name'; () if it is plain."""
    parts = [part.strip() for part in re.split(r"\s+[-\u2013>|/]\s+|::+|:|\.|->", header) if part.strip()]
    return tuple(reversed(parts)) if len(parts) > 1 else ()
