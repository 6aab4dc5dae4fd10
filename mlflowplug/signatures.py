"""Signatures and bodies of functions as they are written, without importing them."""

from __future__ import annotations

import ast
import inspect
from typing import Literal

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Body = Literal["noop", "none", "not_implemented", "code"]
"""What a function does: nothing; nothing but `return None`; says "not implemented"; something."""

SOME_DEFAULT = object()
"""Stands for a default value that is in the source: that there is one is all that matters."""

TRANSPARENT_DECORATORS = frozenset(
    {
        "abstractmethod", "staticmethod", "classmethod", "override", "experimental", "deprecated",
        "developer_stable", "cached_property", "property", "cache", "lru_cache", "contextmanager",
        "keyword_only", "record_usage_event", "filter_user_warnings_once", "wraps", "overload",
    }
)  # fmt: skip
"""Decorators that leave the call as it is written. Any other may change it."""


def dotted(node: ast.AST | None) -> str | None:
    """`a.b.c` as text, or None when the expression is anything but names and attributes."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else None
    return None


def callee(node: ast.expr) -> ast.expr:
    """The function of a call, or the expression itself."""
    return node.func if isinstance(node, ast.Call) else node


def body_kind(node: FunctionNode) -> Body:
    """Classify a function's body after its docstring."""
    body = node.body
    if body and _is_constant(body[0], str):
        body = body[1:]
    if all(isinstance(item, ast.Pass) or _is_constant(item, type(...)) for item in body):
        return "noop"
    if len(body) == 1 and isinstance(body[0], ast.Return) and _is_none(body[0].value):
        return "none"
    if isinstance(body[0], ast.Raise):
        raised = body[0].exc
        name = dotted(callee(raised)) if raised is not None else ""
        if (name or "").split(".")[-1] == "NotImplementedError":
            return "not_implemented"
    return "code"


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _is_constant(node: ast.stmt, kind: type) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, kind)
    )


def signature_of(node: FunctionNode) -> inspect.Signature:
    """The signature as written; defaults are `SOME_DEFAULT`, annotations their source text."""
    arguments, kinds = node.args, inspect.Parameter
    parameters: list[inspect.Parameter] = []
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    for index, argument in enumerate(positional):
        kind = (
            kinds.POSITIONAL_ONLY
            if index < len(arguments.posonlyargs)
            else kinds.POSITIONAL_OR_KEYWORD
        )
        default = SOME_DEFAULT if index >= first_default else kinds.empty
        parameters.append(kinds(argument.arg, kind, default=default))
    if arguments.vararg:
        parameters.append(kinds(arguments.vararg.arg, kinds.VAR_POSITIONAL))
    for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        default = kinds.empty if value is None else SOME_DEFAULT
        parameters.append(kinds(argument.arg, kinds.KEYWORD_ONLY, default=default))
    if arguments.kwarg:
        parameters.append(kinds(arguments.kwarg.arg, kinds.VAR_KEYWORD))
    return inspect.Signature(parameters)


def without_first(signature: inspect.Signature) -> inspect.Signature:
    """The signature less self or cls (kept where the first parameter is *args)."""
    parameters = list(signature.parameters.values())
    if parameters and parameters[0].kind in (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ):
        parameters = parameters[1:]
    return signature.replace(parameters=parameters)
