"""The layers contract of pyproject.toml holds, and would notice what breaks it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def lint_imports(folder):
    """Run import-linter over the package in a folder."""
    command = [str(LINT_IMPORTS), "--config", "pyproject.toml", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(root, tmp_path):
    """Return a folder with the package and its contract, free to be broken."""
    shutil.copytree(root / "flowlint", tmp_path / "flowlint", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_point_one_way(root):
    """No stage imports a later one."""
    result = lint_imports(root)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_module_without_a_place_is_noticed(copy):
    """The contract is exhaustive: a new module must be given a layer."""
    (copy / "flowlint" / "utils.py").write_text('"""Belongs nowhere."""\n')
    result = lint_imports(copy)
    assert result.returncode != 0
    assert "utils" in result.stdout


def test_an_import_upwards_is_noticed(copy):
    """A lower stage that reaches for a higher one breaks the contract."""
    with (copy / "flowlint" / "errors.py").open("a", encoding="utf-8") as module:
        module.write("\nimport flowlint.verdict.finding\n")
    result = lint_imports(copy)
    assert result.returncode != 0
    assert "flowlint.errors" in result.stdout
