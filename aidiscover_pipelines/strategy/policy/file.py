"""Reading a policy file: YAML, of which JSON is a part, and every fault in it at once, each with its path."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from aidiscover_pipelines.domain.errors import InvalidPolicy

Model = TypeVar("Model", bound=BaseModel)

MOST_BYTES = 256 * 1024
# Longer than any text of a policy, shorter than a number that Python would not print.
MOST_CHARS = 2000
# policy > criteria > criterion > when > any > part > bound is seven; the rest is room for nested conditions.
MOST_DEPTH = 16
# Parts of a policy whose entries have an id of their own.
LISTED = ("constraints", "criteria")

_REMEDIES: Mapping[str, str] = {
    "extra_forbidden": "remove it or correct its name",
    "missing": "add it",
    "float_type": "write a number such as 0.5, without quotes",
    "int_type": "write a whole number such as 5, without quotes",
    "finite_number": "write a finite number",
    "date_from_datetime_parsing": "write a date such as 2027-01-31",
    "model_type": "write fields with values, such as goal: cost",
    "string_pattern_mismatch": "use small letters and digits with hyphens between, such as keep-erp",
}
_PROBLEMS: Mapping[str, str] = {
    "extra_forbidden": "there is no such field",
    "missing": "it is missing",
    "string_pattern_mismatch": "it is no id",
    "model_type": "it holds no fields",
}


def read_document(path: Path) -> Any:
    """The file as plain lists, mappings and scalars.

    Raises: InvalidPolicy where it cannot be read, is too large or deep, has aliases or tags or repeats a key.
    """
    try:
        source = path.read_bytes()
        text = source.decode("utf-8-sig")
    except OSError as error:
        raise _refusal(path, f"it cannot be read ({error.strerror})", "name a file that can") from None
    except UnicodeDecodeError as error:
        raise _refusal(path, f"byte {error.start} is no UTF-8", "save it as UTF-8") from None
    if len(source) > MOST_BYTES:
        raise _refusal(path, f"it has {len(source):,} bytes, and {MOST_BYTES:,} are allowed", "shorten it")
    try:
        _check_events(path, text)
        return yaml.load(text, _Loader)  # noqa: S506  a SafeLoader that knows fewer tags
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "it holds characters that YAML does not allow"
        raise _refusal(path, f"{where}{problem}", "correct the YAML") from None


# libyaml reads ten times as fast where the wheel brings it.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """Strings, numbers, true and false, null: dates and yes/no stay text, and a key may stand once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """See SafeConstructor."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


# In YAML 1.1 an unquoted yes is a truth value; here it is a part of conditions. No part of a policy is a date.
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp" and (tag != "tag:yaml.org,2002:bool" or first in "tTfF")
    ]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}


def _check_events(path: Path, text: str) -> None:
    """Before anything is built: no aliases, which multiply, no tags, bounded depth and scalars."""
    depth, line = 0, 0
    for event in yaml.parse(text, _SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else line
        if isinstance(event, yaml.AliasEvent):
            raise _refusal(path, f"it uses the alias {event.anchor!r}", "write the text out")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            raise _refusal(path, f"line {line}: it uses the tag {event.tag!r}", "remove it")
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > MOST_CHARS:
            problem = f"line {line}: a value has {len(event.value):,} characters"
            raise _refusal(path, f"{problem}, and {MOST_CHARS:,} are allowed", "shorten it")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise _refusal(path, f"it is nested deeper than {MOST_DEPTH} levels", "flatten it")


def _refusal(path: Path, problem: str, remedy: str) -> InvalidPolicy:
    return InvalidPolicy(path.name, [f"{problem}; {remedy}"])


def checked(model: type[Model], document: Any, name: str, context: Mapping[str, Any] | None = None) -> Model:
    """The document as that model. Raises: InvalidPolicy with every fault; `name` is what messages call it."""
    faults = _repeated(document, (context or {}).get("taken", frozenset()))
    try:
        valid = model.model_validate(document, context=context)
    except ValidationError as error:
        told = error.errors(include_url=False)
        raise InvalidPolicy(name, [*dict.fromkeys(_fault(each) for each in told), *faults]) from None
    if faults:
        raise InvalidPolicy(name, faults)
    return valid


def _repeated(document: Any, taken: frozenset[str]) -> list[str]:
    """A fault for each id that stands twice in the document, or that is `taken` outside of it."""
    faults, seen = [], dict.fromkeys(taken, "the shipped policy")
    for part in LISTED if isinstance(document, dict) else ():
        entries = document.get(part)
        for place, entry in enumerate(entries if isinstance(entries, list) else ()):
            name = entry.get("id") if isinstance(entry, dict) else None
            if not isinstance(name, str):
                continue
            path = f"{part}[{place}]"
            if name in seen:
                faults.append(f"{path}.id: {name!r} is the id of {seen[name]} too; give it another id")
            seen.setdefault(name, path)
    return faults


def _fault(error: Mapping[str, Any]) -> str:
    """path: reason; what to do."""
    kind, given = error["type"], error["input"]
    problem = _PROBLEMS.get(kind, str(error["msg"]).removeprefix("Value error, ").replace("Input should", "it should"))
    shown = "" if isinstance(given, dict | list) or kind in {"missing", "extra_forbidden"} else f" (it is {given!r})"
    # Rules of ours may say themselves what to do, after a semicolon.
    remedy = "" if ";" in problem else f"; {_REMEDIES.get(kind, 'correct it')}"
    return f"{_path(error['loc'])}: {problem}{shown}{remedy}"


def _path(parts: tuple[int | str, ...]) -> str:
    """As a person would write it: constraints[2].when.at_least.criticality."""
    path = ""
    for part in parts:
        if part == "[key]":
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "the file"
