"""`mlflowplug build` and `mlflowplug publish`."""

from pathlib import Path
from typing import Annotated, Optional

import typer

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The plugin's folder.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]


def build(
    folder: Folder = Path(),
    output: Annotated[
        Optional[Path],  # noqa: UP045 - Typer on Python 3.10
        typer.Option("--output", "-o", help="Where the files go.", show_default="FOLDER/dist"),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files of the same name and other content.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Build sdist and wheel, and show that they can be published as they are."""
    from mlflowplug import packaging, progress
    from mlflowplug.reports import publishing as report

    steps = progress.on_a_terminal()
    made = packaging.build(folder, output, force=force, steps=steps)
    typer.echo(report.built(made, steps.done, as_json=as_json))


def publish(
    folder: Folder = Path(),
    repository: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="NAME|URL", help="pypi, testpypi, a section of ~/.pypirc, or an upload URL."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything but the upload.")
    ] = False,
    rehearse: Annotated[
        bool,
        typer.Option("--rehearse", help="First install from a local index and run the checks."),
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Pass over files that are there already.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before uploading.")] = False,
    as_json: Json = False,
) -> None:
    """Build, check, rehearse and upload a plugin.

    Credentials are twine's own: TWINE_USERNAME and TWINE_PASSWORD, keyring,
    ~/.pypirc, or trusted publishing.
    """
    from mlflowplug import progress, repositories
    from mlflowplug import publish as publishing
    from mlflowplug.reports import publishing as report

    to = repositories.requested(repository, needed=not (dry_run or rehearse))
    done = publishing.publish(
        folder,
        to,
        dry_run=dry_run,
        rehearsing=rehearse,
        skip_existing=skip_existing,
        confirm=report.question(to, answered=yes or dry_run),
        steps=progress.on_a_terminal(),
    )
    typer.echo(report.published(done, as_json=as_json))
