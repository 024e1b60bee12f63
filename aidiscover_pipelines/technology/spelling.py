"""Texts as they are compared: case, accents, marks and punctuation say nothing about which product is meant."""

import re
import unicodedata

# What punctuation would lose: the languages C# and C++, and .NET at the beginning of a word.
_SIGNS = (
    (re.compile(r"(?<!\w)([cf])\s?#"), r" \1sharp "),
    (re.compile(r"\+\+"), " plusplus "),
    (re.compile(r"(?<!\w)\.net\b"), " dotnet "),
    (re.compile(r"[®™©]|\((?:r|tm|c)\)"), " "),
)
_MARKED = re.compile(r"[#+.®™©(]")
_WORD = re.compile(r"[^\W_]+")


def lowered(text: str) -> str:
    """The text in lower case without accents and marks; punctuation stays, but what is part of a name becomes words."""
    if text.isascii():
        plain = text.lower()
    else:
        plain = "".join(
            sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
        ).casefold()
    if _MARKED.search(plain):
        for pattern, instead in _SIGNS:
            plain = pattern.sub(instead, plain)
    return plain


def words(text: str) -> str:
    """Words of a text in lower case, one blank between them; a text of signs alone stays as it is."""
    return " ".join(_WORD.findall(lowered(text))) or " ".join(text.split())


def squashed(text: str) -> str:
    """The words without what is between them: "Tomcat 7", "tomcat-7" and "Tomcat7" are one spelling."""
    return closed(lowered(text)) or "".join(text.split())


def closed(plain: str) -> str:
    """`squashed` of a text that is `lowered` already."""
    return "".join(_WORD.findall(plain))
