"""What `types`, `show`, `resolve` and `doctor` print, and the exit codes they end with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from fake_environment import make_distribution, make_environment, own_site_packages, site_packages
from typer.testing import CliRunner, Result

from mlflowplug.cli import inspecting
from mlflowplug.errors import MlflowplugError
from mlflowplug.plugin_types import PLUGIN_TYPES

REPOSITORY = """
from mlflow.store.artifact.artifact_repo import ArtifactRepository

class Repository(ArtifactRepository):
    def __init__(self, artifact_uri, bucket=None):
        super().__init__(artifact_uri)
    def list_artifacts(self, path=None): return []
"""

APP = typer.Typer(pretty_exceptions_enable=False)
for command in (inspecting.types, inspecting.show, inspecting.resolve, inspecting.doctor):
    APP.command()(command)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with two plugins, one of them out of date."""
    made = make_environment(tmp_path_factory.mktemp("env") / "venv", mlflow=own_site_packages())
    site = site_packages(made)
    make_distribution(
        site,
        "old-artifacts",
        "0.3",
        entry_points={"mlflow.artifact_repository": {"old": "old_artifacts:Repository"}},
        modules={"old_artifacts.py": REPOSITORY},
        requires=["mlflow<3"],
    )
    make_distribution(
        site,
        "acme",
        "1.0",
        entry_points={
            "mlflow.tracking_store": {"acme": "acme:open_store"},
            "mlflow.tracking_stores": {"typo": "acme:open_store"},
        },
        modules={"acme.py": "def open_store(store_uri, artifact_uri=None): ...\n"},
    )
    return made.python


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter without MLflow, where nothing is wrong but that."""
    return make_environment(tmp_path_factory.mktemp("bare") / "venv").python


def run(*arguments: str | Path, **variables: str) -> Result:
    result = CliRunner().invoke(
        APP, [str(item) for item in arguments], env={"COLUMNS": "80", **variables}
    )
    if isinstance(result.exception, MlflowplugError):
        raise result.exception
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def document(*arguments: str | Path) -> dict[str, Any]:
    """The one JSON document on standard output."""
    answer = json.loads(run(*arguments, "--json").stdout)
    assert isinstance(answer, dict)
    return answer


def assert_fits(text: str) -> None:
    """80 columns, except for words that are longer; no spaces at the ends of lines."""
    for line in text.splitlines():
        assert len(line) <= 80 or " " not in line.strip() or "/" in line, line
        assert line == line.rstrip()


# ---------------------------------------------------------------------------------------------
# types


def test_all_types_are_listed(python: Path) -> None:
    result = run("types", "--python", python)
    assert result.exit_code == 0
    assert_fits(result.stdout)
    assert [line.split()[0] for line in result.stdout.splitlines()[1:] if line[:1].islower()] == [
        *PLUGIN_TYPES
    ]
    assert [item["name"] for item in document("types")["types"]] == [*PLUGIN_TYPES]


@pytest.mark.parametrize("name", PLUGIN_TYPES)
def test_everything_about_a_type_is_shown(name: str) -> None:
    result = run("types", name)
    assert_fits(result.stdout)
    kind = PLUGIN_TYPES[name]
    for text in (kind.group, kind.prefix, f'[project.entry-points."{kind.group}"]'):
        assert text in result.stdout
    (facts,) = document("types", name)["types"]
    assert facts["is_read"] is True
    assert {"calls", "required", "silent", "optional", "example"} <= set(facts)


def test_a_type_shows_what_the_installed_mlflow_calls_and_requires(python: Path) -> None:
    text = run("types", "mlflow.tracking_store", "--python", python).stdout
    assert "(store_uri=…, artifact_uri=…)" in text
    for name in ("create_run", "log_batch", "get_experiment_by_name", "set_experiment_tag"):
        assert name in text


def test_an_unknown_type_is_an_error() -> None:
    with pytest.raises(MlflowplugError, match="no plugin type") as caught:
        run("types", "tracking")
    assert "tracking_store" in caught.value.hint


def test_types_work_without_mlflow(bare: Path) -> None:
    text = run("types", "tracking_store", "--python", bare).stdout
    assert "unknown: MLflow is not installed" in text
    assert "scheme of the tracking URI" in text
    (facts,) = document("types", "tracking_store", "--python", bare)["types"]
    assert facts["mlflow"] is None
    assert facts["is_read"] is None


# ---------------------------------------------------------------------------------------------
# show


def test_a_plugin_is_described_from_its_source(python: Path) -> None:
    result = run("show", "artifact_repository:old", "--python", python)
    assert result.exit_code == 0
    assert_fits(result.stdout)
    for text in (
        "old-artifacts 0.3",
        "mlflow<3",
        "old_artifacts.py:4",
        "(artifact_uri, bucket=…)",
        "does not fit",
        "'tracking_uri'",
        "log_artifact",
    ):
        assert text in result.stdout
    (plugin,) = document("show", "artifact_repository:old", "--python", python)["plugins"]
    assert plugin["object"] == "class"
    assert plugin["classes"] == ["old_artifacts.Repository"]
    assert plugin["capabilities"]["list_artifacts"] == "implemented"
    assert plugin["problems"]


def test_a_distribution_shows_all_its_entry_points(python: Path) -> None:
    answer = document("show", "ACME", "--python", python)
    assert [item["target"] for item in answer["plugins"]] == [
        "tracking_store:acme",
        "tracking_stores:typo",
    ]
    text = run("show", "acme", "--python", python).stdout
    assert "did you mean mlflow.tracking_store?" in " ".join(text.split())


@pytest.mark.parametrize("target", ["tracking_store:acne", "acmee", "old-artifact"])
def test_an_unknown_target_names_what_is_near(python: Path, target: str) -> None:
    with pytest.raises(MlflowplugError, match="no plugin that is installed") as caught:
        run("show", target, "--python", python)
    assert "Did you mean" in caught.value.hint
    assert caught.value.exit_code == 2


def test_mlflows_own_entry_points_can_be_shown() -> None:
    text = run("show", "deployments:databricks").stdout
    assert "DatabricksDeploymentClient" in text
    assert "Problems" not in text


# ---------------------------------------------------------------------------------------------
# resolve


def test_a_uri_that_leads_somewhere(python: Path) -> None:
    result = run("resolve", "acme://host", "--python", python)
    assert result.exit_code == 0
    assert_fits(result.stdout)
    assert "acme 1.0: acme:open_store" in result.stdout
    answer = document("resolve", "acme://host", "--python", python)
    assert (answer["scheme"], answer["reached"]) == ("acme", True)
    assert answer["reaches"][0]["distribution"] == "acme"


def test_a_uri_that_leads_nowhere_ends_with_1(python: Path) -> None:
    result = run("resolve", "acme_x://host", "--python", python)
    assert result.exit_code == 1
    assert_fits(result.stdout)
    assert "may not have an underscore" in result.stdout
    answer = document("resolve", "acme_x://host", "--python", python)
    assert answer["reached"] is False
    assert answer["reaches"][0]["state"] == "astray"


def test_passwords_in_a_uri_are_not_shown(python: Path) -> None:
    for extra in ((), ("--json",)):
        text = run("resolve", "acme://u:s3cret@host", "--python", python, *extra).output
        assert "s3cret" not in text


# ---------------------------------------------------------------------------------------------
# doctor


def test_findings_end_with_1_and_say_what_to_do(python: Path) -> None:
    result = run("doctor", "--no-load", "--python", python)
    assert result.exit_code == 1
    assert_fits(result.stdout)
    assert "2 errors (nothing was loaded)." in result.stdout
    answer = document("doctor", "--no-load", "--python", python)
    assert {item["id"] for item in answer["findings"]} == {"requirement", "unknown-group"}
    for item in answer["findings"]:
        assert set(item) == {"id", "severity", "subject", "message", "remedy"}
    assert answer["environment"]["loaded"] is False


def test_doctor_without_mlflow(bare: Path) -> None:
    result = run("doctor", "--python", bare)
    assert result.exit_code == 1
    assert "MLflow is not installed" in result.stdout


def test_doctor_where_nothing_is_wrong(tmp_path: Path) -> None:
    made = make_environment(tmp_path / "venv", mlflow=own_site_packages())
    result = run("doctor", "--python", made.python)
    assert result.exit_code == 0, result.stdout
    assert result.stdout.startswith("Nothing is wrong.")
    assert document("doctor", "--no-load", "--python", made.python)["findings"] == []


def test_another_interpreter_has_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(MlflowplugError, match="no Python interpreter"):
        run("doctor", "--python", tmp_path / "nothing")


def test_colours_are_for_terminals_only(python: Path) -> None:
    plain = run("doctor", "--no-load", "--python", python).stdout
    coloured = run("doctor", "--no-load", "--python", python, FORCE_COLOR="1").stdout
    uncoloured = run("doctor", "--no-load", "--python", python, FORCE_COLOR="1", NO_COLOR="1")
    assert "\x1b[" not in plain
    assert "\x1b[1;31m" in coloured
    assert "\x1b[1;31m" not in uncoloured.stdout
