"""The storage part: what an author replaces to keep the data somewhere else.

Everything here takes and returns plain values; each public method is one transaction. What MLflow
promises (validation, stages, entities) is in `store.py`, `model_versions.py` and `webhooks.py`.
"""

from __future__ import annotations

from . import schema
from .model_versions import ModelVersionStorage
from .registered_models import RegisteredModelStorage
from .webhooks import WebhookStorage

__all__ = ["Storage"]


class Storage(RegisteredModelStorage, ModelVersionStorage, WebhookStorage):
    """All that the store keeps, in one database."""

    tables = schema.TABLES
