"""MLflow's plugin contract, read from the source of the installed MLflow without importing it.

What changes from release to release is never written down in this program: the exact call, the
names that MLflow itself registers and the methods of the base classes are looked up here.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mlflowplug.plugin_types.base import PluginType, Site
from mlflowplug.signatures import FunctionNode, dotted
from mlflowplug.source import ClassInfo, Definition, Method, Module, SourceTree, bindings


@dataclass(frozen=True)
class Call:
    """How MLflow calls something: the number of positional arguments and the keywords' names."""

    positional: tuple[str, ...]
    keywords: tuple[str, ...]

    def __str__(self) -> str:
        """The arguments as they would be written in a call."""
        return ", ".join([*self.positional, *(f"{name}=…" for name in self.keywords)])

    def why_not(self, signature: inspect.Signature) -> str | None:
        """None when the signature takes the call, else Python's own words for what is wrong."""
        try:
            signature.bind(*self.positional, **dict.fromkeys(self.keywords))
        except TypeError as error:
            return str(error)
        return None


class Contract:
    """The installed MLflow, as far as plugins are concerned."""

    def __init__(self, sources: SourceTree) -> None:
        self.sources = sources
        self._built_in_names: dict[PluginType, frozenset[str]] = {}

    @cached_property
    def version(self) -> str | None:
        """MLflow's version, or None when MLflow is not there."""
        module = self.sources.module("mlflow.version")
        return self._constant(module, "VERSION") if module else None

    def reads(self, kind: PluginType) -> bool:
        """Whether this MLflow reads the type's entry-point group (older ones know fewer)."""
        sites = [site for site in (kind.registry, kind.call) if site]
        if sites:
            return any(self.sources.find(site.module) for site in sites)
        return self.version is not None and _at_least(self.version, kind.since)

    def calls(self, kind: PluginType) -> tuple[Call, ...]:
        """The calls of the loaded object that MLflow makes; one of them has to fit.

        There are several where MLflow looks at the signature first and leaves arguments out (the
        model registry's). Empty: MLflow does not call it, or the place was not found.
        """
        return self.calls_at(kind.call) if kind.call else ()

    def calls_at(self, site: Site) -> tuple[Call, ...]:
        """The calls of a name in a function of MLflow's."""
        function = self._function(site)
        found = _calls_in(function, site.name) if function else ()
        return tuple(dict.fromkeys(found))

    def built_in_names(self, kind: PluginType) -> frozenset[str]:
        """The names (schemes, backends, evaluators …) that MLflow itself registers."""
        if kind not in self._built_in_names:
            module = self.sources.module(kind.registry.module) if kind.registry else None
            self._built_in_names[kind] = frozenset(self._registered(module) if module else ())
        return self._built_in_names[kind]

    @cached_property
    def database_engines(self) -> tuple[str, ...]:
        """Schemes that MLflow gives to SQLAlchemy, and with them all that begin like them."""
        module = self.sources.module("mlflow.store.db.db_types")
        node = module.names.get("DATABASE_ENGINES") if module else None
        if module is None or not isinstance(node, ast.Assign):
            return ()
        return tuple(self._strings(module, node.value))

    def interface(self, kind: PluginType) -> ClassInfo | None:
        """MLflow's base class of the type."""
        return self.sources.class_at(kind.base) if kind.base else None

    def abstract_methods(self, kind: PluginType) -> tuple[Method, ...]:
        """Methods that the base class marks abstract, whether or not Python enforces it."""
        return tuple(method for method in self._methods(kind) if method.is_abstract)

    def silent_methods(self, kind: PluginType) -> tuple[Method, ...]:
        """Methods with an empty inherited body that take something to keep, and lose it.

        A hook like `flush()` may well do nothing; a method that is given data, or asked for
        something, may not: whoever calls it sees no error and gets nothing.
        """
        return tuple(
            method
            for method in self._methods(kind)
            if method.body == "noop"
            and not method.is_abstract
            and not method.name.startswith("_")
            and method.signature is not None
            and method.signature.parameters
        )

    def optional_methods(self, kind: PluginType) -> tuple[Method, ...]:
        """Methods that raise NotImplementedError until a plugin overrides them: capabilities."""
        return tuple(method for method in self._methods(kind) if method.body == "not_implemented")

    def looks_first(self, kind: PluginType) -> frozenset[str]:
        """Arguments that MLflow passes only to methods whose signature has them.

        `mlflow deployments` does `sig = signature(client.create_deployment)` and then tests
        `"endpoint" in sig.parameters`.
        """
        module = self.sources.module(f"mlflow.{kind.name}.cli")
        nodes = list(ast.walk(module.tree)) if module else []
        signatures = {
            f"{dotted(node.targets[0])}.parameters"
            for node in nodes
            if isinstance(node, ast.Assign) and "signature(" in ast.unparse(node.value)
        }
        return frozenset(
            node.left.value
            for node in nodes
            if isinstance(node, ast.Compare)
            and isinstance(node.left, ast.Constant)
            and isinstance(node.left.value, str)
            and ast.unparse(node.comparators[0]) in signatures
        )

    def none_expected(self, kind: PluginType) -> frozenset[str]:
        """Methods of which MLflow looks whether they answered None, where the base class is.

        `mlflow.models.evaluation.base` does so: an evaluator may leave a model to the others.
        """
        module = self.sources.module(kind.base.rpartition(".")[0])
        nodes = list(ast.walk(module.tree)) if module else []
        tested = {
            dotted(node.left)
            for node in nodes
            if isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) == "None"
        }
        return frozenset(
            node.value.func.attr
            for node in nodes
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
            and dotted(node.targets[0]) in tested - {None}
        )

    def _methods(self, kind: PluginType) -> Iterator[Method]:
        interface = self.interface(kind)
        for name in interface.method_names() if interface else ():
            method = interface.find(name) if interface else None
            if method is not None:
                yield method

    def _function(self, site: Site) -> FunctionNode | None:
        module = self.sources.module(site.module)
        owner, _, name = site.function.rpartition(".")
        if module is None:
            return None
        holder = module.names.get(owner)
        names = bindings(holder.body) if isinstance(holder, ast.ClassDef) else module.names
        found = names.get(name)
        return found if isinstance(found, FunctionNode) else None

    def _registered(self, module: Module) -> Iterator[str]:
        """First arguments of `….register(…)` calls, also in a loop over a list, and dict keys."""
        loops = _loops(module.tree)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and node.args and _is_register(node.func):
                first = node.args[0]
                if _short(node.func) == "register_constructor" and isinstance(first, ast.Name):
                    if first.id.startswith(("from_", "load_")):
                        yield first.id
                elif isinstance(first, ast.Name) and first.id in loops:
                    for values in loops[first.id]:
                        yield from self._strings(module, values)
                else:
                    yield from self._strings(module, first)
            elif (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Dict)
                and dotted(node.targets[0]) == "MLFLOW_BACKENDS"
            ):
                for key in filter(None, node.value.keys):
                    yield from self._strings(module, key)

    def _strings(self, module: Module, node: ast.expr) -> Iterator[str]:
        """The text that an expression stands for: a constant, a list, or a name bound to one."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.List | ast.Tuple):
            for item in node.elts:
                yield from self._strings(module, item)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self._strings(module, node.left)
            yield from self._strings(module, node.right)
        elif name := dotted(node):
            found = self.sources.resolve(module, name) or self._local_import(module, name)
            if found and found.kind == "value" and isinstance(found.node, ast.Assign):
                yield from self._strings(found.module, found.node.value)
            elif "." in name:
                yield from self._class_constant(module, name)

    def _class_constant(self, module: Module, name: str) -> Iterator[str]:
        """`Provider.OPENAI` of an enum, `DefaultEvaluator.name` of a class."""
        owner, _, attribute = name.rpartition(".")
        found = self.sources.resolve(module, owner) or self._local_import(module, owner)
        info = self.sources.class_info(found)
        holder = info.owner_of(attribute) if info else None
        node = holder.members[attribute] if holder else None
        if holder and isinstance(node, ast.Assign):
            yield from self._strings(holder.module, node.value)

    def _local_import(self, module: Module, name: str) -> Definition | None:
        """A name that is imported inside a function of the module."""
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and any(a.name == name for a in node.names):
                return self.sources.lookup(node.module or "", name)
        return None

    def _constant(self, module: Module, name: str) -> str | None:
        node = module.names.get(name)
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        return next(self._strings(module, value), None) if value is not None else None


def _loops(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What the loops of a module run over, by the name of the loop's variable."""
    loops: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            loops.setdefault(node.target.id, []).append(node.iter)
    return loops


def _is_register(node: ast.expr) -> bool:
    return _short(node) in {"register", "register_builtin", "register_constructor", "_register"}


def _short(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _calls_in(function: FunctionNode, callee: str) -> Iterator[Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == callee:
            yield Call(
                tuple(ast.unparse(argument) for argument in node.args),
                tuple(keyword.arg for keyword in node.keywords if keyword.arg),
            )


def _at_least(version: str, since: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return not since or Version(version).release >= Version(since).release
    except InvalidVersion:
        return True
