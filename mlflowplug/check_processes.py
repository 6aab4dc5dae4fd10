"""The pytest processes that checks run in: started, followed, and replaced when they die."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlflowplug import environments
from mlflowplug.check_run import Run
from mlflowplug.checks.base import Subject
from mlflowplug.checks.facts import SPEC_VARIABLE, Spec
from mlflowplug.checks.session import TEST_FILE
from mlflowplug.environments import Environment, temporary_folder
from mlflowplug.errors import MlflowplugError
from mlflowplug.inside import run_pytest
from mlflowplug.results import CheckResult

KIT = ("pytest>=8", "pytest-timeout>=2.3", "hypothesis>=6.100", "packaging")
"""What the conformance classes need in the plugin's environment."""

SPARED = ("logging", "warnings", "unraisableexception", "threadexception", "faulthandler",
          "doctest", "unittest", "junitxml", "stepwise", "debugging")  # fmt: skip
"""Parts of pytest that the checks of bands 0xx and 1xx have no use for."""

STRIKES = 3
"""So many processes may end at their first check: a store that hangs does so at each opening."""

POLL_SECONDS = 0.02
GRACE_SECONDS = 30.0
"""How long after a check's own time limit its process is killed."""


def run_pytest_for(
    run: Run, subjects: Sequence[Subject], environment: Environment, loads: Path, *, static: bool
) -> None:
    """Run the checks of these subjects, going on in a new process when one dies."""
    strikes = 0
    while not run.stopped.is_set():
        left = [s for s in subjects if run.codes(s, static=static)]
        if not left:
            return
        before = len(run.history)
        _one_process(run, left, environment, loads, static=static)
        new = [result.outcome for result in run.history[before:]]
        if not new:
            return
        strikes = strikes + 1 if new == ["error"] else 0
        if strikes == STRIKES:
            reason = f"{STRIKES} processes in a row ended at their first check"
            _give_up(run, subjects, reason, static=static)
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
            run.raw,
            str(loads),
            str(run.group.project or ""),
        ).write(folder / "spec.json")
        try:
            command = _command(run, environment, folder, static=static)
        except MlflowplugError as error:
            reason = f"its process could not begin: {error.message}"
            _give_up(run, subjects, reason, static=static)
            return
        (folder / "t").mkdir()
        variables = environment.variables() | {
            "TMPDIR": str(folder / "t"),  # what a process that dies leaves there goes with it
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
                ended = _follow(run, process, results, static=static)
            finally:
                environments.stop(process, grace_seconds=1.0)
        if not ended:
            reason = f"its process could not begin: {_last_lines(output)}"
            _give_up(run, subjects, reason, static=static)


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
        options += ["-p", "pytest_timeout", f"--timeout={seconds}", "--timeout-method=signal"]
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


def _follow(run: Run, process: subprocess.Popen[str], path: Path, *, static: bool) -> bool:
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
                if run.stopped.is_set():  # what ran ahead of this reader is not asked for any more
                    return True
            if run.stopped.is_set() or (not alive and running is None):
                return seen
            if not alive and running is not None:
                _broken(run, running, _how_it_ended(process.returncode))
                return True
            if static and run.is_loading:
                last = time.monotonic()  # it waits for the loading, which has limits of its own
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
    """All checks that were still to run are not run, with the reason."""
    for subject in subjects:
        codes = set(run.codes(subject, static=static))
        for check in run.checks[subject.key]:
            if check.code in codes:
                run.add(subject.key, CheckResult(check.code, check.title, "not_run", reason))


def _last_lines(path: Path) -> str:
    lines = [line for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]
    return " / ".join(lines[-4:])[-600:]
