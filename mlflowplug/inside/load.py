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

import importlib.metadata
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import IO, Any

from mlflowplug.inside.judging import INSPECT, inspected, text_of, traceback_of
from mlflowplug.inside.load_child import (
    Here,
    InTurn,
    act,
    current,
    finish,
    import_in_turn,
    inspect_alone,
    recording,
    silence,
)
from mlflowplug.inside.load_process import Child, end, live_alone, read_lines

STATEMENTS = ("import mlflow", "from mlflow import MlflowClient", "import mlflow.server")
PLUGIN_FIRST = "plugin first"
ON_USE = "on use"


class Zygote:
    """The process that imports MLflow and forks a child per plugin."""

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
            if Here.plugin is not None:
                finish(escaped=error)
            self.write(
                {
                    "statement": statement,
                    "failed": text_of(error),
                    "traceback": traceback_of(error),
                }
            )
            return False
        if Here.plugin is not None:  # an exception of the loop was caught further up
            finish()
        seconds = time.perf_counter() - began - self.forking
        self.write({"statement": statement, "seconds": seconds})
        return True

    def entry_points(self, group: str) -> tuple[Any, ...]:
        """What MLflow gets when it asks for a group."""
        if Here.plugin is not None:
            return (recording(Here.plugin),) if Here.plugin["group"] == group else ()
        if group in self.consulted or not self.phase:
            return ()
        self.consulted[group] = self.phase
        began = time.perf_counter()
        mine = [plugin for plugin in self.plugins if plugin["group"] == group]
        self.in_children(self.shares(mine), self.phase, None)
        self.forking += time.perf_counter() - began
        return InTurn([None]) if Here.plugin is not None else ()

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
                if Here.plugin is not None:
                    finish(escaped=error)
                self.give_up(group, text_of(error))
            else:
                if Here.plugin is not None:
                    finish()
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
            live_alone()
            with os.fdopen(writer, "w") as pipe, tempfile.TemporaryFile() as output:
                silence(output)
                for plugin in plugins:
                    Here.plugin, Here.report = plugin, {}
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
                    act(current(), action)
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


if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this script: its modules must not stand for a plugin's
    read_job = json.load(sys.stdin)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with open(sys.argv[1], "w", encoding="utf-8") as file:  # noqa: PTH123 (keep imports few)
        Zygote(read_job, file).run()
