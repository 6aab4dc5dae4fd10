"""`mlflowplug new`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Optional

import typer


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
    scheme: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="The scheme of the plugin's URIs.", show_default="from the name"),
    ] = None,
    author: Annotated[str, typer.Option(help="Who the metadata and the licence name.")] = "",
    description: Annotated[str, typer.Option(help="One line for PyPI.")] = "",
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

    Example: mlflowplug new mlflow-acme --type tracking_store --scheme acme
    """
    from mlflowplug import scaffold

    answers = scaffold.ask(
        _ask(), name=name, types=types, scheme=scheme, author=author, description=description
    )
    made = scaffold.make(answers, output, dry_run=dry_run)
    typer.echo(made.as_json() if as_json else made.as_text())


def _ask() -> Callable[[str, str], str] | None:
    """How to ask for an answer; without a terminal there is nobody to ask."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return lambda question, default: str(typer.prompt(question, default or None, err=True))
