"""Secrets in text: formats of vendors' keys, and whatever stands beside a word for password, token or key.

No pattern takes a NUL, which stands between texts that are searched together.
"""

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from aidiscover_pipelines.governance.redaction.search import Span, in_lower_case, windows
from aidiscover_pipelines.governance.redaction.words import any_of, plain_words

# Plugin of detect-secrets -> texts of which one stands in every match, in lower case. Left out are its plugins that
# match ordinary cells (keyword and entropy take whole sentences and hashes, artifactory's AP, ip_public, discord,
# telegram, twilio) and those that take quotation marks (npm).
_VENDORS: dict[str, str] = {
    "aws:AWSKeyDetector": "akia asia abia acca a3t",
    "azure_storage_key:AzureStorageKeyDetector": "accountkey=",
    "github_token:GitHubTokenDetector": "ghp_ gho_ ghu_ ghs_ ghr_",
    "gitlab_token:GitLabTokenDetector": "glpat- gldt- glft- glsoat- glrt- gr1348 glcbt- glimt- glptt- glagent- gloas-",
    "mailchimp:MailchimpDetector": "-us",
    "openai:OpenAIDetector": "t3blbkfj",
    "pypi_token:PypiTokenDetector": "pypi-",
    "sendgrid:SendGridDetector": "sg.",
    "slack:SlackDetector": "xox hooks.slack.com",
    "square_oauth:SquareOAuthDetector": "sq0csp-",
    "stripe:StripeDetector": "k_live_",
}
# The second pattern of AWSKeyDetector asks for quotation marks; the words for a key below find what it means.
_ONLY_FIRST = {"aws:AWSKeyDetector"}

_PASSWORDS, _KEYS, _LOGINS = any_of("passwords"), any_of("keys"), any_of("logins")
_WORD_ANCHORS = plain_words("anchors")
_ORDINARY = frozenset(plain_words("ordinary"))
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")
_PLACEHOLDER = re.compile(r"[*.xX_•-]+|[<{$%\[(].*|\w+\(.*")
_TAIL = " .,:)]}…"
# A quotation mark that opens a value; one before a colon, comma or bracket closes what went before.
_OPEN = r"""(?:\\?["'`«\u201c\u201e「『](?!\s*[:,}\]])\s?)?"""
_VALUE = r"""(?P<value>[^\s"'`<>;\x00«»\u201c\u201d」』]{3,128})"""
_PHRASE = r""""(?P<phrase>[^"\n\x00:,{}\[\]]{3,128})(?=")"""
_SIGN = r"\s{0,3}(?::=|=>|->|[:=\uff1a])\s{0,3}"
_VERB = r"(?:\s+(?:(?:is|ist|lautet|est|es|è|é)\s+)?|は|是|为)"
_END_OF_NAME = r"""(?:[_-]?(?:hash|value|text|id)|\d{1,3})?\\?["'`]?"""


@dataclass(frozen=True, slots=True)
class SecretPattern:
    """A pattern; the group that is the secret (the whole match where it has none); and what stands in every match."""

    pattern: re.Pattern[str]
    anchors: tuple[str, ...] = ()
    is_secret: Callable[[str], bool] = lambda value: True


def is_ordinary(value: str) -> bool:
    """Whether what stands beside a word for password is a remark or a placeholder: required, see vault, ****."""
    text = value.strip(_TAIL).casefold()
    return len(text) < 3 or _PLACEHOLDER.fullmatch(text) is not None or _ORDINARY.issuperset(text.split())


def is_random(value: str) -> bool:
    """Whether a text looks drawn at random: 16 characters or more, in which letters and digits take turns."""
    longest = max(re.split(r"[-_.~]", value), key=len)
    if len(longest) < 16 or not _DIGIT.search(longest) or not _LETTER.search(longest):
        return False
    kinds = re.sub(r"[+/=]", "", re.sub(r"\d", "0", re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", longest))))
    return sum(one != other for one, other in pairwise(kinds)) * 4 >= len(kinds)


def _is_password(value: str) -> bool:
    return not is_ordinary(value)


def _is_mixed(value: str) -> bool:
    """A password that no sign announces must look like one: 'the password is managed' is a sentence."""
    text = value.strip(_TAIL)
    return len(text) >= 6 and not is_ordinary(text) and bool(_DIGIT.search(text) and _LETTER.search(text))


def _own() -> Iterator[SecretPattern]:
    def made(pattern: str, *anchors: str, check: Callable[[str], bool] = lambda value: True) -> SecretPattern:
        return SecretPattern(re.compile(pattern), anchors, check)

    block = r"[ A-Z0-9]*PRIVATE KEY(?: BLOCK)?-----"
    # A cell is clipped: a block may have lost its end.
    yield made(
        rf"-----BEGIN{block}(?:[^\"\x00]{{0,8000}}?-----END{block}|(?:[A-Za-z0-9+/=\s…]|\\[nr])*)", "private key"
    )
    yield made(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?", "eyj")
    user = r"""[^\s/:@"'\\<>\x00]{0,100}"""
    within, beyond = r"""[^\s/"'\\<>\x00]{1,200}""", r"""[^\s"'\\<>\x00]{1,200}?"""
    yield made(rf"(?i)[a-z][a-z0-9+.-]{{1,30}}://{user}:(?P<value>{within}|{beyond})@(?=[\w\[])", "://")
    yield made(r"""(?i)jdbc:oracle:\w+:[^\s/@"'\\\x00]+/(?P<value>[^\s@"'\\\x00]+)@""", "jdbc:oracle")
    yield made(r"""(?i)\bsqlplus\s+[^\s/@"'\\\x00]+/(?P<value>[^\s@"'\\\x00]+)@""", "sqlplus")
    yield made(r"""(?i)\bcurl\b[^\n\x00"]{0,80}?\s-u\s+[^\s:"'\\\x00]+:(?P<value>[^\s"'\\\x00]+)""", "curl")
    yield made(r"""(?i)\bmysql\w*\b[^\n\x00"]{0,80}?\s-p(?P<value>[^\s"'\\\x00-][^\s"'\\\x00]+)""", "mysql")
    yield made(rf"(?i)\bidentified by\s+{_OPEN}{_VALUE}", "identified by", check=_is_password)
    yield made(r"(?<!\w)AIza[\w-]{35}(?![\w-])", "aiza")
    yield made(r"(?<!\w)GOCSPX-[\w-]{20,}", "gocspx-")
    yield made(r"(?<!\w)ya29\.[\w-]{20,}", "ya29.")
    yield made(r"(?<![\w~])[\w.-]{3}8Q~[\w.~-]{31,37}", "8q~")
    yield made(r"(?<![\w-])sk-[\w-]{20,}", "sk-", check=is_random)
    starts = ("hvs.", "hvb.", "dop_v1_", "hf_", "github_pat_", "npm_", "shpat_", "xapp-")
    yield made(rf"(?<!\w)(?:{'|'.join(map(re.escape, starts))})[\w-]{{24,}}", *starts)
    yield made(r"(?i)[?&]sig=(?P<value>[A-Za-z0-9%+/=]{20,})", "sig=")
    yield made(r"\$(?:1|2[abxy]?|5|6|7|y|argon2\w*)\$[./A-Za-z0-9$,=+-]{20,}", "$")
    yield made(r"(?i)\bbearer\s+(?P<value>[A-Za-z0-9._~+/=-]{16,})", "bearer", check=_is_mixed)
    yield made(r"(?i)authorization\W{1,6}basic\s+(?P<value>[A-Za-z0-9+/=]{8,})", "authorization")
    yield made(
        rf"(?i)snmp[^\n\x00]{{0,20}}?community[a-z ]{{0,8}}{_END_OF_NAME}\s?[:=]\s?{_OPEN}{_VALUE}",
        "community",
        check=_is_password,
    )


@cache
def _patterns() -> tuple[SecretPattern, ...]:
    """Compiled at the first use: detect-secrets takes 0.2 s to import."""
    found = []
    for place, anchors in _VENDORS.items():
        module, _, name = place.partition(":")
        denied = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name).denylist
        found += [
            SecretPattern(each, tuple(anchors.split())) for each in (denied[:1] if place in _ONLY_FIRST else denied)
        ]
    return (*found, *_own())


# Words of all lists in one pattern, and what may follow each: the group `value` or `phrase` is the secret.
_NAMES = re.compile(
    rf"(?P<passwords>{_PASSWORDS})|(?<!\w)(?P<short>pass|pw)|(?P<keys>{_KEYS})|(?<!\w)(?P<logins>{_LOGINS})"
)
_AFTER: dict[str, tuple[SecretPattern, ...]] = {
    "passwords": (
        SecretPattern(re.compile(rf"{_END_OF_NAME}{_SIGN}(?:{_PHRASE}|{_OPEN}{_VALUE})"), is_secret=_is_password),
        SecretPattern(re.compile(rf"(?i){_VERB}{_OPEN}{_VALUE}"), is_secret=_is_mixed),
    ),
    "short": (
        SecretPattern(re.compile(rf"{_END_OF_NAME}{_SIGN}(?:{_PHRASE}|{_OPEN}{_VALUE})"), is_secret=_is_password),
    ),
    "keys": (
        SecretPattern(re.compile(rf"{_END_OF_NAME}{_SIGN}{_OPEN}{_VALUE}"), is_secret=_is_mixed),
        SecretPattern(
            re.compile(r"[^\n\x00]{0,24}?(?<![\w+/.-])(?P<value>[A-Za-z0-9+/=_.~-]{16,200})"), is_secret=is_random
        ),
    ),
    "logins": (SecretPattern(re.compile(rf"{_SIGN}[^\s/:\"'\\\x00]{{2,60}}\s?/\s?{_VALUE}"), is_secret=_is_password),),
}
_LONGEST_NAME = 24


def secret_spans(text: str, lowered: str) -> Iterator[Span]:
    """Where secrets stand, in no order; spans may overlap. `lowered` is `in_lower_case(text)`."""
    for known in _patterns():
        if any(anchor in lowered for anchor in known.anchors):
            for match in known.pattern.finditer(text):
                yield from _secret_of(known, match, text)
    for start, end in windows(lowered, _WORD_ANCHORS, _LONGEST_NAME, _LONGEST_NAME):
        for name in _NAMES.finditer(lowered, start, end):
            for known in _AFTER[str(name.lastgroup)]:
                if follows := known.pattern.match(text, name.end()):
                    yield from _secret_of(known, follows, text)


def _secret_of(known: SecretPattern, match: re.Match[str], text: str) -> Iterator[Span]:
    start, end = match.span(match.lastgroup or 0) if known.pattern.groupindex else match.span()
    if known.pattern.groupindex:
        end = start + len(text[start:end].rstrip(_TAIL))
    elif not _stands_alone(text, start, end):
        return
    if end > start and known.is_secret(text[start:end]):
        yield start, end


def is_secret_name(name: str) -> bool:
    """Whether a key, column or tag of that name holds a secret: it ends in a word for password, token or key."""
    lowered = in_lower_case(name).rstrip(" :")
    if not any(anchor in lowered for anchor in _WORD_ANCHORS):
        return False
    ends = (lowered[found.end() :] for found in _NAMES.finditer(lowered) if found.lastgroup != "logins")
    return any(_END_OF_SECRET_NAME.fullmatch(end) for end in ends)


_END_OF_SECRET_NAME = re.compile(r"(?:[_-]?(?:hash|value|text|id)|\d{1,3})?")


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a vendor's format is no part of a longer word; several of its patterns have no boundaries."""
    return not (start and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum())
