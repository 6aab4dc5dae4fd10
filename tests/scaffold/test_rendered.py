"""What is rendered works: each type alone, some together, and all of them in one plugin."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rendered_plugins import ACME, CHECKOUT, environment_over_ours, install, run

from mlflowplug.scaffold.answers import Answers
from mlflowplug.scaffold.making import make
from mlflowplug.scaffold.names import LINE
from mlflowplug.scaffold.templates import template_types

ALL = tuple(template_types())
SETS = [*((kind,) for kind in ALL), ALL]


def named(types: tuple[str, ...]) -> str:
    return types[0] if len(types) == 1 else "all"


@pytest.mark.parametrize("types", SETS, ids=named)
@pytest.mark.parametrize(
    "answers",
    [
        ACME,
        Answers("ab", (), "xy"),
        Answers(
            "a-long-company-name-mlflow-tracking",
            (),
            "long-company.tracking+store-v2",
            "Zoë d'Arc <zoe@example.org>",
            "d" * LINE,
        ),
    ],
    ids=["usual", "short", "long"],
)
def test_it_passes_its_own_ruff(answers: Answers, types: tuple[str, ...], tmp_path: Path) -> None:
    folder = make(replace(answers, types=types), tmp_path).path
    run(sys.executable, "-m", "ruff", "check", "--no-cache", cwd=folder)
    run(sys.executable, "-m", "ruff", "format", "--check", "--no-cache", cwd=folder)


@pytest.fixture(scope="module", params=SETS, ids=named)
def plugin(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plugin's folder: of each type alone, and of all of them."""
    return make(replace(ACME, types=request.param), tmp_path_factory.mktemp("new")).path


@pytest.fixture(scope="module")
def python(plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has the plugin installed, from its wheel, over what runs these tests."""
    python = environment_over_ours(tmp_path_factory.mktemp("environment"))
    install(python, plugin)
    return python


@pytest.mark.slow
def test_it_passes_its_own_mypy(plugin: Path) -> None:
    cache = f"--cache-dir={plugin.parent.parent / 'mypy'}"
    run(sys.executable, "-m", "mypy", cache, cwd=plugin, MYPYPATH=str(CHECKOUT))


@pytest.mark.slow
def test_its_own_tests_are_complete(plugin: Path, python: Path) -> None:
    """Nothing that they import is missing; what they say is tested once, with all types."""
    arguments = ["-q", "--collect-only", "-p", "no:cacheprovider"]
    assert "error" not in run(str(python), "-m", "pytest", *arguments, cwd=plugin).lower()[-300:]


@pytest.mark.slow
def test_the_plugin_of_all_types_passes_its_own_tests(tmp_path: Path) -> None:
    """Some 2,000 tests with real servers: what fails has a second try by itself, and is shown."""
    plugin = make(replace(ACME, types=ALL), tmp_path).path
    python = environment_over_ours(tmp_path / "environment")
    install(python, plugin)
    command = [str(python), "-m", "pytest", "-q", "-o", f"cache_dir={tmp_path / 'cache'}"]
    first = subprocess.run(command, cwd=plugin, capture_output=True, text=True, check=False)
    print(first.stdout[-5000:])
    assert " passed" in first.stdout
    if first.returncode != 0:
        assert first.returncode == 1, first.stdout + first.stderr
        run(*command, "--last-failed", "--last-failed-no-failures=none", cwd=plugin)


@pytest.mark.slow
def test_its_examples_run(plugin: Path, python: Path, tmp_path: Path) -> None:
    for example in sorted(plugin.glob("examples/*.py")):
        assert run(str(python), str(example), cwd=tmp_path).strip(), example
    assert not any(tmp_path.iterdir()), "an example leaves something behind"


@pytest.mark.slow
def test_it_loads_in_every_order_of_imports(plugin: Path, python: Path, tmp_path: Path) -> None:
    """`mlflowplug test` of what is installed from the wheel: bands 0xx and 1xx."""
    arguments = ["test", plugin.name, "--select", "*0,*1", "--json"]
    done = run(str(python), "-m", "mlflowplug", *arguments, cwd=tmp_path)
    summary = json.loads(done)["summary"]
    assert summary["passed"] > 15
    assert (summary["failed"], summary["error"], summary["not_run"]) == (0, 0, 0)
