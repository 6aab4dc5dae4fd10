"""From an entry point's command to the arguments of a process."""

from __future__ import annotations

import pytest
from mlflow.exceptions import MlflowException
from mlflow.projects._project_spec import EntryPoint

from mlflowplug_sample.project_backend.command import arguments

HOSTILE = ["a b", "it's", 'say "hi"', "$(touch x)", "`id`", "a\nb", "", "; ls", "{x}", "\\", "-n"]


def entry_point(command: str, **parameters: object) -> EntryPoint:
    return EntryPoint("main", parameters, command)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("place", ["{x}", '"{x}"', "'{x}'"])
def test_a_parameter_is_one_argument_exactly_as_given(place: str, value: str) -> None:
    main = entry_point(f"train --x {place} --pair=a{place}", x="string")
    assert arguments(main, {"x": value}, None) == ["train", "--x", value, f"--pair=a{value}"]


@pytest.mark.parametrize("value", HOSTILE)
def test_parameters_that_are_not_declared_become_options(value: str) -> None:
    assert arguments(entry_point("python train.py"), {"x": value}, None)[2:] == ["--x", value]


def test_defaults_and_numbers_are_written_out() -> None:
    main = entry_point("train {rate} {steps}", rate={"type": "float", "default": 0.1}, steps="int")
    assert arguments(main, {"steps": 3}, None) == ["train", "0.1", "3"]


def test_lines_may_be_continued() -> None:
    assert arguments(entry_point("train \\\n  --a 1\n"), {}, None) == ["train", "--a", "1"]


@pytest.mark.parametrize(
    "command",
    [
        "a && b",
        "a | b",
        "a > log",
        "a; b",
        "a &",
        "a\nb",
        "a $HOME",
        'a "$HOME"',
        "a $(b)",
        "a `b`",
        "a *.csv",
        "a ~/x",
        "A=1 a",
        "a # b",
    ],
)
def test_what_needs_a_shell_is_refused(command: str) -> None:
    with pytest.raises(MlflowException, match="for a shell"):
        arguments(entry_point(command), {}, None)


def test_what_is_quoted_stands_for_itself() -> None:
    command = "bash -c 'echo \"$1\" && ls *.csv' _ {x} a\\&b key=value"
    found = arguments(entry_point(command, x="string"), {"x": "$(id)"}, None)
    assert found == ["bash", "-c", 'echo "$1" && ls *.csv', "_", "$(id)", "a&b", "key=value"]


@pytest.mark.parametrize(
    "command", ["bash -c 'train {x}'", "env sh -ec {x}", 'bash -lc "train {x}"']
)
def test_a_parameter_in_the_script_of_a_shell_is_refused(command: str) -> None:
    with pytest.raises(MlflowException, match="script of a shell"):
        arguments(entry_point(command, x="string"), {"x": "$(id)"}, None)


@pytest.mark.parametrize(
    ("command", "reason"),
    [("a {y}", "not declared"), ("a 'b", "split"), ("", "empty"), ("a {", "not declared")],
)
def test_a_broken_command_is_refused(command: str, reason: str) -> None:
    with pytest.raises(MlflowException, match=reason):
        arguments(entry_point(command), {}, None)
