"""Loads plugins as MLflow does, in clean processes, and says what came of it.

The work is done by the stand-alone script `inside/load.py` in the plugins' own environment; here
its records become values.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mlflowplug.discovery import Installed, Plugin
from mlflowplug.environments import Environment, temporary_folder
from mlflowplug.errors import MlflowplugError
from mlflowplug.inside import import_as_is, judging, load
from mlflowplug.plugin_types import GROUPS
from mlflowplug.redaction import redacted

Outcome = Literal["ok", "warned", "breaks", "hangs", "dies"]

PLUGIN_SECONDS = 60.0
"""How long one plugin may take to be imported before it counts as hanging."""

START_SECONDS = 300.0
"""How long the import of MLflow itself may take."""


@dataclass(frozen=True)
class Load:
    """One entry point loaded the way MLflow loads it, in a clean process.

    outcome: ok; warned (MLflow warns and goes on without the plugin); breaks (the exception
    escapes: `import mlflow`, or the use, fails); hangs; dies (the process ends).
    """

    statement: str
    outcome: Outcome
    message: str = ""
    traceback: str = ""
    seconds: float = 0.0
    printed: str = ""
    network: str = ""


@dataclass(frozen=True)
class Loaded:
    """Everything that was seen when one plugin was loaded.

    `facts` describes the object once MLflow is complete: see `judge` in inside/load.py.
    `unavailable` tells why MLflow's own part for the type does not work here, an extra of MLflow's
    that is not installed for example.
    """

    loads: tuple[Load, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    unavailable: str = ""

    def by(self, statement: str) -> Load | None:
        """The load that happened with this statement."""
        return next((item for item in self.loads if item.statement == statement), None)

    @property
    def as_mlflow(self) -> Load | None:
        """The load by MLflow itself, at whichever moment it came."""
        return next((item for item in self.loads if item.statement != load.PLUGIN_FIRST), None)

    @property
    def outcome(self) -> str:
        """The worst outcome of MLflow's own load, for a table."""
        found = self.as_mlflow
        return found.outcome if found else "not loaded"


@dataclass(frozen=True)
class Loading:
    """The loading of many plugins: by plugin key, and what MLflow's own import took."""

    plugins: dict[str, Loaded]
    import_seconds: float = 0.0
    failure: str = ""
    traceback: str = ""


def all_but_the_server(path: Path) -> list[dict[str, Any]] | None:
    """The records so far, once only those of `import mlflow.server` are missing; None before."""
    if not path.exists():
        return None
    records = [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1] if line]
    return records if any("consulted" in record for record in records) else None


def key_of(plugin: Plugin) -> str:
    """What tells a plugin from all others of an environment."""
    return f"{plugin.target}@{plugin.distribution}={plugin.value}"


def load_plugins(
    environment: Environment,
    installed: Installed,
    plugins: Sequence[Plugin],
    *,
    seconds: float = PLUGIN_SECONDS,
) -> Loading:
    """Load plugins in every import order that users meet, each alone."""
    return read_records(run_loading(environment, installed, plugins, seconds=seconds), plugins)


def run_loading(
    environment: Environment,
    installed: Installed,
    plugins: Sequence[Plugin],
    *,
    seconds: float = PLUGIN_SECONDS,
    results: Path | None = None,
    stopped: threading.Event | None = None,
) -> list[dict[str, Any]]:
    """Run the script; its records, which are also written to `results` as they come.

    Plugins of unknown groups are left out, as MLflow does. Once `stopped` is set, that the script
    ends is no plugin's fault.
    """
    known = [plugin for plugin in plugins if plugin.group in GROUPS and plugin.reference]
    if installed.mlflow_version is None or not known:
        return []
    with temporary_folder("load") as folder:
        place = results or folder / "results.jsonl"
        return _records(
            _Job(environment, installed, seconds, folder, stopped or threading.Event()),
            known,
            place,
        )


@dataclass(frozen=True)
class _Job:
    """Where and how plugins are loaded."""

    environment: Environment
    installed: Installed
    seconds: float
    folder: Path
    stopped: threading.Event

    def run(self, plugins: Sequence[Plugin], results: Path) -> tuple[list[dict[str, Any]], str]:
        """The records of one run of the script, and how it ended early ("" where it did not)."""
        results.touch()
        # Each phase of each plugin has its limit; this one is for the script itself.
        limit = START_SECONDS + 5 * self.seconds * len(plugins)
        done = self.environment.run(
            [Path(load.__file__), results],
            seconds=limit,
            stdin=json.dumps(self.describe(plugins)),
            cwd=self.folder,
        )
        records = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
        if any("done" in record for record in records):
            return records, ""
        said = (done.stderr.strip().splitlines() or [f"exit status {done.status}"])[-1]
        return records, f"no end within {limit:.0f} s" if done.timed_out else said

    def describe(self, plugins: Sequence[Plugin]) -> dict[str, Any]:
        """The job as the script reads it."""
        return {
            "seconds": self.seconds,
            "triggers": {group: kind.trigger for group, kind in GROUPS.items()},
            "plugins": [_job_of(plugin, self.installed) for plugin in plugins],
        }


def _records(job: _Job, plugins: Sequence[Plugin], results: Path) -> list[dict[str, Any]]:
    """The records of all plugins; one that ends the script itself is found by halving."""
    records, ending = job.run(plugins, results)
    if not ending or job.stopped.is_set():
        return records
    if len(plugins) > 1:
        middle = len(plugins) // 2
        halves = (plugins[:middle], plugins[middle:])
        return [
            record
            for part in halves
            for record in _records(job, part, job.folder / f"{uuid.uuid4().hex}.jsonl")
        ]
    _, without = job.run((), job.folder / "nothing.jsonl")
    if without:  # it is no plugin's fault
        raise MlflowplugError(
            f"loading could not be tried in {job.environment.python}: {without}", exit_code=3
        )
    return [*records, *_blamed(plugins[0], ending)]


def _blamed(plugin: Plugin, ending: str) -> Iterator[dict[str, Any]]:
    """What is said of a plugin that ends the process that loads it."""
    used = load.ON_USE if GROUPS[plugin.group].failure == "on_use" else load.STATEMENTS[0]
    for phase in (load.PLUGIN_FIRST, used):
        yield {
            "key": key_of(plugin),
            "phase": phase,
            "died": f"ended the process that loads it as well ({ending})",
        }


def _job_of(plugin: Plugin, installed: Installed) -> dict[str, Any]:
    kind = GROUPS[plugin.group]
    return {
        "key": key_of(plugin),
        "group": plugin.group,
        "name": plugin.name,
        "value": plugin.value,
        "base": kind.base,
        "calls": [
            {"positional": call.positional, "keywords": call.keywords}
            for call in installed.contract.calls(kind)
        ],
    }


def read_records(records: Sequence[dict[str, Any]], plugins: Sequence[Plugin]) -> Loading:
    """Turn the script's records into values."""
    consulted: dict[str, str] = next((r["consulted"] for r in records if "consulted" in r), {})
    failed: dict[str, str] = next(
        (r for r in records if "failed" in r and r["statement"] == load.STATEMENTS[0]), {}
    )
    imported = next((r for r in records if r.get("statement") == load.STATEMENTS[0]), {})
    return Loading(
        {
            key_of(plugin): _loaded(plugin, [r for r in records if r.get("key") == key_of(plugin)],
                                    consulted)
            for plugin in plugins
        },
        imported.get("seconds", 0.0),
        failed.get("failed", ""),
        failed.get("traceback", ""),
    )  # fmt: skip


def _loaded(plugin: Plugin, records: list[dict[str, Any]], consulted: dict[str, str]) -> Loaded:
    loads: list[Load] = []
    facts: dict[str, Any] = {}
    unavailable = ""
    when = consulted.get(plugin.group, load.ON_USE)
    for record in records:
        if record["phase"] == judging.INSPECT:
            facts = record
        elif "unavailable" in record:
            unavailable = record["unavailable"]
        elif record["phase"] == load.PLUGIN_FIRST:
            loads.append(_first(plugin, record, when))
        else:
            loads += _as_mlflow(record)
    return Loaded(tuple(loads), facts, unavailable)


def _as_mlflow(record: dict[str, Any]) -> list[Load]:
    """A load in the import of MLflow holds for every statement that begins with that import."""
    found = _load(record, record["phase"])
    if found.statement not in load.STATEMENTS:
        return [found]
    start = load.STATEMENTS.index(found.statement)
    return [_load(record, statement) for statement in load.STATEMENTS[start:]]


def _load(record: dict[str, Any], statement: str) -> Load:
    outcome, message = _verdict(record)
    return Load(
        statement,
        outcome,
        redacted(message, {}),
        redacted(record.get("traceback", ""), {}),
        record.get("seconds", 0.0),
        redacted(record.get("printed", ""), {}),
        record.get("network", ""),
    )


def _verdict(record: dict[str, Any]) -> tuple[Outcome, str]:
    if record.get("hangs"):
        return "hangs", "it did not end within the time limit"
    if "died" in record:
        last = (record.get("printed", "").strip().splitlines() or [""])[-1]
        return "dies", record["died"] + (f" ({last})" if last else "")
    if "escaped" in record:
        return "breaks", record["escaped"]
    refusals = [w for w in record.get("warnings", ()) if "ttempting to register" in w]
    if refusals:
        return "warned", refusals[-1]
    if "load_error" in record:
        return "warned", record["load_error"]
    return "ok", ""


def _first(plugin: Plugin, record: dict[str, Any], when: str) -> Load:
    found = _load(record, load.PLUGIN_FIRST)
    if found.outcome == "ok" and record.get("half_imported") and when == load.STATEMENTS[0]:
        module, _, attribute = plugin.value.partition(":")
        return Load(
            load.PLUGIN_FIRST,
            "warned",
            f"a program that imports {module.strip()} before mlflow does without the plugin: "
            f"the module imports mlflow, and MLflow looks for {attribute.strip()!r} in it "
            "before it is defined",
        )
    return found


@dataclass(frozen=True)
class ImportResult:
    """`import mlflow` in an environment as it is, with all its plugins."""

    ok: bool
    seconds: float
    message: str = ""
    traceback: str = ""
    warnings: tuple[str, ...] = ()
    culprit: str = ""


def import_mlflow(environment: Environment, *, seconds: float = 120) -> ImportResult:
    """Import MLflow with every installed plugin active; `culprit` is `group name = value`."""
    done = environment.run([Path(import_as_is.__file__)], seconds=seconds)
    if done.timed_out:
        return ImportResult(False, seconds, f"it did not end within {seconds:.0f} s")
    try:
        record = json.loads(done.stdout.rpartition("\n{")[2].join(["{", ""]))
    except ValueError:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.status}"])[-1]
        return ImportResult(False, 0.0, last, done.stderr[-4000:])
    return ImportResult(
        record["ok"],
        record["seconds"],
        record["message"],
        record["traceback"],
        tuple(record["warnings"]),
        record["culprit"],
    )
