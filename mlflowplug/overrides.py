"""Compares a method of a plugin's class with the method of MLflow's that it stands for."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Literal

from mlflowplug.bindings import own_nodes
from mlflowplug.contract import Call
from mlflowplug.source import ClassInfo, Method

Capability = Literal["implemented", "inherited", "not implemented", "silent", "missing", "unknown"]

FUTURE = "an_argument_of_a_later_mlflow"
"""Stands for what MLflow may pass to a method whose base takes **kwargs."""


def capability_of(
    info: ClassInfo, base: Method, interface: set[str], silent: set[str]
) -> Capability:
    """What a class does about a method of MLflow's.

    `interface`: paths of MLflow's base class and its ancestors; `silent`: methods that do nothing
    unless they are overridden.
    """
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


def is_empty(method: Method, base: Method, was_silent: bool) -> bool:
    """The override does nothing where the method has something to do.

    `def log_metric(self, run_id, metric): pass` drops what MLflow's own method would have kept; a
    hook without arguments (`flush`) may well have nothing to do. `return None` alone is an answer
    where MLflow's annotation says that None is one.
    """
    if method.owner.path == base.owner.path or (method.body == "none" and base.may_answer_none):
        return False
    takes_something = base.signature is None or bool(base.signature.parameters)
    keeps_something = base.body == "code" and takes_something and not base.name.startswith("_")
    promises = base.is_abstract or was_silent or base.body == "not_implemented"
    if method.body == "noop":
        return promises or keeps_something
    # Written on purpose: only where the caller is owed an answer, or its data a place.
    is_owed = takes_something and (promises or (keeps_something and not _answers(base)))
    return method.body == "none" and is_owed


def _answers(base: Method) -> bool:
    """MLflow's own method may return something other than None."""
    values = (n.value for n in own_nodes(base.node.body) if isinstance(n, ast.Return))
    return any(
        value is not None and not (isinstance(value, ast.Constant) and value.value is None)
        for value in values
    )


def mismatch(method: Method, base: Method, looked_for: frozenset[str]) -> str | None:
    """Why the override cannot take the calls that the base's signature promises.

    MLflow calls its stores with positional and with keyword arguments (mlflow#3431), so an
    override has to take both; arguments that MLflow looks for in the signature may be left out.
    """
    theirs, ours = base.signature, method.signature
    if theirs is None or ours is None or method.is_property or base.is_property:
        return None
    if base.binding != "a method" and method.binding == "a method":
        # MLflow calls it on the class; the other way round works: an instance finds them, too.
        return f"it is {method.binding}, MLflow's is {base.binding}"
    if _needs_awaiting(method) and not _needs_awaiting(base):
        return "it is a coroutine function, and MLflow does not await it"
    for call in _promised_calls(theirs, looked_for):
        if reason := call.why_not(ours):
            return reason
    return None


def _needs_awaiting(method: Method) -> bool:
    """A call answers something to be awaited; one that yields answers what can be looped over."""
    node = method.node
    answers = ast.unparse(node.returns) if node.returns else ""
    if any(word in answers for word in ("Await", "Async", "Corou")):
        return True
    yields = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in own_nodes(node.body))
    return isinstance(node, ast.AsyncFunctionDef) and not yields


def _promised_calls(signature: inspect.Signature, looked_for: frozenset[str]) -> Iterator[Call]:
    kinds = inspect.Parameter
    # What the base itself requires is passed without a look: `update_endpoint(endpoint)`.
    parameters = [
        p
        for p in signature.parameters.values()
        if p.name not in looked_for or p.default is kinds.empty
    ]
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
