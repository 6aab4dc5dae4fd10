"""A model served until somebody interrupts it: `mlflow deployments run-local`."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mlflow.exceptions import MlflowException

from . import server
from .client import SampleDeploymentClient
from .location import TARGET
from .state import Deployment

_INTERVAL = 0.2


def serve_until_interrupted(
    name: str, model_uri: str, flavor: str | None, config: dict[str, Any] | None
) -> None:
    """Serve a model; Ctrl-C or a signal to end ends the server too.

    Raises:
        MlflowException: the model cannot be served, or its server ends by itself.
    """
    with tempfile.TemporaryDirectory(prefix=f"{TARGET}-") as folder, _signals_raise():
        client = SampleDeploymentClient(f"{TARGET}:{folder}")
        try:
            made = client.create_deployment(name, model_uri, flavor, config)
            print(f"{name} answers at {made['url']}. End it with Ctrl-C.", flush=True)
            _watch(client.deployment(name))
        except KeyboardInterrupt:
            print(f"{name} is ended.")
        finally:
            client.delete_deployment(name)


def _watch(deployment: Deployment) -> None:
    while server.is_running(deployment):
        time.sleep(_INTERVAL)
    raise MlflowException(
        f"The server of {deployment.name!r} ended. Its log ends with:\n{server.log_end(deployment)}"
    )


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Let SIGTERM raise, as Ctrl-C does; only the main thread can say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
