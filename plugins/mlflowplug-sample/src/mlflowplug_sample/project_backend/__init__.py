"""Runs MLflow projects: `mlflow run . --backend sample`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .backend import SampleProjectBackend


def project_backend() -> SampleProjectBackend:
    """Make the backend, as `load_backend` in mlflow/projects/backend/loader.py does."""
    from .backend import SampleProjectBackend

    return SampleProjectBackend()
