"""A real `mlflow server` on loopback for the tests and what it said."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

START = 120
"""Seconds that a server may take to start: the import of MLflow alone takes several."""

ADMIN_KEY = "admin-key-for-tests-0123456789"


@dataclass(frozen=True)
class Server:
    """A running server: its address and the file of what it prints."""

    url: str
    log: Path


def command(folder: Path, port: int, *options: str) -> list[str]:
    """How the server is started, with a database and artifacts in `folder`."""
    # fmt: off
    return [
        sys.executable, "-m", "mlflow", "server", "--app-name", "sample",
        "--host", "127.0.0.1", "--port", str(port),
        "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
        "--artifacts-destination", f"{folder}/artifacts", *options,
    ]
    # fmt: on


def environment(**variables: str) -> dict[str, str]:
    """The environment of a server: ours, without what configures another one."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "_MLFLOW_", "SAMPLE_"))
    }
    quiet = {
        # Jobs take half a dozen processes more; the others would leave the machine.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_MODEL_CATALOG_URI": "",
    }
    return {**ours, **quiet, **variables}


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, *options: str, prefix: str = "", **variables: str) -> Iterator[Server]:
    """A server that answers, ended with all its processes when the block ends."""
    port = free_port()
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command(folder, port, "--workers", "1", *options),
            env=environment(**variables),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            server = Server(f"http://127.0.0.1:{port}{prefix}", log)
            _wait_for(server, process)
            yield server
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End it with all that it started, in good order if it can."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + START
    while time.monotonic() < give_up:
        assert process.poll() is None, server.log.read_text()
        try:
            if requests.get(f"{server.url}/health", timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(server.log.read_text())
