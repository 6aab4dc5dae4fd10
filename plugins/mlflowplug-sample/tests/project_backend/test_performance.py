"""What the backend costs: it must not be what a project waits for."""

from __future__ import annotations

import time
from pathlib import Path

import mlflow

from .started import BACKEND


def test_submitting_returns_before_the_projects_run(project: Path) -> None:
    config = {"workers": 1}
    start = time.monotonic()
    runs = [
        mlflow.projects.run(
            str(project), "slow", backend=BACKEND, backend_config=config, synchronous=False
        )
        for _ in range(3)
    ]
    # They sleep for ten minutes, one after the other.
    assert time.monotonic() - start < 60
    for run in reversed(runs):
        run.cancel()


def test_projects_run_at_the_same_time(project: Path) -> None:
    (project / "meet.py").write_text(
        "import pathlib, sys, time\n"
        "me, other = (pathlib.Path(name) for name in sys.argv[2::2])\n"
        "me.touch()\n"
        "end = time.monotonic() + 60\n"
        "while not other.exists():\n"
        "    assert time.monotonic() < end\n"
        "    time.sleep(0.05)\n"
    )
    runs = [
        mlflow.projects.run(
            str(project),
            "meet.py",
            parameters={"me": me, "other": other},
            backend=BACKEND,
            backend_config={"workers": 2},
            synchronous=False,
        )
        for me, other in (("a", "b"), ("b", "a"))
    ]
    assert [run.wait() for run in runs] == [True, True]
