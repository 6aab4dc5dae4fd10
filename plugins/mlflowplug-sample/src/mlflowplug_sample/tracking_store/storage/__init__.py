"""The storage part: what an author replaces to keep the data somewhere else.

Everything here takes and returns plain values; each public method is one transaction. What MLflow
promises (validation, names, ids, entities) is in the modules beside this folder.
"""

from __future__ import annotations

from .assessments import AssessmentStorage
from .associations import AssociationStorage
from .experiments import ExperimentStorage
from .garbage import Garbage
from .inputs import InputStorage
from .metrics import MetricStorage
from .models import ModelStorage
from .runs import RunStorage
from .spans import SpanStorage
from .trace_schema import TABLES
from .traces import TraceStorage

__all__ = ["Storage"]


class Storage(
    ExperimentStorage,
    RunStorage,
    MetricStorage,
    InputStorage,
    ModelStorage,
    TraceStorage,
    SpanStorage,
    AssessmentStorage,
    AssociationStorage,
    Garbage,
):
    """All that the store keeps, in a SQL database."""

    tables = TABLES
