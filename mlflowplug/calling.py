"""Whether a call of MLflow's fits a function or a class, by its source."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

from mlflowplug.builders import LITERALS, assigned
from mlflowplug.contract import Call
from mlflowplug.signatures import (
    TRANSPARENT_DECORATORS,
    FunctionNode,
    callee,
    dotted,
    signature_of,
    without_first,
)
from mlflowplug.source import ClassInfo, Definition


def function_signature(definition: Definition) -> tuple[inspect.Signature | None, str]:
    """The signature that calling a function has, or None and why it cannot be told.

    Of what is reached through a class, only its class methods have their first argument already.
    """
    node = definition.node
    assert isinstance(node, FunctionNode)
    names = [dotted(callee(decorator)) or "?" for decorator in node.decorator_list]
    hidden = [name for name in names if name.split(".")[-1] not in TRANSPARENT_DECORATORS]
    if hidden:
        return None, f"the decorator {hidden[0]} may change its signature"
    if definition.owner is not None and "classmethod" in names:
        return without_first(signature_of(node)), ""
    return signature_of(node), ""


def why_not_called(definition: Definition | None, call: Call) -> tuple[str, str]:
    """(why a call of what a name stands for fails, why that is unknown); both empty: it fits."""
    if definition is None or definition.kind == "unknown":
        return "", "it cannot be followed"
    if isinstance(definition.node, FunctionNode):
        signature, unknown = function_signature(definition)
        if isinstance(definition.node, ast.AsyncFunctionDef) and signature:
            return "it is a coroutine function, which runs nothing", ""
        return (call.why_not(signature) or "" if signature else ""), unknown
    value = assigned(definition.node, definition.name)
    if isinstance(value, LITERALS) or definition.kind == "module":
        return f"it is no function but {ast.unparse(value)[:60] if value else 'a module'}", ""
    return "", "it is made at run time"


def constructor(info: ClassInfo) -> tuple[inspect.Signature | None, str]:
    """The signature that calling the class has, or None and why it cannot be told."""
    if any(item.is_open for item in info.mro):
        return None, "its decorator, metaclass or base, or other code, may change its members"
    if any("dataclass" in decorator for decorator in _class_decorators(info)):
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


def _class_decorators(info: ClassInfo) -> Iterator[str]:
    for item in info.mro:
        for node in item.node.decorator_list:
            yield dotted(callee(node)) or "?"
