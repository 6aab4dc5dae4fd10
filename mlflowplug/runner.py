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
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from mlflowplug import __version__, environments
from mlflowplug.checks.base import Subject
from mlflowplug.checks.facts import SPEC_VARIABLE, Spec, early_path
from mlflowplug.checks.registry import STATIC_BANDS, Check, checks_of, selects
from mlflowplug.checks.session import TEST_FILE
from mlflowplug.discovery import Plugin
from mlflowplug.environments import Environment, temporary_folder
from mlflowplug.errors import MlflowplugError
from mlflowplug.inside import installed as installed_script
from mlflowplug.inside import load, run_pytest
from mlflowplug.levels import level_of
from mlflowplug.loading import Loading, key_of, read_records, run_loading
from mlflowplug.plugin_types import GROUPS
from mlflowplug.results import CheckResult, TargetResult, TestReport
from mlflowplug.static import analyse
from mlflowplug.targets import Group

KIT = ("pytest>=8", "pytest-timeout>=2.3", "hypothesis>=6.100", "packaging")
"""What the conformance classes need in the plugin's environment."""

SPARED = ("logging", "warnings", "unraisableexception", "threadexception", "faulthandler",
          "doctest", "unittest", "junitxml", "stepwise", "debugging")  # fmt: skip
"""Parts of pytest that the checks of bands 0xx and 1xx have no use for."""

POLL_SECONDS = 0.02
GRACE_SECONDS = 30.0
"""How long after a check's own time limit its process is killed."""


class Progress(Protocol):
    """Hears of checks as they begin and end."""

    def started(self, target: str, code: str, title: str) -> None:
        """A check begins."""

    def ended(self, target: str, result: CheckResult) -> None:
        """A check has ended."""

    def phase(self, text: str) -> None:
        """Something else begins that takes time."""


@dataclass(frozen=True)
class Options:
    """What to run.

    Attributes:
        select: beginnings of codes; empty: all.
        fast: leave out what walks at random or needs a clock.
        fail_fast: end after the first check that fails.
        seconds: time limit of one check.
        load_seconds: time limit of one plugin's import.
        uri: store URI for targets with none in their settings.
    """

    select: tuple[str, ...] = ()
    fast: bool = False
    fail_fast: bool = False
    seconds: float = 60.0
    load_seconds: float = 60.0
    uri: str = ""


@dataclass
class Run:
    """The running of one group: its subjects, the checks chosen for each, and their results."""

    group: Group
    options: Options
    progress: Progress
    folder: Path
    results: dict[str, list[CheckResult]] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)
    loader: threading.Thread | None = None
    capabilities: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Choose subjects and checks."""
        self.plugins = {
            key_of(p): p for p in self.group.plugins if p.group in GROUPS and p.state != "ghost"
        }
        self.subjects = [self._subject(plugin) for plugin in self.plugins.values()]
        self.subjects += [
            Subject("distribution", name, "", name, f"distribution:{name}")
            for name in self.group.whole
        ]
        self.checks = {s.key: tuple(self._chosen(s.type)) for s in self.subjects}
        self.results = {subject.key: [] for subject in self.subjects}

    def end_loading(self) -> None:
        """End the loading if it is still going on: after Ctrl-C, or a failure that ends the run."""
        if self.loader is not None and self.loader.is_alive():
            environments.stop_running()
            self.loader.join(GRACE_SECONDS)

    def _subject(self, plugin: Plugin) -> Subject:
        uri = self.group.settings.uris.get((plugin.type, plugin.name), "")
        return Subject(
            plugin.type,
            plugin.name,
            self.options.uri or uri,
            plugin.distribution,
            key_of(plugin),
        )

    def _chosen(self, plugin_type: str) -> Iterator[Check]:
        for check in checks_of(plugin_type):
            if self.options.select and not selects(self.options.select, check.code):
                continue
            if self.options.fast and check.slow:
                continue
            yield check

    def codes(self, subject: Subject, *, static: bool) -> list[str]:
        """Codes still to run of a subject: those of bands 0xx and 1xx, or the others."""
        done = {result.code for result in self.results[subject.key]}
        return [
            check.code
            for check in self.checks[subject.key]
            if (check.band in STATIC_BANDS) == static and check.code not in done
        ]

    def target(self, key: str) -> str:
        """How a subject is shown."""
        return self.plugins[key].target if key in self.plugins else key

    def add(self, key: str, result: CheckResult) -> None:
        """Take a result in; a failure may end the run."""
        self.results[key].append(result)
        self.progress.ended(self.target(key), result)
        if self.options.fail_fast and result.outcome in {"failed", "error"}:
            self.stopped.set()


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
    _run_pytest(run, static, environments.current(), loads, static=True)
    while loader.is_alive() and not run.stopped.is_set():
        loader.join(POLL_SECONDS)
    loading = _loading(loads, plugins)
    for subject in live:
        if run.stopped.is_set():
            return
        if reason := _why_not_live(subject, loading):
            for check in run.checks[subject.key]:
                if check.band not in STATIC_BANDS:
                    run.add(subject.key, CheckResult(check.code, check.title, "not_run", reason))
        else:
            _run_pytest(run, [subject], run.group.environment, loads, static=False)


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
                )
        except MlflowplugError as error:
            answer["error"] = error.message
        except Exception as error:  # without an answer, all who wait for it would wait on
            answer["error"] = f"{type(error).__name__}: {error}"
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
# pytest processes


def _run_pytest(
    run: Run, subjects: Sequence[Subject], environment: Environment, loads: Path, *, static: bool
) -> None:
    """Run the checks of these subjects, going on in a new process when one dies."""
    while not run.stopped.is_set():
        left = [s for s in subjects if run.codes(s, static=static)]
        if not left:
            return
        before = sum(len(results) for results in run.results.values())
        _one_process(run, left, environment, loads, static=static)
        if sum(len(results) for results in run.results.values()) == before:
            return


def _one_process(
    run: Run, subjects: Sequence[Subject], environment: Environment, loads: Path, *, static: bool
) -> None:
    with temporary_folder("pytest") as folder:
        (folder / "test_plugins.py").write_text(TEST_FILE, "utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
        results = folder / "results.jsonl"
        results.touch()
        Spec(
            list(subjects),
            {s.key: run.codes(s, static=static) for s in subjects},
            _raw(run),
            str(loads),
            str(run.group.project or ""),
        ).write(folder / "spec.json")
        try:
            command = _command(run, environment, folder, static=static)
        except MlflowplugError as error:
            _give_up(run, subjects, error.message, static=static)
            return
        variables = environment.variables() | {
            SPEC_VARIABLE: str(folder / "spec.json"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        variables.pop("PYTEST_ADDOPTS", None)
        output = folder / "output.txt"
        with output.open("w") as file:
            process = environments.start(
                command,
                cwd=folder,
                variables=variables,
                stdout=file.fileno(),
                stderr=subprocess.STDOUT,
            )
            try:
                ended = _follow(run, process, results)
            finally:
                environments.stop(process, grace_seconds=1.0)
        if not ended:
            _give_up(run, subjects, _last_lines(output), static=static)


def _command(run: Run, environment: Environment, folder: Path, *, static: bool) -> list[str | Path]:
    seconds = run.options.seconds
    options = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "mlflowplug.pytest_plugin",
        "--tb=short",
        "--assert=plain",
    ]
    if static:
        # These checks run no foreign code: what pytest does to guard against it is left out, which
        # halves the time of a thousand checks.
        options += ["--capture=no", *(part for name in SPARED for part in ("-p", f"no:{name}"))]
    else:
        # The limit is for the check; opening a store may take longer, and the watch in `_follow`
        # ends what never comes back.
        options += ["-p", "pytest_timeout", f"--timeout={seconds}", "--timeout-method=signal"]
        options += ["-o", "timeout_func_only=true"]
    return [
        environment.python,
        Path(run_pytest.__file__),
        kit_for(environment),
        *options,
        f"--basetemp={folder / 'tmp'}",
        f"--mlflowplug-results={folder / 'results.jsonl'}",
        folder / "test_plugins.py",
    ]


def kit_for(environment: Environment) -> Path:
    """A folder with what the conformance classes need and the environment lacks."""
    if environment == environments.current():
        return Path()
    modules = ("pytest", "pytest_timeout", "hypothesis", "packaging")
    question = (
        "import sys, importlib.util as u; print(sys.version_info[:2], "
        f"all(u.find_spec(m) for m in {modules!r}))"
    )
    done = environment.run(["-c", question], seconds=60)
    version, _, complete = done.stdout.strip().rpartition(" ")
    if complete == "True":
        return Path()
    if not version:
        raise MlflowplugError(f"{environment.python} does not run: {done.stderr.strip()[-200:]}")
    name = "".join(part for part in version if part.isdigit())
    place = environments.cache_folder() / "kit" / name
    if not (place / "mlflowplug-ready").exists():
        environments.run_uv(
            ["pip", "install", "--quiet", "--python", environment.python, "--target", place, *KIT]
        )
        (place / "mlflowplug-ready").touch()
    return place


def _raw(run: Run) -> dict[str, Any]:
    """The environment's metadata in the shape that `inside/installed.py` prints."""
    if run.group.environment == environments.current():
        return installed_script.read_environment()
    done = run.group.environment.run([Path(installed_script.__file__)], seconds=60)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _follow(run: Run, process: subprocess.Popen[str], path: Path) -> bool:
    """Read results until the process ends; False when it ended before its first check."""
    running: dict[str, Any] | None = None
    seen = False
    last = time.monotonic()
    with path.open(encoding="utf-8") as file:
        while True:
            alive = process.poll() is None
            for record in _new_records(file):
                last, seen = time.monotonic(), True
                running = record if record["event"] == "start" else None
                _note(run, record)
            if run.stopped.is_set() or (not alive and running is None):
                return seen
            if not alive and running is not None:
                _broken(run, running, _how_it_ended(process.returncode))
                return True
            if running and time.monotonic() - last > run.options.seconds + GRACE_SECONDS:
                environments.stop(process, grace_seconds=0.1)
                _broken(run, running, f"it hung: no end after {time.monotonic() - last:.0f} s")
                return True
            time.sleep(POLL_SECONDS)


def _new_records(file: Any) -> Iterator[dict[str, Any]]:
    while line := file.readline():
        if not line.endswith("\n"):  # half a line: its writer is not done
            file.seek(file.tell() - len(line.encode()))
            return
        yield json.loads(line)


def _note(run: Run, record: dict[str, Any]) -> None:
    key, code, title = record["key"], record["code"], record["title"]
    if record["event"] == "start":
        run.progress.started(run.target(key), code, title)
        return
    result = CheckResult(
        code,
        title,
        record["outcome"],
        record["message"],
        record["seconds"],
        record.get("detail", ""),
    )
    run.add(key, _ignored(run, result))


def _ignored(run: Run, result: CheckResult) -> CheckResult:
    reason = run.group.settings.ignore.get(result.code)
    if reason and result.outcome in {"failed", "error"}:
        return replace(result, outcome="skipped", message=f"ignored: {reason}")
    return result


def _broken(run: Run, record: dict[str, Any], message: str) -> None:
    run.add(record["key"], CheckResult(record["code"], record["title"], "error", message))


def _how_it_ended(status: int) -> str:
    import signal

    if status < 0:
        return f"the process was killed by {signal.Signals(-status).name} while it ran"
    return f"the process ended with exit status {status} while it ran"


def _give_up(run: Run, subjects: Sequence[Subject], reason: str, *, static: bool) -> None:
    """No check could begin: all that were to run are not run, with the reason."""
    for subject in subjects:
        codes = set(run.codes(subject, static=static))
        for check in run.checks[subject.key]:
            if check.code in codes:
                message = f"its process could not begin: {reason}"
                run.add(subject.key, CheckResult(check.code, check.title, "not_run", message))


def _last_lines(path: Path) -> str:
    lines = [line for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]
    return " / ".join(lines[-4:])[-600:]


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
