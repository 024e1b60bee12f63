"""Every row of the table of bad inputs has a test."""

import re
from pathlib import Path

ROWS = 66


def test_each_row_of_the_table_has_its_test():
    texts = (path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    numbers = {int(number) for text in texts for number in re.findall(r"^def test_row_(\d+)_", text, re.MULTILINE)}
    assert numbers == set(range(1, ROWS + 1))
