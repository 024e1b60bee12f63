"""How people call the cells of a sheet."""

_LETTERS = 26


def column_letters(number: int) -> str:
    """Column as a spreadsheet program names it: 1 is A, 27 is AA; empty below 1."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters
