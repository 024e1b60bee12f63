"""What an export made: the files, how many rows are in them, and what is not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.reporting.exports.csv_text import parts, runs_as_formula
from aidiscover_pipelines.reporting.exports.template import Filled, Template, rejected

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """Where the workloads go, which no inventory knows: an AWS account and a region. Raises: ConfigError."""

    account: str = ""
    region: str = ""

    def __post_init__(self) -> None:
        if self.account and not _ACCOUNT.fullmatch(self.account):
            raise ConfigError(
                f"cannot export to account {self.account!r}: an AWS account has twelve digits; give such a number"
            )


@dataclass(frozen=True, slots=True)
class Made:
    """`files` are the parts in order. `excluded` counts what the format is not for, by reason."""

    files: Sequence[bytes]
    rows: int
    rejects: pd.DataFrame = field(default_factory=lambda: rejected([]))
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


def made_of(template: Template, filled: Filled, excluded: Mapping[str, int] | None = None) -> Made:
    """The files of one template."""
    files = parts(template, filled.rows)
    return Made(files, len(filled.rows), filled.rejects, excluded or {}, notes(template, files, filled.rows))


def notes(template: Template, files: Sequence[bytes], *frames: pd.DataFrame) -> list[str]:
    """What whoever imports the files must know."""
    told = []
    if len(files) > 1:
        limits = [f"{template.most_rows:,} rows"] * bool(template.most_rows)
        limits += [f"{template.most_bytes / 1e6:g} MB"] * bool(template.most_bytes)
        told.append(f"split into {len(files)} files: one may hold {' and '.join(limits)}; import them all")
    formulas = sum(map(runs_as_formula, frames))
    if formulas:
        told.append(
            f"{formulas} cells begin like a formula and stand as they are, because the tool must get the same value "
            "back; import the file, do not open it in a spreadsheet program"
        )
    return told
