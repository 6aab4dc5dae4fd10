"""An entry point's command as a list of arguments; no shell ever sees a parameter.

MLflow runs `command: "python train.py --alpha {alpha}"` with bash and quotes the parameters. A
template that has quotes of its own undoes that: in `"{alpha}"` bash runs what `$(…)` holds. Here
the template is split into words first, and each parameter is put into its word as it was given.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from itertools import chain
from pathlib import PurePath
from string import Formatter

from mlflow.exceptions import MlflowException
from mlflow.projects._project_spec import EntryPoint

_QUOTED = re.compile(r"""\\.|'[^']*'|"(?P<double>(?:\\.|[^"\\])*)\"""", re.DOTALL)
_FEATURE = re.compile(r"[;&|<>()`$*?\[\n]+|(?:^|(?<=\s))[~#]|^\w+=")
_EXPANSION = re.compile(r"(?<!\\)[`$]")
_SHELLS = frozenset({"sh", "bash", "dash", "ksh", "zsh", "fish"})


def arguments(
    entry_point: EntryPoint, params: Mapping[str, object], storage_dir: str | None
) -> list[str]:
    """The program and its arguments; parameters that the entry point lacks are added as options.

    Args:
        entry_point: from MLflow's project.
        params: as the user gave them.
        storage_dir: where remote files go that parameters of the type `path` name; None leaves
            those parameters as they are.

    Raises:
        MlflowException: the command needs a shell, or a parameter is missing.
    """
    words = template(entry_point)
    quoted, _ = entry_point.compute_parameters(dict(params), storage_dir)
    values = {name: shlex.split(value)[0] for name, value in quoted.items()}
    try:
        filled = [word.format(**values) for word in words]
    except (KeyError, IndexError, ValueError) as error:
        raise _refused(entry_point, f"names a parameter that is not declared: {error}.") from error
    extra = {f"--{name}": str(value) for name, value in params.items() if name not in values}
    return [*filled, *chain.from_iterable(extra.items())]


def template(entry_point: EntryPoint) -> list[str]:
    """The words of the command, with the places of the parameters still in them.

    Raises:
        MlflowException: it cannot be run without a shell.
    """
    command = (entry_point.command or "").replace("\\\n", " ").strip()
    if not command:
        raise _refused(entry_point, "is empty.")
    if feature := _shell_feature(command):
        raise _refused(
            entry_point,
            f"has {feature!r}, which is for a shell, and it is run without one. Put it between "
            "single quotes if it stands for itself; else write a script and call it: "
            'command: "bash script.sh {parameter}".',
        )
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise _refused(entry_point, f"cannot be split into words: {error}.") from error
    _check_scripts(entry_point, words)
    return words


def _shell_feature(command: str) -> str:
    for match in _QUOTED.finditer(command):
        if found := _EXPANSION.search(match["double"] or ""):
            return found[0]
    found = _FEATURE.search(_QUOTED.sub("_", command))
    return found[0] if found else ""


def _check_scripts(entry_point: EntryPoint, words: list[str]) -> None:
    """`bash -c '… {alpha} …'` would hand the parameter to a shell after all."""
    for before, word in enumerate(words[1:]):
        is_script = re.fullmatch(r"-\w*c", words[before]) and any(
            PurePath(name).name in _SHELLS for name in words[:before]
        )
        if is_script and any(name is not None for _, name, _, _ in Formatter().parse(word)):
            raise _refused(
                entry_point,
                "has a parameter in the script of a shell. Give it as an argument behind the "
                'script, which finds the second one as "$1".',
            )


def _refused(entry_point: EntryPoint, reason: str) -> MlflowException:
    return MlflowException.invalid_parameter_value(
        f"The command of the entry point {entry_point.name!r} {reason}"
    )
