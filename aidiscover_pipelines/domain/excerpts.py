"""Long texts as a sentence or a table cell shows them: cut between words, lists by their first items."""

MOST_ITEMS = 3
_SEPARATOR = "; "


def clipped(text: str, limit: int) -> str:
    """The text in at most `limit` characters; a cut one ends in an ellipsis, between words unless one is very long."""
    if len(text) <= limit:
        return text
    cut = text[:limit].rpartition(" ")[0]
    return (cut if len(cut) > limit // 2 else text[: limit - 1]).rstrip(" ,;:(") + "…"


def items_of(text: str) -> tuple[list[str], int]:
    """Items of a text joined by '; ', and how many more its own '+n more' says that there are."""
    items = text.split(_SEPARATOR)
    more = items[-1].removeprefix("+").removesuffix(" more")
    counted = len(items) > 1 and items[-1] == f"+{more} more" and more.isdecimal()
    return (items[:-1], int(more)) if counted else (items, 0)


def first_items(items: list[str], more: int = 0) -> str:
    """The first of them, and how many there are besides: 'a; b; c; +4 more'."""
    rest = len(items[MOST_ITEMS:]) + more
    return _SEPARATOR.join([*items[:MOST_ITEMS], *([f"+{rest} more"] if rest else [])])
