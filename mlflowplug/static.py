"""Judges a plugin by its source alone: nothing is imported, neither the plugin nor MLflow.

Answers are facts about what is written: the class or function that an entry point names, whether
MLflow's call fits it, and what it does with each method of MLflow's interface. What the source does
not show is said to be unknown.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from mlflowplug.builders import returned_classes
from mlflowplug.calling import constructor, function_signature
from mlflowplug.contract import Call, Contract
from mlflowplug.discovery import Installed, Plugin
from mlflowplug.overrides import Capability, capability_of, is_empty, mismatch
from mlflowplug.plugin_types import GROUPS
from mlflowplug.plugin_types.base import PluginType
from mlflowplug.signatures import FunctionNode
from mlflowplug.source import ClassInfo, Definition, Method, Module, SourceTree

__all__ = ["Analysis", "Capability", "Mismatch", "analyse", "constructor"]


@dataclass(frozen=True)
class Mismatch:
    """An override that cannot be called as MLflow may call the method."""

    method: Method
    base: Method
    reason: str


@dataclass(frozen=True)
class Analysis:
    """What the source says of one plugin.

    Attributes:
        definition: what the entry point names; None when there is no source for it.
        unknown: why the source does not tell more ("" when it does).
        classes: the classes that do the plugin's work: the one named, or those that a builder
            returns; empty when they cannot be told.
        unbound: MLflow's calls that do not fit, with Python's reason; empty when one fits.
        call_unknown: why it cannot be said whether MLflow's call fits.
    """

    plugin: Plugin
    kind: PluginType
    definition: Definition | None
    unknown: str = ""
    classes: tuple[ClassInfo, ...] = ()
    unbound: tuple[tuple[Call, str], ...] = ()
    call_unknown: str = ""
    missing: tuple[Method, ...] = ()
    silent: tuple[Method, ...] = ()
    empty: tuple[Method, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    capabilities: tuple[tuple[str, Capability], ...] = ()

    @property
    def is_readable(self) -> bool:
        """The classes are known, down to every ancestor, and stay as they are written."""
        return (
            bool(self.classes)
            and not self.unknown
            and all(item.is_fully_readable for item in self.classes)
        )


def analyse(plugin: Plugin, installed: Installed) -> Analysis | None:
    """Read a plugin's source; None for an entry point of a group that MLflow does not read."""
    kind = GROUPS.get(plugin.group)
    if kind is None:
        return None
    definition, unknown = _find(plugin, installed.sources)
    if definition is None or definition.is_made_at_run_time:
        return Analysis(plugin, kind, definition, unknown or _why_unknown(definition))
    contract = installed.contract
    classes, unknown = _working_classes(definition, kind, installed.sources)
    unknown = unknown or _changed_elsewhere(plugin, classes, installed.sources)
    unbound, call_unknown = _binding(definition, kind, contract, classes)
    analysis = Analysis(plugin, kind, definition, unknown, classes, unbound, call_unknown)
    if not analysis.is_readable or contract.interface(kind) is None:
        return analysis
    return _against_interface(analysis, contract)


def _find(plugin: Plugin, sources: SourceTree) -> tuple[Definition | None, str]:
    if plugin.reference is None:
        return None, f"{plugin.value!r} is no object reference"
    module, attribute = plugin.reference
    if sources.find(module) is None:
        return None, f"there is no source of the module {module}"
    if sources.module(module) is None:
        return None, f"the source of {module} cannot be parsed"
    found = sources.lookup(module, attribute)
    return found, "" if found else f"{module} does not define {attribute} where it can be seen"


def _why_unknown(definition: Definition | None) -> str:
    if definition is not None and definition.kind == "unknown":
        return f"{definition.name} cannot be followed from {definition.module.name}"
    return "it is made at run time"


def _changed_elsewhere(plugin: Plugin, classes: tuple[ClassInfo, ...], sources: SourceTree) -> str:
    """Why a class is not what its module shows: the entry point's module changes its members."""
    entry = plugin.reference[0] if plugin.reference else ""
    for item in (ancestor for info in classes for ancestor in info.mro):
        if item.module.name != entry and sources.changes_of(item, entry):
            return f"{entry} changes the class {item.name}"
    return ""


# ---------------------------------------------------------------------------------------------
# Which classes do the work


def _working_classes(
    definition: Definition, kind: PluginType, sources: SourceTree
) -> tuple[tuple[ClassInfo, ...], str]:
    if definition.kind == "class":
        info = sources.class_info(definition)
        return ((info,) if info else ()), ""
    if definition.kind == "module":
        return _client_classes(definition.module, kind, sources)
    if kind.name == "dataset_constructor":
        return (), ""
    if isinstance(definition.node, FunctionNode):
        return returned_classes(definition.node, definition.module, sources)
    return (), "it is made at run time"


def _client_classes(
    module: Module, kind: PluginType, sources: SourceTree
) -> tuple[tuple[ClassInfo, ...], str]:
    """The subclasses of the type's base that can be seen in a module, the base itself apart."""
    found = {
        info.path: info
        for name in module.names
        if (info := sources.class_info(sources.resolve(module, name)))
        and info.path != kind.base
        and info.is_subclass_of(kind.base)
    }
    return tuple(found.values()), "" if found else f"no subclass of {kind.base} is in it"


# ---------------------------------------------------------------------------------------------
# MLflow's call


def _binding(
    definition: Definition,
    kind: PluginType,
    contract: Contract,
    classes: tuple[ClassInfo, ...],
) -> tuple[tuple[tuple[Call, str], ...], str]:
    """(calls that do not fit, why unknown). One call that fits is enough."""
    calls = contract.calls(kind)
    if not calls:
        return (), f"MLflow {contract.version or ''} does not call it".replace("  ", " ")
    signature, unknown = _call_signature(definition, classes)
    if signature is None:
        return (), unknown
    chosen = [call for call in calls if set(call.keywords) <= set(signature.parameters)] or calls
    answers = [(call, call.why_not(signature)) for call in chosen]
    if any(reason is None for _, reason in answers):
        return (), ""
    return tuple((call, reason) for call, reason in answers if reason), ""


def _call_signature(
    definition: Definition, classes: tuple[ClassInfo, ...]
) -> tuple[inspect.Signature | None, str]:
    if definition.kind == "function" and isinstance(definition.node, FunctionNode):
        return function_signature(definition)
    if len(classes) != 1:
        return None, f"{len(classes)} classes can be meant"
    return constructor(classes[0])


# ---------------------------------------------------------------------------------------------
# MLflow's interface


def _against_interface(analysis: Analysis, contract: Contract) -> Analysis:
    """Compare every class with the type's base class; several classes: all their faults."""
    kind = analysis.kind
    interface = contract.interface(kind)
    own = {item.path for item in interface.mro} if interface else set()
    missing, silent, empty, mismatches = [], [], [], []
    capabilities: dict[str, Capability] = {}
    silent_names = {method.name for method in contract.silent_methods(kind)}
    none_expected = contract.none_expected(kind)
    for info in analysis.classes:
        for name in interface.method_names() if interface else ():
            base = interface.find(name) if interface else None
            if base is None or (name.startswith("__") and name.endswith("__")):
                continue
            state = capability_of(info, base, own, silent_names)
            capabilities.setdefault(name, state)
            method = info.find(name)
            if state == "missing":
                missing.append(base)
            elif state == "silent":
                silent.append(base)
            elif state == "implemented" and method is not None and not method.owner.is_mlflows:
                is_answer = method.body == "none" and name in none_expected
                if not is_answer and is_empty(method, base, name in silent_names):
                    empty.append(method)
                if reason := mismatch(method, base, contract.looks_first(kind)):
                    mismatches.append(Mismatch(method, base, reason))
    return Analysis(
        analysis.plugin,
        kind,
        analysis.definition,
        analysis.unknown,
        analysis.classes,
        analysis.unbound,
        analysis.call_unknown,
        tuple(missing),
        tuple(silent),
        tuple(empty),
        tuple(mismatches),
        tuple(capabilities.items()),
    )
