"""What one test, or one module of tests, tells MLflow is forgotten before the next one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


def _forgetting() -> Iterator[None]:
    """MLflow keeps the URIs and the experiment that were set, also in the environment."""
    from mlflow.tracking import fluent
    from mlflow.tracking._model_registry import utils as registry
    from mlflow.tracking._tracking_service import utils as tracking

    before = {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}
    kept = tracking._tracking_uri, registry._registry_uri, fluent._active_experiment_id
    yield
    tracking._tracking_uri, registry._registry_uri, fluent._active_experiment_id = kept
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        del os.environ[name]
    os.environ.update(before)


modules_forget = pytest.fixture(_forgetting, scope="module", autouse=True)
tests_forget = pytest.fixture(_forgetting, autouse=True)
