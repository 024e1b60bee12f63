"""Writes docs/data-model.md from the declared models: `make docs`. A test compares the two."""

import sys

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.tables import TABLES, Row


def data_model() -> str:
    """The whole document as Markdown."""
    parts = [
        "# Data model",
        "",
        "Made from `domain/tables` and `domain/canonical.py` by `make docs`. Every table also has a tenant column that",
        "the database enforces. Keys are unique within a tenant.",
        "",
        "## Tables",
    ]
    for table in TABLES:
        parts += ["", *_table(table)]
    parts += [
        "",
        "## Canonical fields",
        "",
        "| field | of | type | unit | serves | definition |",
        "|---|---|---|---|---|---|",
    ]
    for field in FIELDS:
        cells = (
            f"`{field.name}`",
            ", ".join(field.entities),
            field.kind,
            field.unit or "",
            field.serves,
            field.definition,
        )
        parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(parts) + "\n"


def _table(table: type[Row]) -> list[str]:
    rows = [f"### {table.table}", "", str(table.__doc__).split("\n", 1)[0], f"Key: {', '.join(table.key)}.", ""]
    rows += ["| column | description |", "|---|---|"]
    return rows + [f"| `{name}` | {field.description} |" for name, field in table.model_fields.items()]


if __name__ == "__main__":
    sys.stdout.write(data_model())
