"""Describes a plugin by its metadata and source: what `mlflowplug show` prints."""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass

from mlflowplug.discovery import Distribution, Installed, Plugin, normalise
from mlflowplug.errors import MlflowplugError
from mlflowplug.plugin_types.base import PluginType
from mlflowplug.signatures import FunctionNode, signature_of
from mlflowplug.static import Analysis, analyse, constructor


@dataclass(frozen=True)
class Description:
    """What is known of one plugin without running it.

    Attributes:
        plugin: the entry point.
        distribution: what it comes in.
        analysis: what its source says; None for a group that MLflow does not read.
        signature: the parameters of the object as written; "" where they cannot be read.
        calls: MLflow's calls of the object; one has to fit.
    """

    plugin: Plugin
    distribution: Distribution | None
    analysis: Analysis | None
    signature: str = ""
    calls: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong with it, a sentence each."""
        found = [] if self.plugin.is_core else list(self.plugin.problems)
        if self.analysis is None:
            return tuple(found)
        for call, reason in self.analysis.unbound:
            found.append(f"MLflow calls it with ({call}): {reason}")
        if self.analysis.missing:
            found.append(f"abstract methods that it lacks: {_names(self.analysis.missing)}")
        if self.analysis.silent:
            names = _names(self.analysis.silent)
            found.append(f"inherited methods that do nothing and raise nothing: {names}")
        if self.analysis.empty:
            found.append(f"methods of its own with an empty body: {_names(self.analysis.empty)}")
        found += [
            f"{x.method.name}: {x.reason} ({x.method.where})" for x in self.analysis.mismatches
        ]
        return tuple(found)


def _names(methods: tuple[object, ...]) -> str:
    return ", ".join(str(getattr(method, "name", method)) for method in methods)


def find(target: str, found: Installed) -> tuple[Plugin, ...]:
    """The plugins that a target names: `TYPE:NAME`, or all of a distribution.

    Raises:
        MlflowplugError: nothing has that name; the hint names what is near.
    """
    matches = tuple(item for item in found.plugins if _is_named(target, item))
    if matches:
        return matches
    own = [item for item in found.plugins if not item.is_core] or list(found.plugins)
    names = sorted({item.target for item in own} | {item.distribution for item in own})
    near = difflib.get_close_matches(target, names, 3, 0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else "mlflowplug list shows all there is."
    raise MlflowplugError(f"no plugin that is installed here is called {target!r}", hint)


def _is_named(target: str, plugin: Plugin) -> bool:
    if ":" in target:
        return plugin.target == target.removeprefix("mlflow.")
    return bool(plugin.distribution) and normalise(plugin.distribution) == normalise(target)


def describe(plugin: Plugin, found: Installed) -> Description:
    """Everything that metadata and source tell of a plugin."""
    analysis = analyse(plugin, found)
    calls = found.contract.calls(analysis.kind) if analysis else ()
    return Description(
        plugin,
        found.distribution(plugin.distribution),
        analysis,
        _signature(analysis) if analysis else "",
        tuple(str(call) for call in calls),
    )


def _signature(analysis: Analysis) -> str:
    node = analysis.definition.node if analysis.definition else None
    if isinstance(node, FunctionNode):
        return _written(signature_of(node))
    if len(analysis.classes) != 1:
        return ""
    signature, _ = constructor(analysis.classes[0])
    return _written(signature) if signature else ""


def _written(signature: inspect.Signature) -> str:
    parameters = [
        item if item.default is inspect.Parameter.empty else item.replace(default=...)
        for item in signature.parameters.values()
    ]
    return str(signature.replace(parameters=parameters)).replace("=Ellipsis", "=…")


# ---------------------------------------------------------------------------------------------
# Types


@dataclass(frozen=True)
class TypeFacts:
    """A plugin type, and what the installed MLflow says of it.

    Attributes:
        kind: the type.
        mlflow: MLflow's version; None where it is not installed, and the rest is unknown.
        is_read: whether that MLflow reads the group.
        calls: how it calls the loaded object; one has to fit.
        built_in: the names that it registers itself.
        required, silent, optional: methods of the base class: abstract ones, ones that do nothing
            and raise nothing unless they are overridden, and ones that raise NotImplementedError.
    """

    kind: PluginType
    mlflow: str | None
    is_read: bool | None = None
    calls: tuple[str, ...] = ()
    built_in: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def conflict_rule(self) -> str:
        """Who gets a name that several plugins have."""
        return f"{WINNERS[self.kind.winner]}{BUILT_IN[self.kind.built_in]}"

    @property
    def example(self) -> str:
        """An entry point of this type as pyproject.toml has it."""
        module = f"my_plugin.{self.kind.name.replace('.', '_')}"
        attribute = {"module": "", "app": ":create_app", "function": ":from_acme"}
        value = module + attribute.get(self.kind.kind, ":open_acme")
        if self.kind.kind == "class":
            value = f"{module}:Acme"
        name = "from_acme" if self.kind.names == "constructor" else "acme"
        return f'[project.entry-points."{self.kind.group}"]\n{name} = "{value}"'


WINNERS = {
    "last": "of several plugins with one name the last one found counts",
    "first": "of several plugins with one name the first one found counts",
    "all": "all plugins are used, whatever their names",
    "refused": "MLflow refuses a second plugin with the same name",
}
BUILT_IN = {
    "replaced": "; one with a built-in's name replaces the built-in for everybody",
    "wins": "; MLflow's own wins over a plugin with its name",
    "refused": "; a built-in's name is refused as well",
    "none": "",
}


def type_facts(kind: PluginType, found: Installed) -> TypeFacts:
    """What is known of a type in an environment."""
    contract = found.contract
    if contract.version is None:
        return TypeFacts(kind, None)
    return TypeFacts(
        kind,
        contract.version,
        contract.reads(kind),
        tuple(str(call) for call in contract.calls(kind)),
        tuple(sorted(filter(None, contract.built_in_names(kind)))),
        tuple(method.name for method in contract.abstract_methods(kind)),
        tuple(method.name for method in contract.silent_methods(kind)),
        tuple(method.name for method in contract.optional_methods(kind)),
    )
