"""Jobs for the tests. They run in processes of their own, which import this module again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from mlflow.server import jobs

Function = TypeVar("Function", bound=Callable[..., Any])

ROOT = Path(__file__).resolve().parents[2]
"""What the processes have to have on their path to find this module."""


def job(name: str, workers: int, **options: Any) -> Callable[[Function], Function]:
    """MLflow's decorator, with a type, and with names that no other plugin's tests have."""
    mark: Callable[[Function], Function] = jobs.job(name_of(name), max_workers=workers, **options)
    return mark


def name_of(name: str) -> str:
    """How a job is called on a server."""
    return f"sample_{name}"


@job("greet", 2)
def greet(name: str) -> dict[str, str]:
    return {"said": f"hello {name}", "job": os.environ["_MLFLOW_SERVER_JOB_ID"]}


@job("addresses", 1)
def addresses() -> list[str | None]:
    names = ("MLFLOW_TRACKING_URI", "MLFLOW_GATEWAY_URI", "MLFLOW_WORKSPACE", "LAUNCHED")
    return [os.environ.get(name) for name in names]


@job("fail", 1, transient_error_classes=[TimeoutError])
def fail(how: str) -> None:
    if how == "transient":
        raise jobs.TransientError(RuntimeError("try again"))
    if how == "listed":
        raise TimeoutError("try again")
    if how == "exit":
        print("last words", file=sys.stderr, flush=True)
        os._exit(3)
    if how == "silent":
        os._exit(0)
    raise ValueError("for good")


@job("sleep", 4)
def sleep(seconds: float, folder: str) -> str:
    """Write down when it began and, beside it, a process that outlives it unless it is ended."""
    child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({seconds})"])
    Path(folder, f"{os.getpid()}").write_text(str(child.pid))
    time.sleep(seconds)
    child.wait()
    return "slept"


def no_job() -> None:
    """Not marked as one."""
