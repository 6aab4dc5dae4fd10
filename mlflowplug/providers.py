"""Reads from their source what providers of logins and headers answer, without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlflowplug.discovery import Installed, Plugin
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.signatures import dotted
from mlflowplug.source import ClassInfo, Method, Module


def auth_name(info: ClassInfo | None) -> str | None:
    """What `get_name()` of a request auth provider returns; None when only a run would tell."""
    method = info.find("get_name") if info else None
    if info is None or method is None:
        return None
    answers = {
        _text(node.value, method, info)
        for node in ast.walk(method.node)
        if isinstance(node, ast.Return) and node.value
    }
    return answers.pop() if len(answers) == 1 else None


def header_names(info: ClassInfo | None) -> frozenset[str]:
    """Names of the headers that `request_headers()` is seen to set; those made at run time lack."""
    method = info.find("request_headers") if info else None
    if info is None or method is None:
        return frozenset()
    return frozenset(_keys(method, info))


def class_of(plugin: Plugin, found: Installed) -> ClassInfo | None:
    """The class that a plugin's entry point names, when it can be read."""
    reference = plugin.reference
    return found.sources.class_info(found.sources.lookup(*reference)) if reference else None


def built_in_classes(kind: str, found: Installed) -> tuple[ClassInfo, ...]:
    """The providers that MLflow itself registers."""
    call = PLUGIN_TYPES[kind].call
    module = found.sources.module(call.module) if call else None
    names = _registered(module) if module else ()
    infos = (found.sources.class_info(found.sources.resolve(module, n)) for n in names if module)
    return tuple(filter(None, infos))


def _registered(module: Module) -> Iterator[str]:
    for statement in module.tree.body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and len(call.args) == 1:
            name = dotted(call.args[0])
            if name and (dotted(call.func) or "").endswith(".register"):
                yield name


def _keys(method: Method, info: ClassInfo) -> Iterator[str]:
    """Keys of the dictionary that the method returns, however it is put together."""
    returned = [n.value for n in ast.walk(method.node) if isinstance(n, ast.Return) and n.value]
    variables = {node.id for node in returned if isinstance(node, ast.Name)}
    for node in returned:
        yield from _dictionary(node, method, info)
    for statement in ast.walk(method.node):
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name) and target.id in variables:
                    yield from _dictionary(statement.value, method, info)
                elif isinstance(target, ast.Subscript) and dotted(target.value) in variables:
                    yield from filter(None, [_text(target.slice, method, info)])
        elif isinstance(statement, ast.Call) and dotted(statement.func) in {
            f"{name}.update" for name in variables
        }:
            yield from _dictionary(statement, method, info)


def _dictionary(node: ast.expr, method: Method, info: ClassInfo) -> Iterator[str]:
    """Keys of `{…}`, `dict(…)`, `a | b`, `x.update(…)`, and of a constant that is named."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                yield from _dictionary(value, method, info)
            elif name := _text(key, method, info):
                yield name
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg:
                yield keyword.arg
            else:
                yield from _dictionary(keyword.value, method, info)
        for argument in node.args:
            yield from _dictionary(argument, method, info)
    elif isinstance(node, ast.BinOp):
        yield from _dictionary(node.left, method, info)
        yield from _dictionary(node.right, method, info)
    elif (constant := _constant(node, method, info)) and isinstance(constant, ast.Dict):
        yield from _dictionary(constant, method, info)


def _text(node: ast.expr, method: Method, info: ClassInfo) -> str | None:
    """The text that an expression stands for, if it is constant."""
    constant = node if isinstance(node, ast.Constant) else _constant(node, method, info)
    value = constant.value if isinstance(constant, ast.Constant) else None
    return value if isinstance(value, str) else None


def _constant(node: ast.expr, method: Method, info: ClassInfo) -> ast.expr | None:
    """The value of a module's or class's constant that a name or `self.NAME` stands for."""
    name = dotted(node)
    if name is None:
        return None
    head, _, rest = name.partition(".")
    if head in ("self", "cls", info.name) and rest:
        owner = info.owner_of(rest)
        bound = owner.members[rest] if owner else None
    else:
        found = info.tree.resolve(method.owner.module, name)
        bound = found.node if found else None
    return bound.value if isinstance(bound, ast.Assign | ast.AnnAssign) else None
