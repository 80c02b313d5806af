"""The built wheel works where there is no source tree."""

import json
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def installed(root, tmp_path_factory, real_environment):
    """Build the wheel, install it into a clean environment, and return how to run a program of that environment."""
    folder = tmp_path_factory.mktemp("wheel")
    environment = {name: value for name, value in real_environment.items() if name != "VIRTUAL_ENV"}

    def run(*command):
        # The folder is empty but for the environment: no flowlint/ and no rules/ to be found by accident.
        result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
        return result.stdout

    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder / "dist", root)
    (wheel,) = (folder / "dist").glob("flowlint-*.whl")
    run(sys.executable, "-m", "venv", folder / "venv")
    run(folder / "venv/bin/pip", "install", "--quiet", wheel)
    return lambda program, *arguments: run(folder / "venv/bin" / program, *arguments)


def test_package_is_the_installed_one(installed, root):
    """The modules come from the environment, not from the checkout."""
    place = installed("python", "-I", "-c", "import flowlint; print(flowlint.__file__)")
    assert "site-packages" in place
    assert str(root) not in place


def test_demo_runs(installed):
    """The organisation in the wheel is linted to the end."""
    assert "H103" in installed("flowlint", "demo")


def test_all_rules_are_inside(installed, root):
    """The wheel holds every rule of the checkout."""
    found = installed("flowlint", "rules")
    names = {path.stem for path in (root / "rules").rglob("*.yaml")}
    assert names
    assert not {name for name in names if name not in found}


def test_schemas_are_inside(installed):
    """Files beside the code are in the wheel too."""
    for name in ("config", "rule", "findings"):
        assert json.loads(installed("flowlint", "schema", name))["$schema"]
