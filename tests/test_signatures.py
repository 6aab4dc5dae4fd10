"""Signatures as they are written take the same calls as those that Python makes of them."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest

from mlflowplug.contract import Call
from mlflowplug.signatures import Body, FunctionNode, body_kind, signature_of, without_first

SIGNATURES = [
    "", "a", "a, b=1", "a, /, b", "*, a", "*, a=1", "*args", "**kwargs", "a, *args, b, **kwargs",
    "a=1, /, b=2, *, c, d=4", "self, a: int, b: 'str' = 'x'", "a, b=[], *c, d=(), **e",
]  # fmt: skip
CALLS = [
    Call((), ()), Call(("x",), ()), Call(("x", "y"), ()), Call((), ("a",)), Call((), ("a", "b")),
    Call(("x",), ("b",)), Call(("x",), ("a",)), Call(("x", "y", "z"), ("c", "d")),
    Call((), ("unknown",)),
]  # fmt: skip


def node_of(text: str) -> FunctionNode:
    node = ast.parse(text).body[0]
    assert isinstance(node, FunctionNode)
    return node


@pytest.mark.parametrize("written", SIGNATURES)
def test_the_same_calls_fit(written: str) -> None:
    text = f"def function({written}): ..."
    names: dict[str, Any] = {}
    exec(text, names)
    live = inspect.signature(names["function"])
    read = signature_of(node_of(text))
    assert list(read.parameters) == list(live.parameters)
    for call in CALLS:
        assert call.why_not(read) == call.why_not(live), call
        assert call.why_not(without_first(read)) == call.why_not(without_first(live)), call


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("pass", "noop"),
        ("...", "noop"),
        ("'Documented.'", "noop"),
        ("'Documented.'; pass", "noop"),
        ("return None", "none"),  # written on purpose, unlike an empty body
        ("return", "none"),
        ("'Documented.'; return", "none"),
        ("return 0", "code"),
        ("return {}", "code"),
        ("raise NotImplementedError", "not_implemented"),
        ("raise NotImplementedError('why')", "not_implemented"),
        ("'Documented.'; raise NotImplementedError()", "not_implemented"),
        ("raise MlflowException('no', error_code=NOT_IMPLEMENTED)", "code"),
        ("raise", "code"),
        ("self.x = 1", "code"),
    ],
)
def test_bodies(body: str, kind: Body) -> None:
    assert body_kind(node_of(f"def function(self): {body}")) == kind
