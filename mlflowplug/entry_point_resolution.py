"""Whether a wheel's MLflow entry points can be resolved where nothing but the wheel is."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from mlflowplug import environments
from mlflowplug.environments import Environment
from mlflowplug.errors import MlflowplugError

LOAD_SECONDS = 180.0
MLFLOW_FAMILY = {"mlflow", "mlflow-skinny", "mlflow-tracing"}
UNDECLARED = "the plugin imports MLflow but does not list mlflow (or mlflow-skinny) as a dependency"


@dataclass(frozen=True)
class Resolved:
    """The entry points that were resolved, as `group:name`, and what is worth saying of them."""

    entry_points: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Answer:
    """What the process in the clean environment said of each entry point."""

    requires: tuple[str, ...]
    declared: tuple[tuple[str, str, str], ...]
    answers: tuple[dict[str, Any], ...]
    stderr: str
    ending: str

    @property
    def lacks_mlflow(self) -> bool:
        """An entry point needs MLflow, and the wheel does not ask for it."""
        names = {re.split(r"[^\w.-]", text, maxsplit=1)[0].lower() for text in self.requires}
        missing = {str(answer["missing_module"]).split(".")[0] for answer in self.answers}
        return "mlflow" in missing and not names & MLFLOW_FAMILY


def resolve_entry_points(wheel: Path, name: str, folder: Path) -> Resolved:
    """Install `wheel` into a clean environment and resolve every `mlflow.*` entry point there.

    Args:
        wheel: the file; everything that it requires is installed with it.
        name: the distribution's name.
        folder: an empty place outside the source tree, to run in.

    Raises:
        MlflowplugError: exit code 1, naming every entry point that does not resolve.
    """
    notes: list[str] = []
    with environments.new_environment([wheel]) as environment:
        answer = _ask(environment, name, folder)
        if answer.lacks_mlflow:
            environments.install(environment, [f"mlflow=={metadata.version('mlflow')}"])
            answer = _ask(environment, name, folder)
            notes.append(UNDECLARED)
    if not answer.declared:
        raise MlflowplugError(
            f"{wheel.name} has no MLflow entry points: MLflow would never find this plugin",
            'Declare them in pyproject.toml: [project.entry-points."mlflow.TYPE"]',
            exit_code=1,
        )
    _raise_for_problems(answer, wheel)
    return Resolved(tuple(f"{group}:{point}" for group, point, _ in answer.declared), tuple(notes))


def _ask(environment: Environment, name: str, folder: Path) -> _Answer:
    done = environment.run(
        ["-m", "mlflowplug.inside.resolve_entry_points", name], seconds=LOAD_SECONDS, cwd=folder
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if not lines:
        raise MlflowplugError(
            f"{name} was installed but its metadata cannot be read:\n{done.stderr.strip()[-2000:]}",
            exit_code=1,
        )
    ending = f"took over {LOAD_SECONDS:.0f} s" if done.timed_out else "ended the whole process"
    points = tuple((group, point, value) for group, point, value in lines[0]["entry_points"])
    return _Answer(tuple(lines[0]["requires"]), points, tuple(lines[1:]), done.stderr, ending)


def _raise_for_problems(answer: _Answer, wheel: Path) -> None:
    problems = [
        f"  {group}:{point} = {value}\n    {said['error']}"
        for (group, point, value), said in zip(answer.declared, answer.answers, strict=False)
        if said["error"]
    ]
    for group, point, value in answer.declared[len(answer.answers) :][:1]:
        problems.append(f"  {group}:{point} = {value}\n    loading it {answer.ending}")
    if problems:
        raise MlflowplugError(
            f"entry points of {wheel.name} do not resolve in a clean environment:\n"
            + "\n".join(problems),
            _hint(answer, wheel),
            exit_code=1,
        )


def _hint(answer: _Answer, wheel: Path) -> str:
    """The usual cause: the code is in the source tree and not in the wheel."""
    missing = {said["missing_module"] for said in answer.answers if said["missing_module"]}
    own = {value.split(":")[0].split(".")[0] for _, _, value in answer.declared}
    if left_out := sorted(module for module in missing if module.split(".")[0] in own):
        return (
            f"{', '.join(left_out)} is not in the wheel, which holds {_contents(wheel)}: "
            "see the build backend's list of packages in pyproject.toml."
        )
    if missing:
        return f"Add what provides {', '.join(sorted(missing))} to dependencies in pyproject.toml."
    return "Compare the entry point in pyproject.toml with the module's own names."


def _contents(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    return ", ".join(sorted(t for t in tops if not t.endswith(".dist-info"))) or "no code at all"
