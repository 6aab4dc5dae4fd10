"""What every conformance class shares: how a check gets its code, and how it says "not run".

A check is a method `test_NNN_what_it_promises` of a conformance class. Its code is the prefix of
the class's plugin type and the three digits of its name, so a code is written down once. The first
line of its docstring is its title; the whole docstring is what `mlflowplug explain` prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECK_NAME = re.compile(r"^test_(\d{3})_")


class NotRun(pytest.skip.Exception):  # type: ignore[name-defined, misc]
    """A check could not be carried out: never the same as passed, nor as not applicable."""


def not_run(reason: str) -> NoReturn:
    """End the running check: what it needs is not here, `reason` says what."""
    raise NotRun(reason, _use_item_location=True)


def not_applicable(reason: str) -> NoReturn:
    """End the running check: it does not concern this plugin, `reason` says why."""
    pytest.skip(reason)


class Broken(pytest.fail.Exception):  # type: ignore[name-defined, misc]
    """A promise is broken; `detail` is what only those who look closer want to see."""

    detail = ""


def fail(message: str, detail: str = "") -> NoReturn:
    """End the running check: the plugin breaks the promise; `message` gives expected and found."""
    error = Broken(message, pytrace=False)
    error.detail = detail
    raise error


_remarks: list[str] = []


def remark(message: str) -> None:
    """Say something about a check that passes: worth knowing, but no broken promise."""
    _remarks.append(message)


def take_remarks() -> list[str]:
    """The remarks since the last call."""
    taken = list(_remarks)
    _remarks.clear()
    return taken


@dataclass(frozen=True)
class Subject:
    """The plugin that a conformance class looks at.

    `uri` is the store URI to open, with `{tmp}` for a fresh folder; empty where the type has none.
    """

    type: str
    name: str
    uri: str = ""
    distribution: str = ""
    key: str = ""


class PluginConformance:
    """Base of all conformance classes: names the plugin type and numbers the checks."""

    plugin_type: ClassVar[str]
    prefix: ClassVar[str]
    subject: ClassVar[Subject | None] = None
    """Set by `mlflowplug test`; a subclass in an author's test file leaves it alone."""

    @classmethod
    def code_of(cls, function_name: str) -> str | None:
        """The check's code (`TS201`), or None when the function is no check."""
        match = CHECK_NAME.match(function_name)
        return f"{cls.prefix}{match[1]}" if match else None

    @classmethod
    def checks(cls) -> Iterator[tuple[str, str]]:
        """Every (code, function name) of this class, in the order of the codes."""
        for name in sorted(dir(cls)):
            if code := cls.code_of(name):
                yield code, name
