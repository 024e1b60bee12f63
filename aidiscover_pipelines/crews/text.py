"""What a value from a file may look like when an agent or a person sees it: visible characters, limited length.

Control, bidirectional-override and zero-width characters can hide instructions from a person who reads the same record
(Unicode TR36, OWASP LLM01); they carry nothing that a decision needs.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

VALUE_CHARS = 200  # longer cells are prose; their start says what they are, and 60 rows of 200 stay a small prompt
LIST_ITEMS = 40

# C0 and C1 controls, soft hyphen, zero-width and joiner characters, bidi marks, overrides and isolates, byte order
# mark, variation selectors, lone surrogates, and the invisible "tag" letters of plane 14.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_SPACES = re.compile(r"\s+")


def visible(text: str) -> str:
    """The text without hidden characters, whitespace made single spaces."""
    return _SPACES.sub(" ", _HIDDEN.sub(" ", text)).strip()


def clipped(text: str, limit: int) -> str:
    """Visible text of at most `limit` characters; a cut text ends in an ellipsis."""
    shown = visible(text[: 2 * limit])  # a megabyte cell is not scanned to its end
    return shown if len(shown) <= limit and len(text) <= 2 * limit else shown[: limit - 1].rstrip() + "…"


def shown_value(value: Any) -> Any:
    """A JSON value as agents may see it: strings clipped, lists and maps capped and cleaned at every depth."""
    if isinstance(value, str):
        return clipped(value, VALUE_CHARS)
    if isinstance(value, Mapping):
        return {clipped(str(key), VALUE_CHARS): shown_value(item) for key, item in list(value.items())[:LIST_ITEMS]}
    if isinstance(value, list | tuple):
        return [shown_value(item) for item in value[:LIST_ITEMS]]
    return value


FENCE = "```"


def fenced(text: str) -> str:
    """JSON text as agents get it: between fences that nothing within can close."""
    return f"{FENCE}json\n{text.replace('`', chr(92) + 'u0060')}\n{FENCE}"


def unfenced(text: str) -> str:
    """What stands between the fences; text without them as it is."""
    return text.removeprefix(f"{FENCE}json\n").removesuffix(f"\n{FENCE}")


def json_value(value: Any) -> Any:
    """A value from a frame as JSON knows it: NaN and NaT are None, numpy scalars are Python numbers."""
    if isinstance(value, Mapping):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if value is None or (isinstance(value, float) and not math.isfinite(value)) or value != value:
        return None
    return value if isinstance(value, bool | int | float) else str(value)


def sentence(*parts: str) -> str:
    """The parts as one sentence: first letter upper case, one full stop."""
    text = " ".join(part.strip() for part in parts if part and part.strip()).rstrip(" .;,")
    return text[:1].upper() + text[1:] + "." if text else ""


def listed(items: list[str], most: int = 4) -> str:
    """'a, b and c'; beyond `most` the rest is counted."""
    shown = items[:most] + ([f"{len(items) - most} more"] if len(items) > most else [])
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def in_words(name: str) -> str:
    """A key such as business_owner as a person writes it."""
    return name.replace("_", " ").strip()
