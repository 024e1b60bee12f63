"""Personal data in text: e-mail addresses, telephone numbers, and the names of people that records call owners."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import phonenumbers

from aidiscover_pipelines.governance.redaction.search import Span, in_lower_case, places, windows
from aidiscover_pipelines.governance.redaction.words import any_of, plain_words

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_LONGEST_EMAIL = 320

# Digits and what groups them; everything about telephones is looked for within.
_DIGITS = re.compile(r"[+(]?\d[\d ().\-/\u00a0]{5,}\d")
_SEPARATED = r"\d[\d ().\-/\u00a0]{5,20}\d"
_PHONE_ANCHORS = plain_words("phone_anchors")
_NAMED = re.compile(
    rf"(?i)(?<![\w-])(?:{any_of('phones')})(?: ?(?:no|nr|number|nummer|num)\b)?\.?[\s:#=\uff1a]{{1,3}}"
    rf"(?P<value>\(?\+?{_SEPARATED})(?!\w)"
)
_ABROAD = re.compile(rf"(?<![\w+.])(?:\+|00(?=\d{{1,3}}[ \-/(])){_SEPARATED}(?!\w)")
_NORTH_AMERICA = re.compile(r"(?<![\w.+/-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w/-]|\.\d)")
# With the leading zero of Europe and Japan. Hyphens alone make a number only as Japan and Germany set them.
_TRUNK = re.compile(
    r"(?<![\w.+:/-])(?:(?:\(0\d{1,4}\) ?|0\d{1,5}(?: ?/ ?| ))\d{2,8}(?:[- ]\d{1,6}){0,4}|0\d(?:\.\d\d){4}"
    r"|0\d{1,4}-\d{1,4}-\d{4}|0\d{2,5}-\d{5,8})(?![\w/:-]|\.\d)"
)
_REGIONS: tuple[tuple[re.Pattern[str], tuple[str | None, ...]], ...] = (
    (_ABROAD, (None,)),
    (_NORTH_AMERICA, ("US",)),
    (_TRUNK, ("DE", "GB", "FR", "IT", "NL", "JP")),
)
_DATE = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d|(?:19|20)\d\d[-/.]\d\d[-/.]\d\d")
_DOTTED = re.compile(r"\d{1,5}(?:\.\d{1,5}){2,4}")
# MAC addresses, SMBIOS UUIDs and serial numbers of VMware come in pairs, as French telephone numbers do.
_PAIRS = re.compile(r"(?:[\da-fA-F]{2}[:-]){5}|(?:[\da-fA-F]{2}[ -]){7}")
_FEWEST_DIGITS = 7


def email_spans(text: str) -> Iterator[Span]:
    """Where e-mail addresses stand."""
    for start, end in windows(text, ("@",), _LONGEST_EMAIL, _LONGEST_EMAIL):
        for match in _EMAIL.finditer(text, start, end):
            yield match.span()


def phone_spans(text: str, lowered: str) -> Iterator[Span]:
    """Where telephone numbers stand: international ones, and national ones of a known plan or after a word for them.

    `lowered` is `in_lower_case(text)`.
    """
    for start, end in windows(lowered, _PHONE_ANCHORS, 8, 64):
        for match in _NAMED.finditer(text, start, end):
            number = match["value"]
            if sum(map(str.isdigit, number)) >= _FEWEST_DIGITS and not _is_date_or_version(number):
                yield match.span("value")
    known: dict[str, bool] = {}
    for digits in _DIGITS.finditer(text):
        start, end = digits.span()
        for pattern, regions in _REGIONS:
            for match in pattern.finditer(text, start, end):
                number = match[0]
                if number not in known:
                    known[number] = not _DATE.search(number) and any(_is_number(number, region) for region in regions)
                if known[number] and not _PAIRS.search(text, max(0, start - 48), end + 48):
                    yield match.span()


def _is_date_or_version(number: str) -> bool:
    return bool(_DATE.search(number) or _DOTTED.fullmatch(number))


def _is_number(text: str, region: str | None) -> bool:
    """Whether a numbering plan knows it. Nine digits are the fewest that tell a national number from an inventory's."""
    if region and sum(map(str.isdigit, text)) < 9:
        return False
    number = f"+{text[2:]}" if region is None and text.startswith("00") else text
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


# Owners that are no persons keep their names.
_NO_PERSON = frozenset(plain_words("organisations"))
_TITLE = re.compile(
    r"(?i)^(?:mr|mrs|ms|dr|prof|herrn?|frau|mme|mlle|monsieur|madame|sig|sig\.ra|sr|sra|dhr|mevr|ing|dipl|ci?o|cto|ceo)\.?\s+"
)
_SALUTATIONS = plain_words("salutation_anchors")
_SALUTED = re.compile(
    rf"(?<!\w)(?:{any_of('salutations')})\s+"
    r"(?P<value>[^\W\d_a-z][\w\u2019'-]+(?:\s[^\W\d_a-z][\w\u2019'-]+)?)"
)
_BETWEEN = re.compile(r"[;|\n\r]|\s[/&+\u2013-]\s|/|\s(?:and|und|et|y|e|en)\s|[()<>\[\]\"]")
_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def people(value: str) -> list[str]:
    """Names of persons in the value of an owner field; none where it names a team or nobody.

    `Chen, Sarah (Finance); jdoe` gives `Chen, Sarah`, `Sarah Chen` and `jdoe`.
    """
    found: list[str] = []
    for piece in _BETWEEN.split(_EMAIL.sub(" ", value)):
        name = " ".join(_TITLE.sub("", piece.rpartition("\\")[2].strip(" .,:-")).split())
        words = [word.casefold() for word in _WORD.findall(name)]
        if not words or len(words) > 6 or not _NO_PERSON.isdisjoint(words) or any(map(str.isdigit, words)):
            continue
        if len(name) < (2 if _CJK.search(name) else 3):
            continue
        found.append(name)
        last, comma, first = name.partition(", ")
        if comma and "," not in first:
            found.append(f"{first} {last}")
        elif len(words) in (2, 3) and "," not in name and not _CJK.search(name):
            first, _, last = name.rpartition(" ")
            found += [f"{last}, {first}", f"{first[0]}. {last}"]
    return found


class NameFinder:
    """Finds known names on word boundaries, the longest first, in any case; one word of letters not in lower case."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._by_word: dict[str, dict[str, re.Pattern[str]]] = {}
        self._unspaced: set[str] = set()
        self._seen: set[str] = set()
        self.learn(values)

    def learn(self, values: Iterable[str], *, are_people: bool = True) -> None:
        """Add the values of owner fields, or texts that are taken as they stand."""
        for value in values:
            if value in self._seen:
                continue
            self._seen.add(value)
            for name in people(value) if are_people else [" ".join(value.split())]:
                for form in {unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)}:
                    self._add(form)

    def spans(self, text: str, lowered: str) -> list[Span]:
        """Where they stand, the longest first. Looks at the text's words once, however many names are known."""
        found = {(at, at + len(name)) for name in self._unspaced for at in places(text, name)}
        words = set(_WORD.findall(lowered)) if self._by_word else set()
        for word in words & self._by_word.keys():
            for at in places(lowered, word):
                matches = (pattern.match(text, at) for pattern in self._by_word[word].values())
                found |= {match.span() for match in matches if match}
        return sorted(found, key=lambda span: (span[0], -span[1]))

    def _add(self, name: str) -> None:
        first = _WORD.search(name)
        if _CJK.search(name):  # these alphabets put no space between words
            self._unspaced.add(name)
        elif first:
            name = name[first.start() :]
            self._by_word.setdefault(in_lower_case(first[0]), {})[name] = _pattern(name)


def saluted_spans(text: str) -> Iterator[Span]:
    """Names that follow Mr, Herr, Madame and the like."""
    for start, end in windows(text, _SALUTATIONS, 2, 80):
        for match in _SALUTED.finditer(text, start, end):
            if _NO_PERSON.isdisjoint(word.casefold() for word in _WORD.findall(match["value"])):
                yield match.span("value")


def _pattern(name: str) -> re.Pattern[str]:
    escaped = r"\s+".join(map(re.escape, name.split()))
    if name.isalpha() and name != name.lower():  # Grant is a person, grant is a word
        forms = sorted({name, name.upper(), name.title()})
        escaped = f"(?-i:{'|'.join(map(re.escape, forms))})"
    return re.compile(rf"(?<!\w){escaped}(?!\w)", re.IGNORECASE)
