"""`mlflowplug list`, `test` and `explain`."""

from pathlib import Path
from typing import Annotated, Optional

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]


def list_plugins(
    types: Annotated[
        Optional[list[str]],  # noqa: UP045 - Typer on Python 3.10
        typer.Option("--type", metavar="TYPE", help="Only this type; may be repeated."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="MLflow's own, too.")] = False,
    load: Annotated[
        bool, typer.Option("--load", help="Load each one, in a process of its own.")
    ] = False,
    python: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="PATH", help="Look at the environment of this interpreter."),
    ] = None,
    as_json: Json = False,
) -> int:
    """The MLflow plugins that are installed, and which of them MLflow will use.

    Reads metadata only: it works when `import mlflow` does not.

    Example: mlflowplug list --type tracking_store --load
    """
    from mlflowplug import listing

    options = listing.ListOptions(tuple(types or ()), everything, load, python, as_json)
    return listing.run(options)


def test(
    targets: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(
            metavar="[TARGET]...",
            help="TYPE:NAME, a distribution, a folder, a wheel or an sdist. Default: the plugin "
            "in this folder, else every installed one.",
            show_default=False,
        ),
    ] = None,
    select: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(metavar="CODES", help="Only these: TS2, TS201, *1 (band 1xx of all types)."),
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Leave out random walks and what needs a clock.")
    ] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", "-x", help="End after the first failure.")
    ] = False,
    uri: Annotated[
        str, typer.Option(metavar="URI", help="Store URI; {tmp} becomes a fresh folder.")
    ] = "",
    from_index: Annotated[
        bool, typer.Option("--from-index", help="Targets are requirements: oci-mlflow==1.0.3.")
    ] = False,
    mlflow: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="VERSION", help="MLflow for folders, files and requirements."),
    ] = None,
    report: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(metavar="FORMAT:PATH", help="Write a report: json or junit; repeatable."),
    ] = None,
    seconds: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="Time limit of one check.", min=1)
    ] = 60.0,
    python: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="PATH", help="Test what this interpreter has installed."),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every check, and tracebacks.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Prove that plugins keep MLflow's contract.

    Exit code: 0 all passed, 1 a check failed, 2 nothing was run.

    Examples: mlflowplug test . / mlflowplug test tracking_store:acme --select TS2
    """
    from mlflowplug import testing_command

    request = testing_command.Request(
        targets=tuple(targets or ()),
        select=tuple(select or ()),
        fast=fast,
        fail_fast=fail_fast,
        uri=uri,
        from_index=from_index,
        mlflow=mlflow,
        reports=tuple(report or ()),
        seconds=seconds,
        python=python,
    )
    return testing_command.run(request, as_json=as_json, verbose=verbose)


def explain(
    code: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="[CODE]", help="Such as TS201.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List all checks.")] = False,
    as_json: Json = False,
) -> int:
    """What a check means, why it matters and how to repair what it finds.

    Example: mlflowplug explain TS003
    """
    from mlflowplug.reports import explaining

    explaining.show(code, everything=everything, as_json=as_json)
    return 0
