"""A real `mlflow gateway start` on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests
import yaml

START = 120
"""Seconds that the gateway may take to start: the import of MLflow alone takes several."""


def configuration(api_base: str) -> str:
    """The gateway's configuration file, with an endpoint of each kind."""
    config = {"api_base": api_base, "api_key": "$COMPANY_KEY"}
    model = {"provider": "sample", "name": "parrot", "config": config}
    kinds = ("chat", "completions", "embeddings")
    endpoints = [
        {"name": kind, "endpoint_type": f"llm/v1/{kind}", "model": model} for kind in kinds
    ]
    text: str = yaml.safe_dump({"endpoints": endpoints})
    return text


@contextmanager
def running(folder: Path, api_base: str, key: str) -> Iterator[str]:
    """The gateway's address, while it runs."""
    (folder / "config.yaml").write_text(configuration(api_base))
    log = folder / "gateway.log"
    port = free_port()
    with log.open("w") as output:
        process = subprocess.Popen(
            command(folder / "config.yaml", port),
            env={**os.environ, "COMPANY_KEY": key, "MLFLOW_DISABLE_TELEMETRY": "true"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            # All of it: the command starts gunicorn, and that its workers.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def command(config: Path, port: int) -> list[str]:
    """How the gateway is started."""
    # fmt: off
    return [
        sys.executable, "-m", "mlflow", "gateway", "start", "--config-path", str(config),
        "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
    ]
    # fmt: on


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START
    while time.monotonic() < give_up:
        assert process.poll() is None, log.read_text()
        try:
            if requests.get(f"{url}/health", timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())
