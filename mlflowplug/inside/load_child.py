"""What happens in a forked child of `load.py`: one plugin after the other, watched and reported.

There is one such child in a process, so its state is the module's.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.metadata
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import IO, Any, ClassVar, NoReturn

from mlflowplug.inside.judging import TEXT_LIMIT, describe, inspected, text_of, traceback_of

NETWORK_EVENTS = (
    "socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyaddr",
    "socket.gethostbyname", "socket.sendto",
)  # fmt: skip


class Here:
    """This process."""

    plugin: dict[str, Any] | None = None
    """The plugin that it works on: set in a child, None in the parent."""
    waiting: ClassVar[list[dict[str, Any]]] = []
    """Plugins that this child may go on with."""
    report: ClassVar[dict[str, Any]] = {}
    modules: ClassVar[set[str]] = set()
    phase = ""
    watching = False
    pipe = -1
    output: IO[bytes]


class RecordingEntryPoint(importlib.metadata.EntryPoint):
    """An entry point that notes how its loading went, for the one plugin of this process."""

    def load(self) -> Any:
        """Load as importlib.metadata does."""
        report = Here.report
        report["loaded"] = True
        began = time.perf_counter()
        Here.watching = True
        try:
            found = super().load()
            report["object"] = describe(found)
            return found
        except BaseException as error:
            report["load_error"] = text_of(error)
            report["traceback"] = traceback_of(error)
            raise
        finally:
            Here.watching = False
            report["seconds"] = time.perf_counter() - began


class InTurn(tuple):  # type: ignore[type-arg]
    """The entry points of a group as one child sees them: MLflow's loop gets them one by one."""

    def __iter__(self) -> Iterator[Any]:
        """Hand out a plugin, report when the loop comes back, and go on while nothing is left."""
        while True:
            yield recording(current())
            next_or_end()


def current() -> dict[str, Any]:
    """The plugin of this child."""
    assert Here.plugin is not None
    return Here.plugin


def begin(plugin: dict[str, Any]) -> None:
    """Start a report on a plugin."""
    Here.plugin = plugin
    Here.report = {"key": plugin["key"], "phase": Here.phase, "warnings": []}
    Here.modules = set(sys.modules)


def next_or_end() -> None:
    """Report on this plugin, and go on with the next one if this one left no trace."""
    goes_on = bool(Here.waiting) and not left_a_trace()
    send_report(goes_on=goes_on)
    if not goes_on:
        os._exit(0)
    forget(set(sys.modules) - Here.modules)
    begin(Here.waiting.pop(0))


def finish(escaped: BaseException | None = None) -> NoReturn:
    """End this child with its report."""
    if escaped is not None:
        Here.report["escaped"] = text_of(escaped)
        Here.report["traceback"] = traceback_of(escaped)
    send_report(goes_on=False)
    os._exit(0)


def send_report(*, goes_on: bool) -> None:
    """Write the report on the current plugin to the parent, as one line."""
    Here.report |= {"printed": what_was_printed(), "goes_on": goes_on}
    text = json.dumps(Here.report).encode() + b"\n"
    while text:
        text = text[os.write(Here.pipe, text) :]


def what_was_printed() -> str:
    """The beginning of what this child has written to its output."""
    sys.stdout.flush()
    sys.stderr.flush()
    if not Here.output.seek(0, os.SEEK_END):
        return ""
    Here.output.seek(0)
    return Here.output.read(500).decode("utf-8", "replace")


def left_a_trace() -> bool:
    """Whether the plugin may have changed anything for the next one."""
    report = Here.report
    if report["warnings"] or "load_error" in report or "network" in report or what_was_printed():
        return True
    package = current()["value"].partition(":")[0].partition(".")[0].strip()
    added = set(sys.modules) - Here.modules
    return any(name.partition(".")[0] not in (package, "mlflow") for name in added)


def forget(names: set[str]) -> None:
    """Take modules back, so that the next plugin finds the same half-imported MLflow."""
    for name in names:
        parent, _, child = name.rpartition(".")
        module = sys.modules.pop(name, None)
        holder = sys.modules.get(parent)
        if holder is not None and vars(holder).get(child) is module:
            delattr(holder, child)


def act(plugin: dict[str, Any], action: Callable[[dict[str, Any]], None]) -> NoReturn:
    """In a child: carry the action out and report."""
    try:
        action(plugin)
    except BaseException as error:
        finish(escaped=error)
    finish()


class AtMlflow(BaseException):
    """Ends the import of a plugin's module where it would import MLflow."""


class StopAtMlflow(importlib.abc.MetaPathFinder):
    """Answers for MLflow while plugins are imported before it."""

    def find_spec(self, name: str, *_: Any) -> None:
        """Note whether the entry point's object is there yet, and stop the import."""
        if name != "mlflow":
            return
        module, _, attribute = current()["value"].partition(":")
        half = sys.modules.get(module.strip())
        if half is None:  # a parent package imports MLflow: only the real import can tell
            sys.meta_path.remove(self)
            return
        head = attribute.split("[")[0].strip().split(".")[0]
        Here.report["half_imported"] = bool(head) and not hasattr(half, head)
        raise AtMlflow


def import_in_turn(_: dict[str, Any]) -> None:
    """In a child without MLflow: import each plugin's module, up to where it imports MLflow.

    From there on it is known what happens, without spending an import of MLflow on it: MLflow
    loads the entry point from the half-imported module, which has the attribute or has not.
    """
    sys.meta_path.insert(0, StopAtMlflow())
    while True:
        module = current()["value"].partition(":")[0].strip()
        if module.partition(".")[0] != "mlflow":  # a module of MLflow's own comes after MLflow
            with contextlib.suppress(AtMlflow):
                importlib.import_module(module)
        next_or_end()


def inspect_alone(plugin: dict[str, Any]) -> None:
    """In a child of its own: describe the plugin's object."""
    Here.report |= inspected(plugin)


def recording(plugin: dict[str, Any]) -> RecordingEntryPoint:
    """The plugin's entry point, watched."""
    return RecordingEntryPoint(plugin["name"], plugin["value"], plugin["group"])


def watch() -> None:
    """Note warnings, and network use while the plugin is being loaded."""

    def show(message: Any, *_: Any, **__: Any) -> None:
        Here.report["warnings"].append(str(message)[:TEXT_LIMIT])

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if Here.watching and event in NETWORK_EVENTS and is_network(event, arguments):
            Here.report.setdefault("network", f"{event} {address_in(event, arguments)}"[:200])

    # What users would not see (a DeprecationWarning in the plugin) is not shown here either: it
    # would end up in the plugin's own log, and be taken for something that it prints.
    warnings.filterwarnings("always", message=".*ttempting to register")
    warnings.showwarning = show
    sys.addaudithook(audit)


def is_network(event: str, arguments: tuple[Any, ...]) -> bool:
    """Not a socket of this machine's file system, nor the look whether there is an IPv6 at all."""
    if event.startswith("socket.get"):
        return True
    address = arguments[-1]
    if not isinstance(address, tuple):
        return False
    # urllib3 binds port 0, at its import, to see whether there is an IPv6.
    return event != "socket.bind" or (bool(address[1:2]) and address[1] != 0)


def address_in(event: str, arguments: tuple[Any, ...]) -> str:
    """Where to, in the arguments of a network event: host and port."""
    found = arguments[:2] if event == "socket.getaddrinfo" else arguments[-1]
    return ":".join(map(str, found[:2])) if isinstance(found, tuple) else str(found)


def silence(output: IO[bytes]) -> None:
    """Send what this process prints to a file, and give it no input."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
