"""Loads entry points exactly as MLflow does, each alone, at the cost of about one import of MLflow.

MLflow loads most plugins while `import mlflow` is still running. This script runs that import with
`importlib.metadata.entry_points` replaced: where MLflow's own loop asks for the entry points of a
group, the process forks. The child is handed an entry point and goes on in MLflow's code, in the
very state of half-imported modules that the plugin would meet; it reports when the loop asks for
the next one, or when an exception comes out of the import. A child goes on to the next plugin only
when the last one has left nothing behind: nothing warned, printed or raised, and no module imported
but its own and MLflow's, which are forgotten again. Else the next plugin gets a fresh child. The
parent sees no plugin at all and imports on. So MLflow's own `except` clauses decide what a failure
does, no plugin changes another's verdict, and a crash or a hang ends one child. (Forking a process
as large as MLflow takes tens of milliseconds: a child for each of a hundred harmless plugins would
cost more than the import.)

Python runs `mlflow/__init__.py` before any submodule, and each module once: the statements below
in one process are the same as each of them in a process of its own.

Reads the job from standard input and writes one JSON object per line to the file named first.
Standard library and MLflow only.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.metadata
import inspect
import json
import os
import signal
import sys
import tempfile
import time
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from typing import IO, Any, ClassVar, NoReturn

STATEMENTS = ("import mlflow", "from mlflow import MlflowClient", "import mlflow.server")
PLUGIN_FIRST = "plugin first"
ON_USE = "on use"
INSPECT = "inspect"
TEXT_LIMIT = 12_000
NETWORK_EVENTS = ("socket.connect", "socket.getaddrinfo", "socket.sendto")


class RecordingEntryPoint(importlib.metadata.EntryPoint):
    """An entry point that notes how its loading went, for the one plugin of this process."""

    def load(self) -> Any:
        """Load as importlib.metadata does."""
        report = Zygote.report
        report["loaded"] = True
        began = time.perf_counter()
        Zygote.watching = True
        try:
            found = super().load()
            report["object"] = describe(found)
            return found
        except BaseException as error:
            report["load_error"] = text_of(error)
            report["traceback"] = traceback_of(error)
            raise
        finally:
            Zygote.watching = False
            report["seconds"] = time.perf_counter() - began


class InTurn(tuple):  # type: ignore[type-arg]
    """The entry points of a group as one child sees them: MLflow's loop gets them one by one."""

    def __iter__(self) -> Iterator[Any]:
        """Hand out a plugin, report when the loop comes back, and go on while nothing is left."""
        while True:
            yield recording(Zygote.current())
            Zygote.next_or_end()


class Zygote:
    """The process that imports MLflow and forks a child per plugin."""

    plugin: dict[str, Any] | None = None
    """The plugin of this process: set in a child, None in the parent."""
    waiting: ClassVar[list[dict[str, Any]]] = []
    """Plugins that this child may go on with."""
    report: ClassVar[dict[str, Any]] = {}
    modules: ClassVar[set[str]] = set()
    phase = ""
    watching = False
    pipe = -1
    output: IO[bytes]

    def __init__(self, job: dict[str, Any], results: IO[str]) -> None:
        self.plugins: list[dict[str, Any]] = job["plugins"]
        self.triggers: dict[str, str] = job["triggers"]
        self.seconds: float = job["seconds"]
        self.workers = max(2, os.cpu_count() or 1)
        self.results = results
        self.consulted: dict[str, str] = {}
        self.loaded: set[str] = set()
        self.stuck: set[str] = set()
        self.phase = ""
        self.forking = 0.0

    # -- the parent ---------------------------------------------------------------------------

    def run(self) -> None:
        """Carry the whole job out."""
        original = importlib.metadata.entry_points

        def entry_points(**wanted: Any) -> Any:
            group = wanted.get("group")
            if not isinstance(group, str) or not group.startswith("mlflow."):
                return original(**wanted)
            return self.entry_points(group)

        importlib.metadata.entry_points = entry_points
        self.in_children(self.shares(self.plugins), PLUGIN_FIRST, import_in_turn)
        if self.import_mlflow(STATEMENTS[0]):
            branch = self.fork_branch(STATEMENTS[1:])
            self.use_the_others()
            self.inspect_all()
            self.write({"early": True, "consulted": self.consulted})
            os.waitpid(branch, 0)
        self.write({"done": True, "consulted": self.consulted})

    def fork_branch(self, statements: tuple[str, ...]) -> int:
        """Go on with the other imports in a process of their own, beside this one.

        The lines of both go whole into one file, whose place in it they share.
        """
        branch = os.fork()
        if branch == 0:
            for statement in statements:
                self.import_mlflow(statement)
            os._exit(0)
        return branch

    def import_mlflow(self, statement: str) -> bool:
        """Run one import statement; in a child, report what came of it.

        `import mlflow.server` may fail without harm: mlflow-skinny has no server.
        """
        self.phase = statement
        began, self.forking = time.perf_counter(), 0.0
        try:
            exec(statement, {})  # noqa: S102 (one of STATEMENTS)
        except BaseException as error:
            if Zygote.plugin is not None:
                Zygote.finish(escaped=error)
            self.write(
                {
                    "statement": statement,
                    "failed": text_of(error),
                    "traceback": traceback_of(error),
                }
            )
            return False
        if Zygote.plugin is not None:  # an exception of the loop was caught further up
            Zygote.finish()
        seconds = time.perf_counter() - began - self.forking
        self.write({"statement": statement, "seconds": seconds})
        return True

    def entry_points(self, group: str) -> tuple[Any, ...]:
        """What MLflow gets when it asks for a group."""
        if Zygote.plugin is not None:
            return (recording(Zygote.plugin),) if Zygote.plugin["group"] == group else ()
        if group in self.consulted or not self.phase:
            return ()
        self.consulted[group] = self.phase
        began = time.perf_counter()
        mine = [plugin for plugin in self.plugins if plugin["group"] == group]
        self.in_children(self.shares(mine), self.phase, None)
        self.forking += time.perf_counter() - began
        return InTurn([None]) if Zygote.plugin is not None else ()

    def shares(self, plugins: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """The plugins in as many parts as there are workers."""
        parts = [plugins[start :: self.workers] for start in range(self.workers)]
        return [part for part in parts if part]

    def use_the_others(self) -> None:
        """Make MLflow load what none of the imports has loaded.

        Where a group is loaded by an import, that import is run like the statements above; the
        rest is loaded by name, in a child.
        """
        self.phase = ON_USE
        for group in dict.fromkeys(plugin["group"] for plugin in self.plugins):
            trigger = self.triggers.get(group, "")
            if group in self.consulted or "NAME" in trigger or "ENTRY_POINT" in trigger:
                continue
            try:
                exec(trigger, {})  # noqa: S102 (a statement of ours, from plugin_types)
            except BaseException as error:
                if Zygote.plugin is not None:
                    Zygote.finish(escaped=error)
                self.give_up(group, text_of(error))
            else:
                if Zygote.plugin is not None:
                    Zygote.finish()
        rest = [[plugin] for plugin in self.plugins if plugin["key"] not in self.loaded]
        self.in_children(rest, ON_USE, self.use)
        self.phase = ""

    def give_up(self, group: str, reason: str) -> None:
        """MLflow's own part for a group does not work here: no plugin can be judged by it."""
        for plugin in self.plugins:
            if plugin["group"] == group and plugin["key"] not in self.loaded:
                self.loaded.add(plugin["key"])
                self.write({"key": plugin["key"], "phase": ON_USE, "unavailable": reason})

    def use(self, plugin: dict[str, Any]) -> None:
        """In a child: run the statement that makes MLflow load the plugin's group."""
        names = {"NAME": plugin["name"], "ENTRY_POINT": recording(plugin)}
        exec(self.triggers.get(plugin["group"], "ENTRY_POINT.load()"), names)  # noqa: S102

    def inspect_all(self) -> None:
        """Look at the objects once MLflow is complete: first all in one child, for speed."""
        rest = [plugin for plugin in self.plugins if plugin["key"] not in self.stuck]
        while rest:
            seen = self.inspect_batch(rest)
            # The first one without an answer ended the child; the next child starts behind it.
            rest = rest[len(seen) :]
            if rest:
                self.in_children([rest[:1]], INSPECT, inspect_alone)
                rest = rest[1:]

    def inspect_batch(self, plugins: list[dict[str, Any]]) -> list[str]:
        """Load and describe plugins in one child; answers for those it got to."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            with os.fdopen(writer, "w") as pipe, tempfile.TemporaryFile() as output:
                silence(output)
                for plugin in plugins:
                    Zygote.plugin, Zygote.report = plugin, {}
                    pipe.write(json.dumps(inspected(plugin)) + "\n")
                    pipe.flush()
            os._exit(0)
        os.close(writer)
        lines = read_lines(reader, self.seconds)
        end(child)
        for line in lines:
            self.write(json.loads(line))
        return lines

    def in_children(
        self,
        shares: list[list[dict[str, Any]]],
        phase: str,
        action: Callable[[dict[str, Any]], None] | None,
    ) -> None:
        """Fork a child per share of the plugins, a few at a time, and keep what they report.

        With an action the child carries it out and ends; without one this returns in the child. A
        child that ends early leaves plugins over: they are the next child's share.
        """
        waiting, running = list(shares), dict[int, Child]()
        while waiting or running:
            while waiting and len(running) < self.workers:
                child = Child(waiting.pop(0), phase, self.seconds)
                if child.pid == 0:
                    child.become()
                    if action is None:
                        return
                    act(Zygote.current(), action)
                running[child.pid] = child
            for pid, child in list(running.items()):
                ended = child.poll()
                for record in child.take():
                    self.note(record)
                if ended:
                    del running[pid]
                    if child.plugins:
                        waiting.append(child.plugins)
            if running:
                time.sleep(0.001)

    def note(self, record: dict[str, Any]) -> None:
        """Keep a child's record, unless MLflow only looked at the entry point."""
        ended_badly = not {"died", "hangs", "escaped"}.isdisjoint(record)
        if record["phase"] in (*STATEMENTS, ON_USE):
            if not record.get("loaded") and not ended_badly:
                return
            self.loaded.add(record["key"])
        if "died" in record or "hangs" in record:
            self.stuck.add(record["key"])
        self.write(record)

    def write(self, record: dict[str, Any]) -> None:
        """Add a line to the results."""
        self.results.write(json.dumps(record) + "\n")
        self.results.flush()

    # -- a child ------------------------------------------------------------------------------

    @staticmethod
    def current() -> dict[str, Any]:
        """The plugin of this child."""
        assert Zygote.plugin is not None
        return Zygote.plugin

    @staticmethod
    def begin(plugin: dict[str, Any]) -> None:
        """Start a report on a plugin."""
        Zygote.plugin = plugin
        Zygote.report = {"key": plugin["key"], "phase": Zygote.phase, "warnings": []}
        Zygote.modules = set(sys.modules)

    @staticmethod
    def next_or_end() -> None:
        """Report on this plugin, and go on with the next one if this one left no trace."""
        goes_on = bool(Zygote.waiting) and not left_a_trace()
        send_report(goes_on=goes_on)
        if not goes_on:
            os._exit(0)
        forget(set(sys.modules) - Zygote.modules)
        Zygote.begin(Zygote.waiting.pop(0))

    @staticmethod
    def finish(escaped: BaseException | None = None) -> NoReturn:
        """End this child with its report."""
        if escaped is not None:
            Zygote.report["escaped"] = text_of(escaped)
            Zygote.report["traceback"] = traceback_of(escaped)
        send_report(goes_on=False)
        os._exit(0)


def send_report(*, goes_on: bool) -> None:
    """Write the report on the current plugin to the parent, as one line."""
    Zygote.report |= {"printed": what_was_printed(), "goes_on": goes_on}
    text = json.dumps(Zygote.report).encode() + b"\n"
    while text:
        text = text[os.write(Zygote.pipe, text) :]


def what_was_printed() -> str:
    """The beginning of what this child has written to its output."""
    sys.stdout.flush()
    sys.stderr.flush()
    if not Zygote.output.seek(0, os.SEEK_END):
        return ""
    Zygote.output.seek(0)
    return Zygote.output.read(500).decode("utf-8", "replace")


def left_a_trace() -> bool:
    """Whether the plugin may have changed anything for the next one."""
    report = Zygote.report
    if report["warnings"] or "load_error" in report or "network" in report or what_was_printed():
        return True
    package = Zygote.current()["value"].partition(":")[0].partition(".")[0].strip()
    added = set(sys.modules) - Zygote.modules
    return any(name.partition(".")[0] not in (package, "mlflow") for name in added)


def forget(names: set[str]) -> None:
    """Take modules back, so that the next plugin finds the same half-imported MLflow."""
    for name in names:
        parent, _, child = name.rpartition(".")
        module = sys.modules.pop(name, None)
        holder = sys.modules.get(parent)
        if holder is not None and vars(holder).get(child) is module:
            delattr(holder, child)


class Child:
    """A forked process that works on plugins, seen from its parent (and `pid` 0 in itself).

    `plugins` are those that it has not reported on.
    """

    def __init__(self, plugins: list[dict[str, Any]], phase: str, seconds: float) -> None:
        self.plugins, self.phase, self.seconds = list(plugins), phase, seconds
        self.output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (both processes use it)
        self.reader, self.writer = os.pipe()
        self.deadline = time.monotonic() + seconds
        self.text = b""
        self.working = True
        self.records: list[dict[str, Any]] = []
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.reader)
        else:
            os.close(self.writer)
            os.set_blocking(self.reader, False)

    def become(self) -> None:
        """In the child: turn this process into the one for the plugins."""
        Zygote.pipe, Zygote.output, Zygote.phase = self.writer, self.output, self.phase
        Zygote.waiting = self.plugins[1:]
        silence(self.output)
        watch()
        Zygote.begin(self.plugins[0])

    def take(self) -> list[dict[str, Any]]:
        """The records that have come since the last call."""
        taken, self.records = self.records, []
        return taken

    def poll(self) -> bool:
        """Read what the child reports; True once it has ended, or has run out of time."""
        self.read()
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        if ended:
            self.read()
            if self.working and self.plugins:
                self.blame({"died": describe_status(status), "printed": self.printed()})
        elif time.monotonic() < self.deadline:
            return False
        else:
            end(self.pid)
            self.blame({"hangs": True})
        os.close(self.reader)
        self.output.close()
        return True

    def read(self) -> None:
        """Take in whole lines; each is the report on one plugin and gives time for the next."""
        *lines, self.text = (self.text + read_now(self.reader)).split(b"\n")
        for line in lines:
            record = json.loads(line)
            self.working = record.pop("goes_on")
            self.records.append(record)
            self.plugins.pop(0)
            self.deadline = time.monotonic() + self.seconds

    def blame(self, record: dict[str, Any]) -> None:
        """The child's current plugin ended it."""
        plugin = self.plugins.pop(0)
        self.records.append({"key": plugin["key"], "phase": self.phase, **record})

    def printed(self) -> str:
        """The end of what the child wrote to its output."""
        self.output.seek(0)
        return self.output.read()[-2000:].decode("utf-8", "replace")


def act(plugin: dict[str, Any], action: Callable[[dict[str, Any]], None]) -> NoReturn:
    """In a child: carry the action out and report."""
    try:
        action(plugin)
    except BaseException as error:
        Zygote.finish(escaped=error)
    Zygote.finish()


class AtMlflow(BaseException):
    """Ends the import of a plugin's module where it would import MLflow."""


class StopAtMlflow(importlib.abc.MetaPathFinder):
    """Answers for MLflow while plugins are imported before it."""

    def find_spec(self, name: str, *_: Any) -> None:
        """Note whether the entry point's object is there yet, and stop the import."""
        if name != "mlflow":
            return
        module, _, attribute = Zygote.current()["value"].partition(":")
        half = sys.modules.get(module.strip())
        if half is None:  # a parent package imports MLflow: only the real import can tell
            sys.meta_path.remove(self)
            return
        head = attribute.split("[")[0].strip().split(".")[0]
        Zygote.report["half_imported"] = bool(head) and not hasattr(half, head)
        raise AtMlflow


def import_in_turn(_: dict[str, Any]) -> None:
    """In a child without MLflow: import each plugin's module, up to where it imports MLflow.

    From there on it is known what happens, without spending an import of MLflow on it: MLflow
    loads the entry point from the half-imported module, which has the attribute or has not.
    """
    sys.meta_path.insert(0, StopAtMlflow())
    while True:
        module = Zygote.current()["value"].partition(":")[0].strip()
        if module.partition(".")[0] != "mlflow":  # a module of MLflow's own comes after MLflow
            with contextlib.suppress(AtMlflow):
                importlib.import_module(module)
        Zygote.next_or_end()


def inspect_alone(plugin: dict[str, Any]) -> None:
    """In a child of its own: describe the plugin's object."""
    Zygote.report |= inspected(plugin)


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


def recording(plugin: dict[str, Any]) -> RecordingEntryPoint:
    """The plugin's entry point, watched."""
    return RecordingEntryPoint(plugin["name"], plugin["value"], plugin["group"])


def watch() -> None:
    """Note warnings, and network use while the plugin is being loaded."""

    def show(message: Any, *_: Any, **__: Any) -> None:
        Zygote.report["warnings"].append(str(message)[:TEXT_LIMIT])

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if Zygote.watching and event in NETWORK_EVENTS:
            Zygote.report.setdefault("network", f"{event} {address_in(event, arguments)}"[:200])

    # What users would not see (a DeprecationWarning in the plugin) is not shown here either: it
    # would end up in the plugin's own log, and be taken for something that it prints.
    warnings.filterwarnings("always", message=".*ttempting to register")
    warnings.showwarning = show
    sys.addaudithook(audit)


def address_in(event: str, arguments: tuple[Any, ...]) -> str:
    """Where to, in the arguments of a network event: host and port."""
    found = arguments[:2] if event == "socket.getaddrinfo" else arguments[-1]
    return ":".join(str(part) for part in found[:2]) if isinstance(found, tuple) else repr(found)


def silence(output: IO[bytes]) -> None:
    """Send what this process prints to a file, and give it no input."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)


def text_of(error: BaseException) -> str:
    """Class and message of an exception."""
    return f"{type(error).__name__}: {error}"[:TEXT_LIMIT]


def traceback_of(error: BaseException) -> str:
    """The traceback, without the frames of this script and of the import system."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not frame.filename.startswith("<frozen importlib")
    ]
    lines = traceback.format_list(frames) + traceback.format_exception_only(type(error), error)
    return "".join(lines)[-TEXT_LIMIT:]


def read_now(descriptor: int) -> bytes:
    """What can be read without waiting."""
    text = b""
    while True:
        try:
            part = os.read(descriptor, 65_536)
        except BlockingIOError:
            return text
        if not part:
            return text
        text += part


def read_lines(descriptor: int, seconds: float) -> list[str]:
    """Lines from a child until it ends, or until none came for `seconds`."""
    os.set_blocking(descriptor, False)
    text, last = b"", time.monotonic()
    with os.fdopen(descriptor, "rb") as pipe:
        while time.monotonic() - last < seconds:
            part = pipe.read(65_536)
            if part == b"":
                break
            if part:
                text, last = text + part, time.monotonic()
            else:
                time.sleep(0.002)
    return [line for line in text.decode().split("\n")[:-1] if line]


def end(pid: int) -> None:
    """Kill a child and take its exit status."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def describe_status(status: int) -> str:
    """How a process ended, in words."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"ended the process with exit status {code}"


if __name__ == "__main__":
    read_job = json.load(sys.stdin)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with open(sys.argv[1], "w", encoding="utf-8") as file:  # noqa: PTH123 (keep imports few)
        Zygote(read_job, file).run()
