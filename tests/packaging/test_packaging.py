"""The wheel, the lock and the three top-level names: what a stranger's machine gets."""

import importlib
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["aidiscover_pipelines", "assets", "resources"])
def test_each_top_level_name_is_this_checkout(name):
    found = Path(importlib.import_module(name).__file__).resolve()
    assert found.parent.parent == ROOT, f"{name} is shadowed by {found}; use a virtual environment of its own"


def test_the_lock_names_no_host_and_pins_by_hash():
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"://|--index|--extra|--find-links", lock)
    assert lock.count("--hash=sha256:") > 300


def test_uv_lock_is_not_in_the_tree():
    assert not (ROOT / "uv.lock").exists()


def test_no_module_is_longer_than_400_lines():
    modules = [
        p for top in ("aidiscover_pipelines", "assets", "resources", "tests") for p in (ROOT / top).rglob("*.py")
    ]
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in modules}
    assert {name: n for name, n in lengths.items() if n > 400} == {}


@pytest.fixture(scope="module")
def wheel_python(tmp_path_factory):
    """A fresh environment with only the wheel; dependencies come by a .pth file, in which no further .pth counts."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip"]
    subprocess.run(
        [*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    site = next((folder / "venv" / "lib").glob("python3*")) / "site-packages"
    subprocess.run(
        [*pip, "install", "-q", "--no-deps", "--target", str(site), str(wheel)], check=True, capture_output=True
    )
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


@pytest.mark.slow
def test_definitions_are_valid_from_an_installed_wheel(wheel_python, tmp_path):
    done = subprocess.run(
        [str(wheel_python), "-m", "dagster", "definitions", "validate", "-m", "aidiscover_pipelines.definitions"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_wheel_carries_its_data_files_and_is_what_is_imported(wheel_python, tmp_path):
    code = (
        "import aidiscover_pipelines.crews.discovery as d, resources.postgres, pathlib as p;"
        "here = p.Path(d.__file__).parent; print(here, (here / 'agents.yaml').is_file())"
    )
    done = subprocess.run([str(wheel_python), "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("True")
    assert str(ROOT / "aidiscover_pipelines") not in done.stdout


def test_definitions_are_valid_from_the_checkout():
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
