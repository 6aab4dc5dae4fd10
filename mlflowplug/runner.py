"""Runs the checks: facts are gathered and judged beside each other, live plugins come after.

1. `inside/load.py` loads all plugins of an environment in one process.
2. At the same time one pytest process judges bands 0xx, and 1xx when the loads are there.
3. Each plugin with checks of a live subject gets a pytest process of its own, in its environment.

A process that dies or hangs gives the running check the outcome "error", and a new process goes on
with the rest.
"""

from __future__ import annotations

import json
import platform
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlflowplug import __version__, environments
from mlflowplug.check_processes import POLL_SECONDS, run_pytest_for
from mlflowplug.check_run import Options, Progress, Run
from mlflowplug.checks.base import Subject
from mlflowplug.checks.facts import early_path
from mlflowplug.checks.registry import STATIC_BANDS
from mlflowplug.discovery import Plugin
from mlflowplug.environments import temporary_folder
from mlflowplug.errors import MlflowplugError
from mlflowplug.inside import load
from mlflowplug.levels import level_of
from mlflowplug.loading import Loading, read_records, run_loading
from mlflowplug.results import CheckResult, TargetResult, TestReport
from mlflowplug.static import analyse
from mlflowplug.targets import Group


def run_checks(groups: Sequence[Group], options: Options, progress: Progress) -> TestReport:
    """Run the chosen checks of all groups; Ctrl-C gives a report of what was run until then."""
    began = time.perf_counter()
    targets: list[TargetResult] = []
    notes = [group.note for group in groups if group.note]
    interrupted = False
    for group in groups:
        with temporary_folder("test") as folder:
            run = Run(group, options, progress, folder)
            try:
                _run_group(run)
            except KeyboardInterrupt:
                interrupted = True
            finally:
                run.end_loading()
            targets += _target_results(run)
            notes += _stale_ignores(run)
        if interrupted or run.stopped.is_set():
            break
    return TestReport(
        _environment(groups),
        tuple(targets),
        time.perf_counter() - began,
        interrupted,
        tuple(notes),
    )


def _run_group(run: Run) -> None:
    loads = run.folder / "loads.json"
    static = [s for s in run.subjects if run.codes(s, static=True)]
    live = [s for s in run.subjects if run.codes(s, static=False)]
    plugins = [run.plugins[s.key] for s in (*static, *live) if s.key in run.plugins]
    loader = _start_loading(run, tuple(dict.fromkeys(plugins)), loads, live)
    run.capabilities = dict(_capabilities(run))
    run_pytest_for(run, static, environments.current(), loads, static=True)
    while loader.is_alive() and not run.stopped.is_set():
        loader.join(POLL_SECONDS)
    if run.fault is not None:
        raise run.fault
    loading = _loading(loads, plugins)
    for subject in live:
        if run.stopped.is_set():
            return
        if reason := run.nothing_to_open(subject) or _why_not_live(subject, loading):
            for check in run.checks[subject.key]:
                if check.band not in STATIC_BANDS:
                    run.add(subject.key, CheckResult(check.code, check.title, "not_run", reason))
        else:
            run_pytest_for(run, [subject], run.group.environment, loads, static=False)


def _capabilities(run: Run) -> Iterator[tuple[str, dict[str, str]]]:
    """What each plugin does with each method of MLflow's interface, by its source."""
    for key, plugin in run.plugins.items():
        if analysis := analyse(plugin, run.group.installed):
            yield key, dict(analysis.capabilities)


def _start_loading(
    run: Run, plugins: Sequence[Plugin], path: Path, live: Sequence[Subject]
) -> threading.Thread:
    """Load the plugins in the background; the answer is written whole to `path`."""
    needed = bool(live) or any(
        check.band == "1" for checks in run.checks.values() for check in checks
    )

    def work() -> None:
        answer: dict[str, Any] = {"records": [], "error": ""}
        try:
            if needed:
                answer["records"] = run_loading(
                    run.group.environment,
                    run.group.installed,
                    plugins,
                    seconds=run.options.load_seconds,
                    results=early_path(path),
                    stopped=run.stopped,
                )
        except MlflowplugError as error:
            answer["error"] = error.message
        except Exception as error:  # without an answer, all who wait for it would wait on
            answer["error"] = f"{type(error).__name__}: {error}"
            run.fault = error
        temporary = path.with_suffix(".part")
        temporary.write_text(json.dumps(answer), "utf-8")
        temporary.rename(path)

    run.loader = threading.Thread(target=work, daemon=True)
    run.loader.start()
    return run.loader


def _loading(path: Path, plugins: Sequence[Plugin]) -> Loading:
    if not path.exists():
        return Loading({})
    return read_records(json.loads(path.read_text("utf-8"))["records"], plugins)


def _why_not_live(subject: Subject, loading: Loading) -> str:
    """Why no live subject can be had: every check would say the same."""
    loaded = loading.plugins.get(subject.key)
    found = loaded.as_mlflow if loaded else None
    if loaded is None or found is None:
        return loading.failure or "it was not loaded"
    if found.outcome != "ok":
        code = "105" if found.statement == load.ON_USE else "101"
        return f"it does not load: see check {code}"
    answers = loaded.facts.get("binds", [])
    if answers and all("no" in answer for answer in answers):
        return "it does not take MLflow's call: see check 106"
    return ""


# ---------------------------------------------------------------------------------------------
# Results


def _target_results(run: Run) -> Iterator[TargetResult]:
    for subject in run.subjects:
        distribution = run.group.installed.distribution(subject.distribution)
        checks = tuple(sorted(run.results[subject.key], key=lambda result: result.code))
        yield TargetResult(
            run.target(subject.key),
            subject.type,
            subject.name,
            subject.distribution,
            distribution.version if distribution else "",
            checks,
            "" if run.options.select else level_of(checks),
            run.capabilities.get(subject.key, {}),
        )


def _stale_ignores(run: Run) -> Iterator[str]:
    """Ignored codes that hide nothing: a suppression that is not looked at hides the next fault."""
    results = {r.code: r for checks in run.results.values() for r in checks}
    known = {check.code for checks in run.checks.values() for check in checks}
    for code in run.group.settings.ignore:
        if code in results and results[code].outcome == "passed":
            yield f"[tool.mlflowplug.ignore] {code}: the check passes; remove the line"
        elif code not in known and not run.options.select and not run.options.fast:
            yield f"[tool.mlflowplug.ignore] {code}: there is no such check for this plugin"


def _environment(groups: Sequence[Group]) -> dict[str, Any]:
    versions = [asdict(_Versions.of(group)) for group in groups]
    first = versions[0] if versions else {}
    return {
        "mlflowplug": __version__,
        "platform": platform.platform(),
        **first,
        "groups": versions,
    }


@dataclass(frozen=True)
class _Versions:
    """What a group was tested with."""

    python: str
    executable: str
    mlflow: str | None
    distributions: dict[str, str]

    @classmethod
    def of(cls, group: Group) -> _Versions:
        installed = group.installed
        return cls(
            installed.python,
            installed.executable,
            installed.mlflow_version,
            {item.name: item.version for item in installed.distributions if not item.ghost},
        )
