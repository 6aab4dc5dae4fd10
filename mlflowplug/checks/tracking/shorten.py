"""Makes a sequence of calls on which two stores differ shorter, by leaving calls out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from mlflowplug.checks.oracle import Pair
from mlflowplug.checks.tracking.answers import Id
from mlflowplug.checks.tracking.sides import Refusal

if TYPE_CHECKING:
    from mlflowplug.checks.tracking.script import Call


def shorten(pair: Pair, message: str, seconds: float) -> tuple[Pair, str]:
    """The pair and message of a shorter sequence that ends in the same failing method.

    Leaves out one call at a time, the latest first, as long as time remains. Hypothesis shrinks
    too, but repeats whole sequences of real calls for every small step; this takes one per call.
    """
    deadline = time.monotonic() + seconds
    index = len(pair.calls) - 2
    while index >= 0 and time.monotonic() < deadline:
        shorter = [*pair.calls[:index], *pair.calls[index + 1 :]]
        again = replay(shorter, pair)
        if again and again[0].calls[-1].method == pair.calls[-1].method:
            pair, message = again
        index = min(index, len(pair.calls) - 1) - 1
    return pair, message


def replay(calls: list[Call], before: Pair) -> tuple[Pair, str] | None:
    """Make the calls again under new names; the failing pair and its message, if they fail."""
    pair = Pair(before.plugin.store, before.oracle.store)
    renamed: dict[str, Id] = {}
    token = before.token, pair.token
    try:
        for call in calls:
            args = rename(call.args, renamed, token)
            if args is None:
                return None
            answer = pair.same(call.method, *args)
            note_handle(call, answer, renamed)
    except pytest.fail.Exception as difference:
        return pair, str(difference)
    return None


def note_handle(call: Call, answer: Any, renamed: dict[str, Id]) -> None:
    """Remember what this replay calls the thing that the call created."""
    if call.answer is None or isinstance(answer, Refusal):
        return
    renamed[call.answer] = answer if isinstance(answer, Id) else answer["info"]["run_id"]


def rename(value: Any, renamed: dict[str, Id], token: tuple[str, str]) -> Any:
    """The arguments with new handles and names; None when one needs what was left out."""
    if isinstance(value, Id):
        return renamed.get(value)
    if isinstance(value, str):
        return value.replace(*token)
    if isinstance(value, (list, tuple)):
        items = [rename(item, renamed, token) for item in value]
        lost = any(new is None and old is not None for new, old in zip(items, value, strict=True))
        return None if lost else type(value)(items)
    return value
