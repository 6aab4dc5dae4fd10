"""The command line: `list` and `explain`, and what every command keeps to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from fake_environment import make_distribution
from typer.main import get_command
from typer.testing import CliRunner

from mlflowplug import listing
from mlflowplug.checks.registry import CLASSES, checks_of
from mlflowplug.cli import COMMANDS, app
from mlflowplug.plugin_types import PLUGIN_TYPES

LONG = "a-rather-long-name-for-a-distribution-that-does-not-fit"


def run(
    *arguments: str, site: Path | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlflowplug", *arguments],
        env=os.environ | ({"PYTHONPATH": str(site)} if site else {}) | dict(variables or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    make_distribution(
        folder,
        LONG,
        entry_points={
            "mlflow.tracking_store": {"bad_name": "a_long_package.and_a_module:AndAClassInIt"},
            "mlflow.artifact_repository": {"s3": "one:Repository"},
            "mlflow.tracking_stores": {"slip": "one:Store"},
        },
    )
    return folder


def test_the_quick_options_of_list_are_typers() -> None:
    group = get_command(app)
    command = getattr(group, "commands")["list"]  # noqa: B009 (Typer's group is typed as a command)
    options = {
        name: (parameter.name, parameter.is_flag)
        for parameter in command.params
        for name in parameter.opts
        if name not in {"--help", "-h"}
    }
    quick = {name: (field, True) for name, field in listing.FLAGS.items()}
    quick |= {name: (field, False) for name, field in listing.VALUES.items()}
    assert quick == options


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], listing.ListOptions()),
        (["--json", "--all"], listing.ListOptions(everything=True, as_json=True)),
        (["--type", "app", "--type=app.client"], listing.ListOptions(types=("app", "app.client"))),
        (["--python", "x"], listing.ListOptions(python=Path("x"))),
        (["--load"], listing.ListOptions(load=True)),
        (["--help"], None),
        (["--type"], None),
        (["--type", "--json"], None),
        (["--json=1"], None),
        (["more"], None),
        (["--no-such"], None),
    ],
)
def test_the_quick_way_knows_what_it_does_not_know(
    arguments: list[str], expected: listing.ListOptions | None
) -> None:
    assert listing.parse(arguments) == expected


def test_list_without_plugins() -> None:
    done = run("list")
    assert done.returncode == 0
    assert "No MLflow plugin is installed in" in done.stdout
    assert json.loads(run("list", "--json").stdout)["plugins"] == []


def test_list_says_what_is_wrong_in_80_columns_without_colours(site: Path) -> None:
    done = run("list", site=site, variables={"COLUMNS": "200"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "\033" not in done.stdout
    table = done.stdout.partition("\n\n")[0]
    assert max(len(line) for line in table.splitlines()) <= 200
    narrow = run("list", site=site)
    assert max(len(line) for line in narrow.stdout.partition("\n\n")[0].splitlines()) <= 80
    for words in ("unreachable name", "shadows built-in", "unknown group"):
        assert words in table


def test_list_as_json(site: Path) -> None:
    document = json.loads(run("list", "--json", site=site).stdout)
    by_name = {plugin["name"]: plugin for plugin in document["plugins"]}
    assert {name: plugin["state"] for name, plugin in by_name.items()} == {
        "bad_name": "unreachable name",
        "s3": "shadows built-in",
        "slip": "unknown group",
    }
    keys = {"type", "group", "name", "value", "distribution", "version", "state", "detail"}
    assert keys <= set(by_name["s3"])
    only = json.loads(run("list", "--json", "--type", "tracking_store", site=site).stdout)
    assert [plugin["name"] for plugin in only["plugins"]] == ["bad_name"]


def test_list_all_shows_mlflows_own() -> None:
    document = json.loads(run("list", "--all", "--json").stdout)
    shown = {(plugin["type"], plugin["name"]) for plugin in document["plugins"]}
    assert {
        ("tracking_store", "sqlite"),
        ("artifact_repository", "s3"),
        ("deployments", "databricks"),
        ("app", "basic-auth"),
    } <= shown
    assert {plugin["state"] for plugin in document["plugins"]} == {"built-in"}
    assert len(shown) == len(document["plugins"])


def test_list_of_an_unknown_type_is_wrong_use() -> None:
    done = run("list", "--type", "traking_store", "--json")
    error = json.loads(done.stdout)["error"]
    assert done.returncode == error["exit_code"] == 2
    assert "Did you mean tracking_store?" in error["hint"]


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {}])
def test_no_escape_codes_in_a_pipe(variables: dict[str, str]) -> None:
    for arguments in (("explain", "AR003"), ("explain", "XX")):
        done = run(*arguments, variables=variables)
        assert "\033" not in done.stdout + done.stderr


def test_explain_tells_the_whole_docstring() -> None:
    done = run("explain", "ar003")
    assert done.returncode == 0
    words = " ".join(done.stdout.split())
    assert "AR003" in words
    assert "Repair: add the arguments" in words
    as_json = json.loads(run("explain", "AR003", "--json").stdout)
    assert "AR003" in json.dumps(as_json)


def test_explain_of_an_unknown_code_names_near_ones() -> None:
    done = run("explain", "AR03", "--json")
    assert done.returncode == 2
    assert "AR003" in json.loads(done.stdout)["error"]["hint"]


def test_explain_all_lists_every_check() -> None:
    text = run("explain", "--all").stdout
    for kind in CLASSES:
        for check in checks_of(kind):
            assert check.code in text


def test_every_check_says_how_to_repair_it() -> None:
    for kind in (*PLUGIN_TYPES, "distribution"):
        for check in checks_of(kind):
            if check.band in "01" and check.function not in {
                "test_102_it_loads_with_the_client",
                "test_103_it_loads_in_the_server",
                "test_106_the_object_takes_mlflows_call",
                "test_108_the_live_class_is_complete",
            }:  # these refer to the check that they repeat
                assert "Repair: " in check.explanation, check.code


def test_the_help_of_every_command_fits_80_columns() -> None:
    for name in COMMANDS:
        result = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "80"})
        assert result.exit_code == 0
        assert max(len(line) for line in result.output.splitlines()) <= 80
