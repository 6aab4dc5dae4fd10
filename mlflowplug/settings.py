"""What a plugin's pyproject.toml says to this program: `[tool.mlflowplug]`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlflowplug import toml
from mlflowplug.errors import MlflowplugError
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.store_uris import StoreURI


@dataclass(frozen=True)
class Settings:
    """`[tool.mlflowplug]` of a plugin's pyproject.toml.

    `uris` and `extras` are by type and name: what to open (see `mlflowplug.store_uris`), and what
    the plugin must be installed with to open it.
    """

    uris: dict[tuple[str, str], str] = field(default_factory=dict)
    ignore: dict[str, str] = field(default_factory=dict)
    extras: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @property
    def wanted_extras(self) -> list[str]:
        """The extras of the entry points whose stores can be opened."""
        wanted = [extras for key, extras in self.extras.items() if self._can_open(key)]
        return sorted({extra for extras in wanted for extra in extras})

    def _can_open(self, key: tuple[str, str]) -> bool:
        return not StoreURI(self.uris.get(key, ""), os.environ).missing


def read_settings(folder: Path) -> Settings:
    """`[tool.mlflowplug]` of the pyproject.toml in a folder; no file: no settings."""
    file = folder / "pyproject.toml"
    if not file.is_file():
        return Settings()
    try:
        data = toml.loads(file.read_text("utf-8"))
    except (toml.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MlflowplugError(f"{file} is no valid TOML: {error}") from error
    tools = data.get("tool", {})
    ours = tools.get("mlflowplug", {}) if isinstance(tools, dict) else {}
    if not isinstance(ours, dict):
        raise MlflowplugError(f"[tool.mlflowplug] in {file} must be a table, not {ours!r}")
    tests = dict(_tests(ours.get("test", {}), file))
    uris = {key: str(one["uri"]) for key, one in tests.items() if "uri" in one}
    extras = {key: _extras(one["extras"], file) for key, one in tests.items() if "extras" in one}
    ignore = ours.get("ignore", {})
    if not isinstance(ignore, dict) or not all(isinstance(r, str) and r for r in ignore.values()):
        raise MlflowplugError(
            f"[tool.mlflowplug.ignore] in {file} must give a reason for every code",
            'Write TS412 = "why it does not apply".',
        )
    return Settings(uris, {code.upper(): reason for code, reason in ignore.items()}, extras)


def _extras(names: Any, file: Path) -> tuple[str, ...]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise MlflowplugError(
            f"extras of [tool.mlflowplug.test] in {file} must be a list of names, not {names!r}"
        )
    return tuple(names)


def _tests(
    tables: Any, file: Path, before: str = ""
) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """`[tool.mlflowplug.test.TYPE.NAME]`; a dotted type (app.client) nests deeper."""
    if not isinstance(tables, dict):
        raise MlflowplugError(f"[tool.mlflowplug.test] in {file} must be tables by type and name")
    for key, table in tables.items():
        kind = f"{before}.{key}" if before else key
        if kind in PLUGIN_TYPES:
            for name, values in table.items():
                if isinstance(values, dict):
                    yield (kind, name), values
        elif isinstance(table, dict):
            yield from _tests(table, file, kind)
