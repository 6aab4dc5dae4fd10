"""Classes and their methods, as far as the source goes."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from mlflowplug.bindings import Bindings, bindings, makes_members
from mlflowplug.modules import Change, Definition, Module
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

if TYPE_CHECKING:
    from mlflowplug.source import SourceTree

HARMLESS_BASES = frozenset({"object", "ABC", "Generic", "Protocol", "NamedTuple", "TypedDict"})
"""Bases that bring no methods which could matter."""

HARMLESS_METACLASSES = frozenset({"ABCMeta", "type"})

STANDARD = frozenset({"abc", "typing", "typing_extensions"})
"""Where the harmless bases come from; a plugin may have a class of the same name."""


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
    def may_answer_none(self) -> bool:
        """Its annotation says that it answers something or None."""
        answer = ast.unparse(self.node.returns) if self.node.returns else ""
        return answer != "None" and ("None" in answer or "Optional" in answer or answer == "Any")

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
    def members(self) -> Bindings:
        """Names bound in the class body, and behind it (`It.tags = …`)."""
        return bindings(self.node.body) | {
            change.member: change.node for change in self._changes if change.member
        }

    def forget_members(self) -> None:
        """Look for the members again: more has become known of what changes them."""
        for name in ("members", "_changes", "is_open"):
            self.__dict__.pop(name, None)

    @cached_property
    def _changes(self) -> tuple[Change, ...]:
        return self.tree.changes_of(self)

    @cached_property
    def bases(self) -> tuple[ClassInfo | None, ...]:
        """Base classes; None for one that cannot be read."""
        return tuple(None if base and base._leads_to(self) else base for base in self._resolved)

    @cached_property
    def _resolved(self) -> tuple[ClassInfo | None, ...]:
        found = ((base, self._base(base)) for base in self.node.bases)
        return tuple(self.tree.class_info(base) for node, base in found
                     if not _is_harmless(node, base))  # fmt: skip

    def _base(self, node: ast.expr) -> Definition | None:
        name = dotted(node.value if isinstance(node, ast.Subscript) else node)
        found = self.tree.resolve(self.module, name) if name else None
        if found and name and found.node is self.node:
            # `from acme import Store` and then `class Store(Store)`: the name as it was before
            found = self.tree.resolve(self.module.until(self.node), name)
        return found

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
        return tuple(dict.fromkeys(reversed(order)))[::-1]

    @property
    def path(self) -> str:
        """Dotted path of the class."""
        return f"{self.module.name}.{self.name}"

    @property
    def is_fully_readable(self) -> bool:
        """Every ancestor was found, and nothing adds members behind the reader's back."""
        return all(
            None not in item.bases
            and not item.is_open
            and {"__getattr__", "__getattribute__"}.isdisjoint(item.members)
            for item in self.mro
        )

    @cached_property
    def is_open(self) -> bool:
        """It may have members that are not written down where its body is."""
        return (
            self.is_decorated
            or makes_members(self.node.body)
            or any(change.member is None for change in self._changes)
            or any(not _is_harmless_keyword(keyword) for keyword in self.node.keywords)
            or any("__init_subclass__" in item.members and not item.is_mlflows
                   for item in self.mro[1:])
        )  # fmt: skip

    @property
    def is_mlflows(self) -> bool:
        """MLflow's own classes are known to be no more than what is written."""
        return self.module.name.partition(".")[0] == "mlflow"

    @property
    def is_decorated(self) -> bool:
        """A class decorator may add or replace methods; the known ones do not."""
        known = TRANSPARENT_DECORATORS | {"dataclass", "total_ordering", "final",
                                          "runtime_checkable"}  # fmt: skip
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


def _is_harmless(node: ast.expr, found: Definition | None) -> bool:
    """Bases that bring no methods which could matter: object, ABC, Generic, Protocol."""
    name = dotted(node.value if isinstance(node, ast.Subscript) else node) or ""
    if name.split(".")[-1] not in HARMLESS_BASES:
        return False
    if found is None or found.module.name in STANDARD:
        return True
    source = found.node
    modules = [source.module] if isinstance(source, ast.ImportFrom) else []
    modules += [alias.name for alias in source.names] if isinstance(source, ast.Import) else []
    return found.kind == "unknown" and not STANDARD.isdisjoint(filter(None, modules))


def _is_harmless_keyword(keyword: ast.keyword) -> bool:
    """Other keywords than the metaclass go to `__init_subclass__`, which is looked for."""
    name = (dotted(keyword.value) or "?").split(".")[-1]
    return keyword.arg not in {None, "metaclass"} or name in HARMLESS_METACLASSES
