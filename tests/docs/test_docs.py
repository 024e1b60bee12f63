"""Documents that drift are worse than none: folders, settings, commands and targets are compared with the code."""

import re
from pathlib import Path

import click
import pandas as pd
import pytest

from aidiscover_pipelines.cli.data_model import data_model
from aidiscover_pipelines.cli.main import COMMANDS, LazyCommands
from aidiscover_pipelines.domain.settings import SETTINGS
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.formats import FORMATS
from aidiscover_pipelines.mapping import templates
from aidiscover_pipelines.strategy.policy.file import read_document
from aidiscover_pipelines.strategy.policy.overlay import Overlay, read_overlay
from aidiscover_pipelines.strategy.policy.policy import Constraint, shipped_policy

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def packages(folder: Path) -> set[str]:
    return {f"{folder.relative_to(ROOT)}/{p.name}" for p in folder.iterdir() if (p / "__init__.py").is_file()}


def test_the_architecture_names_every_folder_and_no_other():
    table = re.findall(r"^\| `([a-z_/]+)` \|", (DOCS / "architecture.md").read_text(), re.MULTILINE)
    assert set(table) == packages(ROOT / "aidiscover_pipelines") | {"assets", "resources"}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_documented_with_its_default(setting):
    row = next(line for line in (DOCS / "operations.md").read_text().splitlines() if f"`{setting.name}`" in line)
    assert setting.help in row
    assert setting.default in row


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command):
    text = (DOCS / "operations.md").read_text()
    assert f"aidiscover {command}" in text
    found = LazyCommands().get_command(click.Context(click.Command("aidiscover")), command)
    for subcommand in found.commands if isinstance(found, click.Group) else ():
        assert f"{command} {subcommand}" in text


@pytest.mark.parametrize("document", [ROOT / "README.md", DOCS / "operations.md"], ids=lambda path: path.name)
@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.key)
def test_every_format_is_documented(row, document):
    assert re.search(rf"\b{row.suffixes[0].lstrip('.').upper()}\b", document.read_text())


def test_the_documented_limits_are_those_of_the_reader():
    table = (DOCS / "operations.md").read_text().partition("| limit |")[2].partition("\n\n")[0]
    sizes = (limits.STREAMED_BYTES // 1024**3, "GiB"), (limits.FILE_BYTES // 1024**2, "MiB")
    unpacked = (limits.UNPACKED_BYTES // 1024**2, "MiB"), (limits.MEMORY_BYTES // 1024**3, "GiB")
    times = (limits.CPU_SECONDS, "s"), (limits.CPU_SECONDS_PER_MIB, "s")
    for number, unit in (*sizes, *unpacked, *times, (f"{limits.CELL_CHARS:,}", "characters")):
        assert f"{number} {unit}" in table
    for number in (f"{limits.ROWS:,}", f"{limits.COLUMNS:,}; {limits.SHEETS}"):
        assert number in table


@pytest.mark.parametrize("document", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))])
def test_links_and_make_targets_exist(document):
    text = document.read_text()
    for target in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z]+)", text):
        assert f"\n{target}:" in makefile, f"{document.name} names make {target}"


def test_every_path_that_the_extension_table_names_exists():
    paths = re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)", (DOCS / "extending.md").read_text())
    bases = (ROOT, ROOT / "aidiscover_pipelines")
    assert paths
    assert [path for path in paths if not any((base / path).exists() for base in bases)] == []


def test_the_data_model_document_is_made_from_the_models():
    assert (DOCS / "data-model.md").read_text() == data_model(), "run 'make docs'"


def test_the_worked_example_of_a_template_is_read(tmp_path, monkeypatch):
    example, _ = re.findall(r"```yaml\n(.*?)```", (DOCS / "extending.md").read_text(), re.DOTALL)
    (tmp_path / "acme_inventory.yaml").write_text(example, encoding="utf-8")
    monkeypatch.setattr(templates, "TEMPLATES", tmp_path)
    (sheet,) = templates.read_templates()
    assert (sheet.family, sheet.describes) == ("acme", "asset")
    assert [column.field for column in sheet.columns] == ["asset_name", "memory_mb", "cpu_util_pct", "ignore"]


def test_the_documented_policy_file_is_valid(tmp_path):
    (example,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "policy.md").read_text(), re.DOTALL)
    (tmp_path / "policy.yaml").write_text(example, encoding="utf-8")
    assert set(Overlay.model_fields) == set(read_overlay(tmp_path / "policy.yaml").document)


def test_the_worked_example_of_a_constraint_runs(tmp_path):
    _, example = re.findall(r"```yaml\n(.*?)```", (DOCS / "extending.md").read_text(), re.DOTALL)
    (tmp_path / "policy.yaml").write_text(example, encoding="utf-8")
    (constraint,) = map(Constraint.model_validate, read_document(tmp_path / "policy.yaml"))
    frame = pd.DataFrame({"differentiating": [1.0, float("nan"), 0.0]})
    assert constraint.when.holds(frame).tolist() == [True, False, False]
    assert constraint.id not in {known.id for known in shipped_policy().constraints}
