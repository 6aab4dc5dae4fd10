"""Plugin classes of a distribution that no entry point leads to, and what is wrong with them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from mlflowplug.checks.facts import FACTS
from mlflowplug.discovery import Distribution, Plugin
from mlflowplug.lint import undefined_names
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.plugin_types.base import PluginType
from mlflowplug.source import ClassInfo, Module
from mlflowplug.static import analyse


def unregistered_classes(distribution: Distribution) -> Iterator[tuple[ClassInfo, PluginType]]:
    """Plugin classes that nothing in the distribution leads to, and their types.

    A class of a type that the distribution registers a plugin of may be that plugin's helper (one
    login of several that a factory chooses from), and one that other code names is used by it.
    """
    plugins = FACTS.installed.of_distribution(distribution.name)
    registered = {plugin.type for plugin in plugins}
    modules = list(_modules_of(distribution))
    kinds = [
        kind
        for kind in PLUGIN_TYPES.values()
        if kind.base and kind.name not in {"dataset_constructor", *registered}
    ]
    used = Counter(name for module in modules for name in _names_used(module))
    for info in _classes_of(modules):
        for kind in kinds:
            if info.is_subclass_of(kind.base) and not used[info.name]:
                yield info, kind


def _modules_of(distribution: Distribution) -> Iterator[Module]:
    """The modules of a distribution's plugin packages that can be read."""
    sources = FACTS.installed.sources
    plugins = FACTS.installed.of_distribution(distribution.name)
    packages = {p.reference[0].partition(".")[0] for p in plugins if p.reference}
    for package in sorted(packages - {"mlflow"}):  # an entry point may name a class of MLflow's
        for name in sources.modules_of(package):
            if module := sources.module(name):
                yield module


def _names_used(module: Module) -> Iterator[str]:
    """Names that a module reads, as a name or an attribute (bases of classes too)."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _classes_of(modules: Sequence[Module]) -> Iterator[ClassInfo]:
    """Public classes that are defined in the modules."""
    sources = FACTS.installed.sources
    for module in modules:
        for name in module.names:
            info = sources.class_info(sources.resolve(module, name))
            if info and info.module is module and not info.name.startswith("_"):
                yield info


def faults_of(info: ClassInfo, kind: PluginType, distribution: Distribution) -> Iterator[str]:
    """What the source shows to be wrong with a class, were it registered."""
    value = f"{info.module.name}:{info.name}"
    analysis = analyse(
        Plugin(kind.name, kind.group, info.name, value, distribution.name, distribution.version),
        FACTS.installed,
    )
    if analysis is None:
        return
    if analysis.unbound and kind.kind != "module":
        call, reason = analysis.unbound[0]
        yield f"MLflow calls it with ({call}): {reason}"
    if analysis.missing:
        names = ", ".join(method.name for method in analysis.missing)
        yield f"abstract methods are missing: {names}"
    for mismatch in analysis.mismatches:
        yield f"{mismatch.method.name}: {mismatch.reason}"
    if analysis.empty:
        yield f"methods that do nothing: {', '.join(method.name for method in analysis.empty)}"
    yield from undefined_names(info.module)
