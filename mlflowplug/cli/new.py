"""`mlflowplug new`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from mlflowplug.scaffold.defaults import AUTHOR, CI, LICENCE, PYTHON, STYLE


def new(
    name: Annotated[
        Optional[str],  # noqa: UP045 - Typer on Python 3.10
        typer.Argument(
            metavar="[NAME]", help="The distribution's name, as on PyPI.", show_default=False
        ),
    ] = None,
    types: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--type", "-t", metavar="TYPE", help="Plugin type; may be repeated."),
    ] = None,
    all_types: Annotated[bool, typer.Option("--all-types", help="Every plugin type.")] = False,
    style: Annotated[
        str,
        typer.Option(help="standalone: code of its own; extend: on top of MLflow's own class."),
    ] = STYLE,
    scheme: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            help="The scheme of the plugin's URIs, the name of its entry points.",
            show_default="from the name",
        ),
    ] = None,
    author: Annotated[str, typer.Option(help="Who the metadata and the licence name.")] = AUTHOR,
    description: Annotated[
        str, typer.Option(help="One line for PyPI.", show_default="from the types")
    ] = "",
    licence: Annotated[
        str, typer.Option("--licence", "--license", help="Apache-2.0, MIT or BSD-3-Clause.")
    ] = LICENCE,
    python: Annotated[str, typer.Option(metavar="RANGE", help="Requires-Python.")] = PYTHON,
    mlflow: Annotated[
        str,
        typer.Option(
            metavar="RANGE", help="Versions of MLflow.", show_default="all that the code runs on"
        ),
    ] = "",
    ci: Annotated[str, typer.Option("--ci", help="github, gitlab or none.")] = CI,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The parent folder.")
    ] = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the tree, write nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Scaffold a plugin that works, is tested, and can be published as it is.

    What is missing is asked for on a terminal, and is an error without one.

    Examples:

        mlflowplug new mlflow-acme --type tracking_store --scheme acme

        mlflowplug new mlflow-acme --all-types --ci gitlab --licence MIT

        mlflowplug new mlflow-acme -t tracking_store --style extend --dry-run
    """
    from mlflowplug.scaffold.answers import Answers, ask
    from mlflowplug.scaffold.making import make
    from mlflowplug.scaffold.templates import template_types

    chosen = template_types(style) if all_types else types
    name, kinds, scheme = ask(asking(), name=name, types=chosen, scheme=scheme)
    options: dict[str, Any] = {
        "author": author, "description": description, "licence": licence, "python": python,
        "mlflow": mlflow, "style": style, "ci": ci,
    }  # fmt: skip
    made = make(Answers(name, kinds, scheme, **options), output, dry_run=dry_run)
    typer.echo(made.as_json() if as_json else made.as_text())


def asking() -> Callable[[str, str], str] | None:
    """How to ask for an answer; without a terminal there is nobody to ask."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return lambda question, default: str(typer.prompt(question, default or None, err=True))
