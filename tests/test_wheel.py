"""What is shipped: the wheel holds the templates and the sample, and works outside a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mlflowplug import environments

ROOT = Path(__file__).parent.parent


def tracked(*folders: str) -> set[str]:
    """The files that git knows in these folders (in a clone: all that is to be shipped)."""
    if not (ROOT / ".git").exists():
        pytest.skip("only a git checkout tells which files belong to the project")
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist as `mlflowplug build` and every index user's pip do it."""
    folder = tmp_path_factory.mktemp("dist")
    environments.run_uv(["build", "--quiet", "--out-dir", folder, ROOT])
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_package_and_the_bundled_folders(wheel: Path) -> None:
    """Nothing is missing and nothing else is in it."""
    expected = tracked("mlflowplug")
    expected |= {f"mlflowplug/_bundled/{name}" for name in tracked("templates", "plugins")}
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in names if ".dist-info/" not in name} == expected


def test_the_sdist_has_what_tests_need(wheel: Path) -> None:
    """The sdist lies beside the wheel, with tests and Makefile."""
    import tarfile

    sdist = next(wheel.parent.glob("*.tar.gz"))
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "README.md", "LICENSE", "pyproject.toml", "tests/test_wheel.py"} <= names


def test_the_installed_wheel_scaffolds(wheel: Path, tmp_path: Path) -> None:
    """A `pip install` without the checkout can render every template."""
    target = tmp_path / "site"
    environments.run_uv(
        ["pip", "install", "--quiet", "--python", sys.executable, "--no-deps",
         "--target", target, wheel]
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c",
         "import mlflowplug, sys; print(mlflowplug.__file__); from mlflowplug.main import main; "
         "sys.exit(main(['new', 'acme-mlflow', '--type', 'tracking_store', '--scheme', 'acme']))"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(target))
    assert (tmp_path / "acme-mlflow" / "pyproject.toml").is_file()
