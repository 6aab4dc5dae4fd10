"""What the target costs beside the model's own work."""

from __future__ import annotations

import time

import pytest
from mlflow.deployments import BaseDeploymentClient


def test_a_hundred_predictions_take_less_than_half_a_minute(
    serving: BaseDeploymentClient,
) -> None:
    start = time.perf_counter()
    for _ in range(100):
        assert serving.predict("line", [[2.0]])["predictions"][0] == pytest.approx(4.0)
    assert time.perf_counter() - start < 30
