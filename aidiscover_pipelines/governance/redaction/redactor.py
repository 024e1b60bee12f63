"""What leaves for a remote model: secrets are taken out, personal data leaves as pseudonyms that are put back.

A conversation grows by a few messages with each call; texts that were redacted before are not looked at again.
"""

import json
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aidiscover_pipelines.domain.classification import PERSONAL
from aidiscover_pipelines.governance.redaction.identifiers import identifier_spans
from aidiscover_pipelines.governance.redaction.personal import NameFinder, email_spans, phone_spans, saluted_spans
from aidiscover_pipelines.governance.redaction.search import in_lower_case, segments
from aidiscover_pipelines.governance.redaction.secrets import is_ordinary, is_secret_name, secret_spans

# A pseudonym as we write it and as a model or a JSON writer may escape it.
_OURS = re.compile(
    r"(?:<|&lt;|\\u003[cC])(?P<name>(?:PERSON|EMAIL|PHONE|RESTRICTED|LITERAL)_\d{1,9})(?:>|&gt;|\\u003[eE])"
)
# Between the strings of one JSON text while they are searched as one; no pattern takes a NUL.
_BETWEEN = "\x00"
# Keys of a row that say what its `value` is.
_LABELS = ("field", "attribute", "key", "name", "header", "tag")

Found = tuple[int, int, str]


class Redactor:
    """Redacts the messages of one kickoff and restores its answers. Thread-safe.

    Pseudonyms are numbered by first appearance: <PERSON_1>, <EMAIL_1>, <PHONE_1>. Secrets, and the numbers of cards,
    accounts and persons, become <SECRET_1> and are never put back. Text that reads like a pseudonym but is none becomes
    a <LITERAL_1>, so that no file can make a name of its choice appear in an answer.

    `names` are values of owner fields. `restricted` are values that may not leave in whatever sentence they stand; they
    are put back. `is_personal` false leaves personal data as it is. The same conversation gives the same bytes.
    """

    def __init__(self, names: Iterable[str] = (), restricted: Iterable[str] = (), *, is_personal: bool = True) -> None:
        self.count = 0  # values replaced in all messages of all calls so far
        self._is_personal = is_personal
        self._people = NameFinder(names if is_personal else ())
        self._restricted = NameFinder()
        self._restricted.learn((text for text in restricted if len(text) >= 4), are_people=False)
        self._pseudonyms: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()
        self._done: dict[str, tuple[str, int]] = {}
        self._lock = threading.Lock()

    def redact(self, messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """OpenAI messages with contents and arguments of tool calls redacted. JSON stays JSON; ids stay as they are."""
        with self._lock:
            return [self._message(message) for message in messages]

    def redact_text(self, text: str) -> str:
        """A text that leaves beside the conversation, such as a memory; not counted."""
        with self._lock:
            return self._known(text)[0]

    def restore(self, answer: Any) -> Any:
        """A text, or a list of tool calls, with the pseudonyms of this kickoff put back. An unknown one is left."""
        if isinstance(answer, str):
            return self._restored(answer)
        return [_with_arguments(call, self._restored) for call in answer]

    def _message(self, message: Mapping[str, Any]) -> dict[str, Any]:
        changed = dict(message)
        content = message.get("content")
        if isinstance(content, str):
            changed["content"] = self._text(content)
        elif isinstance(content, list):
            changed["content"] = [self._part(part) for part in content]
        if calls := message.get("tool_calls"):
            changed["tool_calls"] = [_with_arguments(call, self._text) for call in calls]
        return changed

    def _part(self, part: Any) -> Any:
        if not isinstance(part, Mapping):
            return self._text(part) if isinstance(part, str) else part
        texts = {key: self._text(part[key]) for key in ("text", "content") if isinstance(part.get(key), str)}
        return {**part, **texts}

    def _text(self, text: str) -> str:
        redacted, replaced = self._known(text)
        self.count += replaced
        return redacted

    def _known(self, text: str) -> tuple[str, int]:
        if text not in self._done:
            self._done[text] = self._redacted(text)
        return self._done[text]

    def _redacted(self, text: str) -> tuple[str, int]:
        """The text and how many values were replaced in it."""
        parts, count = [], 0
        for segment, content in segments(text):
            plain = segment.replace("\x00", "")
            said, replaced = (
                self._replaced(plain, self._found(plain)) if content is None else self._json(segment, content)
            )
            parts.append(said)
            count += replaced
        return "".join(parts), count

    def _json(self, text: str, content: Any) -> tuple[str, int]:
        """The strings of a JSON text, searched as one text."""
        strings: dict[str, str] = {}
        for kind, string in self._strings(content):
            strings[string] = max(strings.get(string, ""), kind)
        plain = [string.replace("\x00", "") for string in strings]
        whole: list[Found] = []
        at = 0
        for string, kind in zip(plain, strings.values(), strict=True):
            if kind and string:
                whole.append((at, at + len(string), kind))
            at += len(string) + len(_BETWEEN)
        joined = _BETWEEN.join(plain)
        changed, count = self._replaced(joined, [*whole, *self._found(joined)])
        if not count:
            return text, 0
        new = dict(zip(strings, changed.split(_BETWEEN), strict=True))
        return json.dumps(_exchanged(content, new), ensure_ascii=False), count

    def _strings(self, value: Any, kind: str = "") -> Iterator[tuple[str, str]]:
        """(kind, string) of every string; the kind is SECRET where what names it says that all of it is one."""
        if isinstance(value, str):
            yield ("" if kind and is_ordinary(value) else kind), value
        elif _is_long_number(value):
            yield kind, str(value)
        elif isinstance(value, list):
            for item in value:
                yield from self._strings(item, kind)
        elif isinstance(value, dict):
            label = next((value[name] for name in _LABELS if isinstance(value.get(name), str)), "")
            for key, item in value.items():
                yield "", key
                named = label if key == "value" and label else key
                if self._is_personal and named in PERSONAL:
                    self._people.learn(_texts(item))
                if not _is_evidence(key, item):
                    yield from self._strings(item, "SECRET" if is_secret_name(named) else "")

    def _found(self, text: str) -> Iterator[Found]:
        """What is to be replaced, the kinds that win first."""
        lowered = in_lower_case(text)
        yield from ((*match.span(), "LITERAL") for match in _OURS.finditer(text))
        yield from ((*span, "SECRET") for span in secret_spans(text, lowered))
        yield from ((*span, "SECRET") for span in identifier_spans(text, lowered))
        yield from ((*span, "RESTRICTED") for span in self._restricted.spans(text, lowered))
        if self._is_personal:
            yield from ((*span, "EMAIL") for span in email_spans(text))
            yield from ((*span, "PERSON") for span in self._people.spans(text, lowered))
            yield from ((*span, "PERSON") for span in saluted_spans(text))
            yield from ((*span, "PHONE") for span in phone_spans(text, lowered))

    def _replaced(self, text: str, found: Iterable[Found]) -> tuple[str, int]:
        taken = bytearray(len(text))
        kept: list[Found] = []
        for start, end, kind in found:
            if taken.find(1, start, end) < 0:
                taken[start:end] = b"\x01" * (end - start)
                kept.append((start, end, kind))
        if not kept:
            return text, 0
        parts, at = [], 0
        for start, end, kind in sorted(kept):
            parts += [text[at:start], self._pseudonym(kind, text[start:end])]
            at = end
        return "".join([*parts, text[at:]]), len(kept)

    def _pseudonym(self, kind: str, value: str) -> str:
        same = value if kind in ("SECRET", "LITERAL", "RESTRICTED") else " ".join(value.casefold().split())
        if (kind, same) not in self._pseudonyms:
            self._numbers[kind] += 1
            name = f"{kind}_{self._numbers[kind]}"
            self._pseudonyms[kind, same] = f"<{name}>"
            if kind != "SECRET":
                self._values[name] = value
        return self._pseudonyms[kind, same]

    def _restored(self, text: str) -> str:
        if not _OURS.search(text):
            return text
        return "".join(
            self._put_back(segment, _as_is if content is None else _escaped) for segment, content in segments(text)
        )

    def _put_back(self, text: str, written: Any) -> str:
        def value(match: re.Match[str]) -> str:
            name = match["name"]
            return str(written(self._values[name])) if name in self._values else match[0]

        return _OURS.sub(value, text)


def _as_is(value: str) -> str:
    return value


def _escaped(value: str) -> str:
    """As it is written within a JSON string."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _with_arguments(call: Mapping[str, Any], change: Any) -> dict[str, Any]:
    """A tool call with its arguments, which are JSON text, changed."""
    function = call.get("function")
    if not isinstance(function, Mapping) or not isinstance(function.get("arguments"), str):
        return dict(call)
    return {**call, "function": {**function, "arguments": change(function["arguments"])}}


def _texts(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _is_evidence(key: str, value: Any) -> bool:
    """Addresses of cells, which answers cite letter by letter: file.sheet.row.column, never white space or an @."""
    return (
        key == "evidence" and isinstance(value, list) and not any(re.search(r"[\s@]", text) for text in _texts(value))
    )


def _is_long_number(value: Any) -> bool:
    """Whether a number of JSON may be that of a card or an account."""
    return isinstance(value, int) and abs(value) >= 10**8


def _exchanged(value: Any, new: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return new.get(value, value)
    if _is_long_number(value):
        return value if new[str(value)] == str(value) else new[str(value)]
    if isinstance(value, list):
        return [_exchanged(item, new) for item in value]
    if isinstance(value, dict):
        return {
            new.get(key, key): item if _is_evidence(key, item) else _exchanged(item, new) for key, item in value.items()
        }
    return value
