"""MLflow's server in a process of its own, on a free port of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

SECONDS = 120


@contextmanager
def running_server(tracking_uri: str, registry_uri: str, folder: Path) -> Iterator[str]:
    """The address of a server, which ends with the context, with all its processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--backend-store-uri", tracking_uri]
    command += ["--registry-store-uri", registry_uri]
    command += ["--default-artifact-root", str(folder / "artifacts")]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=_environment(), stdout=log, stderr=log, start_new_session=True, cwd=folder
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(SECONDS)


def _environment() -> dict[str, str]:
    return os.environ | {
        # Webhooks to this machine, without TLS, are what MLflow refuses unless it is told.
        "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
        "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
        "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + SECONDS
    while not _answers(address):
        if time.monotonic() > give_up or process.poll() is not None:
            raise TimeoutError("MLflow's server did not answer; see server.log in its folder")
        time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5):
            return True
    except OSError:
        return False
