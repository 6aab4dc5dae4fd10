"""Calls of a store as Python text: a line in a message, or a whole script that a person can run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mlflowplug.checks.tracking.answers import Id

SHOWN_ITEMS = 4
SHOWN_CHARACTERS = 160

HEADER = '''\
"""The shortest sequence found on which this store and MLflow's own store disagree.

Run it with the store's URI, then with a new SQLite file, and compare the last lines:

    python this_script.py {uri}
    python this_script.py sqlite:///expected.db
"""
import sys
import uuid

from mlflow.entities import ExperimentTag, Metric, Param, RunTag
from mlflow.tracking._tracking_service.utils import _get_store

TOKEN = uuid.uuid4().hex[:8]
nan, inf = float("nan"), float("inf")
store = _get_store(sys.argv[1], "artifacts")


def show(answer):
    if isinstance(answer, list):
        return [show(item) for item in answer]
    if hasattr(answer, "to_dictionary"):
        return answer.to_dictionary()
    return vars(answer) if hasattr(answer, "__dict__") else answer


def call(method, *args, **kwargs):
    try:
        answer = getattr(store, method)(*args, **kwargs)
    except Exception as error:
        print(f"{{method}} raised {{type(error).__name__}} {{getattr(error, 'error_code', '')}}")
        return None
    print(f"{{method}} -> {{show(answer)}}")
    return answer


'''


@dataclass(frozen=True)
class Call:
    """One call of a store's method; `answer` is the handle of what it created, if anything."""

    method: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    answer: Id | None = None

    def text(self, token: str, *, whole: bool = False) -> str:
        """`create_run(experiment_1, …)`; `whole` for a script, else shortened for a message."""
        write = Writer(token, whole=whole)
        parts = [write(arg) for arg in self.args]
        parts += [f"{name}={write(value)}" for name, value in self.kwargs.items()]
        return f"{self.method}({', '.join(parts)})"


class Writer:
    """Writes values as Python text."""

    def __init__(self, token: str, *, whole: bool) -> None:
        self.token = token
        self.whole = whole

    def __call__(self, value: Any) -> str:
        """`value` as Python text."""
        if isinstance(value, Id):
            return str(value)
        if isinstance(value, str):
            return self.quoted(value)
        if isinstance(value, (list, tuple)):
            return self.listed(value)
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        if value is None or isinstance(value, (int, float, bool)):
            return repr(value)
        return self.entity(value)

    def quoted(self, text: str) -> str:
        """A text, with the name that makes it unique written as the script's TOKEN."""
        if self.whole:
            return " + TOKEN + ".join(repr(part) for part in text.split(self.token))
        return repr(text if len(text) <= SHOWN_CHARACTERS else text[:40] + f"…({len(text)} long)")

    def listed(self, items: list[Any] | tuple[Any, ...]) -> str:
        """A list, the middle of a long one left out of a message."""
        if self.whole or len(items) <= SHOWN_ITEMS:
            return f"[{', '.join(self(item) for item in items)}]"
        return f"[{self(items[0])}, … {len(items)} in all]"

    def entity(self, value: Any) -> str:
        """A metric, param or tag by its constructor."""
        fields = [value.key, value.value]
        if hasattr(value, "timestamp"):
            fields += [value.timestamp, value.step]
        return f"{type(value).__name__}({', '.join(self(field) for field in fields)})"


def script(calls: list[Call], token: str, uri: str) -> str:
    """A program that makes these calls and prints every answer."""
    lines = []
    for made in calls:
        whole = made.text(token, whole=True)
        arguments = whole[len(made.method) + 1 :]
        line = f"call({made.method!r}, {arguments}" if arguments != ")" else f"call({whole!r})"
        if made.answer is not None:
            suffix = ".info.run_id" if made.method == "create_run" else ""
            line = f"{made.answer} = {line}{suffix}"
        lines.append(line)
    return HEADER.format(uri=uri or "THE-STORE-URI") + "\n".join(lines) + "\n"
