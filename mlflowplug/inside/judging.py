"""Loads a plugin with MLflow complete, and says of the object what it shows without a call."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import os
import sys
import time
import traceback
import types
from typing import Any

INSPECT = "inspect"
TEXT_LIMIT = 12_000
HERE = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 (keep imports few)
"""Through the link that PYTHONPATH names, the same file has another name."""


def inspected(plugin: dict[str, Any]) -> dict[str, Any]:
    """Load a plugin with MLflow complete, and describe what was loaded."""
    record: dict[str, Any] = {"key": plugin["key"], "phase": INSPECT}
    before = set(sys.modules)
    began = time.perf_counter()
    try:
        found = importlib.metadata.EntryPoint(
            plugin["name"], plugin["value"], plugin["group"]
        ).load()
    except BaseException as error:
        return record | {"load_error": text_of(error), "traceback": traceback_of(error)}
    record["seconds"] = time.perf_counter() - began
    record["modules"] = len(set(sys.modules) - before)
    try:
        return record | {"object": describe(found)} | judge(found, plugin)
    except Exception as error:
        return record | {"object": describe(found), "judge_error": text_of(error)}


def judge(found: Any, plugin: dict[str, Any]) -> dict[str, Any]:
    """What can be said of a live object without calling it."""
    facts: dict[str, Any] = {"binds": [why_not(found, call) for call in plugin["calls"]]}
    base = base_class(plugin["base"])
    if base is not None and inspect.isclass(found):
        facts["is_subclass"] = issubclass(found, base)
        facts["abstract"] = sorted(
            name
            for name in dir(base)
            if getattr(inspect.getattr_static(base, name, None), "__isabstractmethod__", False)
            and is_missing(found, name)
        )
    return facts


def is_missing(found: type, name: str) -> bool:
    """Nothing by that name, or still the abstract one."""
    member = inspect.getattr_static(found, name, None)
    return member is None or bool(getattr(member, "__isabstractmethod__", False))


def base_class(path: str) -> type | None:
    """MLflow's base class, or None where there is none."""
    module, _, name = path.rpartition(".")
    if not module:
        return None
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None


def why_not(found: Any, call: dict[str, Any]) -> dict[str, str]:
    """Whether a call would bind: {} when it does, {"no": why} or {"unknown": why}.

    A class is called through `__new__` and `__init__` both; a wrapper takes everything and hands it
    on to what it wraps, of which nothing is known for sure. Only what Python itself would refuse
    is refused.
    """
    if inspect.isclass(found):
        caller = next(item for item in type(found).__mro__ if "__call__" in vars(item))
        if caller is not type:
            return {"unknown": "its metaclass overrides __call__"}
        parts = [
            getattr(found, name)
            for name in ("__new__", "__init__")
            if getattr(found, name) is not getattr(object, name)
        ]
        answers = [bind(part, call, skip_first=True) for part in parts]
        if not parts and (call["positional"] or call["keywords"]):
            return {"no": f"{found.__name__}() takes no arguments"}
    elif callable(found):
        answers = [bind(found, call, skip_first=False)]
    else:
        return {"no": f"a {type(found).__name__} cannot be called"}
    refused = next((answer for answer in answers if "no" in answer), None)
    return refused or next((answer for answer in answers if answer), {})


def bind(function: Any, call: dict[str, Any], *, skip_first: bool) -> dict[str, str]:
    """Try a call against a callable's own signature, and against what it wraps."""
    try:
        signature = inspect.signature(function, follow_wrapped=False)
    except (ValueError, TypeError):
        return {"unknown": f"{function!r} tells no signature (it is compiled)"}
    arguments = ([None] if skip_first else []) + [None] * len(call["positional"])
    try:
        signature.bind(*arguments, **dict.fromkeys(call["keywords"]))
    except TypeError as error:
        return {"no": str(error)}
    if hasattr(function, "__wrapped__"):
        inner = bind(function.__wrapped__, call, skip_first=skip_first)
        if inner:
            return {"unknown": "it is a wrapper around a callable that does not take the call"}
    return {}


def describe(found: Any) -> dict[str, Any]:
    """What kind of object it is."""
    if inspect.isclass(found):
        kind = "class"
    elif isinstance(found, types.ModuleType):
        kind = "module"
    elif isinstance(found, types.FunctionType):
        kind = "function"
    else:
        kind = "callable" if callable(found) else "object"
    classes = inspect.getmro(found if inspect.isclass(found) else type(found))
    return {
        "kind": kind,
        "type": f"{type(found).__module__}.{type(found).__qualname__}",
        "ancestors": [f"{item.__module__}.{item.__qualname__}" for item in classes],
    }


def text_of(error: BaseException) -> str:
    """Class and message of an exception."""
    return f"{type(error).__name__}: {error}"[:TEXT_LIMIT]


def traceback_of(error: BaseException) -> str:
    """The traceback, without the frames of these scripts and of the import system."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(HERE)
        and not frame.filename.startswith("<frozen importlib")
    ]
    lines = traceback.format_list(frames) + traceback.format_exception_only(type(error), error)
    return "".join(lines)[-TEXT_LIMIT:]
