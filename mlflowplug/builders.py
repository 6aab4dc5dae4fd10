"""What a function returns that an entry point names: which classes, or nothing of use."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from mlflowplug.bindings import Bindings, bindings, own_nodes
from mlflowplug.classes import ClassInfo
from mlflowplug.modules import Definition, Module
from mlflowplug.signatures import FunctionNode, callee, dotted
from mlflowplug.source import SourceTree

LITERALS = (
    ast.Constant, ast.JoinedStr, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp, ast.DictComp,
    ast.SetComp, ast.GeneratorExp,
)  # fmt: skip
"""What is written out is text, a number or a collection, and no plugin."""

KEEPING_DECORATORS = frozenset({"staticmethod", "classmethod", "cache", "lru_cache"})
"""Decorators that hand on what the function returns."""

MAX_DEPTH = 5
"""So many functions deep it is looked for what one returns; then it is unknown."""


def returned_classes(
    function: FunctionNode, module: Module, sources: SourceTree
) -> tuple[tuple[ClassInfo, ...], str]:
    """The classes whose instances a builder returns, or why they cannot be told."""
    found: dict[ClassInfo, None] = {}
    inside = module.within(_local(function))
    for value in returned(function):
        name = dotted(value.func) if isinstance(value, ast.Call) else None
        info = sources.class_info(sources.resolve(inside, name)) if name else None
        if info is None:
            return (), f"{function.name} returns {ast.unparse(value)[:60]}"
        found[info] = None
    return tuple(found), "" if found else f"{function.name} returns nothing"


def assigned(node: ast.AST | None, name: str) -> ast.expr | None:
    """What a statement gives a name, as a whole: the value of `name = …`."""
    if isinstance(node, ast.AnnAssign):
        return node.value
    if isinstance(node, ast.Assign):
        targets = (item.id for item in node.targets if isinstance(item, ast.Name))
        return node.value if name in targets else None
    return None


def _local(function: FunctionNode) -> Bindings:
    """Names that the function binds: its parameters and what its statements bind."""
    parts = function.args
    every = [*parts.posonlyargs, *parts.args, *parts.kwonlyargs, parts.vararg, parts.kwarg]
    parameters: Bindings = {item.arg: item for item in every if item}
    return parameters | bindings(function.body)


def returned(function: FunctionNode) -> Iterator[ast.expr]:
    """Values of the function's own return statements, a name replaced by what it was given.

    A name that is given several values, or one on the way (`with`, `for`), stays a name.
    """
    local = bindings(function.body)
    nodes = list(own_nodes(function.body))
    stored = Counter(
        n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    )
    for node in sorted((n for n in nodes if isinstance(n, ast.Return)), key=lambda n: n.lineno):
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        given = assigned(local.get(name), name) if stored[name] == 1 else None
        if value := given or node.value:
            yield value


def made_by(definition: Definition, sources: SourceTree, depth: int = 0) -> ClassInfo | None:
    """The one class whose instance a function returns, or a value is, through what it calls."""
    node, found = definition.node, set()
    if isinstance(node, FunctionNode):
        module = definition.module.within(_local(node))
        found = {_class_of(value, module, sources, depth) for value in returned(node)}
    elif value := assigned(node, definition.name):
        found = {_class_of(value, definition.module, sources, depth)}
    return found.pop() if len(found) == 1 else None


def _class_of(value: ast.expr, module: Module, sources: SourceTree, depth: int) -> ClassInfo | None:
    name = dotted(callee(value))
    definition = sources.resolve(module, name) if name else None
    if definition is None or depth > MAX_DEPTH:
        return None
    if not isinstance(value, ast.Call):
        return made_by(definition, sources, depth + 1) if definition.kind == "value" else None
    if definition.kind == "class":
        return sources.class_info(definition)
    is_plain = isinstance(definition.node, FunctionNode) and _hands_on(definition.node)
    return made_by(definition, sources, depth + 1) if is_plain else None


def why_no_object(function: FunctionNode) -> str | None:
    """Why a call of the function cannot answer an object, for sure; None when it may."""
    if not _hands_on(function):
        return None
    nodes = list(own_nodes(function.body))
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in nodes):
        return "is a generator: calling it runs nothing"
    if isinstance(function, ast.AsyncFunctionDef):
        return "is a coroutine function: calling it runs nothing, and answers a coroutine"
    values = list(returned(function))
    if values and all(isinstance(value, LITERALS) for value in values):
        return f"returns {ast.unparse(values[0])[:60]}"
    return "returns nothing" if not values and _comes_to_an_end(function, nodes) else None


def _hands_on(function: FunctionNode) -> bool:
    names = ((dotted(callee(item)) or "?").split(".")[-1] for item in function.decorator_list)
    return KEEPING_DECORATORS.issuperset(names)


def _comes_to_an_end(function: FunctionNode, nodes: list[ast.AST]) -> bool:
    """It surely can end by itself: it has a bare return, or its last statement is no call."""
    last = function.body[-1]
    is_harmless = isinstance(
        last, ast.Pass | ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom | ast.ClassDef
    ) or (isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant))
    return is_harmless or any(isinstance(node, ast.Return) for node in nodes)
