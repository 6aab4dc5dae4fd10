"""What `mlflowplug list` prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mlflowplug.discovery import Installed, Plugin

if TYPE_CHECKING:
    from mlflowplug.loading import Load, Loading

STYLES = {"ok": "green", "built-in": "dim", "shadows built-in": "yellow", "conflict": "yellow"}
LOAD_STYLES = {"ok": "green", "warned": "yellow"}


def as_json(plugins: Sequence[Plugin], installed: Installed, loading: Loading | None) -> None:
    """The document of `list --json`."""
    document = {
        "plugins": [_plugin(plugin, loading) for plugin in plugins],
        "environment": {
            "executable": installed.executable,
            "python": installed.python,
            "mlflow": installed.mlflow_version,
            "core": installed.core,
        },
        "broken": [
            {"distribution": item.name, "path": item.path, "problem": item.problem}
            for item in installed.distributions
            if item.problem
        ],
    }
    if loading is not None:
        document["import_mlflow"] = {
            "seconds": round(loading.import_seconds, 3),
            "failure": loading.failure,
        }
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def _plugin(plugin: Plugin, loading: Loading | None) -> dict[str, Any]:
    item = asdict(plugin) | {"target": plugin.target, "problems": list(plugin.problems)}
    if loading is not None and not plugin.is_core:
        from mlflowplug.loading import key_of

        loaded = loading.plugins[key_of(plugin)]
        item["load"] = {
            "outcome": loaded.outcome,
            "loads": [asdict(found) for found in loaded.loads],
        }
    return item


def as_table(
    plugins: Sequence[Plugin],
    installed: Installed,
    loading: Loading | None,
    *,
    types: Sequence[str],
) -> None:
    """A table that fits 80 columns, and below it what is wrong in words."""
    from rich.console import Console

    console = Console(highlight=False, emoji=False, markup=False)
    mlflow = installed.mlflow_version
    if mlflow is None:
        console.print(f"MLflow is not installed in {installed.executable}", style="yellow")
    if not plugins:
        of = f" of type {', '.join(types)}" if types else ""
        console.print(f"No MLflow plugin{of} is installed in {installed.executable}.")
    else:
        console.print(_table(plugins, loading))
    _notes(console, plugins, loading)
    for item in installed.distributions:
        if item.problem:
            console.print(f"{item.name or item.path}: {item.problem}", style="red", soft_wrap=True)
    if loading is not None and loading.failure:
        console.print(f"`import mlflow` itself fails: {loading.failure}", style="red")


def _table(plugins: Sequence[Plugin], loading: Loading | None) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name in ("type", "name"):
        table.add_column(name, overflow="fold")
    table.add_column("distribution", overflow="fold")
    table.add_column("object", overflow="fold")
    table.add_column("state", overflow="fold")
    if loading is not None:
        table.add_column("load")
    for plugin in plugins:
        row = [
            Text(plugin.type),
            Text(plugin.name),
            Text(f"{plugin.distribution} {plugin.version}".strip()),
            Text(plugin.value),
            Text(plugin.state, STYLES.get(plugin.state, "red")),
        ]
        if loading is not None:
            row.append(_outcome(plugin, loading))
        table.add_row(*row)
    return table


def _outcome(plugin: Plugin, loading: Loading) -> Any:
    from rich.text import Text

    from mlflowplug.loading import key_of

    if plugin.is_core:
        return Text("")
    outcome = loading.plugins[key_of(plugin)].outcome
    return Text(outcome, LOAD_STYLES.get(outcome, "red"))


def _notes(console: Any, plugins: Sequence[Plugin], loading: Loading | None) -> None:
    for plugin in plugins:
        if plugin.is_core:
            continue
        for problem in plugin.problems:
            console.print(f"{plugin.target}: {problem}", style="yellow", soft_wrap=True)
        if loading is not None:
            found = _failure(plugin, loading)
            if found:
                text = f"{plugin.target}: in `{found.statement}`: {found.message}"
                console.print(text, style="red", soft_wrap=True)


def _failure(plugin: Plugin, loading: Loading) -> Load | None:
    from mlflowplug.loading import key_of

    found = loading.plugins[key_of(plugin)].as_mlflow
    return found if found and found.outcome != "ok" else None
