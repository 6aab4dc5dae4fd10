"""What `mlflowplug list` prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mlflowplug.discovery import Installed, Plugin
from mlflowplug.reports.page import Page

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
    page = Page()
    mlflow = installed.mlflow_version
    if mlflow is None:
        page.line(f"MLflow is not installed in {installed.executable}", "yellow")
    if not plugins:
        of = f" of type {', '.join(types)}" if types else ""
        page.line(f"No MLflow plugin{of} is installed in {installed.executable}.")
    else:
        page.console.print(_table(plugins, loading))
        page.line()
    _notes(page, plugins, loading)
    for item in installed.distributions:
        if item.problem:
            page.line(f"{item.name or item.path}: {item.problem}", "red")
    if loading is not None and loading.failure:
        page.line(f"`import mlflow` itself fails: {loading.failure}", "red")


def _table(plugins: Sequence[Plugin], loading: Loading | None) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("type", no_wrap=True)
    for name in ("name", "distribution", "object", "state"):
        table.add_column(name, overflow="fold", min_width=len(name))
    if loading is not None:
        table.add_column("load", overflow="fold", min_width=7)
    for plugin in plugins:
        row = [
            Text(plugin.type),
            Text(plugin.name),
            Text(plugin.distribution if plugin.is_core else _versioned(plugin)),
            Text(plugin.value),
            Text(plugin.state, STYLES.get(plugin.state, "red")),
        ]
        if loading is not None:
            row.append(_outcome(plugin, loading))
        table.add_row(*row)
    return table


def _versioned(plugin: Plugin) -> str:
    return f"{plugin.distribution} {plugin.version}".strip()


def _outcome(plugin: Plugin, loading: Loading) -> Any:
    from rich.text import Text

    from mlflowplug.loading import key_of

    if plugin.is_core:
        return Text("")
    outcome = loading.plugins[key_of(plugin)].outcome
    return Text(outcome, LOAD_STYLES.get(outcome, "red"))


def _notes(page: Page, plugins: Sequence[Plugin], loading: Loading | None) -> None:
    for plugin in plugins:
        if plugin.is_core:
            continue
        for problem in plugin.problems:
            page.line(f"{plugin.target}: {problem}", "yellow")
        if loading is not None:
            found = _failure(plugin, loading)
            if found:
                when = "on use" if found.statement == "on use" else f"in `{found.statement}`"
                text = f"{plugin.target}: {when}: {found.message}"
                page.line(text, "red")


def _failure(plugin: Plugin, loading: Loading) -> Load | None:
    from mlflowplug.loading import key_of

    found = loading.plugins[key_of(plugin)].as_mlflow
    return found if found and found.outcome != "ok" else None
