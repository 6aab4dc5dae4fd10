"""`mlflowplug demo`."""

from typing import Annotated

import typer


def demo(
    serve: Annotated[
        bool, typer.Option("--serve", help="Keep the server running until Ctrl-C.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the demo's folder in place.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output.")
    ] = False,
) -> None:
    """Go the whole way: list, new, test, publish to a local index, an MLflow server on it."""
    from mlflowplug.demo import demonstrate
    from mlflowplug.reports import demo as report

    done = demonstrate(
        steps=report.steps(),
        say=report.say,
        keep=keep,
        serving=report.until_interrupted if serve else None,
    )
    typer.echo(report.demonstrated(done, as_json=as_json))
