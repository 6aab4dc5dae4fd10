"""The command line: Typer turns text into calls; what the commands do is elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from mlflowplug import __version__, environments
from mlflowplug.cli.add import add
from mlflowplug.cli.checking import explain, list_plugins, test
from mlflowplug.cli.demo import demo
from mlflowplug.cli.inspecting import doctor, resolve, show, types
from mlflowplug.cli.new import new
from mlflowplug.cli.publishing import build, publish
from mlflowplug.errors import MlflowplugError

COMMANDS: dict[str, tuple[str, Callable[..., Any]]] = {
    "list": ("Look", list_plugins),
    "types": ("Look", types),
    "show": ("Look", show),
    "resolve": ("Look", resolve),
    "doctor": ("Look", doctor),
    "new": ("Develop", new),
    "add": ("Develop", add),
    "test": ("Develop", test),
    "explain": ("Develop", explain),
    "build": ("Publish", build),
    "publish": ("Publish", publish),
    "demo": ("Learn", demo),
}
"""Every command by name: the heading that it stands under in the help, and its function."""

app = typer.Typer(
    name="mlflowplug",
    help="Develop, test and publish MLflow plugins.",
    epilog="Begin with: mlflowplug demo",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _name, (_heading, _function) in COMMANDS.items():
    app.command(_name, rich_help_panel=_heading)(_function)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"mlflowplug {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Develop, test and publish MLflow plugins."""


def run_app(arguments: Sequence[str]) -> int:
    """Run a command line through Typer and return its exit code."""
    environments.adopt_orphans()
    wanted = [item for item in arguments if item != "--debug"] or ["--help"]
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    try:
        result = command.main(args=wanted, prog_name="mlflowplug", standalone_mode=False)
    except (typer.Exit, SystemExit) as end:
        return int(getattr(end, "exit_code", None) or getattr(end, "code", None) or 0)
    except typer.Abort as end:
        raise KeyboardInterrupt from end
    except Exception as error:
        raise _wrong_use(error) from error
    return result if isinstance(result, int) else 0


def _wrong_use(error: Exception) -> Exception:
    """A usage error of Typer's as one of ours; anything else as it is."""
    format_message = getattr(error, "format_message", None)
    if format_message is None:
        return error
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "mlflowplug"
    return MlflowplugError(str(format_message()), f"See {path} --help.")


if __name__ == "__main__":
    sys.exit(run_app(sys.argv[1:]))
