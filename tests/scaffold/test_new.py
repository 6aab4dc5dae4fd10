"""`mlflowplug new`: what is rendered, and what the command prints."""

from __future__ import annotations

import json
import time
from pathlib import Path, PurePosixPath

import pytest
import typer
from rendered_plugins import ACME
from typer.testing import CliRunner

from mlflowplug.cli.new import new
from mlflowplug.scaffold.answers import Answers
from mlflowplug.scaffold.making import render

app = typer.Typer()
app.command()(new)


def test_every_name_and_text_is_rendered() -> None:
    files = render(ACME)
    assert PurePosixPath("src/mlflow_acme/tracking_store/store.py") in files
    for path, content in files.items():
        assert not path.name.endswith(".jinja")
        assert "{{" not in str(path)
        if path.parts[0] != ".github":
            assert b"{{" not in content, path
            assert b"{%" not in content, path


def test_rendering_takes_less_than_half_a_second() -> None:
    start = time.perf_counter()
    render(ACME)
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(("licence", "text"), [("MIT", b"MIT License"), ("BSD-3-Clause", b"BSD 3")])
def test_the_licence_is_the_chosen_one(licence: str, text: bytes) -> None:
    answers = Answers("mlflow-acme", ("tracking_store",), "acme", "Zo\u00eb", licence=licence)
    files = render(answers)
    assert files[PurePosixPath("LICENSE")].startswith(text)
    assert "Copyright (c) Zo\u00eb".encode() in files[PurePosixPath("LICENSE")]
    assert f'license = "{licence}"'.encode() in files[PurePosixPath("pyproject.toml")]


@pytest.mark.parametrize(
    ("ci", "name"),
    [("github", ".github/workflows/test.yml"), ("gitlab", ".gitlab-ci.yml"), ("none", "")],
)
def test_the_workflow_is_the_chosen_one(ci: str, name: str) -> None:
    files = render(Answers("mlflow-acme", ("tracking_store",), "acme", ci=ci))
    found = {str(path) for path in files if ".github" in path.parts or "gitlab" in path.name}
    assert found == ({name} if name else set())


def command(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_a_dry_run_prints_the_tree_and_writes_nothing(tmp_path: Path) -> None:
    options = ["mlflow-acme", "-t", "tracking_store", "--scheme", "acme", "-o", str(tmp_path)]
    assert "src/mlflow_acme/tracking_store/store.py" in command(*options, "--dry-run")
    assert not any(tmp_path.iterdir())


def test_json_is_one_document(tmp_path: Path) -> None:
    options = ["mlflow-acme", "-t", "tracking_store", "--scheme", "acme", "-o", str(tmp_path)]
    made = json.loads(command(*options, "--json"))
    assert (made["project"], made["written"]) == ("mlflow-acme", True)
    assert made["path"] == str(tmp_path / "mlflow-acme")
    assert all((tmp_path / "mlflow-acme" / name).is_file() for name in made["files"])
    assert "mlflowplug test ." in made["next"]
