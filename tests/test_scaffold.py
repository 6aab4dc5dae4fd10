"""`mlflowplug new`: names, files, and a plugin that works as it comes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
import typer
from typer.testing import CliRunner

from mlflowplug import scaffold
from mlflowplug.cli.new import new
from mlflowplug.environments import uv
from mlflowplug.errors import MlflowplugError
from mlflowplug.scaffold import Answers

ACME = Answers("mlflow-acme", ("tracking_store",), "acme")
CHECKOUT = Path(__file__).resolve().parent.parent

app = typer.Typer()
app.command()(new)


def test_good_answers_pass() -> None:
    scaffold.check_answers(ACME)
    scaffold.check_answers(Answers("Acme.Store_2", ("tracking_store",), "acme+v2.x-1"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "PEP 508"),
        ("-acme", "PEP 508"),
        ("acme store", "PEP 508"),
        ("acmé", "PEP 508"),
        ("../acme", "PEP 508"),
        ("acme\n", "PEP 508"),
        ("class", "keyword"),
        ("match", "keyword"),
        ("json", "standard library"),
        ("mlflow", "would hide"),
        ("2fast", "cannot import"),
    ],
)
def test_names_that_do_not_work_are_refused(name: str, reason: str) -> None:
    with pytest.raises(MlflowplugError, match=reason) as caught:
        scaffold.check_answers(Answers(name, ("tracking_store",), "acme"))
    assert caught.value.exit_code == 2
    assert caught.value.hint


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        ("", "empty"),
        ("Acme", "lower-cases"),
        ("1acme", "does not start with a letter"),
        ("my_scheme", "underscore"),
        ("acme:", "characters"),
        ("acmé", "characters"),
        ("acme/x", "characters"),
        ("acme\n", "characters"),
        ("c", "Windows"),
        ("a" * 31, "more than 30"),
        ("sqlite", "MLflow itself"),
        ("https", "MLflow itself"),
        ("databricks-uc", "MLflow itself"),
        ("file", "MLflow itself"),
    ],
)
def test_schemes_that_do_not_work_are_refused(scheme: str, reason: str) -> None:
    with pytest.raises(MlflowplugError, match=reason):
        scaffold.check_answers(Answers("mlflow-acme", ("tracking_store",), scheme))


@pytest.mark.parametrize("author", ['A "B" C', "a\nb", "back\\slash", "long" * 50])
def test_authors_that_would_break_the_metadata_are_refused(author: str) -> None:
    with pytest.raises(MlflowplugError, match="author"):
        scaffold.check_answers(Answers("mlflow-acme", ("tracking_store",), "acme", author))


def test_a_type_without_template_gets_a_suggestion() -> None:
    with pytest.raises(MlflowplugError, match="for: tracking_store") as caught:
        scaffold.check_answers(Answers("mlflow-acme", ("tracking_stor",), "acme"))
    assert "--type tracking_store" in caught.value.hint


def test_builtin_schemes_are_those_that_mlflow_registers() -> None:
    code = (
        "from mlflow.tracking._tracking_service.utils import _tracking_store_registry as r\n"
        "print(*(n for n, b in r._registry.items() if b.__module__.startswith('mlflow.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert scaffold.builtin_schemes() == set(done.stdout.split())


def test_without_mlflow_no_scheme_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    scaffold.builtin_schemes.cache_clear()
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "mlflow", raising=False)
    assert scaffold.builtin_schemes() == frozenset()
    scaffold.builtin_schemes.cache_clear()


def test_every_name_and_text_is_rendered() -> None:
    files = scaffold.render(ACME)
    assert PurePosixPath("src/mlflow_acme/store.py") in files
    for path, content in files.items():
        assert not path.name.endswith(".jinja")
        assert "{{" not in str(path)
        if path.parts[0] != ".github":
            assert b"{{" not in content, path
            assert b"{%" not in content, path


def test_rendering_takes_less_than_half_a_second() -> None:
    start = time.perf_counter()
    scaffold.render(ACME)
    assert time.perf_counter() - start < 0.5


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mlflow-acme").mkdir()
    with pytest.raises(MlflowplugError, match="exists already"):
        scaffold.make(ACME, tmp_path)
    assert not any((tmp_path / "mlflow-acme").iterdir())


def test_a_dangling_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mlflow-acme").symlink_to(tmp_path / "nowhere")
    with pytest.raises(MlflowplugError, match="exists already"):
        scaffold.make(ACME, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow-acme"]


class Interrupting(dict[PurePosixPath, bytes]):
    """Files whose writing is interrupted after the first one."""

    def items(self) -> Iterator[tuple[PurePosixPath, bytes]]:  # type: ignore[override]
        yield PurePosixPath("a/first.txt"), b"first"
        raise KeyboardInterrupt


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        scaffold.write(Interrupting(), tmp_path / "plugin")
    assert not any(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    files = {PurePosixPath("a"): b"", PurePosixPath("a/b"): b""}
    with pytest.raises(MlflowplugError, match="cannot be written"):
        scaffold.write(files, tmp_path / "plugin")
    assert not any(tmp_path.iterdir())


def test_a_parent_that_is_a_file_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MlflowplugError, match="cannot be written"):
        scaffold.make(ACME, tmp_path / "file")


def test_the_folder_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    scaffold.make(ACME, tmp_path)
    (tmp_path / "other").mkdir()
    assert (tmp_path / "mlflow-acme").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("acme-mlflow", "acme"), ("mlflow_acme", "acme"), ("mlflow-acme-plugin", "acme")],
)
def test_the_name_suggests_a_scheme(name: str, scheme: str) -> None:
    answers = scaffold.ask(None, name=name, types=["tracking_store"], scheme=None)
    assert answers.scheme == scheme


def test_an_answer_that_would_not_work_is_asked_for_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = iter(
        ["My Plugin", "acme-mlflow", "tracking_stor", "tracking_store", "My_Scheme", "acme"]
    )
    answers = scaffold.ask(lambda *_: next(given), name=None, types=None, scheme=None)
    assert (answers.name, answers.types, answers.scheme) == (
        "acme-mlflow",
        ("tracking_store",),
        "acme",
    )
    said = capsys.readouterr().err
    for wrong in ("My Plugin", "tracking_stor", "My_Scheme"):
        assert repr(wrong) in said


def test_what_is_missing_is_asked_for() -> None:
    asked: dict[str, str] = {}

    def question(text: str, default: str) -> str:
        asked[text] = default
        return default or "mlflow-acme"

    answers = scaffold.ask(question, name=None, types=None, scheme=None)
    assert (answers.name, answers.scheme) == ("mlflow-acme", "acme")
    assert len(asked) == 3


def test_without_a_terminal_the_missing_options_are_named() -> None:
    with pytest.raises(MlflowplugError, match=r"Missing: NAME\."):
        scaffold.ask(None, name=None, types=["tracking_store"], scheme=None)


def command(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_a_dry_run_prints_the_tree_and_writes_nothing(tmp_path: Path) -> None:
    options = ["mlflow-acme", "-t", "tracking_store", "--scheme", "acme", "-o", str(tmp_path)]
    assert "src/mlflow_acme/store.py" in command(*options, "--dry-run")
    assert not any(tmp_path.iterdir())


def test_json_is_one_document(tmp_path: Path) -> None:
    options = ["mlflow-acme", "-t", "tracking_store", "--scheme", "acme", "-o", str(tmp_path)]
    made = json.loads(command(*options, "--json"))
    assert (made["project"], made["written"]) == ("mlflow-acme", True)
    assert made["path"] == str(tmp_path / "mlflow-acme")
    assert all((tmp_path / "mlflow-acme" / name).is_file() for name in made["files"])
    assert "mlflowplug test ." in made["next"]


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scaffold.make(ACME, tmp_path_factory.mktemp("new")).path


@pytest.mark.parametrize(
    "answers",
    [
        ACME,
        Answers("ab", ("tracking_store",), "xy"),
        Answers(
            "a-long-company-name-mlflow-tracking",
            ("tracking_store",),
            "long-company.tracking+store-v2",
            "Zoë d'Arc <zoe@example.org>",
            "d" * scaffold.LINE,
        ),
    ],
    ids=["usual", "short", "long"],
)
def test_the_plugin_passes_its_own_ruff(answers: Answers, tmp_path: Path) -> None:
    folder = scaffold.make(answers, tmp_path).path
    run(sys.executable, "-m", "ruff", "check", "--no-cache", cwd=folder)
    run(sys.executable, "-m", "ruff", "format", "--check", "--no-cache", cwd=folder)


@pytest.mark.slow
def test_the_plugin_passes_its_own_mypy(plugin: Path) -> None:
    run(sys.executable, "-m", "mypy", cwd=plugin, MYPYPATH=str(CHECKOUT))


@pytest.fixture(scope="module")
def python(plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has the plugin installed, from its wheel, over what runs these tests."""
    environment = tmp_path_factory.mktemp("environment")
    run(uv(), "venv", "--quiet", "--clear", "--python", sys.executable, str(environment))
    python = environment / "bin" / "python"
    (site,) = environment.glob("lib/python*/site-packages")
    paths = [str(CHECKOUT), *(path for path in sys.path if path.endswith("site-packages"))]
    (site / "below.pth").write_text("\n".join(paths))
    install = [uv(), "pip", "install", "--quiet", "--offline", "--no-deps", "--no-build-isolation"]
    run(*install, "--python", str(python), str(plugin))
    return python


@pytest.mark.slow
def test_the_plugin_passes_its_own_tests(plugin: Path, python: Path) -> None:
    done = run(str(python), "-m", "pytest", "-p", "no:cacheprovider", cwd=plugin)
    assert "failed" not in done


@pytest.mark.slow
def test_the_quickstart_runs(plugin: Path, python: Path, tmp_path: Path) -> None:
    printed = run(str(python), str(plugin / "examples" / "quickstart.py"), cwd=tmp_path)
    assert "params.rate" in printed


@pytest.mark.slow
@pytest.mark.parametrize(
    "first",
    [
        "import mlflow",
        "from mlflow import MlflowClient",
        "import mlflow.server",
        "import mlflow_acme",
    ],
)
def test_the_store_loads_in_every_order_of_imports(
    first: str, python: Path, tmp_path: Path
) -> None:
    code = (
        f"{first}\n"
        "from mlflow.tracking._tracking_service.utils import _get_store\n"
        f"print(type(_get_store('acme:{tmp_path}/store.db')).__name__)"
    )
    assert run(str(python), "-c", code).strip() == "AcmeTrackingStore"


def run(*command: str, cwd: Path | None = None, **variables: str) -> str:
    """The command's standard output; a failure shows all that it printed."""
    environment = {**os.environ, "PYTHONPATH": "", **variables}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
