"""Writes docs/data-model.md from the declared models: `make docs`. A test compares the two."""

import sys

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.tables import TABLES, Row
from aidiscover_pipelines.inventory.cleansing.rules import RULES, CleansingRule


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
        "The class says who may see the values, see [redaction](redaction.md); a tenant may set another.",
        "",
        "| field | of | type | unit | class | serves | definition |",
        "|---|---|---|---|---|---|---|",
    ]
    for field in FIELDS:
        cells = (
            f"`{field.name}`",
            ", ".join(field.entities),
            field.kind,
            field.unit or "",
            field.sensitivity,
            field.serves,
            field.definition,
        )
        parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    parts += [
        "",
        "## Cleansing rules",
        "",
        "What `aidiscover cleansing undo --rule` takes. A cell names every rule that changed it or could not read it.",
        "",
        "| rule | serves | what it does | field | before | after |",
        "|---|---|---|---|---|---|",
    ]
    parts += [_rule(rule) for rule in RULES]
    return "\n".join(parts) + "\n"


def _rule(rule: CleansingRule) -> str:
    example = rule.example
    before = example.before.strip().replace("\u200b", "\\u200b")
    cells = (
        f"`{rule.name}`",
        ", ".join(rule.serves),
        rule.description,
        f"{example.field} ({example.unit})" if example.unit else example.field,
        f"`{before}`",
        f"`{example.after}`" if example.after else "no value",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(table: type[Row]) -> list[str]:
    rows = [f"### {table.table}", "", str(table.__doc__).split("\n", 1)[0], f"Key: {', '.join(table.key)}.", ""]
    rows += ["| column | description |", "|---|---|"]
    return rows + [f"| `{name}` | {field.description} |" for name, field in table.model_fields.items()]


if __name__ == "__main__":
    sys.stdout.write(data_model())
