"""The plugin's entry point."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .provider import SampleDefaultExperimentProvider


def default_experiment_provider() -> SampleDefaultExperimentProvider:
    """The provider; MLflow makes one for the whole process, while it is itself half imported."""
    # So that loading the entry point imports nothing of MLflow.
    from .provider import SampleDefaultExperimentProvider

    return SampleDefaultExperimentProvider()
