"""Names of columns and attributes as people write them."""

_ACRONYMS = {"os": "OS", "cpu": "CPU", "ip": "IP", "eol": "EOL", "id": "ID", "gb": "GB", "mb": "MB"}


def label(key: str) -> str:
    """Attribute or field key as a heading."""
    words = [_ACRONYMS.get(word, word) for word in key.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def counted(count: int, noun: str, several: str = "") -> str:
    """A number with its noun: `1 server`, `1,200 servers`."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"


def work(minutes: float) -> str:
    """Minutes up to two hours, hours above."""
    return f"{minutes:,.0f} minutes" if minutes < 120 else f"{minutes / 60:,.0f} hours"
