"""Reading a crew definition from text: YAML, of which JSON is a part, kept small enough that nothing in it can hurt."""

from collections.abc import Iterator
from typing import Any

import yaml

from aidiscover_pipelines.crews.definition import Definition
from aidiscover_pipelines.domain.errors import InvalidCrew

MOST_BYTES = 64 * 1024
# crew > tasks > task > context is four; the rest is room for a mistake that a better message names.
MOST_DEPTH = 8
MOST_NODES = 2_000
TEXT = "its text"


def read_text(source: bytes, crew: str) -> Any:
    """The document as plain lists, mappings and scalars; `crew` is the name that messages use.

    Raises: InvalidCrew where it is too large or deep, uses anchors or tags, repeats a key, or is no YAML at all.
    """
    if len(source) > MOST_BYTES:
        raise _refusal(crew, f"it has {len(source):,} bytes, and {MOST_BYTES:,} are allowed", "shorten it")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(crew, f"byte {error.start} is no UTF-8", "save it as UTF-8") from None
    try:
        _check_events(yaml.parse(text, yaml.SafeLoader), crew)
        return yaml.load(text, _PlainLoader)  # noqa: S506  a SafeLoader that knows fewer tags
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        told = [getattr(error, name, None) for name in ("context", "problem")]
        problem = ", ".join(filter(None, told)) or "holds characters that YAML does not allow"
        raise _refusal(crew, f"{where}{problem}", "correct the YAML") from None


class _PlainLoader(yaml.SafeLoader):
    """Strings, numbers, booleans and null; dates stay text, and a key may stand once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """See SafeConstructor; deep, so that a repeated key is found before its value is used."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem="a key stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


# 2026-01-31 is text here: no part of a definition is a date.
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:timestamp",)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _check_events(events: Iterator[yaml.Event], crew: str) -> None:
    """Before anything is built: no aliases (they multiply), no tags (they construct), bounded depth and size."""
    depth = 0
    for number, event in enumerate(events):
        where = f"line {event.start_mark.line + 1}" if event.start_mark else "it"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refusal(crew, f"{where} uses an anchor or alias", "write the text out")
        if getattr(event, "tag", None):
            raise _refusal(crew, f"{where} uses a tag", "remove what begins with '!'")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise _refusal(crew, f"it is nested deeper than {MOST_DEPTH} levels", "flatten it")
        if number > MOST_NODES:
            raise _refusal(crew, f"it has more than {MOST_NODES:,} parts", "shorten it")


def _refusal(crew: str, problem: str, remedy: str) -> InvalidCrew:
    return InvalidCrew(crew, TEXT, problem, remedy)


def as_yaml(definition: Definition) -> str:
    """The definition as a person would write it: `read_text` and the rules give the same one back."""
    document = definition.model_dump(mode="json", exclude_none=True)
    return yaml.dump(document, Dumper=_Written, sort_keys=False, allow_unicode=True, width=110)


class _Written(yaml.SafeDumper):
    """Texts of several lines as blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Written.add_representer(str, _text)
