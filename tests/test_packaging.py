"""`mlflowplug build`: real projects, a real build backend, a real clean environment."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from small_plugin import edit, project

from mlflowplug.errors import MlflowplugError
from mlflowplug.packaging import build, content, copied_into, wheel_metadata
from mlflowplug.private_files import private_files, unintended_folders
from mlflowplug.progress import Steps


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    return project(tmp_path / "acme-headers")


def failure(plugin: Path) -> MlflowplugError:
    """The error of a build that must fail, leaving no file behind."""
    with pytest.raises(MlflowplugError) as caught:
        build(plugin)
    assert not (plugin / "dist").exists()
    return caught.value


def test_good_plugin_is_built_and_checked(plugin: Path, tmp_path: Path) -> None:
    steps = Steps()
    made = build(plugin, tmp_path / "out", steps=steps)
    assert (made.name, made.version) == ("acme-headers", "1.0.0")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "acme_headers-1.0.0-py3-none-any.whl",
        "acme_headers-1.0.0.tar.gz",
    ]
    assert made.entry_points == ("mlflow.request_header_provider:acme",)
    assert made.notes == ()
    assert wheel_metadata(made.wheel)["Name"] == "acme-headers"
    assert [step.passed for step in steps.done] == [True] * 4


def test_other_content_of_the_same_name_is_replaced_only_by_force(
    plugin: Path, tmp_path: Path
) -> None:
    first = build(plugin)
    before = content(first.wheel)
    edit(plugin / "acme_headers" / "provider.py", '"1"', '"2"')
    other = build(plugin, tmp_path / "other")
    with pytest.raises(MlflowplugError, match="other content") as caught:
        copied_into(plugin / "dist", other)
    assert "--force" in caught.value.hint
    assert content(first.wheel) == before
    assert copied_into(tmp_path / "other", other).wheel == other.wheel
    assert content(copied_into(plugin / "dist", other, force=True).wheel) != before
    assert len(list((plugin / "dist").iterdir())) == 2


def test_other_versions_stay(plugin: Path) -> None:
    (plugin / "dist").mkdir()
    old = plugin / "dist" / "acme_headers-0.9.0.tar.gz"
    old.write_text("old")
    build(plugin)
    assert old.read_text() == "old"
    assert len(list((plugin / "dist").iterdir())) == 3


@pytest.mark.parametrize(
    ("old", "new", "said", "hint"),
    [
        (":AcmeHeaders", ":Missing", "AttributeError", "Compare the entry point"),
        ("acme_headers.provider", "acme_headers.gone", "ModuleNotFoundError", "not in the wheel"),
    ],
)
def test_entry_point_to_nothing(plugin: Path, old: str, new: str, said: str, hint: str) -> None:
    edit(plugin / "pyproject.toml", old, new)
    error = failure(plugin)
    assert error.exit_code == 1
    assert "mlflow.request_header_provider:acme" in error.message
    assert said in error.message
    assert hint in error.hint


def test_module_left_out_of_the_wheel(plugin: Path) -> None:
    # The source tree has the package, so that nothing but a clean environment shows it.
    with (plugin / "pyproject.toml").open("a") as file:
        file.write("\n[tool.hatch.build.targets.wheel]\nonly-include = ['README.md']\n")
    error = failure(plugin)
    assert error.exit_code == 1
    assert "No module named 'acme_headers'" in error.message
    assert "acme_headers is not in the wheel, which holds README.md" in error.hint


def test_every_entry_point_has_its_own_verdict(plugin: Path) -> None:
    edit(
        plugin / "pyproject.toml",
        'acme = "acme_headers.provider:AcmeHeaders"',
        'acme = "acme_headers.provider:AcmeHeaders"\n'
        'exits = "acme_headers.exits:X"\nlost = "acme_headers.provider:Lost"',
    )
    (plugin / "acme_headers" / "exits.py").write_text("print('{}')\nraise SystemExit(0)\n")
    message = failure(plugin).message
    assert "SystemExit: 0" in message
    assert "provider:acme =" not in message
    assert ":lost = acme_headers.provider:Lost" in message


def test_plugin_that_ends_the_process_is_named(plugin: Path) -> None:
    (plugin / "acme_headers" / "provider.py").write_text("import os\nos._exit(0)\n")
    message = failure(plugin).message
    assert "request_header_provider:acme" in message
    assert "ended the whole process" in message


@pytest.mark.slow
def test_undeclared_mlflow_is_a_note(plugin: Path) -> None:
    with (plugin / "acme_headers" / "provider.py").open("a") as file:
        file.write("\nimport mlflow.version\n")
    made = build(plugin)
    assert made.entry_points
    assert "does not list mlflow" in made.notes[0]


def test_wheel_without_mlflow_entry_points(plugin: Path) -> None:
    edit(plugin / "pyproject.toml", "mlflow.request_header_provider", "other.group")
    error = failure(plugin)
    assert error.exit_code == 1
    assert "no MLflow entry points" in error.message


def test_readme_that_an_index_refuses(plugin: Path) -> None:
    edit(plugin / "pyproject.toml", "README.md", "README.rst")
    (plugin / "README.rst").write_text("Title\n==\n\n.. no-such-directive::\n")
    error = failure(plugin)
    assert error.exit_code == 1
    assert "twine check --strict" in error.message
    assert "no-such-directive" in error.message
    assert os.sep + "dist" + os.sep not in error.message


def test_build_backend_that_fails(plugin: Path) -> None:
    edit(plugin / "pyproject.toml", 'version = "1.0.0"', 'version = "not a version"')
    error = failure(plugin)
    assert error.exit_code == 1
    assert "not a version" in error.message
    assert len(error.message.splitlines()) < 30


def test_credentials_left_in_the_project_are_not_published(plugin: Path) -> None:
    (plugin / ".env").write_text("AWS_SECRET_ACCESS_KEY=1\n")
    error = failure(plugin)
    assert error.exit_code == 1
    assert "acme_headers-1.0.0.tar.gz: acme_headers-1.0.0/.env" in error.message


@pytest.mark.parametrize(
    ("name", "private"),
    [
        ("a-1/.env", True),
        ("a-1/.env.production", True),
        ("a-1/.env.example", False),
        ("a-1/src/environment.py", False),
        ("a-1/.pypirc", True),
        ("a-1/keys/id_ed25519", True),
        ("a-1/keys/id_ed25519.pub", False),
        ("a-1/tests/certificate.pem", False),
    ],
)
def test_private_files(name: str, private: bool) -> None:
    assert private_files([name]) == ([name] if private else [])


def test_unintended_folders() -> None:
    names = ["a-1/mlruns/0/meta.yaml", "a-1/mlruns/1/meta.yaml", "a-1/mlruns.py", "a-1/mlflow.db"]
    assert unintended_folders(names) == ["a-1/mlflow.db", "a-1/mlruns"]


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_folder_without_a_project(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(MlflowplugError) as caught:
        build(tmp_path / name)
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_source_tree_is_not_seen(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's folder and PYTHONPATH must not make up for a module that the wheel lacks."""
    with (plugin / "pyproject.toml").open("a") as file:
        file.write("\n[tool.hatch.build.targets.wheel]\nonly-include = ['README.md']\n")
    monkeypatch.chdir(plugin)
    monkeypatch.setenv("PYTHONPATH", str(plugin))
    assert "No module named 'acme_headers'" in failure(Path()).message


def test_contents_ignore_times_only(tmp_path: Path) -> None:
    for name, stamp, text in (("a", 1990, "x"), ("b", 2000, "x"), ("c", 1990, "y")):
        with zipfile.ZipFile(tmp_path / f"{name}.whl", "w") as archive:
            archive.writestr(zipfile.ZipInfo("m.py", (stamp, 1, 1, 0, 0, 0)), text)
    a, b, c = (content(tmp_path / f"{name}.whl") for name in "abc")
    assert a == b != c
