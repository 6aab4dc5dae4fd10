"""Reads Python source without importing it: modules, classes, their methods and signatures.

Everything in band 0xx rests on this, and the look at the installed MLflow too: neither a plugin nor
MLflow is imported. What cannot be read (compiled modules, names made at run time) is answered with
None or `unknown`, never with a guess.
"""

from __future__ import annotations

import ast
import inspect
import sysconfig
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from mlflowplug.signatures import (
    TRANSPARENT_DECORATORS,
    Body,
    FunctionNode,
    body_kind,
    callee,
    dotted,
    signature_of,
    without_first,
)

MAX_ALIASES = 40
"""How many imports in a row a name is followed through; a cycle ends there."""


@dataclass(eq=False)
class Module:
    """A parsed module."""

    name: str
    path: Path
    tree: ast.Module

    @cached_property
    def names(self) -> dict[str, ast.AST]:
        """What each top-level name is bound to (the last binding counts, as at run time)."""
        return bindings(self.tree.body)

    def until(self, node: ast.stmt) -> Module:
        """The module as it is when it comes to a statement."""
        before = [item for item in self.tree.body if item.lineno < node.lineno]
        return Module(self.name, self.path, ast.Module(before, []))

    @property
    def package(self) -> str:
        """The package that relative imports in this module start from."""
        if self.path.name == "__init__.py":
            return self.name
        return self.name.rpartition(".")[0]


@dataclass(frozen=True)
class Definition:
    """What a dotted name turned out to be."""

    kind: Literal["class", "function", "module", "value"]
    module: Module
    node: ast.AST
    name: str = ""

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.module.path}:{getattr(self.node, 'lineno', 1)}"


@dataclass(frozen=True)
class Method:
    """A function found in a class body."""

    name: str
    node: FunctionNode
    owner: ClassInfo = field(repr=False, compare=False)

    @property
    def decorators(self) -> tuple[str, ...]:
        """Dotted names of the decorators, outermost first."""
        return tuple(dotted(callee(decorator)) or "?" for decorator in self.node.decorator_list)

    @property
    def is_abstract(self) -> bool:
        """Marked with abc.abstractmethod or one of its relatives."""
        return any(name.split(".")[-1].startswith("abstract") for name in self.decorators)

    @property
    def is_property(self) -> bool:
        """Read as an attribute, so it has no call to fit."""
        return any(
            name.split(".")[-1] in {"property", "cached_property"} for name in self.decorators
        )

    @property
    def binding(self) -> str:
        """What it is called on, in words."""
        if "staticmethod" in self._short_decorators():
            return "a static method"
        return "a class method" if "classmethod" in self._short_decorators() else "a method"

    @property
    def body(self) -> Body:
        """Whether calling it does nothing, says "not implemented", or does something."""
        return body_kind(self.node)

    @property
    def signature(self) -> inspect.Signature | None:
        """The signature that callers see, without self or cls; None when a decorator hides it."""
        if any(name not in TRANSPARENT_DECORATORS for name in self._short_decorators()):
            return None
        signature = signature_of(self.node)
        if "staticmethod" in self._short_decorators():
            return signature
        return without_first(signature)

    def _short_decorators(self) -> tuple[str, ...]:
        return tuple(name.split(".")[-1] for name in self.decorators)

    @property
    def calls_super(self) -> bool:
        """It hands on to the method that it overrides."""
        return f"super().{self.name}(" in ast.unparse(self.node)

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.owner.module.path}:{self.node.lineno}"


@dataclass(eq=False)
class ClassInfo:
    """A class, its bases resolved as far as the source goes."""

    name: str
    module: Module
    node: ast.ClassDef
    tree: SourceTree

    @cached_property
    def members(self) -> dict[str, ast.AST]:
        """Names bound in the class body."""
        return bindings(self.node.body)

    @cached_property
    def bases(self) -> tuple[ClassInfo | None, ...]:
        """Base classes; None for one that cannot be read."""
        return tuple(None if base and base._leads_to(self) else base for base in self._resolved)

    @cached_property
    def _resolved(self) -> tuple[ClassInfo | None, ...]:
        return tuple(self._base(base) for base in self.node.bases if not _is_harmless(base))

    def _base(self, node: ast.expr) -> ClassInfo | None:
        name = dotted(node.value if isinstance(node, ast.Subscript) else node)
        found = self.tree.resolve(self.module, name) if name else None
        if found and name and found.node is self.node:
            # `from acme import Store` and then `class Store(Store)`: the name as it was before
            found = self.tree.resolve(self.module.until(self.node), name)
        return self.tree.class_info(found)

    def _leads_to(self, wanted: ClassInfo) -> bool:
        """Whether this class is among the ancestors of `wanted` and the other way round."""
        seen: set[int] = set()
        waiting = [self]
        while waiting:
            item = waiting.pop()
            if item is wanted:
                return True
            if id(item) not in seen:
                seen.add(id(item))
                waiting += filter(None, item._resolved)
        return False

    @cached_property
    def mro(self) -> tuple[ClassInfo, ...]:
        """Itself and its readable ancestors, nearest first (duplicates keep their last place)."""
        order: list[ClassInfo] = [self]
        for base in self.bases:
            order += base.mro if base else ()
        last = {item.path: item for item in reversed(order)}
        wanted = list(last)[::-1]
        seen: dict[str, ClassInfo] = {}
        for item in reversed(order):
            seen.setdefault(item.path, item)
        return tuple(seen[path] for path in wanted)

    @property
    def path(self) -> str:
        """Dotted path of the class."""
        return f"{self.module.name}.{self.name}"

    @property
    def is_fully_readable(self) -> bool:
        """Every ancestor was found, and nothing adds members behind the reader's back."""
        return all(
            None not in item.bases and "__getattr__" not in item.members and not item.is_decorated
            for item in self.mro
        )

    @property
    def is_decorated(self) -> bool:
        """A class decorator may add or replace methods; the known ones do not."""
        known = TRANSPARENT_DECORATORS | {
            "dataclass",
            "total_ordering",
            "final",
            "runtime_checkable",
        }
        names = (dotted(callee(item)) or "?" for item in self.node.decorator_list)
        return any(name.split(".")[-1] not in known for name in names)

    @property
    def instance_attributes(self) -> frozenset[str]:
        """Names that the class's methods set on self."""
        return frozenset(
            node.attr
            for item in self.mro
            for node in ast.walk(item.node)
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and dotted(node.value) == "self"
        )

    def is_subclass_of(self, path: str) -> bool:
        """Whether the class with that dotted path is among the ancestors (or is this class)."""
        return any(item.path == path for item in self.mro)

    def find(self, name: str) -> Method | None:
        """The method that a call of `name` reaches; None if there is none or it is no function."""
        for item in self.mro:
            node = item.members.get(name)
            if isinstance(node, FunctionNode):
                return Method(name, node, item)
            if node is not None:
                return None
        return None

    def owner_of(self, name: str) -> ClassInfo | None:
        """The nearest class that binds `name`, to a method or to anything else."""
        return next((item for item in self.mro if name in item.members), None)

    def method_names(self) -> Iterator[str]:
        """Names of all methods, own and inherited, in the order of the nearest definition."""
        seen: set[str] = set()
        for item in self.mro:
            for name, node in item.members.items():
                if isinstance(node, FunctionNode) and name not in seen:
                    seen.add(name)
                    yield name


class SourceTree:
    """The modules that an interpreter would find on its path, parsed on demand."""

    def __init__(self, paths: Sequence[Path], packages: dict[str, Path] | None = None) -> None:
        """`packages` says where top-level packages are that `paths` does not show (editable)."""
        self._paths = [*paths, Path(sysconfig.get_path("stdlib"))]
        self._packages = packages or {}
        self._modules: dict[str, Module | None] = {}
        self._classes: dict[int, ClassInfo] = {}

    def find(self, name: str) -> Path | None:
        """The source file of a module, or None (compiled, built in, or not there)."""
        head, *rest = name.split(".")
        known = self._packages.get(head)
        # The path is looked at even when the package is known: a namespace has several folders.
        roots = [*([known] if known else []), *(path / head for path in self._paths)]
        for root in roots:
            place = root.joinpath(*rest)
            for candidate in (place / "__init__.py", place.with_name(place.name + ".py")):
                if candidate.is_file():
                    return candidate
        return None

    def modules_of(self, package: str) -> Iterator[str]:
        """Names of all modules in a package, itself first; a plain module has only itself."""
        yield package
        top = self.find(package)
        if top is None or top.name != "__init__.py":
            return
        for path in sorted(top.parent.rglob("*.py")):
            parts = path.relative_to(top.parent).with_suffix("").parts
            if parts != ("__init__",):
                yield ".".join([package, *(part for part in parts if part != "__init__")])

    def module(self, name: str) -> Module | None:
        """The parsed module, or None when there is no source that can be parsed."""
        if name not in self._modules:
            self._modules[name] = self._read(name)
        return self._modules[name]

    def _read(self, name: str) -> Module | None:
        path = self.find(name)
        if path is None:
            return None
        try:
            with tokenize.open(path) as file:
                return Module(name, path, ast.parse(file.read(), str(path)))
        except (OSError, SyntaxError, ValueError):
            return None

    def lookup(self, module_name: str, attribute: str) -> Definition | None:
        """What `module_name:attribute` of an entry point names; an empty attribute: the module."""
        module = self.module(module_name)
        if module is None:
            return None
        if not attribute:
            return Definition("module", module, module.tree, module_name)
        return self.resolve(module, attribute)

    def resolve(self, module: Module, name: str, depth: int = 0) -> Definition | None:
        """Follow a dotted name from a module through imports and assignments."""
        head, _, rest = name.partition(".")
        node = module.names.get(head)
        if depth > MAX_ALIASES:
            return None
        if node is None:
            return self._from_star_or_submodule(module, head, rest, depth)
        found = self._follow(module, head, node, depth)
        return self._attribute(found, rest, depth) if rest else found

    def _follow(self, module: Module, name: str, node: ast.AST, depth: int) -> Definition | None:
        if isinstance(node, ast.ClassDef):
            return Definition("class", module, node, name)
        if isinstance(node, FunctionNode):
            return Definition("function", module, node, name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            return self._imported(module, name, node, depth)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            alias = dotted(node.value)
            if alias and alias.split(".")[0] != name:
                return self.resolve(module, alias, depth + 1)
        return Definition("value", module, node, name)

    def _imported(
        self, module: Module, name: str, node: ast.Import | ast.ImportFrom, depth: int
    ) -> Definition | None:
        if isinstance(node, ast.Import):
            alias = next(a for a in node.names if (a.asname or a.name.split(".")[0]) == name)
            return self._as_module(alias.name if alias.asname else alias.name.split(".")[0])
        source = absolute_name(module, node)
        original = next(a.name for a in node.names if (a.asname or a.name) == name)
        target = self.module(source)
        found = self.resolve(target, original, depth + 1) if target else None
        return found or self._as_module(f"{source}.{original}")

    def _as_module(self, name: str) -> Definition | None:
        module = self.module(name)
        return Definition("module", module, module.tree, name) if module else None

    def _attribute(self, found: Definition | None, rest: str, depth: int) -> Definition | None:
        if found is None:
            return None
        if found.kind == "module":
            return self.resolve(found.module, rest, depth + 1)
        if found.kind == "class" and "." not in rest and isinstance(found.node, ast.ClassDef):
            node = bindings(found.node.body).get(rest)
            if isinstance(node, FunctionNode):
                return Definition("function", found.module, node, rest)
        return None

    def _from_star_or_submodule(
        self, module: Module, head: str, rest: str, depth: int
    ) -> Definition | None:
        for node in module.tree.body:
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                target = self.module(absolute_name(module, node))
                if target is not None and target is not module:
                    name = f"{head}.{rest}" if rest else head
                    if found := self.resolve(target, name, depth + 1):
                        return found
        submodule = None
        if module.path.name == "__init__.py":
            submodule = self._as_module(f"{module.name}.{head}")
        return self._attribute(submodule, rest, depth) if rest else submodule

    def class_info(self, found: Definition | None) -> ClassInfo | None:
        """The class behind a definition, or None if it is none."""
        if found is None or not isinstance(found.node, ast.ClassDef):
            return None
        key = id(found.node)
        if key not in self._classes:
            self._classes[key] = ClassInfo(found.node.name, found.module, found.node, self)
        return self._classes[key]

    def class_at(self, path: str) -> ClassInfo | None:
        """The class with this dotted path."""
        module_name, _, name = path.rpartition(".")
        return self.class_info(self.lookup(module_name, name))


def bindings(body: Sequence[ast.stmt]) -> dict[str, ast.AST]:
    """Names bound by these statements, also inside if, try and with, the last one counting."""
    found: dict[str, ast.AST] = {}
    for node in body:
        if isinstance(node, ast.ClassDef | FunctionNode):
            found[node.name] = node
        elif isinstance(node, ast.Import):
            found |= {alias.asname or alias.name.split(".")[0]: node for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: node for alias in node.names if alias.name != "*"}
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                found |= {name.id: node for name in ast.walk(target) if isinstance(name, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if node.value is not None:
                found[node.target.id] = node
        else:
            for block in _blocks(node):
                found |= bindings(block)
    return found


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statement lists inside an if, try or with, the one that most likely runs last."""
    if isinstance(node, ast.If):
        runs_first = _is_type_checking(node.test)
        yield from (node.body, node.orelse) if runs_first else (node.orelse, node.body)
    elif isinstance(node, ast.Try):
        yield from (*(handler.body for handler in node.handlers), node.body, node.finalbody)
    elif isinstance(node, ast.With):
        yield node.body


def _is_type_checking(test: ast.expr) -> bool:
    return (dotted(test) or "").endswith("TYPE_CHECKING")


def _is_harmless(node: ast.expr) -> bool:
    """Bases that bring no methods which could matter: object, ABC, Generic, Protocol."""
    name = dotted(node.value if isinstance(node, ast.Subscript) else node) or ""
    return name.split(".")[-1] in {
        "object",
        "ABC",
        "Generic",
        "Protocol",
        "NamedTuple",
        "TypedDict",
    }


def absolute_name(module: Module, node: ast.ImportFrom) -> str:
    """The module that `from … import` names, relative dots resolved."""
    if not node.level:
        return node.module or ""
    parts = module.package.split(".")
    base = parts[: len(parts) - (node.level - 1)]
    return ".".join([*base, *([node.module] if node.module else [])])
