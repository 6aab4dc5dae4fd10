"""`mlflowplug add`."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from mlflowplug.scaffold.defaults import STYLE


def add(
    types: Annotated[
        list[str],
        typer.Option("--type", "-t", metavar="TYPE", help="Plugin type; may be repeated."),
    ],
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="The plugin's folder.", show_default=True)
    ] = Path(),
    style: Annotated[
        str,
        typer.Option(help="standalone: code of its own; extend: on top of MLflow's own class."),
    ] = STYLE,
    scheme: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            help="The name of the new entry points.", show_default="that of the plugin's others"
        ),
    ] = None,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="Also where git has changes to commit.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be written, write nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Add a type to the plugin in this folder: code, tests, an example, entry points.

    pyproject.toml keeps its comments and its order. Nothing is overwritten: a name or a file that
    is taken is an error, and then nothing is written at all.

    Examples:

        mlflowplug add --type run_context_provider

        mlflowplug add path/to/plugin -t artifact_repository --dry-run
    """
    from mlflowplug.scaffold.adding import add as add_types

    made = add_types(
        folder, types, scheme=scheme, style=style, dry_run=dry_run, allow_dirty=allow_dirty
    )
    typer.echo(made.as_json() if as_json else made.as_text())
