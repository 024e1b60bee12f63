"""The lexicon: phrases that name each canonical field, in nine languages, and phrases that name none.

`read_lexicon()[field][language]` holds the phrases. They are general inventory vocabulary, kept as data in
vocabulary/fields_<language>.yaml; to teach the mapper a wording, add it there.
"""

from dataclasses import dataclass

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.mapping import words

IGNORE = "ignore"
LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "ja", "zh")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording of a field: as listed, and as the concepts it is compared by.

    A template's header names its product and the product's family.
    """

    field: str
    text: str
    language: str
    concepts: tuple[str, ...]
    product: str = ""
    family: str = ""


def read_lexicon() -> dict[str, dict[str, tuple[str, ...]]]:
    """The phrases of vocabulary/fields_<language>.yaml. Raises: ConfigError where a field is not canonical."""
    found: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in (*BY_NAME, IGNORE)}
    for language in LANGUAGES:
        source = words.VOCABULARY / f"fields_{language}.yaml"
        for field, listed in words.read_data(source).items():
            if field not in found:
                raise ConfigError(
                    f"cannot read {source.name!r}: {field!r} is no canonical field; use a name of domain/canonical.py"
                )
            found[field][language] = tuple(listed)
    return found


def phrases() -> tuple[Phrase, ...]:
    """All phrases in the order of the files; the same concepts under one field are listed once."""
    found: dict[tuple[str, tuple[str, ...]], Phrase] = {}
    for field, by_language in read_lexicon().items():
        for language, listed in by_language.items():
            for text in listed:
                meaning = words.concepts(text)
                if meaning:
                    found.setdefault((field, meaning), Phrase(field, text, language, meaning))
    return tuple(found.values())
