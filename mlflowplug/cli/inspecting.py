"""`mlflowplug types`, `show`, `resolve` and `doctor`."""

import os
from pathlib import Path
from typing import Annotated, Optional

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Python = Annotated[
    Optional[Path],  # noqa: UP045 - Typer on Python 3.10
    typer.Option("--python", metavar="PATH", help="Look at the environment of this interpreter."),
]


def types(
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[TYPE]", help="Everything about one type.", show_default=False),
    ] = None,
    python: Python = None,
    as_json: Json = False,
) -> None:
    """The plugin types of MLflow: what each is for, and what MLflow loads and calls."""
    from mlflowplug import description, discovery, environments
    from mlflowplug.plugin_types import PLUGIN_TYPES, plugin_type
    from mlflowplug.reports import describing as report

    kinds = [plugin_type(name)] if name else list(PLUGIN_TYPES.values())
    found = discovery.find_installed(environments.of_python(python) if python else None)
    report.types([description.type_facts(kind, found) for kind in kinds], name, as_json=as_json)


def show(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="TYPE:NAME, or a distribution's name.")
    ],
    python: Python = None,
    as_json: Json = False,
) -> None:
    """All that is known of a plugin, without importing it."""
    from mlflowplug import description, discovery, environments
    from mlflowplug.reports import describing as report

    found = discovery.find_installed(environments.of_python(python) if python else None)
    plugins = description.find(target, found)
    described = [description.describe(plugin, found) for plugin in plugins]
    report.plugins(target, described, found, as_json=as_json)


def resolve(
    uri: Annotated[str, typer.Argument(metavar="URI", help="As it would be given to MLflow.")],
    load: Annotated[
        bool, typer.Option("--load", help="Load the plugins that it reaches, too.")
    ] = False,
    python: Python = None,
    as_json: Json = False,
) -> None:
    """Which store, repository or deployment target a URI reaches, and why not.

    Exit status 1: it is no tracking store, no model registry and no artifact repository.
    """
    from mlflowplug import discovery, environments, resolve
    from mlflowplug.reports import inspecting as report

    environment = environments.of_python(python) if python else environments.current()
    found = discovery.find_installed(environment if python else None)
    answer = resolve.resolve(uri, found, os.environ)
    if load:
        answer = resolve.load(answer, environment, found)
    report.resolution(answer, found, as_json=as_json)
    raise typer.Exit(0 if answer.reached else 1)


def doctor(
    load: Annotated[
        bool, typer.Option(" /--no-load", help="Read metadata and source only; run nothing.")
    ] = True,
    python: Python = None,
    as_json: Json = False,
) -> None:
    """What is wrong with the plugins of an environment, and what to do about it.

    Exit status 1: something is.
    """
    from mlflowplug import discovery, doctor, environments, progress
    from mlflowplug.reports import inspecting as report

    environment = environments.of_python(python) if python else environments.current()
    found = discovery.find_installed(environment if python else None)
    seen = doctor.look(environment, found, progress.on_a_terminal()) if load else None
    findings = doctor.examine(found, os.environ, seen)
    report.diagnosis(findings, found, was_loaded=seen is not None, as_json=as_json)
    raise typer.Exit(1 if findings else 0)
