"""The lexicon: phrases that name each canonical field, in seven languages, and phrases that name none.

`LEXICON[field][language]` holds the phrases. They are general inventory vocabulary, kept as data in
vocabulary/fields_*.yaml; to teach the mapper a wording, add it there.
"""

from dataclasses import dataclass
from functools import cache

import yaml

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.mapping import words

IGNORE = "ignore"
LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording of a field: as listed, and as the concepts it is compared by."""

    field: str
    text: str
    language: str
    concepts: tuple[str, ...]


def read_lexicon() -> dict[str, dict[str, tuple[str, ...]]]:
    """The phrases of vocabulary/fields_*.yaml. Raises: ConfigError where a field is not canonical."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for source in sorted(words.VOCABULARY.glob("fields_*.yaml")):
        for field, by_language in yaml.safe_load(source.read_text(encoding="utf-8")).items():
            if field not in BY_NAME and field != IGNORE:
                raise ConfigError(
                    f"cannot read {source.name!r}: {field!r} is no canonical field; use a name of domain/canonical.py"
                )
            found[field] = {language: tuple(phrases) for language, phrases in by_language.items()}
    return found


LEXICON: dict[str, dict[str, tuple[str, ...]]] = read_lexicon()


@cache
def phrases() -> tuple[Phrase, ...]:
    """All phrases in the order of the files; the same concepts under one field are listed once."""
    found: dict[tuple[str, tuple[str, ...]], Phrase] = {}
    for field, by_language in LEXICON.items():
        for language, listed in by_language.items():
            for text in listed:
                meaning = words.concepts(text)
                if meaning:
                    found.setdefault((field, meaning), Phrase(field, text, language, meaning))
    return tuple(found.values())
