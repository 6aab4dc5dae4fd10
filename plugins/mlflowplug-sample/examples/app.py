"""A server that asks for a key, and a run logged with one: `python examples/app.py`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests
from mlflow import MlflowClient

from mlflowplug_sample.app.key_file import KeyFile


def main(folder: Path) -> None:
    """Start a server in `folder`, knock without a key, then come in with one."""
    keys = KeyFile(folder / "keys.json")
    key = keys.add("alice", "admin").key
    os.environ["SAMPLE_KEYS_FILE"] = str(keys.path)
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    process = _start(folder, port)
    try:
        _wait_for(url, process)
        refused = requests.get(f"{url}/api/2.0/mlflow/experiments/get?experiment_id=0", timeout=30)
        print(f"without a key: {refused.status_code} {refused.json()['message']}")
        os.environ["MLFLOW_TRACKING_TOKEN"] = key
        client = MlflowClient(url)
        run = client.create_run("0")
        client.log_metric(run.info.run_id, "loss", 0.1)
        print(f"with alice's key: run {client.get_run(run.info.run_id).info.run_name}")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    # fmt: off
    command = [
        sys.executable, "-m", "mlflow", "server", "--app-name", "sample",
        "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
        "--artifacts-destination", f"{folder}/artifacts",
    ]
    # fmt: on
    quiet = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "server.log").open("w") as log:
        return subprocess.Popen(  # noqa: S603  every word of it is ours
            command, env=quiet, stdout=log, stderr=log, start_new_session=True
        )


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + 60
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > give_up:
            sys.exit("The server did not start.")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return bool(requests.get(f"{url}/health", timeout=5).ok)
    except requests.ConnectionError:
        return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(temporary))
