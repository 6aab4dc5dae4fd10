"""The storage part: what an author replaces to keep the data somewhere else.

Everything here takes and returns plain values; each public method is one transaction. What MLflow
promises (validation, names, ids, entities) is in `store.py` and `logged_models.py`.
"""

from __future__ import annotations

from . import schema
from .experiments import ExperimentStorage
from .garbage import Garbage
from .inputs import InputStorage
from .metrics import MetricStorage
from .models import ModelStorage
from .runs import RunStorage

__all__ = ["Storage"]


class Storage(ExperimentStorage, RunStorage, MetricStorage, InputStorage, ModelStorage, Garbage):
    """All that the store keeps, in one SQLite file."""

    tables = schema.TABLES
