"""Runs two jobs as an MLflow server would: `python examples/job_executors.py`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from mlflow.server.jobs.executor import JobExecutionContext, JobExecutorConfig
from mlflow.server.jobs.executor_registry import JobExecutorRegistry

JOBS = """
import time
from mlflow.server.jobs import job

@job("count_words", max_workers=2)
def count_words(text):
    return len(text.split())

@job("sleep", max_workers=2)
def sleep(seconds):
    time.sleep(seconds)
"""


def main(folder: Path) -> None:
    """Count some words, and sleep until we are told not to."""
    (folder / "example_jobs.py").write_text(JOBS)
    sys.path.insert(0, str(folder))
    os.environ["PYTHONPATH"] = str(folder)
    registry = JobExecutorRegistry(JobExecutorConfig())
    registry.discover_and_register()
    executor = registry.get("sample")
    executor.check_requirements()
    executor.start_executor()
    params = {"count_words": {"text": "all is well"}, "sleep": {"seconds": 60}}
    for name, arguments in params.items():
        context = JobExecutionContext(name, f"sqlite:///{folder}/mlflow.db")
        executor.submit_job(name, name, f"example_jobs.{name}", arguments, context)
    executor.cancel_job("sleep")
    for name in params:
        ended = executor.wait_for_job(name)
        print(f"{name}: {ended.status.value} {ended.result or ''}")
    executor.stop_executor()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(temporary))
