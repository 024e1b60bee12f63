"""Names of applications: spelling variants to one key, and slugs for ids."""

import re
import unicodedata

# Words that say "this is an application" or "this is the live one" and tell none apart; and the word for "&".
NOISE_WORDS = frozenset(
    (
        "application",
        "app",
        "apps",
        "system",
        "systems",
        "anwendung",
        "systeme",
        "sistema",
        "aplicacion",
        "applicazione",
        "applicatie",
        "software",
        "the",
        "inc",
        "ltd",
        "gmbh",
        "and",
        "und",
        "et",
    )
)
_LIVE = re.compile(r"[(\[]\s*(?:prod|prd|production|live|produktion|produktiv)\s*[)\]]|\s-\s*(?:prod|prd)$", re.I)
_WORD = re.compile(r"[^\W_]+")


def plain_name(name: str) -> str:
    """Casefolded words of a name without accents and punctuation; the same for spellings that differ in these only."""
    folded = name.casefold()
    if not folded.isascii():
        folded = "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
    return " ".join(_WORD.findall(folded))


def core_name(name: str) -> str:
    """Plain name without noise words and a "(Prod)" mark, as long as a word remains."""
    words = plain_name(_LIVE.sub(" ", name)).split()
    return " ".join([word for word in words if word not in NOISE_WORDS] or words)


def slug(name: str, limit: int = 60) -> str:
    """ASCII letters, digits and single dashes; empty where the name has none of them."""
    ascii_name = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:limit].rstrip("-")
