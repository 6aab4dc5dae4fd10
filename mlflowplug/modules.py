"""A parsed module, and what a name in one turns out to be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mlflowplug.bindings import Bindings, bindings, global_names, makes_names, own_nodes
from mlflowplug.signatures import dotted

if TYPE_CHECKING:
    from mlflowplug.classes import ClassInfo

HARMLESS_CALLS = frozenset({"print", "isinstance", "issubclass", "setattr", "delattr"})
"""A class that is handed to these is the same afterwards, or the change is seen."""


@dataclass(frozen=True)
class Change:
    """A statement that changes what a name stands for: `It.tags = …`, `setattr(It, "tags", …)`.

    `member` is the member that it sets, None when it is not known or taken away.
    """

    name: str
    member: str | None
    node: ast.AST


@dataclass(eq=False)
class Module:
    """A parsed module.

    `local` are names that count before the module's own: those of the function or the class that
    something is looked up in.
    """

    name: str
    path: Path
    tree: ast.Module
    local: Bindings = field(default_factory=dict)

    @cached_property
    def names(self) -> Bindings:
        """What each top-level name is bound to (the last binding counts, as at run time)."""
        return bindings(self.tree.body) | self.local

    @cached_property
    def may_bind(self) -> frozenset[str] | None:
        """Names that it may have at run time beside those of `names`; None: any name."""
        if "__getattr__" in self.names or makes_names(self.tree):
            return None
        return global_names(self.tree)

    def until(self, node: ast.stmt) -> Module:
        """The module as it is when it comes to a statement."""
        before = [item for item in self.tree.body if item.lineno < node.lineno]
        return Module(self.name, self.path, ast.Module(before, []), self.local)

    def within(self, names: Bindings) -> Module:
        """The module as a function or a class sees it that has names of its own."""
        return replace(self, local=self.local | names)

    @property
    def package(self) -> str:
        """The package that relative imports in this module start from."""
        if self.path.name == "__init__.py":
            return self.name
        return self.name.rpartition(".")[0]

    @property
    def stars(self) -> tuple[str, ...]:
        """The modules that all names are imported from, the last one first: it wins."""
        return tuple(
            absolute_name(self, node)
            for node in reversed(list(own_nodes(self.tree.body)))
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        )

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Everything that changes an object by its name, also in functions."""
        loops = _loops(self.tree)
        found = [*_changes(self.tree), *_handed_over(self.tree)]
        return tuple(
            change
            for item in found
            for change in (
                [Change(name, None, item.node) for name in loops[item.name]]
                if item.name in loops
                else [item]
            )
        )


@dataclass(frozen=True)
class Definition:
    """What a dotted name turned out to be.

    `unknown`: the name is bound, or may be at run time, but to what cannot be told. `owner` is the
    class that a method was found in.
    """

    kind: Literal["class", "function", "module", "value", "unknown"]
    module: Module
    node: ast.AST
    name: str = ""
    owner: ClassInfo | None = field(default=None, compare=False)

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.module.path}:{getattr(self.node, 'lineno', 1)}"

    @property
    def is_made_at_run_time(self) -> bool:
        """Neither a class nor a function nor a module that can be read."""
        return self.kind in {"value", "unknown"}


def absolute_name(module: Module, node: ast.ImportFrom) -> str:
    """The module that `from … import` names, relative dots resolved."""
    if not node.level:
        return node.module or ""
    parts = module.package.split(".")
    base = parts[: len(parts) - (node.level - 1)]
    return ".".join([*base, *([node.module] if node.module else [])])


def _changes(tree: ast.Module) -> Iterator[Change]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            name = dotted(node.value)
            if name:
                yield Change(name, node.attr if isinstance(node.ctx, ast.Store) else None, node)
        elif isinstance(node, ast.Call) and dotted(node.func) in {"setattr", "delattr"}:
            name = dotted(node.args[0]) if node.args else None
            if name:
                yield Change(name, _constant_member(node), node)


def _constant_member(call: ast.Call) -> str | None:
    key = call.args[1] if len(call.args) > 2 else None
    value = key.value if isinstance(key, ast.Constant) else None
    return value if isinstance(value, str) else None


def _handed_over(tree: ast.Module) -> Iterator[Change]:
    """What is handed to a function whose answer is forgotten: `add_methods(It)`."""
    for node in ast.walk(tree):
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and dotted(call.func) not in HARMLESS_CALLS:
            for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
                if name := dotted(argument):
                    yield Change(name, None, call)


def _loops(tree: ast.Module) -> dict[str, list[str]]:
    """Names that loops run over, by the loop's variable: `for it in (A, B): it.tags = …`."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            names = [name for part in ast.walk(node.iter) if (name := dotted(part))]
            found.setdefault(node.target.id, []).extend(names)
    return found
