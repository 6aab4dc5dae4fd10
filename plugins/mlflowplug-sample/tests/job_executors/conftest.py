"""An executor, and short ways to give it jobs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mlflow.server.jobs.executor import JobExecutionContext, JobExecutorConfig

from mlflowplug_sample.job_executors import executor as module

from . import job_functions

Executor = module.SampleJobExecutor
Submit = Callable[..., str]


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Executor]:
    monkeypatch.setenv("PYTHONPATH", str(job_functions.ROOT))
    made = Executor(JobExecutorConfig(default_timeout=60))
    made.start_executor()
    yield made
    made.stop_executor()


@pytest.fixture
def submit(executor: Executor) -> Submit:
    def give(function: Callable[..., Any], *, timeout: float | None = None, **params: Any) -> str:
        job_id = str(uuid.uuid4())
        executor.submit_job(
            job_id=job_id,
            job_name=function.__name__,
            fn_fullname=f"{function.__module__}.{function.__name__}",
            params=params,
            context=JobExecutionContext(job_id, "sqlite:///jobs.db"),
            timeout=timeout,
        )
        return job_id

    return give
