"""What `mlflowplug list` does. Its plain uses start without Typer (see `parse`)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflowplug.discovery import (
    Installed,
    Plugin,
    built_in_plugins,
    find_installed,
    select,
)

if TYPE_CHECKING:
    from mlflowplug.environments import Environment
    from mlflowplug.loading import Loading


@dataclass(frozen=True)
class ListOptions:
    """The options of `list`."""

    types: tuple[str, ...] = ()
    everything: bool = False
    load: bool = False
    python: Path | None = None
    as_json: bool = False


FLAGS = {"--all": "everything", "--load": "load", "--json": "as_json"}
VALUES = {"--type": "types", "--python": "python"}
"""The options by field; a test holds them against those of the Typer command."""


def parse(arguments: Sequence[str]) -> ListOptions | None:
    """Options of a plain command line; None for anything else, which Typer then explains."""
    found: dict[str, Any] = {}
    waiting = list(arguments)
    while waiting:
        name, equals, value = waiting.pop(0).partition("=")
        if name in FLAGS and not equals:
            found[FLAGS[name]] = True
        elif name in VALUES:
            if not equals:
                if not waiting or waiting[0].startswith("-"):
                    return None
                value = waiting.pop(0)
            if name == "--type":
                found["types"] = (*found.get("types", ()), value)
            else:
                found["python"] = Path(value)
        else:
            return None
    return ListOptions(**found)


def run(options: ListOptions) -> int:
    """List the plugins; the exit code is 0 however broken they are."""
    from mlflowplug.plugin_types import plugin_type
    from mlflowplug.reports import listing as report

    types = [plugin_type(name).name for name in options.types]
    environment = _environment(options.python)
    installed = find_installed(environment)
    plugins = select(_shown(installed, everything=options.everything), types)
    loading = _load(environment, installed, plugins) if options.load else None
    if options.as_json:
        report.as_json(plugins, installed, loading)
    else:
        report.as_table(plugins, installed, loading, types=types)
    return 0


def _environment(python: Path | None) -> Environment | None:
    if python is None:
        return None
    from mlflowplug import environments

    return environments.of_python(python)


def _shown(installed: Installed, *, everything: bool) -> tuple[Plugin, ...]:
    theirs = tuple(plugin for plugin in installed.plugins if not plugin.is_core)
    if not everything:
        return theirs
    core = {(p.type, p.name): p for p in installed.plugins if p.is_core}
    core |= {(p.type, p.name): p for p in built_in_plugins(installed)}
    return theirs + tuple(core.values())


def _load(
    environment: Environment | None, installed: Installed, plugins: Sequence[Plugin]
) -> Loading:
    from mlflowplug import environments
    from mlflowplug.loading import load_plugins

    theirs = [plugin for plugin in plugins if not plugin.is_core]
    if sys.stderr.isatty():
        print(f"loading {len(theirs)} plugins …", file=sys.stderr)
    return load_plugins(environment or environments.current(), installed, theirs)
