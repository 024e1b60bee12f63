"""Products that a text names: by known spellings in it, by what is left of it, and by likeness to known spellings."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from aidiscover_pipelines.technology.calibration import FITTED
from aidiscover_pipelines.technology.catalogue import (
    CONCEPT,
    PREFIX,
    Product,
    catalogue,
    everyday,
    phrases,
    spellings,
)
from aidiscover_pipelines.technology.spelling import closed, lowered, squashed
from aidiscover_pipelines.technology.versions import Version, read_version

if TYPE_CHECKING:
    from aidiscover_pipelines.technology.model import SpellingModel

# Probabilities of names that are looked up, from the distinct texts of the sample exports read by hand.
SURE, WHOLE = 0.99, 0.95
# A name by likeness must be likely by a wide margin: a wrong product is worse than an unknown text.
LIKELY = 0.7
# A longer text is a sentence, not a name.
_LONGEST_NAME = 60

_SEPARATORS = re.compile(r"[;,|\n\r\t]| \+ |\s/\s")
_PIECES = re.compile(r"[/&()\[\]]|\b(?:and|und|et|on|auf|sur|with|mit|avec)\b|\s-\s")
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST_LETTERS = 4
_WORD = re.compile(r"[^\W_]+")
_TRAILING = re.compile(r"\d[\d.]*[a-z]?$")
_EL_KERNEL = re.compile(r"\b\d+\.\d+\.\d+-\S*?\.el(\d+)\S*")
_KERNEL = re.compile(r"\b\d+\.\d+\.\d+-\d\S*")
_EL = re.compile(r"(?<!\w)el(?=[\s\-_]?[4-9](?:\.\d+)?(?:[\s(]|$))")
_BITS = re.compile(r"\(?\b(?:32|64)[\s-]?bit\b\)?")
# What may stand beside a name without changing it.
_FILLERS = re.compile(
    r"\b(?:v?\d+(?:[.x]\w+)*[a-z]?\d?|r[12]|sp\d|enterprise|standard|std|edition|ed|ee|se\d?|server|srv|database|datenbank|"
    r"db|rac|cluster|clustered|express|community|developer|professional|pro|release|version|ver|rel|patch|latest|instance|x64|x86|"
    r"or|later|higher|above|oder|hoher|production|prod|on|prem|premise|lts|legacy|custom)\b|[^\w+#.]"
)
# Systems that give way to a more exact one beside them ("Linux" beside "Red Hat 7").
_GENERIC = frozenset({"windows", "linux", "unix", "gnu", "bsd", "mainframe-platform", "windows-desktop"})


@dataclass(frozen=True, slots=True)
class Named:
    """What a part of a text names: a product of the catalogue, or nothing known."""

    mention: str
    product: Product | None
    version: Version
    confidence: float


def read_texts(texts: Sequence[str], *, guess: bool = True) -> list[list[Named]]:
    """What each text names, in its order. A part that names nothing known is a row without product.

    With `guess` unknown parts are compared with all spellings; without it they are left out, as in a description.
    A concept (a web server, the cloud) is no product: it is left out beside others, and alone it is unknown.
    """
    parts = [list(dict.fromkeys(" ".join(part.split()) for part in _SEPARATORS.split(text))) for text in texts]
    read = {part: _looked_up(part) for part in dict.fromkeys(part for some in parts for part in some) if part}
    if guess:
        unknown = [part for part, named in read.items() if not named]
        likely = _by_likeness([part for part in unknown if _may_be_name(part)])
        read |= {part: [likely.get(part) or Named(part, None, Version(), 0.0)] for part in unknown}
    told = [_told(one for part in some for one in read.get(part, ())) for some in parts]
    return told if guess else [[one for one in some if one.product] for some in told]


def _told(named: Iterator[Named]) -> list[Named]:
    """Each product once for each version, once at all where a version is told; generic systems give way."""
    rows: dict[tuple[str, str], Named] = {}
    concepts = []
    for one in named:
        if one.product and one.product.category == CONCEPT:
            concepts.append(Named(one.mention, None, Version(), 0.0))
        else:
            rows.setdefault((one.product.key, one.version.text) if one.product else ("", one.mention), one)
    if not rows:
        return concepts[:1]
    versioned = {key for key, version in rows if version}
    systems = {one.product.key for one in rows.values() if one.product and one.product.category == "operating system"}
    return [
        one
        for (key, version), one in rows.items()
        if not key or ((version or key not in versioned) and not (key in _GENERIC and not version and systems - {key}))
    ]


def _looked_up(segment: str) -> list[Named]:
    """Products that a part of a text names by a known spelling."""
    plain = _BITS.sub(" ", lowered(segment))
    if "el" in plain or "-" in plain:
        plain = _EL.sub("rhel ", _KERNEL.sub(" ", _EL_KERNEL.sub(r"el \1", plain)))
    named = _whole(segment, plain, plain, SURE)
    if named:
        return named
    rest, named = _inside(segment, plain)
    for piece in _PIECES.split(rest) if named else [plain]:
        named += _whole(segment, plain, _FILLERS.sub(" ", piece), WHOLE)
    return named


def _inside(segment: str, plain: str) -> tuple[str, list[Named]]:
    """Products whose spelling stands in the text, and what is left of it."""
    found: list[Named] = []
    spans = [match.span() for match in _WORD.finditer(plain)]
    left = plain
    done = 0
    for number, (start, end) in enumerate(spans):
        if start < done or (end - start >= PREFIX and plain[start : start + PREFIX] not in phrases()):
            continue
        match = _phrase(plain, spans[number : number + 8])
        if match is None:
            continue
        key, end = match
        product = catalogue()[key]
        version, stop = read_version(product.lifecycle or key, plain, start, _name_end(product, plain, start, end))
        done = max(stop, end)
        left = left[:start] + "&" * (done - start) + left[done:]
        found.append(Named(segment, product, version, SURE))
    return left, found


def _phrase(plain: str, spans: Sequence[tuple[int, int]]) -> tuple[str, int] | None:
    """Key and end of the longest spelling that begins with the first word: it ends with a word, or before a number."""
    letters = "".join(plain[start:end] for start, end in spans)
    ends = list(accumulate(end - start for start, end in spans))
    for phrase, key in phrases().get(letters[:PREFIX], ()):
        size = len(phrase)
        if not letters.startswith(phrase):
            continue
        word = next(index for index, end in enumerate(ends) if size <= end)
        at_end = ends[word] == size
        before_number = not at_end and phrase[-1].isalpha() and letters[size].isdigit()
        before_release = not at_end and phrase[-1].isdigit() and letters.startswith(("r2", "sp"), size)
        start = spans[0][0]
        stop = spans[word][1] - (ends[word] - size)
        if (at_end or before_number or before_release) and (
            size >= 6 or " " not in plain[start:stop] or (at_end and _spaced(phrase, key))
        ):
            return key, stop
    return None


@cache
def _spaced(phrase: str, key: str) -> bool:
    """Whether a short spelling is written with a blank ("VB 6"), so that other blanks do not make one ("i is")."""
    return any(squashed(spelling) == phrase and " " in spelling.strip() for spelling in catalogue()[key].inside)


def _name_end(product: Product, plain: str, start: int, end: int) -> int:
    """Where the name ends and its version begins: "VB6", "Oracle 11g" and "Access 97" end in one, "Db2" does not."""
    told = _TRAILING.search(plain[:end], start)
    if told is None or squashed(product.name).endswith(squashed(plain[start:end])):
        return end
    return told.start() if squashed(plain[start : told.start()]) in _stems(product.key) else end


@cache
def _stems(key: str) -> frozenset[str]:
    """Spellings of a product, and what is left of those that differ in their last number only."""
    product = catalogue()[key]
    known = {squashed(spelling) for spelling in (*product.inside, *product.whole)}
    cut = Counter(match.group(1) for match in (re.match(r"(.*?[a-z])\d+[a-z]?$", one) for one in known) if match)
    return frozenset(known | {stem for stem, count in cut.items() if count > 1})


def _whole(segment: str, plain: str, candidate: str, confidence: float) -> list[Named]:
    """The product that `candidate`, a part of `plain`, is a spelling of."""
    key = spellings().get(closed(candidate))
    if key is None:
        return []
    product, parts = catalogue()[key], candidate.split()
    start = max(plain.find(parts[0]), 0)
    end = max(plain.find(parts[-1], start) + len(parts[-1]), start)
    version, _ = read_version(product.lifecycle or key, plain, start, _name_end(product, plain, start, end))
    return [Named(segment, product, version, confidence)]


def _may_be_name(part: str) -> bool:
    return len(part) <= _LONGEST_NAME and len(_LETTER.findall(part)) >= _FEWEST_LETTERS


def _by_likeness(mentions: Sequence[str]) -> dict[str, Named]:
    """Names of the unknown parts that are like enough to a known spelling, with their version."""
    names = {mention: " ".join(_FILLERS.sub(" ", lowered(mention)).split()) for mention in mentions}
    names = {mention: name for mention, name in names.items() if len(_LETTER.findall(name)) >= _FEWEST_LETTERS}
    if not names:
        return {}
    best, figures = _model().answer(list(names.values()))
    chances = FITTED.probability(figures).tolist()
    found: dict[str, Named] = {}
    for mention, key, chance in zip(names, best, chances, strict=True):
        product = catalogue().get(key)
        if product is not None and chance >= LIKELY:
            found[mention] = Named(mention, product, _any_version(product, mention), round(chance, 2))
    return found


def _any_version(product: Product, mention: str) -> Version:
    plain = lowered(mention)
    number = re.search(r"(?<![\w.])v?(?=\d)", plain)
    return read_version(product.lifecycle or product.key, plain, 0, number.start())[0] if number else Version()


@cache
def _model() -> "SpellingModel":
    # Loading definitions must not wait for scikit-learn, which only unknown spellings need.
    from aidiscover_pipelines.technology.model import SpellingModel

    rows = [(text, product.key) for product in catalogue().values() for text in (*product.inside, *product.whole)] + [
        (text, f"none: {kind}") for kind, text in everyday("learned")
    ]
    return SpellingModel(*zip(*rows, strict=True))
