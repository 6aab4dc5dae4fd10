"""Finds the MLflow entry points of an environment and judges them by their metadata alone.

Nothing is imported, neither MLflow nor a plugin, so all of this works where `import mlflow` fails.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflowplug.errors import MlflowplugError
from mlflowplug.inside import installed
from mlflowplug.plugin_types import GROUPS, PLUGIN_TYPES
from mlflowplug.plugin_types.base import PluginType

if TYPE_CHECKING:
    from mlflowplug.contract import Contract
    from mlflowplug.environments import Environment
    from mlflowplug.source import SourceTree

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*\Z")
"""What `urllib.parse.urlparse` takes for a scheme, in the lower case that it returns."""

REFERENCE = re.compile(
    r"(?P<module>[A-Za-z_][\w.]*)\s*(:\s*(?P<attribute>[A-Za-z_][\w.]*)\s*)?"
    r"(?P<extras>\[.*\])?\s*\Z"
)
"""An object reference of the entry-points specification: `package.module:attribute`."""

READ_SECONDS = 60.0


@dataclass(frozen=True)
class Plugin:
    """One MLflow entry point that is installed (or built into MLflow: no distribution)."""

    type: str
    group: str
    name: str
    value: str
    distribution: str
    version: str
    location: str = ""
    state: str = "ok"
    detail: str = ""
    problems: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """How users name it: `TYPE:NAME`."""
        return f"{self.type}:{self.name}"

    @property
    def reference(self) -> tuple[str, str] | None:
        """Module and attribute ("" for a whole module), or None when the value is malformed."""
        match = REFERENCE.match(self.value)
        return (match["module"], match["attribute"] or "") if match else None

    @property
    def is_core(self) -> bool:
        """It belongs to MLflow itself."""
        return normalise(self.distribution) in installed.CORE


@dataclass(frozen=True)
class Distribution:
    """A distribution that names an MLflow entry point."""

    name: str
    version: str
    path: str
    requires: tuple[str, ...] = ()
    requires_python: str = ""
    ghost: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Installed:
    """What is installed in an environment, as far as MLflow plugins go."""

    executable: str
    python: str
    path: tuple[Path, ...]
    core: dict[str, str]
    distributions: tuple[Distribution, ...]
    plugins: tuple[Plugin, ...]
    packages: dict[str, Path] = field(default_factory=dict)

    @cached_property
    def sources(self) -> SourceTree:
        """The source of everything that is installed."""
        from mlflowplug.source import SourceTree

        return SourceTree(self.path, self.packages)

    @cached_property
    def contract(self) -> Contract:
        """The contract of the MLflow that is installed."""
        from mlflowplug.contract import Contract

        return Contract(self.sources)

    @property
    def mlflow_version(self) -> str | None:
        """MLflow's version by its metadata, or None where it is not installed."""
        return self.core.get("mlflow") or self.core.get("mlflow-skinny")

    def distribution(self, name: str) -> Distribution | None:
        """The distribution of that name, however it is spelled."""
        wanted = normalise(name)
        return next((d for d in self.distributions if normalise(d.name) == wanted), None)

    def of_distribution(self, name: str) -> tuple[Plugin, ...]:
        """All entry points of a distribution."""
        wanted = normalise(name)
        return tuple(p for p in self.plugins if normalise(p.distribution) == wanted)

    def of_type(self, kind: str) -> tuple[Plugin, ...]:
        """All plugins of a type, in the order in which MLflow finds them."""
        return tuple(plugin for plugin in self.plugins if plugin.type == kind)

    def winner(self, kind: PluginType, name: str) -> Plugin | None:
        """The entry point that MLflow uses of those with that type and name."""
        rivals = self.rivals(kind, name)
        if not rivals:
            return None
        return rivals[0] if kind.winner == "first" else rivals[-1]

    def rivals(self, kind: PluginType, name: str) -> tuple[Plugin, ...]:
        """All that are installed under one name, in the order in which MLflow finds them."""
        return tuple(
            plugin
            for plugin in self.of_type(kind.name)
            if plugin.name == name and plugin.state != "ghost"
        )


def normalise(name: str) -> str:
    """A distribution's name as the index writes it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def find_installed(environment: Environment | None = None) -> Installed:
    """Read an environment's metadata; None: the one that this program runs in."""
    if environment is None:
        return judge(values_of(installed.read_environment()))
    done = environment.run([Path(installed.__file__)], seconds=READ_SECONDS)
    try:
        return judge(values_of(json.loads(done.stdout)))
    except (json.JSONDecodeError, KeyError) as error:
        said = (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        raise MlflowplugError(
            f"{environment.python} could not list its packages: {said}",
            "Is it a Python interpreter, 3.10 or newer?",
        ) from error


def values_of(data: dict[str, Any]) -> Installed:
    """What `inside/installed.py` printed, as values; states are not judged yet."""
    distributions, plugins = [], []
    packages: dict[str, Path] = {}
    for item in data["distributions"]:
        distributions.append(
            Distribution(
                item["name"],
                item["version"],
                item["path"],
                tuple(item["requires"]),
                item["requires_python"],
                item["ghost"],
                item["problem"],
            )
        )
        packages |= {name: Path(place) for name, place in item["packages"].items()}
        plugins += [
            Plugin(
                entry["group"].removeprefix("mlflow."),
                entry["group"],
                entry["name"],
                entry["value"],
                item["name"],
                item["version"],
                item["path"],
            )
            for entry in item["entry_points"]
            if _is_meant_for_mlflow(entry["group"])
        ]
    return Installed(
        data["executable"],
        data["python"],
        tuple(Path(entry) for entry in data["path"]),
        data["core"],
        tuple(distributions),
        tuple(plugins),
        packages,
    )


def _is_meant_for_mlflow(group: str) -> bool:
    """`mlflow.…`, or so near to one of MLflow's groups that it must be a slip."""
    return group.startswith("mlflow.") or bool(difflib.get_close_matches(group, GROUPS, 1, 0.85))


# ---------------------------------------------------------------------------------------------
# States


def judge(found: Installed) -> Installed:
    """Give every plugin its state: the gravest of what is wrong, with all of it in `problems`."""
    ghosts = {item.path for item in found.distributions if item.ghost}
    broken = {item.path: item.problem for item in found.distributions if item.problem}
    marked = tuple(
        replace(plugin, state="ghost") if plugin.location in ghosts else plugin
        for plugin in found.plugins
    )
    found = replace(found, plugins=marked)
    judged = tuple(_judged(plugin, found, broken) for plugin in found.plugins)
    return replace(found, plugins=judged)


def _judged(plugin: Plugin, found: Installed, broken: dict[str, str]) -> Plugin:
    findings = list(_findings(plugin, found, broken))
    if not findings:
        return plugin
    state, detail = findings[0]
    return replace(plugin, state=state, detail=detail, problems=tuple(text for _, text in findings))


def _findings(
    plugin: Plugin, found: Installed, broken: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """(state, sentence) of everything that is wrong, the gravest first."""
    if plugin.is_core:
        yield "built-in", "part of MLflow"
        return
    if plugin.location in broken:
        yield "broken metadata", broken[plugin.location]
    if plugin.state == "ghost":
        yield "ghost", _ghost(plugin, found)
        return
    kind = GROUPS.get(plugin.group)
    if kind is None:
        yield "unknown group", unknown_group(plugin.group)
        return
    if plugin.reference is None:
        yield "broken metadata", f"{plugin.value!r} is no object reference (module:attribute)"
    if sentence := unreachable(kind, plugin.name, found.contract.database_engines):
        yield "unreachable name", sentence
    yield from _rivals(plugin, kind, found)
    yield from _built_in(plugin, kind, found)


def _ghost(plugin: Plugin, found: Installed) -> str:
    first = next(
        item
        for item in found.distributions
        if not item.ghost and normalise(item.name) == normalise(plugin.distribution)
    )
    return (
        f"a second copy of {plugin.distribution}'s metadata ({Path(plugin.location).name}); "
        f"Python reads only {Path(first.path).name}"
    )


def unknown_group(group: str) -> str:
    """Why no MLflow reads that group, with the group that may have been meant."""
    # without the prefix, which would make everything look alike
    near = difflib.get_close_matches(group.removeprefix("mlflow."), PLUGIN_TYPES, 1, 0.6)
    meant = f"; did you mean mlflow.{near[0]}?" if near else ""
    return f"no MLflow reads the group {group}{meant}"


def unreachable(kind: PluginType, name: str, engines: Iterable[str] = ()) -> str | None:
    """Why MLflow can never find a plugin of this type by that name; None when it can.

    Args:
        kind: the plugin's type.
        name: the entry point's name.
        engines: MLflow's database engines, which take every scheme that begins like them.
    """
    if kind.names == "constructor":
        if not name.startswith(("from_", "load_")):
            return f"MLflow refuses {name!r}: it must start with from_ or load_"
        return None if name.isidentifier() else f"{name!r} is no Python name"
    if kind.names != "scheme":
        return None
    if SCHEME.match(name):
        return _taken_by_an_engine(name, engines)
    if name != name.lower() and SCHEME.match(name.lower()):
        return f"URIs are lower-cased, so no URI reaches {name!r}; use {name.lower()!r}"
    reason = "starts with no letter" if not name[:1].isalpha() else "has an illegal character"
    return (
        f"{name!r} is no URI scheme ({reason}: letters, digits, + - . only): "
        f"{name}://… is taken for a local path"
    )


def _taken_by_an_engine(name: str, engines: Iterable[str]) -> str | None:
    # get_uri_scheme() of mlflow/utils/uri.py: `startswith`, so `mysqlite:` is taken for a database
    engine = next((item for item in engines if name.startswith(item) and name != item), None)
    if engine is None:
        if len(name) == 1:
            return f"{name}:… is taken for a Windows drive, so no URI reaches {name!r}"
        return None
    return f"MLflow takes every scheme that starts with {engine} for a database, so none is {name}"


def _rivals(plugin: Plugin, kind: PluginType, found: Installed) -> Iterator[tuple[str, str]]:
    others = [p for p in found.rivals(kind, plugin.name) if p is not plugin and not p.is_core]
    if kind.winner == "all" or not others:
        return
    names = ", ".join(sorted({rival.distribution for rival in others}))
    winner = found.winner(kind, plugin.name)
    if kind.winner == "refused":
        yield "conflict", f"{names} has the same name, and MLflow refuses the second one"
    elif winner is plugin:
        yield "conflict", f"{names} has the same name; this one wins, being found {kind.winner}"
    elif winner is not None:
        yield (
            "shadowed",
            f"{winner.distribution} has the same name and wins, being found {kind.winner}",
        )


def _built_in(plugin: Plugin, kind: PluginType, found: Installed) -> Iterator[tuple[str, str]]:
    if kind.winner == "all":
        return
    outcome = kind.built_in
    if any(rival.is_core for rival in found.rivals(kind, plugin.name)):
        # MLflow's own is an entry point as well (deployments, apps): the order decides.
        winner = found.winner(kind, plugin.name)
        outcome = "wins" if winner and winner.is_core else "replaced"
    elif plugin.name not in found.contract.built_in_names(kind):
        return
    if outcome == "replaced":
        yield "shadows built-in", f"replaces MLflow's own {plugin.name!r} for everybody here"
    elif outcome == "wins":
        yield "shadowed", f"MLflow's own {plugin.name!r} wins"
    elif outcome == "refused":
        yield "conflict", f"MLflow's own {plugin.name!r} has the name, and MLflow refuses this one"


def built_in_plugins(found: Installed) -> tuple[Plugin, ...]:
    """What MLflow itself registers in code, in the shape of plugins (for `list --all`)."""
    version = found.mlflow_version or ""
    return tuple(
        Plugin(kind.name, kind.group, name, "", "mlflow", version, state="built-in")
        for kind in PLUGIN_TYPES.values()
        for name in sorted(found.contract.built_in_names(kind))
    )


def select(plugins: Iterable[Plugin], types: Iterable[str]) -> tuple[Plugin, ...]:
    """The plugins of the given types; no types: all."""
    wanted = set(types)
    return tuple(plugin for plugin in plugins if not wanted or plugin.type in wanted)
