"""The processes that serve models: `mlflow models serve`, one for each deployment."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import mlflow
import psutil
from mlflow.exceptions import MlflowException

from ..processes import end_marked, has_mark
from . import configuration
from .scoring import HOST, answers
from .state import Deployment

ATTEMPTS = 3
"""How often another port is tried when somebody else was quicker."""

_LINES = 80
_FOLDERS = "servers"
# Python warns of a process that nobody waited for and that is still there when it is forgotten.
_started: list[subprocess.Popen[bytes]] = []


class _PortTakenError(Exception):
    """Another process took the port between the search for it and the server's start."""


def new_folder(root: Path, name: str) -> str:
    """A folder for a new server: for its log, and for what it downloads."""
    folders = root / _FOLDERS
    folders.mkdir(exist_ok=True)
    return tempfile.mkdtemp(prefix=f"{name}-", dir=folders)


def serve(deployment: Deployment) -> Deployment:
    """Start the server and wait until it answers; the deployment with its process and port.

    Raises:
        MlflowException: it ended, or did not answer in time; the message has the log's end.
    """
    for _ in range(ATTEMPTS):
        process, started = _start(deployment)
        try:
            _wait_until_ready(process, started)
        except _PortTakenError:
            end_marked(started.server)
            started.log.unlink()
        else:
            return started
    raise MlflowException(f"No port was free for {deployment.name!r} in {ATTEMPTS} attempts.")


def _start(deployment: Deployment) -> tuple[subprocess.Popen[bytes], Deployment]:
    port = _free_port()
    with deployment.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  no shell
            _command(deployment, port),
            env=_environment(deployment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # It outlives this program, and Ctrl-C is not for it.
            start_new_session=True,
        )
    _started[:] = [*(one for one in _started if one.poll() is None), process]
    return process, replace(deployment, pid=process.pid, port=port)


def _command(deployment: Deployment, port: int) -> list[str]:
    config = configuration.read(deployment.config)
    return [
        *(sys.executable, "-m", "mlflow", "models", "serve"),
        f"--model-uri={deployment.model_uri}",
        f"--host={HOST}",
        f"--port={port}",
        f"--env-manager={config.env_manager}",
        f"--workers={config.workers}",
    ]


def _environment(deployment: Deployment) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": os.pathsep.join([*_programs(), os.environ.get("PATH", os.defpath)]),
        "MLFLOW_TRACKING_URI": str(mlflow.get_tracking_uri()),
        "MLFLOW_REGISTRY_URI": str(mlflow.get_registry_uri()),
        "PYTHONUNBUFFERED": "1",
        # Here MLflow puts the model that it downloads, and never removes it.
        "TMPDIR": deployment.folder,
        deployment.mark: "1",
        deployment.server: "1",
    }


def _programs() -> list[str]:
    """Where `uvicorn` is, which MLflow starts by its name.

    An environment that is not activated, or `pip install --user`, has it outside of PATH.
    """
    files = importlib.metadata.files("uvicorn") or []
    scripts = [Path(str(file.locate())).resolve() for file in files if file.stem == "uvicorn"]
    return [str(program.parent) for program in (Path(sys.executable), *scripts)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], deployment: Deployment) -> None:
    timeout = configuration.read(deployment.config).timeout
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise _ended(deployment)
        if _listens(deployment) and answers(deployment.port):
            return
        time.sleep(0.1)
    raise MlflowException(
        f"The server of {deployment.name!r} did not answer within {timeout} seconds. "
        f"More may help: timeout={2 * timeout}. Its log ends with:\n{log_end(deployment)}"
    )


def _ended(deployment: Deployment) -> MlflowException | _PortTakenError:
    log = log_end(deployment)
    if "address already in use" in log.lower():
        return _PortTakenError(log)
    return MlflowException(f"The server of {deployment.name!r} ended. Its log ends with:\n{log}")


def _listens(deployment: Deployment) -> bool:
    """Whether it is this server that has the port, not one that was quicker."""
    try:
        process = psutil.Process(deployment.pid)
        family = [process, *process.children(recursive=True)]
        connections = [one for member in family for one in member.net_connections("inet")]
    except psutil.Error:
        return False
    return any(
        one.status == psutil.CONN_LISTEN and one.laddr.port == deployment.port
        for one in connections
    )


def is_running(deployment: Deployment) -> bool:
    """Whether the server's process is there; another one with the same number does not count."""
    return deployment.pid is not None and has_mark(deployment.pid, deployment.server)


def end_server(deployment: Deployment) -> None:
    """End the processes of the deployment's server, and remove what they wrote."""
    end_marked(deployment.server)
    remove_files(deployment)


def end_all(deployment: Deployment) -> None:
    """End every process of the deployment: also of an update that was broken off."""
    end_marked(deployment.mark)
    remove_files(deployment)


def remove_files(deployment: Deployment) -> None:
    """Remove the server's folder."""
    # Whatever the database says: only what `new_folder` makes is removed.
    if Path(deployment.folder).parent.name == _FOLDERS:
        shutil.rmtree(deployment.folder, ignore_errors=True)


def log_end(deployment: Deployment) -> str:
    """The last lines that the server wrote."""
    try:
        text = deployment.log.read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-_LINES:])
