"""Says where MLflow would go with a URI: which store, repository or deployment client, and why not.

Nothing is imported: schemes are read as MLflow reads them (`mlflowplug.uris`), and looked up among
the names that the installed MLflow registers and the entry points of the plugins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from mlflowplug import misses, uris
from mlflowplug.discovery import Installed, Plugin
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.plugin_types.base import PluginType

if TYPE_CHECKING:
    from mlflowplug.environments import Environment
    from mlflowplug.loading import Load, Loaded

STORES = ("tracking_store", "model_registry_store", "artifact_repository")
"""The types that decide whether a URI leads anywhere."""

RESOLVED = (*STORES, "deployments", "workspace_provider", "scorer_store", "labeling_store")
"""All types that MLflow chooses by a URI."""

State = Literal["reached", "not reached", "astray", "refused"]
"""`astray`: taken for a local path, though it is meant for something else. `refused`: what is
reached raises at once."""

NO_MLFLOW = "pip install mlflow, or look at another environment: --python PATH"
UNITY_CATALOG = ("databricks-uc", "uc")


@dataclass(frozen=True)
class Reach:
    """Where a URI leads to, for one plugin type.

    Attributes:
        type: the plugin type.
        scheme: the name that MLflow looks for; "" is a local path.
        state: see `State`.
        plugin: what it reaches, when that is a plugin.
        detail: one sentence: what is wrong, or what is worth knowing.
        remedy: what to do; "" where nothing is wrong.
    """

    type: str
    scheme: str
    state: State
    plugin: Plugin | None = None
    detail: str = ""
    remedy: str = ""

    @property
    def by(self) -> str:
        """What is reached, in words."""
        if self.state == "not reached":
            return ""
        if self.plugin:
            return f"{self.plugin.distribution} {self.plugin.version}"
        return "MLflow's own (local folder)" if self.scheme in ("", "file") else "MLflow's own"


@dataclass(frozen=True)
class Resolution:
    """Where a URI leads to, by plugin type."""

    uri: str
    scheme: str
    reaches: tuple[Reach, ...]

    @property
    def reached(self) -> bool:
        """It leads to a tracking store, a model registry or an artifact repository."""
        return any(item.state == "reached" for item in self.reaches if item.type in STORES)

    def of(self, kind: str) -> Reach:
        """Where it leads to as a URI of that type."""
        return next(item for item in self.reaches if item.type == kind)


def resolve(uri: str, found: Installed, variables: Mapping[str, str]) -> Resolution:
    """Where MLflow goes with `uri` in the environment `found`.

    Args:
        uri: as it would be given to MLflow.
        found: what is installed.
        variables: environment variables; the file store looks at one.
    """
    rules = uris.rules_of(found.contract)
    reaches = tuple(_reach(uri, PLUGIN_TYPES[name], found, rules, variables) for name in RESOLVED)
    reaches = tuple(misses.explained(uri, item, reaches, found) for item in reaches)
    return Resolution(uri, reaches[0].scheme, misses.without_idle_advice(reaches))


def _reach(
    uri: str,
    kind: PluginType,
    found: Installed,
    rules: uris.Rules,
    variables: Mapping[str, str],
) -> Reach:
    try:
        scheme = uris.scheme_for(kind.name, uri, rules)
    except uris.RefusedURIError as error:
        return Reach(kind.name, error.scheme, "not reached", None, str(error), error.remedy)
    if found.mlflow_version is None:
        return Reach(kind.name, scheme, "not reached", None, "MLflow is not installed", NO_MLFLOW)
    if not found.contract.reads(kind):
        reason = f"MLflow {found.mlflow_version} has no {kind.group}; {kind.since} brought it"
        return Reach(kind.name, scheme, "not reached", None, reason, "Upgrade MLflow.")
    plugin = registered(found, kind, scheme)
    if plugin:
        if plugin.is_core:
            return Reach(kind.name, scheme, "reached")
        return Reach(kind.name, scheme, "reached", plugin, "; ".join(plugin.problems))
    if _is_built_in(found, kind, scheme):
        return _built_in(Reach(kind.name, scheme, "reached"), found, variables)
    return Reach(kind.name, scheme, "not reached")


def registered(found: Installed, kind: PluginType, scheme: str) -> Plugin | None:
    """The entry point that MLflow uses for a scheme, MLflow's own included."""
    if kind.built_in == "wins" and scheme in found.contract.built_in_names(kind):
        return None
    usable = [plugin for plugin in found.rivals(kind, scheme) if plugin.reference]
    if not usable:
        return None
    return usable[0] if kind.winner == "first" else usable[-1]


def _is_built_in(found: Installed, kind: PluginType, scheme: str) -> bool:
    if scheme not in found.contract.built_in_names(kind):
        return False
    # MLflow registers its database stores only where SQLAlchemy is (mlflow-skinny brings none).
    needs_sql = scheme in found.contract.database_engines and kind.name in STORES
    return not needs_sql or found.sources.find("sqlalchemy") is not None


def _built_in(reach: Reach, found: Installed, variables: Mapping[str, str]) -> Reach:
    """A built-in that raises as soon as it is made does not count as reached."""
    if reach.scheme in UNITY_CATALOG and reach.type == "tracking_store":
        return replace(
            reach,
            state="refused",
            detail=f"MLflow keeps no runs in Unity Catalog: a tracking URI {reach.scheme} raises",
            remedy="Give it as the registry URI (MLFLOW_REGISTRY_URI), and another for tracking.",
        )
    if reach.scheme in ("", "file") and _file_store_raises(reach.type, found, variables):
        return replace(
            reach,
            state="refused",
            detail=f"the file store of MLflow {found.mlflow_version} raises when it is opened",
            remedy="Use a database (sqlite:///mlflow.db; `mlflow migrate-filestore` moves the "
            "data), or set MLFLOW_ALLOW_FILE_STORE=true.",
        )
    return reach


def _file_store_raises(kind: str, found: Installed, variables: Mapping[str, str]) -> bool:
    """MLflow 3.13 and later: unless MLFLOW_ALLOW_FILE_STORE is set."""
    package = {"tracking_store": "tracking", "model_registry_store": "model_registry"}.get(kind)
    if variables.get("MLFLOW_ALLOW_FILE_STORE", "").lower() in ("true", "1") or package is None:
        return False
    module = found.sources.module(f"mlflow.store.{package}.file_store")
    return module is not None and "MLFLOW_ALLOW_FILE_STORE" in module.names


# ---------------------------------------------------------------------------------------------
# What loading shows


def load(resolution: Resolution, environment: Environment, found: Installed) -> Resolution:
    """Load the plugins that a resolution rests on, and correct it by what comes of that."""
    from mlflowplug.loading import load_plugins

    plugins = [item.plugin for item in resolution.reaches if item.plugin]
    return with_loads(resolution, load_plugins(environment, found, plugins).plugins)


def with_loads(resolution: Resolution, loads: Mapping[str, Loaded]) -> Resolution:
    """The same, less the plugins that do not load.

    Args:
        resolution: as `resolve` gave it.
        loads: what `loading.load_plugins` saw, by the plugin's key.
    """
    return replace(resolution, reaches=tuple(_loaded(item, loads) for item in resolution.reaches))


def _loaded(reach: Reach, loads: Mapping[str, Loaded]) -> Reach:
    from mlflowplug.loading import key_of

    if reach.plugin is None or key_of(reach.plugin) not in loads:
        return reach
    seen = loads[key_of(reach.plugin)].loads
    bad = next((item for item in seen if item.outcome != "ok" and not is_import_order(item)), None)
    if bad is None:
        return replace(reach, detail="loads")
    return Reach(
        reach.type,
        reach.scheme,
        "not reached",
        reach.plugin,
        f"{reach.plugin.target} is installed, but {said(bad)}",
        f"Look at it: mlflowplug test {reach.plugin.target} --select '*1'",
    )


OUTCOMES = {
    "warned": "MLflow warns and goes on without it",
    "breaks": "its exception escapes",
    "hangs": "loading it does not end",
    "dies": "loading it ends the process",
}


def is_import_order(load: Load) -> bool:
    """It is about programs that import the plugin before MLflow."""
    return load.statement == "plugin first"


def said(load: Load) -> str:
    """What went wrong in a load, as the end of a sentence."""
    where = "" if load.statement == "on use" else f" at `{load.statement}`"
    message = f": {load.message}" if load.message else ""
    return f"{OUTCOMES[load.outcome]}{where}{message}"
