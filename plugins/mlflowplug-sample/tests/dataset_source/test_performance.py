"""What the plugin costs those who use other sources."""

from __future__ import annotations

import statistics
import time

from mlflowplug_sample.dataset_source.source import (
    SampleDatasetSource,
)

BUDGET = 0.001


def test_the_sources_of_others_are_passed_over_at_once() -> None:
    def seconds() -> float:
        start = time.perf_counter()
        assert not SampleDatasetSource._can_resolve("s3://bucket/data" * 100)
        return time.perf_counter() - start

    assert statistics.median(seconds() for _ in range(1000)) < BUDGET
