"""Plugin classes of a distribution that no entry point leads to, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator

from mlflowplug.checks.facts import FACTS
from mlflowplug.discovery import Distribution, Plugin
from mlflowplug.lint import undefined_names
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.plugin_types.base import PluginType
from mlflowplug.source import ClassInfo
from mlflowplug.static import analyse


def unregistered_classes(distribution: Distribution) -> Iterator[tuple[ClassInfo, PluginType]]:
    """Final subclasses of a plugin base class that no entry point of their type leads to."""
    registered, opaque = _registered(distribution)
    for info in _classes_of(distribution):
        for kind in PLUGIN_TYPES.values():
            if kind.name in {"dataset_constructor", *opaque} or not kind.base:
                continue
            if info.path not in registered and info.is_subclass_of(kind.base):
                yield info, kind


def _registered(distribution: Distribution) -> tuple[set[str], set[str]]:
    """Paths of the classes behind entry points, and the types with a builder that does not tell."""
    registered: set[str] = set()
    opaque: set[str] = set()
    for plugin in FACTS.installed.of_distribution(distribution.name):
        analysis = FACTS.analysis(plugin)
        if analysis and analysis.kind.base and not analysis.classes:
            opaque.add(plugin.type)
        for info in analysis.classes if analysis else ():
            registered |= {item.path for item in info.mro}
    return registered, opaque


def _classes_of(distribution: Distribution) -> Iterator[ClassInfo]:
    """Classes in the modules of a distribution's plugin packages that no other class extends."""
    sources = FACTS.installed.sources
    plugins = FACTS.installed.of_distribution(distribution.name)
    packages = {p.reference[0].partition(".")[0] for p in plugins if p.reference}
    found: list[ClassInfo] = []
    for package in sorted(packages - {"mlflow"}):  # an entry point may name a class of MLflow's
        for name in sources.modules_of(package):
            module = sources.module(name)
            for attribute in module.names if module else ():
                info = sources.class_info(sources.resolve(module, attribute)) if module else None
                if info and module and info.module is module:
                    found.append(info)
    extended = {item.path for info in found for item in info.mro[1:]}
    yield from (info for info in found if info.path not in extended and info.name[:1] != "_")


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
