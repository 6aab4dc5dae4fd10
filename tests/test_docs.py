"""The documentation says what is: its commands exist, and its examples are run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlflowplug import environments
from mlflowplug.cli import COMMANDS
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.targets import build_wheel

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> Iterator[str]:
    """The code blocks of the README in a language."""
    for match in re.finditer(rf"```{language}\n(.*?)```", README, re.DOTALL):
        yield match[1]


def commands() -> list[str]:
    """What the README's console blocks tell the reader to type."""
    lines = [line for block in blocks("console") for line in block.splitlines()]
    return [line[2:].split("  #")[0].strip() for line in lines if line.startswith("$ ")]


def test_every_command_is_in_the_readme() -> None:
    assert [name for name in COMMANDS if f"`mlflowplug {name}" not in README] == []


def test_the_readme_names_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"`mlflowplug (\w+)", README))
    assert named <= set(COMMANDS)


def test_the_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in commands():
        if command.startswith("make "):
            assert f"\n{command.split()[1]}: " in makefile


def test_the_number_of_types_is_right() -> None:
    assert f"the {len(PLUGIN_TYPES)} plugin types" in README


def test_toml_examples_are_settings_that_are_read(tmp_path: Path) -> None:
    from mlflowplug.settings import read_settings

    (tmp_path / "pyproject.toml").write_text("\n".join(blocks("toml")), "utf-8")
    settings = read_settings(tmp_path)
    assert settings.uris == {("tracking_store", "acme"): "acme:{tmp}/db"}
    assert list(settings.ignore) == ["TS008"]


@pytest.mark.slow
def test_every_example_of_the_readme_runs(tmp_path: Path) -> None:
    """As a reader would: in a folder of one's own, one after the other."""
    site = tmp_path / "site"
    run(tmp_path, site, [line for line in commands() if line.startswith("mlflowplug new")])
    project = tmp_path / "acme-mlflow"
    wheel = build_wheel(project, tmp_path)
    environments.run_uv(
        ["pip", "install", "--quiet", "--python", sys.executable, "--no-deps",
         "--target", site, wheel]
    )  # fmt: skip
    rest = [line for line in commands() if not line.startswith(("make", "cd ", "mlflowplug new"))]
    assert len(rest) >= 6
    run(project, site, rest)
    example = project / "test_readme.py"
    example.write_text(next(block for block in blocks("python") if "Conformance" in block), "utf-8")
    run(project, site, [f"{sys.executable} -m pytest -q -p no:cacheprovider {example.name}"])


def run(folder: Path, site: Path, lines: list[str]) -> None:
    """Run shell lines in a folder, the plugin in `site` being installed; none may fail."""
    scripts = str(Path(sys.executable).parent)
    for line in lines:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env=os.environ
            | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout[-3000:]}\n{done.stderr[-2000:]}"
