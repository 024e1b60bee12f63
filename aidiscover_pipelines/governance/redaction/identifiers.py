"""Numbers of cards, accounts and persons: what no model needs and no record of a server should hold."""

import re
from collections.abc import Callable, Iterator

from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.it import codicefiscale
from stdnum.jp import in_
from stdnum.nl import bsn
from stdnum.pt import nif
from stdnum.us import ssn

from aidiscover_pipelines.governance.redaction.search import Span, windows

Check = Callable[[str], bool]


def _is_card(text: str) -> bool:
    return luhn.is_valid(text.replace(" ", "").replace("-", ""))


# Formats whose own shape and check digits tell them from serial and inventory numbers.
_SHAPED: dict[str, tuple[str, Check]] = {
    "card": (
        r"(?:4\d\d\d|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d|35\d\d)(?:[ -]?\d{4}){3}|3[47]\d\d[ -]?\d{6}[ -]?\d{5}",
        _is_card,
    ),
    "us": (r"\d{3}-\d\d-\d{4}", ssn.is_valid),
    "br": (r"\d{3}\.\d{3}\.\d{3}-\d\d", cpf.is_valid),
    "cn": (r"\d{6}(?:19|20)\d{9}[\dX]", ric.is_valid),
    "fr": (r"[12]\d\d(?:0[1-9]|1[0-2])\d{10}", nir.is_valid),
    "it": (r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]", codicefiscale.is_valid),
    "iban": (r"[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?", iban.is_valid),
}
_ANY_SHAPED = re.compile(
    r"(?<![\w.+/-])(?:" + "|".join(f"(?P<{name}>{shape})" for name, (shape, _) in _SHAPED.items()) + r")(?![\w/-]|\.\d)"
)
# Formats that many inventory numbers have too: only after a word that says what they are.
_NAMED: tuple[tuple[str, str, Check], ...] = (
    ("ssn", r"ssn", ssn.is_valid),
    ("social security", r"social security(?: number| no\.?)?", ssn.is_valid),
    ("nhs", r"nhs(?: number| no\.?)?", nhs.is_valid),
    ("steuer", r"steuer-?id(?:entifikationsnummer)?|steuerliche id\w*", idnr.is_valid),
    ("idnr", r"idnr\.?", idnr.is_valid),
    ("dni", r"dni", dni.is_valid),
    ("nie", r"nie", nie.is_valid),
    ("nif", r"nif", lambda text: dni.is_valid(text) or nif.is_valid(text)),
    ("nir", r"nir", nir.is_valid),
    ("sécu", r"sécurité sociale|num[eé]ro de sécu\w*", nir.is_valid),
    ("codice fiscale", r"codice fiscale", codicefiscale.is_valid),
    ("bsn", r"bsn", bsn.is_valid),
    ("burgerservice", r"burgerservicenummer", bsn.is_valid),
    ("cpf", r"cpf", cpf.is_valid),
    ("マイナンバー", r"マイナンバー", in_.is_valid),
    ("個人番号", r"個人番号", in_.is_valid),
    ("身份证", r"身份证号?码?", ric.is_valid),
)
_AFTER_WORD = {
    anchor: (
        re.compile(rf"(?i)(?<!\w)(?:{word})[\s:#=\uff1a]{{1,4}}(?P<value>[A-Z0-9][A-Z0-9 .-]{{6,20}}[A-Z0-9])(?!\w)"),
        is_valid,
    )
    for anchor, word, is_valid in _NAMED
}


def identifier_spans(text: str, lowered: str) -> Iterator[Span]:
    """Where numbers of payment cards (Luhn), bank accounts (IBAN) and persons stand, each with its check digits.

    `lowered` is `in_lower_case(text)`.
    """
    for match in _ANY_SHAPED.finditer(text):
        yield from _longest_valid(match.start(), match[0], _SHAPED[str(match.lastgroup)][1])
    for anchor, (pattern, is_valid) in _AFTER_WORD.items():
        if anchor in lowered:
            for start, end in windows(lowered, (anchor,), 20, 80):
                for match in pattern.finditer(text, start, end):
                    yield from _longest_valid(match.start("value"), match["value"], is_valid)


def _longest_valid(start: int, value: str, is_valid: Check) -> Iterator[Span]:
    """The longest start of the value, in words, that is one: what follows it may look like a part of it."""
    while value:
        if is_valid(value):
            yield start, start + len(value)
            return
        value = value.rpartition(" ")[0]
