"""The only module that makes virtual environments, installs into them and starts processes.

Plugins are other people's code: everything that runs one goes through here, in a process of its
own, in its own process group and with a time limit. uv does the installing.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mlflowplug.errors import MlflowplugError
from mlflowplug.inside import prctl

INSTALL_SECONDS = 600.0
"""A cold download of MLflow and what it needs takes minutes on a slow line."""


@dataclass(frozen=True)
class Completed:
    """A process that ended: its exit status (negative: the signal that ended it) and output."""

    status: int
    stdout: str
    stderr: str
    timed_out: bool = False


@dataclass(frozen=True)
class Environment:
    """An interpreter that plugins are installed for.

    `isolated` says that this program made it, so that it may be changed and thrown away.
    """

    python: Path
    isolated: bool = False

    def run(
        self,
        arguments: Sequence[str | Path],
        *,
        seconds: float,
        stdin: str = "",
        cwd: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run this interpreter with `arguments` and wait at most `seconds`."""
        return run(
            [self.python, *arguments],
            seconds=seconds,
            stdin=stdin,
            cwd=cwd,
            variables=self.variables() | dict(variables or {}),
        )

    def variables(self) -> dict[str, str]:
        """The caller's variables (a plugin may need its own), less what would leak into it.

        In an environment of ours the host's PYTHONPATH would put other packages in front of the
        ones that were installed, and without cached bytecode each `import mlflow` takes thrice as
        long.
        """
        variables = dict(os.environ)
        if self.isolated:
            for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"):
                variables.pop(name, None)
        # A test run is nothing that MLflow's usage statistics should hear of.
        variables.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        variables["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(package_path()), variables.get("PYTHONPATH", "")])
        )
        return variables

    def script(self, name: str) -> Path:
        """A console script that was installed in this environment."""
        return self.python.parent / name


def current() -> Environment:
    """The environment that this program runs in."""
    return Environment(Path(sys.executable))


def of_python(python: Path) -> Environment:
    """The environment of another interpreter, which must exist and be one."""
    found = shutil.which(str(python))
    if found is None:
        raise MlflowplugError(
            f"{python} is no Python interpreter that can be run",
            "Give the path of an environment's interpreter, such as .venv/bin/python.",
        )
    # Processes start in folders of their own. Not resolved: the link is what makes an environment.
    return Environment(Path(found).absolute())


@cache
def package_path() -> Path:
    """A folder that holds nothing but a link to this package.

    Put on PYTHONPATH, it lets the scripts of this program run in an environment where it is not
    installed, without showing that environment anything else of ours.
    """
    folder = Path(tempfile.mkdtemp(prefix="mlflowplug-path-"))
    (folder / "mlflowplug").symlink_to(Path(__file__).parent, target_is_directory=True)
    _folders.add(folder)
    return folder


_started: list[subprocess.Popen[str]] = []
_folders: set[Path] = set()
_owner = os.getpid()
_adopting = False


@atexit.register
def _clean_up() -> None:
    """End what still runs and remove what still lies about, on whichever way this program ends.

    A thread that waits for a process is not asked when the main thread is interrupted, so its own
    clean-up never comes. A forked child must not clean up in its parent's stead.
    """
    if os.getpid() != _owner:
        return
    for process in _started:
        if process.poll() is None:
            stop(process, grace_seconds=0.5)
    if _adopting:
        _end_orphans()
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)


def adopt_orphans() -> None:
    """Have whatever a plugin leaves running end with this program, even in a session of its own.

    For the command line only: in an author's own pytest the orphans may be the author's.
    """
    global _adopting
    prctl.adopt_orphans()
    _adopting = True


def _end_orphans() -> None:
    # An orphan's children are orphans once it is gone.
    for _ in range(10):
        left = prctl.children()
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        if not left:
            return


@contextmanager
def temporary_folder(purpose: str, *, keep: bool = False) -> Iterator[Path]:
    """A fresh folder, removed at the end whatever happens, unless it is to be kept."""
    folder = Path(tempfile.mkdtemp(prefix=f"mlflowplug-{purpose}-")).resolve()
    if not keep:
        _folders.add(folder)
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
            _folders.discard(folder)


def start(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
    stdin: int | None = subprocess.DEVNULL,
    stdout: int | None = subprocess.PIPE,
    stderr: int | None = subprocess.PIPE,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[str]:
    """Start a process in a group of its own, so that it can be ended with all its children.

    Whatever still runs when this program ends, on whichever way, is ended with it.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=None if variables is None else dict(variables),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        pass_fds=tuple(pass_fds),
    )
    _started.append(process)
    return process


def stop(process: subprocess.Popen[str], grace_seconds: float = 3.0) -> None:
    """End a process and its children: first asked, then killed. Safe to call twice."""
    for sig, seconds in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, 10.0)):
        try:
            os.killpg(process.pid, sig)
        except (ProcessLookupError, PermissionError):
            break
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    process.poll()


def run(
    command: Sequence[str | Path],
    *,
    seconds: float,
    stdin: str = "",
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Completed:
    """Run a command to its end, or kill it and all its children after `seconds`."""
    process = start(command, cwd=cwd, variables=variables, stdin=subprocess.PIPE)
    _running.add(process)
    try:
        stdout, stderr = process.communicate(stdin, timeout=seconds)
        return Completed(process.returncode, stdout, stderr)
    except subprocess.TimeoutExpired:
        stop(process, grace_seconds=0.5)
        stdout, stderr = _rest_of_output(process)
        return Completed(process.returncode or -signal.SIGKILL, stdout, stderr, timed_out=True)
    except BaseException:
        stop(process)
        raise
    finally:
        # A grandchild may have outlived its parent; the group is ours to end.
        _end_group(process.pid)
        _running.discard(process)


_running: set[subprocess.Popen[str]] = set()


def stop_running() -> None:
    """End what `run` waits for in other threads, which Ctrl-C does not reach."""
    for process in tuple(_running):
        stop(process, grace_seconds=0.5)


def _rest_of_output(process: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return process.communicate(timeout=5)
    except (subprocess.TimeoutExpired, ValueError):
        return "", ""


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def follow(
    command: Sequence[str | Path],
    show: Callable[[str], None],
    *,
    seconds: float,
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Completed:
    """Run a command of this program's own and hand on each line that it prints.

    When this is interrupted, so is the command, which gets the time to put its own processes and
    folders away.
    """
    process = start(command, cwd=cwd, variables=variables, stderr=subprocess.STDOUT)
    late = threading.Event()

    def end() -> None:
        late.set()
        stop(process)

    timer = threading.Timer(seconds, end)
    timer.start()
    lines: list[str] = []
    try:
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            show(line.rstrip("\n"))
        status = process.wait()
    finally:
        timer.cancel()
        interrupt(process)
        _end_group(process.pid)
    return Completed(status, "".join(lines), "", timed_out=late.is_set())


def interrupt(process: subprocess.Popen[str], grace_seconds: float = 20.0) -> None:
    """End a process as Ctrl-C would, and harder if that does not help. Safe to call twice."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(grace_seconds)
        except (ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
            stop(process)
    if process.stdout:
        process.stdout.close()


# ---------------------------------------------------------------------------------------------
# Isolated environments


@cache
def uv() -> str:
    """The path of the uv that came with this program, else of the one on PATH."""
    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if found is None:
        raise MlflowplugError(
            "uv is not installed, and isolated environments are made with it",
            "Install it: pip install uv",
        )
    return found


def run_uv(arguments: Sequence[str | Path], *, cwd: Path | None = None) -> Completed:
    """Run uv; a failure is an error that shows what uv said."""
    done = run([uv(), *arguments], seconds=INSTALL_SECONDS, cwd=cwd, variables=uv_variables())
    if done.status != 0:
        said = "it took too long" if done.timed_out else _without_credentials(done.stderr.strip())
        raise MlflowplugError(f"uv {arguments[0]} {arguments[1]} failed: {said}", exit_code=2)
    return done


def uv_variables() -> dict[str, str]:
    """The caller's variables as uv needs them, also where another program calls uv."""
    variables = dict(os.environ) | {"UV_NO_PROGRESS": "1"}
    for name in ("VIRTUAL_ENV", "PYTHONPATH"):
        variables.pop(name, None)
    # A proxy is for the outside: an index of ours on loopback is not behind it.
    direct = variables.get("no_proxy") or variables.get("NO_PROXY") or ""
    variables["no_proxy"] = variables["NO_PROXY"] = ",".join(filter(None, [direct, "127.0.0.1"]))
    _let_uv_see_pips_index(variables)
    return variables


def _let_uv_see_pips_index(variables: dict[str, str]) -> None:
    """Hand pip's index settings on: who set them for pip means the same packages."""
    for pips, uvs in (
        ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"),
        ("PIP_EXTRA_INDEX_URL", "UV_INDEX"),
        ("PIP_CERT", "SSL_CERT_FILE"),
    ):
        if pips in variables:
            variables.setdefault(uvs, variables[pips])


def _without_credentials(text: str) -> str:
    return re.sub(r"://[^/@\s]+@", "://***@", text)


@contextmanager
def new_environment(
    requirements: Sequence[str | Path],
    *,
    folder: Path | None = None,
    index_url: str | None = None,
    constraints: Sequence[str] = (),
    python: str | Path | None = None,
) -> Iterator[Environment]:
    """A clean virtual environment with `requirements` installed, removed at the end.

    Args:
        requirements: requirement strings, wheels, sdists or project folders.
        folder: where to make it; a temporary folder otherwise.
        index_url: look for packages here first (a local index), then at the default one.
        constraints: requirement strings that narrow versions without asking for the package.
        python: interpreter or version; this program's own otherwise.
    """
    with temporary_folder("env") as temporary:
        place = folder or temporary / "venv"
        environment = create(place, python=python)
        install(environment, requirements, index_url=index_url, constraints=constraints)
        yield environment


def create(place: Path, *, python: str | Path | None = None) -> Environment:
    """Make an empty virtual environment at `place`, which is replaced if it exists."""
    shutil.rmtree(place, ignore_errors=True)
    run_uv(["venv", "--quiet", "--python", python or sys.executable, place])
    return Environment(place / "bin" / "python", isolated=True)


def install(
    environment: Environment,
    requirements: Sequence[str | Path],
    *,
    index_url: str | None = None,
    constraints: Sequence[str] = (),
    reinstall: Sequence[str] = (),
    exact: bool = False,
) -> None:
    """Install `requirements` into an environment of ours; `exact`: and remove all that is more."""
    command: list[str | Path] = ["pip", "install", "--quiet", "--python", environment.python]
    if exact:
        command.append("--exact")
    if index_url:
        command += ["--index", index_url, "--index-strategy", "unsafe-best-match"]
    for name in reinstall:
        command += ["--reinstall-package", name]
    with temporary_folder("constraints") as folder:
        if constraints:
            (folder / "constraints.txt").write_text("\n".join(constraints), "utf-8")
            command += ["--constraint", folder / "constraints.txt"]
        run_uv([*command, *requirements])


@contextmanager
def cached_environment(
    key: Sequence[str],
    requirements: Sequence[str | Path],
    *,
    constraints: Sequence[str] = (),
    reinstall: Sequence[str] = (),
) -> Iterator[Environment]:
    """An environment that is kept for the next run with the same `key`.

    The first `import mlflow` of an environment compiles a thousand modules: keeping it makes the
    second run of `mlflowplug test .` several times faster. A run that finds the environment in
    use by another makes one of its own, and one that was interrupted is made anew.
    """
    digest = hashlib.sha256(json.dumps([sys.version, *key]).encode()).hexdigest()[:16]
    place = cache_folder() / "environments" / digest
    with _lock(place.with_suffix(".lock")) as mine:
        if not mine:
            with new_environment(requirements, constraints=constraints) as environment:
                yield environment
            return
        ready = place / "mlflowplug-ready"
        environment = Environment(place / "bin" / "python", isolated=True)
        if not ready.exists():
            environment = create(place)
        ready.unlink(missing_ok=True)
        # Exact: what the plugin no longer requires must not be there to hide that it is missing.
        install(environment, requirements, constraints=constraints, reinstall=reinstall, exact=True)
        ready.write_text("\n".join(key), "utf-8")
        yield environment


def cache_folder() -> Path:
    """Where environments are kept: `MLFLOWPLUG_CACHE`, else the user's cache folder."""
    if chosen := os.environ.get("MLFLOWPLUG_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("mlflowplug")


@contextmanager
def _lock(path: Path) -> Iterator[bool]:
    """Hold a file lock; False when another process holds it. The system frees it on any exit."""
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def free_port() -> int:
    """A TCP port that nobody listens on at loopback just now."""
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
