"""`mlflowplug add`: a type in a plugin that is there, whoever made it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from rendered_plugins import ACME
from typer.testing import CliRunner

from mlflowplug.cli.add import add as command
from mlflowplug.errors import MlflowplugError
from mlflowplug.scaffold.adding import add
from mlflowplug.scaffold.answers import Answers
from mlflowplug.scaffold.making import make
from mlflowplug.scaffold.templates import template
from mlflowplug.toml import loads

THEIRS = """\
# our plugin
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "old-plugin"  # a good name
version = "1"
requires-python = ">=3.10"
dependencies = ["mlflow-skinny>=3.17", "SQLAlchemy>=2.1"]

[project.optional-dependencies]
dev = ["pytest"]

[project.entry-points."mlflow.run_context_provider"]
oldie = "old_pkg.context:Context"   # the first one

[tool.mypy]
strict = true
"""

app = typer.Typer()
app.command()(command)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A plugin that mlflowplug did not make: setuptools, comments, another package name."""
    package = tmp_path / "src" / "old_pkg"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text(THEIRS)
    return tmp_path


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def refused(folder: Path, message: str, **options: object) -> MlflowplugError:
    """The error, after which every file is as it was."""
    before = files_of(folder)
    with pytest.raises(MlflowplugError, match=message) as caught:
        add(folder, ["tracking_store"], **options)  # type: ignore[arg-type]
    assert files_of(folder) == before
    return caught.value


def test_pyproject_keeps_its_comments_and_gains_what_is_needed(theirs: Path) -> None:
    add(theirs, ["tracking_store"])
    text = (theirs / "pyproject.toml").read_text()
    lines = text.splitlines()
    dependencies = 'dependencies = ["mlflow-skinny>=3.17", "SQLAlchemy>=2.1"]'
    assert [
        line for line in THEIRS.splitlines() if line not in lines and "dev = " not in line
    ] == []
    assert dependencies in lines  # MLflow and SQLAlchemy are there already, however spelled
    assert "\n\n\n" not in text
    data = loads(text)
    points = data["project"]["entry-points"]
    assert points["mlflow.run_context_provider"] == {"oldie": "old_pkg.context:Context"}
    assert points["mlflow.tracking_store"]["oldie"] == "old_pkg.tracking_store:tracking_store"
    assert "mlflowplug" in data["project"]["optional-dependencies"]["dev"]
    uris = data["tool"]["mlflowplug"]["test"]["tracking_store"]
    assert uris["oldie"]["uri"] == "oldie:{tmp}/store.db"
    assert uris["oldie+postgresql"] == {"uri": "${OLDIE_POSTGRESQL_URI}", "extras": ["postgresql"]}


def test_the_code_goes_into_the_package_that_is_there(theirs: Path) -> None:
    made = add(theirs, ["tracking_store"])
    assert "src/old_pkg/tracking_store/store.py" in made.files
    assert (theirs / "src/old_pkg/tracking_store/store.py").is_file()
    assert made.changed == ("pyproject.toml",)


def test_a_package_beside_pyproject_is_found(theirs: Path) -> None:
    (theirs / "src" / "old_pkg").rename(theirs / "old_pkg")
    assert "old_pkg/tracking_store/store.py" in add(theirs, ["tracking_store"]).files


def test_a_type_that_is_added_is_as_if_it_had_been_there_from_the_start(tmp_path: Path) -> None:
    """But for the changelog, the order of lists and what describes the whole."""
    both = ("run_context_provider", "tracking_store")
    expected = files_of(make(_answers(both), tmp_path / "new").path)
    folder = make(_answers(both[:1]), tmp_path / "added").path
    add(folder, both[1:])
    found = files_of(folder)
    assert found.keys() == expected.keys()
    described = {"CHANGELOG.md", "README.md", "pyproject.toml", "src/mlflow_acme/__init__.py"}
    different = {name for name in found if found[name] != expected[name]}
    assert different <= described
    assert b"## Tracking store\n\n### Configuration" in found["README.md"]
    wanted, got = (loads(files["pyproject.toml"].decode()) for files in (expected, found))
    assert got["project"]["entry-points"] == wanted["project"]["entry-points"]
    for table in ("project", "dependency-groups"):
        key = "dependencies" if table == "project" else "dev"
        assert sorted(got[table][key]) == sorted(wanted[table][key])


def _answers(types: tuple[str, ...]) -> Answers:
    return replace(ACME, types=types)


def test_a_name_that_is_taken_is_refused(theirs: Path) -> None:
    add(theirs, ["tracking_store"])
    refused(theirs, "has an entry point 'oldie' of mlflow.tracking_store already")


def test_files_that_exist_are_not_overwritten(theirs: Path) -> None:
    (theirs / "examples").mkdir()
    (theirs / "examples" / "tracking_store.py").write_text("mine")
    refused(theirs, "1 files that would be written exist already: examples/tracking_store.py")


def test_an_older_mlflow_than_the_code_needs_is_raised_where_that_is_all(theirs: Path) -> None:
    oldest = template("tracking_store", "standalone", "acme", "acme").mlflow
    text = THEIRS.replace("mlflow-skinny>=3.17", "mlflow>=2.9")
    (theirs / "pyproject.toml").write_text(text)
    add(theirs, ["tracking_store"])
    assert f'"mlflow>={oldest}"' in (theirs / "pyproject.toml").read_text()


def test_a_range_that_admits_an_older_mlflow_is_refused(theirs: Path) -> None:
    text = THEIRS.replace("mlflow-skinny>=3.17", "mlflow>=2.9,<4")
    (theirs / "pyproject.toml").write_text(text)
    refused(theirs, "admits MLflow")


def test_changes_that_are_not_committed_are_refused(theirs: Path) -> None:
    git(theirs, "init", "--quiet")
    refused(theirs, "not committed")
    git(theirs, "add", ".")
    git(theirs, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "all")
    add(theirs, ["tracking_store"])
    refused(theirs, "has an entry point 'oldie'", allow_dirty=True)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


@pytest.mark.parametrize(
    ("name", "text", "advice"),
    [
        ("setup.py", "", 'entry_points={"mlflow.tracking_store": ["acme = acme.tracking'),
        ("setup.cfg", "", "[options.entry_points]\nmlflow.tracking_store =\n    acme = acme"),
        (
            "pyproject.toml",
            '[tool.poetry]\nname = "acme"\n',
            '[tool.poetry.plugins."mlflow.tracking_store"]\n"acme" = "acme.tracking_store',
        ),
        ("pyproject.toml", "[build-system]\n", '[project.entry-points."mlflow.tracking_store"]'),
        (
            "pyproject.toml",
            '[project]\nname = "acme"\ndynamic = ["entry-points"]\n',
            '[project.entry-points."mlflow.tracking_store"]',
        ),
    ],
    ids=["setup.py", "setup.cfg", "poetry", "no project", "dynamic"],
)
def test_metadata_that_are_elsewhere_are_shown_what_to_paste(
    name: str, text: str, advice: str, tmp_path: Path
) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / name).write_text(text)
    assert advice in refused(folder, name).hint


def test_a_folder_without_a_plugin_is_refused(tmp_path: Path) -> None:
    assert "mlflowplug new" in refused(tmp_path, "There is no pyproject.toml").hint


def test_a_plugin_without_a_package_is_refused(theirs: Path) -> None:
    (theirs / "src" / "old_pkg" / "__init__.py").unlink()
    refused(theirs, "import package of old-plugin was not found")


def test_broken_toml_is_an_error_in_words(theirs: Path) -> None:
    (theirs / "pyproject.toml").write_text("[project")
    refused(theirs, "is no valid TOML")


def test_a_dry_run_writes_nothing(theirs: Path) -> None:
    before = files_of(theirs)
    options = ["--type", "tracking_store", "--dry-run", "--json", str(theirs)]
    result = CliRunner().invoke(app, options, catch_exceptions=False)
    made = json.loads(result.stdout)
    assert (made["written"], made["changed"]) == (False, ["pyproject.toml"])
    assert files_of(theirs) == before
