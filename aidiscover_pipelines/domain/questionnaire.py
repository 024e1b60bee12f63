"""How a questionnaire is told from every other upload, and what an answer says when nothing is to be told.

A questionnaire is a workbook that the report's questions are asked with. It comes back through the landing folder like
any file: its columns name their canonical field in brackets, its rows are answers of a person.
"""

import re
from collections.abc import Sequence

# First header of every sheet of a questionnaire; no export of a product has it.
KEY_HEADER = "Application id (do not change)"
# Sheets of a questionnaire that explain it, and columns that only say what a row is about; nothing is read from them.
EXPLANATIONS = ("Instructions", "Questions")
ORIENTATION_HEADERS = ("Application", "Contact on record")
# What a person answers where the question does not apply to the application.
NOT_APPLICABLE = "does not apply"

_FIELD = re.compile(r"\[([a-z_]+)\]\s*$")


def is_questionnaire(headers: Sequence[str]) -> bool:
    """Whether a sheet with these headers holds answers of people."""
    return bool(headers) and headers[0].strip() == KEY_HEADER


def header_of(label: str, field: str) -> str:
    """Header of an answer column, such as `Business criticality [business_criticality]`."""
    return f"{label} [{field}]"


def field_of(header: str) -> str | None:
    """Canonical field that a header names in brackets; None where it names none."""
    found = _FIELD.search(header)
    return found[1] if found else None
