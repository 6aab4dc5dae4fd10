"""Judges a plugin by its source alone: nothing is imported, neither the plugin nor MLflow.

Answers are facts about what is written: the class or function that an entry point names, whether
MLflow's call fits it, and what it does with each method of MLflow's interface. What the source does
not show is said to be unknown.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mlflowplug.contract import Call, Contract
from mlflowplug.discovery import Installed, Plugin
from mlflowplug.plugin_types import GROUPS
from mlflowplug.plugin_types.base import PluginType
from mlflowplug.signatures import TRANSPARENT_DECORATORS, FunctionNode, callee, dotted, signature_of
from mlflowplug.source import ClassInfo, Definition, Method, Module, SourceTree, bindings

Capability = Literal["implemented", "inherited", "not implemented", "silent", "missing", "unknown"]

FUTURE = "an_argument_of_a_later_mlflow"
"""Stands for what MLflow may pass to a method whose base takes **kwargs."""


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
        """The classes are known, down to every ancestor."""
        return bool(self.classes) and all(item.is_fully_readable for item in self.classes)


def analyse(plugin: Plugin, installed: Installed) -> Analysis | None:
    """Read a plugin's source; None for an entry point of a group that MLflow does not read."""
    kind = GROUPS.get(plugin.group)
    if kind is None:
        return None
    definition, unknown = _find(plugin, installed.sources)
    if definition is None or definition.kind == "value":
        return Analysis(plugin, kind, definition, unknown or "it is made at run time")
    contract = installed.contract
    classes, unknown = _working_classes(definition, kind, installed.sources)
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


def returned_classes(
    function: FunctionNode, module: Module, sources: SourceTree
) -> tuple[tuple[ClassInfo, ...], str]:
    """The classes whose instances a builder returns, or why they cannot be told."""
    found: dict[str, ClassInfo] = {}
    local = _local_names(function)
    for value in _returned(function):
        name = dotted(value.func) if isinstance(value, ast.Call) else None
        info = _resolve_locally(name, local, module, sources) if name else None
        if info is None:
            return (), f"{function.name} returns {ast.unparse(value)[:60]}"
        found[info.path] = info
    return tuple(found.values()), "" if found else f"{function.name} returns nothing"


def _local_names(function: FunctionNode) -> dict[str, ast.AST]:
    """Names bound by the function's own statements (imports, classes, assignments)."""
    return bindings(function.body)


def _returned(function: FunctionNode) -> Iterator[ast.expr]:
    """Values of the function's own return statements, a name replaced by what it was given."""
    local = bindings(function.body)
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop(0)
        if isinstance(node, ast.Return) and node.value is not None:
            assigned = local.get(node.value.id) if isinstance(node.value, ast.Name) else None
            yield assigned.value if isinstance(assigned, ast.Assign) else node.value
        elif not isinstance(node, FunctionNode | ast.Lambda | ast.ClassDef):
            stack += ast.iter_child_nodes(node)


def _resolve_locally(
    name: str, local: dict[str, ast.AST], module: Module, sources: SourceTree
) -> ClassInfo | None:
    """A class by the name that it has inside a function."""
    inner = Module(module.name, module.path, module.tree)
    inner.__dict__["names"] = module.names | local
    return sources.class_info(sources.resolve(inner, name))


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
        hidden = [
            name
            for name in (dotted(callee(d)) or "?" for d in definition.node.decorator_list)
            if name.split(".")[-1] not in TRANSPARENT_DECORATORS
        ]
        if hidden:
            return None, f"the decorator {hidden[0]} may change its signature"
        return signature_of(definition.node), ""
    if len(classes) != 1:
        return None, f"{len(classes)} classes can be meant"
    return constructor(classes[0])


def constructor(info: ClassInfo) -> tuple[inspect.Signature | None, str]:
    """The signature that calling the class has, or None and why it cannot be told."""
    if any(keyword.arg == "metaclass" and _may_hide(keyword.value) for keyword in _metas(info)):
        return None, "its metaclass may change the call"
    if info.is_decorated or any("dataclass" in d for d in _class_decorators(info)):
        return None, "its decorator may make the constructor"
    new = info.owner_of("__new__")
    if new is not None:
        return None, f"{new.name} defines __new__"
    if info.owner_of("__init__") is None:
        if not info.is_fully_readable:
            return None, "an ancestor's source was not found"
        return inspect.Signature(), ""
    method = info.find("__init__")
    signature = method.signature if method else None
    if not _init_is_certain(info):
        return None, "an ancestor's source was not found"
    return signature, "" if signature else "its __init__ is decorated"


def _init_is_certain(info: ClassInfo) -> bool:
    """No unreadable ancestor stands before the one that defines __init__."""
    for item in info.mro:
        if "__init__" in item.members:
            return True
        if None in item.bases:
            return False
    return True


def _metas(info: ClassInfo) -> Iterator[ast.keyword]:
    for item in info.mro:
        yield from item.node.keywords


def _may_hide(node: ast.expr) -> bool:
    return (dotted(node) or "?").split(".")[-1] not in {"ABCMeta", "type"}


def _class_decorators(info: ClassInfo) -> Iterator[str]:
    for item in info.mro:
        for node in item.node.decorator_list:
            yield dotted(callee(node)) or "?"


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
    for info in analysis.classes:
        for name in interface.method_names() if interface else ():
            base = interface.find(name) if interface else None
            if base is None or (name.startswith("__") and name.endswith("__")):
                continue
            state = _capability(info, base, own, silent_names)
            capabilities.setdefault(name, state)
            method = info.find(name)
            if state == "missing":
                missing.append(base)
            elif state == "silent":
                silent.append(base)
            elif state == "implemented" and method is not None and not _is_mlflows(method):
                if _is_empty(method, base, name in silent_names):
                    empty.append(method)
                if reason := _mismatch(method, base, contract.looks_first(kind)):
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


def _capability(info: ClassInfo, base: Method, interface: set[str], silent: set[str]) -> Capability:
    owner = info.owner_of(base.name)
    if owner is None or (owner.path in interface and base.is_abstract):
        return "missing" if base.is_abstract or owner is not None else "not implemented"
    if owner.path not in interface:
        method = info.find(base.name)
        if method is not None and method.is_abstract:
            return "missing"
        return "not implemented" if method and method.body == "not_implemented" else "implemented"
    if base.name in silent:
        return "silent"
    return "not implemented" if base.body == "not_implemented" else "inherited"


def _is_mlflows(method: Method) -> bool:
    """A plugin that extends a store of MLflow does not answer for what it inherits."""
    return method.owner.module.name.split(".")[0] == "mlflow"


def _is_empty(method: Method, base: Method, was_silent: bool) -> bool:
    """The override does nothing where the method has something to do.

    `def log_metric(self, run_id, metric): pass` drops what MLflow's own method would have kept; a
    hook without arguments (`flush`) may well have nothing to do.
    """
    takes_something = base.signature is None or bool(base.signature.parameters)
    keeps_something = base.body == "code" and takes_something and not base.name.startswith("_")
    matters = base.is_abstract or was_silent or base.body == "not_implemented" or keeps_something
    return method.body == "noop" and matters and method.owner.path != base.owner.path


def _mismatch(method: Method, base: Method, looked_for: frozenset[str]) -> str | None:
    """Why the override cannot take the calls that the base's signature promises.

    MLflow calls its stores with positional and with keyword arguments (mlflow#3431), so an
    override has to take both; arguments that MLflow looks for in the signature may be left out.
    """
    theirs, ours = base.signature, method.signature
    if theirs is None or ours is None or method.is_property or base.is_property:
        return None
    if base.binding != method.binding:
        return f"it is {method.binding}, MLflow's is {base.binding}"
    for call in _promised_calls(theirs, looked_for):
        if reason := call.why_not(ours):
            return reason
    return None


def _promised_calls(signature: inspect.Signature, looked_for: frozenset[str]) -> Iterator[Call]:
    kinds = inspect.Parameter
    parameters = [p for p in signature.parameters.values() if p.name not in looked_for]
    positional = [
        p for p in parameters if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
    ]
    names = tuple(p.name for p in positional)
    only = tuple(p.name for p in parameters if p.kind is kinds.KEYWORD_ONLY)
    takes_any = any(p.kind is kinds.VAR_KEYWORD for p in parameters)
    extra = (FUTURE,) if takes_any else ()
    required = tuple(
        p.name for p in parameters if p.default is kinds.empty and p.name in {*names, *only}
    )
    yield Call((), required)
    if not any(p.kind is kinds.POSITIONAL_ONLY for p in positional):
        yield Call((), names + only + extra)  # first, because its error names the argument
    yield Call(names, only + extra)
